// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Elements} from "./Elements.sol";

/// @notice The functions of REDUCE, on one row.
library RowReduction {
    /// @notice The sum of a row's elements modulo 2^32.
    /// @param words Words of the row
    /// @param size Bytes per element
    /// @param length Elements of the row
    function sum(bytes32[] calldata words, uint256 size, uint256 length) internal pure returns (int256 total) {
        // SAFETY: reads calldata only; a sum of at most 2^32 values of 32 bits fits 256 bits.
        assembly ("memory-safe") {
            let shift := sub(256, shl(3, size))
            let end := add(words.offset, mul(length, size))
            for {
                let pointer := words.offset
            } lt(pointer, end) {
                pointer := add(pointer, size)
            } {
                total := add(total, sar(shift, calldataload(pointer)))
            }
        }
        return Elements.wrap(total);
    }

    /// @notice The largest of a row's elements, and the first that is.
    /// @param words Words of the row
    /// @param size Bytes per element
    /// @param length Elements of the row, at least 1
    function largest(
        bytes32[] calldata words,
        uint256 size,
        uint256 length
    ) internal pure returns (int256 value, uint256 index) {
        // SAFETY: reads calldata only.
        assembly ("memory-safe") {
            let shift := sub(256, shl(3, size))
            let first := words.offset
            let end := add(words.offset, mul(length, size))
            value := sar(shift, calldataload(first))
            for {
                let pointer := add(words.offset, size)
            } lt(pointer, end) {
                pointer := add(pointer, size)
            } {
                let element := sar(shift, calldataload(pointer))
                if sgt(element, value) {
                    value := element
                    first := pointer
                }
            }
            index := div(sub(first, words.offset), size)
        }
    }
}
