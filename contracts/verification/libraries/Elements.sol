// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Reads elements out of words, and fits values into elements. An element is big endian, in two's complement.
library Elements {
    /// @notice An element of a word, counted from its most significant end.
    /// @dev The caller vouches that the word has it.
    /// @param word The word
    /// @param element The element
    /// @param size Bytes per element: 1, 2 or 4
    function inWord(bytes32 word, uint256 element, uint256 size) internal pure returns (int256) {
        // SAFETY: all three are small.
        unchecked {
            return int256(uint256(word) << (8 * size * element)) >> (256 - 8 * size);
        }
    }

    /// @notice An element of consecutive words.
    /// @dev The caller vouches that the words have it.
    /// @param words The words
    /// @param element The element
    /// @param size Bytes per element: 1, 2 or 4
    function inWords(bytes32[] calldata words, uint256 element, uint256 size) internal pure returns (int256 value) {
        // SAFETY: reads calldata only; no element straddles two words.
        assembly ("memory-safe") {
            value := sar(sub(256, shl(3, size)), calldataload(add(words.offset, mul(element, size))))
        }
    }

    /// @notice The value of an element that a result is stored in: the nearest one of its type.
    /// @param value The result
    /// @param size Bytes per element: 1, 2 or 4
    function saturate(int256 value, uint256 size) internal pure returns (int256) {
        int256 most = int256((1 << (8 * size - 1)) - 1);
        if (value > most) return most;
        return value < -most - 1 ? -most - 1 : value;
    }

    /// @notice A value modulo 2^32, in two's complement.
    function wrap(int256 value) internal pure returns (int256) {
        return int32(uint32(uint256(value)));
    }
}
