// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {RowReduction} from "../../../contracts/verification/libraries/RowReduction.sol";
import {Rows} from "./Rows.sol";

contract RowReductionFuzzTest is Test {
    uint256 private constant LONGEST = 16_384;

    /// @dev What stands behind the elements is random, in the last word and in one more.
    function testFuzz_Sum_IsThePlainSum(uint256 seed, uint256 scale, uint256 length, uint8 kind) public view {
        (uint256 size, uint256 count) = _shape(kind, scale, length);
        bytes32[] memory words = Rows.random(seed, count, size);
        int256 expected;
        for (uint256 i = 0; i < count; ++i) expected += Rows.element(words, i, size);
        assertEq(this.sum(words, size, count), Rows.wrapped(expected));
    }

    function testFuzz_Largest_IsTheFirstThatNoneIsAbove(
        uint256 seed,
        uint256 scale,
        uint256 length,
        uint8 kind
    ) public view {
        (uint256 size, uint256 count) = _shape(kind, scale, length);
        _assertLargest(Rows.random(seed, count, size), size, count);
    }

    /// @dev Many of the elements are the same, so that the largest stands in many places.
    function testFuzz_Largest_IsTheFirstOfEquals(uint256 mask, uint256 length, uint8 kind) public view {
        (uint256 size, uint256 count) = _shape(kind, 8, length);
        bytes32[] memory words = Rows.filled(bytes32(0), count, size);
        for (uint256 i = 0; i < words.length; ++i) {
            // The lowest byte of an element is 0 or 1, and some elements are negative.
            words[i] = bytes32(uint256(keccak256(abi.encode(mask, i))) & uint256(_lowBits(size)));
            if (mask % 2 == 0) words[i] |= bytes32(uint256(0x80) << (248 - 8 * size * (mask % (32 / size))));
        }
        _assertLargest(words, size, count);
    }

    /// @dev The longest rows of the limits of each type: 16,384 times -2^31 is 0 modulo 2^32, and once less is not.
    function test_Sum_AtTheLimits() public view {
        bytes32 least = Rows.repeated(hex"80000000");
        bytes32 most = Rows.repeated(hex"7fffffff");
        assertEq(this.sum(Rows.filled(Rows.repeated(hex"80"), LONGEST, 1), 1, LONGEST), -128 * int256(LONGEST));
        assertEq(this.sum(Rows.filled(Rows.repeated(hex"7f"), LONGEST, 1), 1, LONGEST), 127 * int256(LONGEST));
        assertEq(this.sum(Rows.filled(Rows.repeated(hex"8000"), LONGEST, 2), 2, LONGEST), -(2 ** 15) * int256(LONGEST));
        assertEq(this.sum(Rows.filled(least, LONGEST, 4), 4, LONGEST), 0);
        assertEq(this.sum(Rows.filled(least, LONGEST, 4), 4, LONGEST - 1), -(2 ** 31));
        assertEq(this.sum(Rows.filled(most, LONGEST, 4), 4, LONGEST), -int256(LONGEST));
        assertEq(this.sum(Rows.filled(most, LONGEST, 4), 4, 1), 2 ** 31 - 1);
    }

    function test_Largest_AtTheLimits() public view {
        bytes32[] memory words = Rows.filled(Rows.repeated(hex"80000000"), LONGEST, 4);
        _assertFound(words, 4, -(2 ** 31), 0);
        words[LONGEST / 8 - 1] = bytes32((uint256(words[LONGEST / 8 - 1]) >> 32) << 32) | bytes32(uint256(0x7fffffff));
        _assertFound(words, 4, 2 ** 31 - 1, LONGEST - 1);
        words[0] = bytes32((uint256(0x7fffffff) << 224) | (uint256(words[0]) & (type(uint256).max >> 32)));
        _assertFound(words, 4, 2 ** 31 - 1, 0);
    }

    function sum(bytes32[] calldata words, uint256 size, uint256 length) external pure returns (int256) {
        return RowReduction.sum(words, size, length);
    }

    function largest(bytes32[] calldata words, uint256 size, uint256 length) external pure returns (int256, uint256) {
        return RowReduction.largest(words, size, length);
    }

    function _assertFound(bytes32[] memory words, uint256 size, int256 value, uint256 index) private view {
        (int256 found, uint256 at) = this.largest(words, size, LONGEST);
        assertEq(found, value);
        assertEq(at, index);
    }

    /// @dev No element before it is as large, and none after it is larger.
    function _assertLargest(bytes32[] memory words, uint256 size, uint256 length) private view {
        (int256 value, uint256 index) = this.largest(words, size, length);
        assertLt(index, length);
        assertEq(Rows.element(words, index, size), value);
        for (uint256 i = 0; i < length; ++i) {
            int256 other = Rows.element(words, i, size);
            assertTrue(i < index ? other < value : other <= value);
        }
    }

    function _shape(uint8 kind, uint256 scale, uint256 length) private pure returns (uint256 size, uint256 count) {
        size = 1 << (kind % 3);
        count = bound(length, 1, 1 << bound(scale, 0, 10));
    }

    function _lowBits(uint256 size) private pure returns (bytes32) {
        return
            Rows.repeated(
                size == 1
                    ? bytes(hex"01")
                    : size == 2
                        ? bytes(hex"0001")
                        : bytes(hex"00000001")
            );
    }
}
