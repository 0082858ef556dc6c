// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {DotProduct} from "../../../contracts/verification/libraries/DotProduct.sol";

contract DotProductFuzzTest is Test {
    uint256 private constant LONGEST = 16_384;
    uint256 private constant LONGEST_OF_ANY_TYPE = 4_096;

    /// @dev What stands behind the elements is random, in the last word and in one more.
    function testFuzz_OfBytes_IsThePlainSum(uint256 seed, uint256 scale, uint256 length) public view {
        length = bound(length, 1, 1 << bound(scale, 0, 14));
        (bytes32[] memory a, bytes32[] memory b) = (_words(seed, length, 1), _words(~seed, length, 1));
        assertEq(this.ofBytes(a, b, length), _plainSum(a, 1, b, 1, length));
    }

    /// @dev Where digits carry farthest: rows of the limits, equal or by turns, at the longest rows and around words.
    function test_OfBytes_IsThePlainSumOfLimits() public view {
        bytes32[6] memory patterns = [
            _repeated(hex"8080"),
            _repeated(hex"7f7f"),
            _repeated(hex"807f"),
            _repeated(hex"ff01"),
            _repeated(hex"ffff"),
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
        (bytes32[] memory a, bytes32[] memory b) = (_words(seed, length, 1), _words(~seed, length, 1));
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
        bytes32[] memory a = _words(seed, length, sizeA);
        bytes32[] memory b = _words(~seed, length, sizeB);
        assertEq(this.ofElements(a, sizeA, b, sizeB, length), _plainSum(a, sizeA, b, sizeB, length));
    }

    /// @dev 4,096 times 2^62 is 0 modulo 2^32, and once less is so too; -2^31 times 1 is not.
    function test_OfElements_WrapsAtTheLimits() public view {
        bytes32[] memory least = _filled(_repeated(hex"80000000"), LONGEST_OF_ANY_TYPE, 4);
        bytes32[] memory most = _filled(_repeated(hex"7fffffff"), LONGEST_OF_ANY_TYPE, 4);
        bytes32[] memory ones = _filled(_repeated(hex"00000001"), LONGEST_OF_ANY_TYPE, 4);
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
        int256 pair = _element(a, 0, 1) * _element(b, 0, 1) + _element(a, 1, 1) * _element(b, 1, 1);
        int256 last = length % 2 == 0 ? int256(0) : _element(a, 0, 1) * _element(b, 0, 1);
        int256 product = this.ofBytes(_filled(a, length, 1), _filled(b, length, 1), length);
        assertEq(product, pair * int256(length / 2) + last);
    }

    /// @dev The sum with unbounded integers, brought to 32 bits at the end.
    function _plainSum(
        bytes32[] memory a,
        uint256 sizeA,
        bytes32[] memory b,
        uint256 sizeB,
        uint256 length
    ) private pure returns (int256 sum) {
        for (uint256 k = 0; k < length; ++k) {
            sum +=
                _element(a[(k * sizeA) / 32], k % (32 / sizeA), sizeA) *
                _element(b[(k * sizeB) / 32], k % (32 / sizeB), sizeB);
        }
        sum %= 2 ** 32;
        if (sum >= 2 ** 31) sum -= 2 ** 32;
        if (sum < -(2 ** 31)) sum += 2 ** 32;
    }

    /// @dev Byte by byte; the highest one has the sign.
    function _element(bytes32 word, uint256 place, uint256 size) private pure returns (int256 value) {
        value = int8(uint8(word[place * size]));
        for (uint256 i = 1; i < size; ++i) value = value * 256 + int256(uint256(uint8(word[place * size + i])));
    }

    function _words(uint256 seed, uint256 length, uint256 size) private pure returns (bytes32[] memory words) {
        words = new bytes32[]((length * size + 31) / 32 + 1);
        for (uint256 i = 0; i < words.length; ++i) words[i] = keccak256(abi.encode(seed, i));
    }

    function _filled(bytes32 word, uint256 length, uint256 size) private pure returns (bytes32[] memory words) {
        words = new bytes32[]((length * size + 31) / 32);
        for (uint256 i = 0; i < words.length; ++i) words[i] = word;
    }

    function _repeated(bytes memory pattern) private pure returns (bytes32) {
        bytes memory word = new bytes(32);
        for (uint256 i = 0; i < 32; ++i) word[i] = pattern[i % pattern.length];
        return bytes32(word);
    }
}
