// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {DotProduct} from "../../../contracts/verification/libraries/DotProduct.sol";
import {Rows} from "./Rows.sol";

contract DotProductFuzzTest is Test {
    uint256 private constant LONGEST = 16_384;
    uint256 private constant LONGEST_OF_ANY_TYPE = 4_096;

    /// @dev What stands behind the elements is random, in the last word and in one more.
    function testFuzz_OfBytes_IsThePlainSum(uint256 seed, uint256 scale, uint256 length) public view {
        length = bound(length, 1, 1 << bound(scale, 0, 14));
        (bytes32[] memory a, bytes32[] memory b) = (Rows.random(seed, length, 1), Rows.random(~seed, length, 1));
        assertEq(this.ofBytes(a, b, length), _plainSum(a, 1, b, 1, length));
    }

    /// @dev Where digits carry farthest: rows of the limits, equal or by turns, at the longest rows and around words.
    function test_OfBytes_IsThePlainSumOfLimits() public view {
        bytes32[6] memory patterns = [
            Rows.repeated(hex"8080"),
            Rows.repeated(hex"7f7f"),
            Rows.repeated(hex"807f"),
            Rows.repeated(hex"ff01"),
            Rows.repeated(hex"ffff"),
            bytes32(0)
        ];
        uint256[6] memory lengths = [uint256(1), 31, 32, 33, LONGEST - 1, LONGEST];
        for (uint256 i = 0; i < lengths.length; ++i) {
            for (uint256 j = 0; j < patterns.length; ++j) {
                for (uint256 k = 0; k < patterns.length; ++k) _checkPattern(patterns[j], patterns[k], lengths[i]);
            }
        }
    }

    function testFuzz_OfBytes_IgnoresWhatIsBehindTheRows(uint256 seed, uint256 length, bytes32 dirt) public view {
        length = bound(length, 1, 100);
        (bytes32[] memory a, bytes32[] memory b) = (Rows.random(seed, length, 1), Rows.random(~seed, length, 1));
        int256 clean = this.ofBytes(a, b, length);
        uint256 last = (length - 1) / 32;
        bytes32 behind = bytes32((type(uint256).max >> (8 * (length - 32 * last - 1))) >> 8);
        (a[last], b[last]) = (a[last] ^ (dirt & behind), b[last] ^ (keccak256(abi.encode(dirt)) & behind));
        (a[last + 1], b[last + 1]) = (dirt, ~dirt);
        assertEq(this.ofBytes(a, b, length), clean);
    }

    function testFuzz_OfElements_IsThePlainSum(
        uint256 seed,
        uint256 scale,
        uint256 length,
        uint8 typeA,
        uint8 typeB
    ) public view {
        length = bound(length, 1, 1 << bound(scale, 0, 12));
        (uint256 sizeA, uint256 sizeB) = (1 << (typeA % 3), 1 << (typeB % 3));
        bytes32[] memory a = Rows.random(seed, length, sizeA);
        bytes32[] memory b = Rows.random(~seed, length, sizeB);
        assertEq(this.ofElements(a, sizeA, b, sizeB, length), _plainSum(a, sizeA, b, sizeB, length));
    }

    /// @dev 4,096 times 2^62 is 0 modulo 2^32, and once less is so too; -2^31 times 1 is not.
    function test_OfElements_WrapsAtTheLimits() public view {
        bytes32[] memory least = Rows.filled(Rows.repeated(hex"80000000"), LONGEST_OF_ANY_TYPE, 4);
        bytes32[] memory most = Rows.filled(Rows.repeated(hex"7fffffff"), LONGEST_OF_ANY_TYPE, 4);
        bytes32[] memory ones = Rows.filled(Rows.repeated(hex"00000001"), LONGEST_OF_ANY_TYPE, 4);
        assertEq(this.ofElements(least, 4, least, 4, LONGEST_OF_ANY_TYPE), 0);
        assertEq(this.ofElements(least, 4, ones, 4, LONGEST_OF_ANY_TYPE - 1), -(2 ** 31));
        assertEq(this.ofElements(least, 4, ones, 4, LONGEST_OF_ANY_TYPE), 0);
        assertEq(this.ofElements(most, 4, most, 4, LONGEST_OF_ANY_TYPE), 4_096);
        assertEq(this.ofElements(least, 4, most, 4, 1), -(2 ** 31));
        assertEq(this.ofElements(most, 4, ones, 4, 2), -2);
    }

    function ofBytes(bytes32[] calldata a, bytes32[] calldata b, uint256 length) external pure returns (int256) {
        return DotProduct.ofBytes(a, b, length);
    }

    function ofElements(
        bytes32[] calldata a,
        uint256 sizeA,
        bytes32[] calldata b,
        uint256 sizeB,
        uint256 length
    ) external pure returns (int256) {
        return DotProduct.ofElements(a, sizeA, b, sizeB, length);
    }

    function _checkPattern(bytes32 a, bytes32 b, uint256 length) private view {
        (bytes32[] memory rowA, bytes32[] memory rowB) = (Rows.filled(a, length, 1), Rows.filled(b, length, 1));
        int256 first = Rows.element(rowA, 0, 1) * Rows.element(rowB, 0, 1);
        int256 second = Rows.element(rowA, 1, 1) * Rows.element(rowB, 1, 1);
        int256 pairs = (first + second) * int256(length / 2);
        assertEq(this.ofBytes(rowA, rowB, length), length % 2 == 0 ? pairs : pairs + first);
    }

    /// @dev The sum with unbounded integers, brought to 32 bits at the end.
    function _plainSum(
        bytes32[] memory a,
        uint256 sizeA,
        bytes32[] memory b,
        uint256 sizeB,
        uint256 length
    ) private pure returns (int256) {
        int256 sum;
        for (uint256 k = 0; k < length; ++k) {
            sum += Rows.element(a, k, sizeA) * Rows.element(b, k, sizeB);
        }
        return Rows.wrapped(sum);
    }
}
