// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Rows of elements for tests, and a plain reading of them.
library Rows {
    /// @dev Random words for `length` elements, and one more behind them.
    function random(uint256 seed, uint256 length, uint256 size) internal pure returns (bytes32[] memory words) {
        words = new bytes32[]((length * size + 31) / 32 + 1);
        for (uint256 i = 0; i < words.length; ++i) words[i] = keccak256(abi.encode(seed, i));
    }

    /// @dev Words for `length` elements that are all the same.
    function filled(bytes32 word, uint256 length, uint256 size) internal pure returns (bytes32[] memory words) {
        words = new bytes32[]((length * size + 31) / 32);
        for (uint256 i = 0; i < words.length; ++i) words[i] = word;
    }

    /// @dev A word of a pattern over and over.
    function repeated(bytes memory pattern) internal pure returns (bytes32) {
        bytes memory word = new bytes(32);
        for (uint256 i = 0; i < 32; ++i) word[i] = pattern[i % pattern.length];
        return bytes32(word);
    }

    /// @dev Byte by byte; the highest one has the sign.
    function element(bytes32[] memory words, uint256 index, uint256 size) internal pure returns (int256 value) {
        uint256 first = index * size;
        value = int8(uint8(words[first / 32][first % 32]));
        for (uint256 i = 1; i < size; ++i) {
            value = value * 256 + int256(uint256(uint8(words[(first + i) / 32][(first + i) % 32])));
        }
    }

    /// @dev A number of any size brought to 32 bits.
    function wrapped(int256 value) internal pure returns (int256) {
        value %= 2 ** 32;
        if (value >= 2 ** 31) return value - 2 ** 32;
        return value < -(2 ** 31) ? value + 2 ** 32 : value;
    }
}
