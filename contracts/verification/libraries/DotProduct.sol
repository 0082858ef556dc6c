// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Elements} from "./Elements.sol";

/// @notice Sums of products of two rows, modulo 2^32.
library DotProduct {
    /// @notice The product of two rows of 8-bit elements.
    ///
    /// @dev A word is taken as four polynomials in 2^32, one for each byte of its eight lanes, with digits from -128 to 127.
    /// With the lanes of b reversed, the coefficient of 2^224 in the product of two such polynomials is the sum of the
    /// products of their digits, and what is above it falls out of the word. The coefficients below it add up to less than
    /// 2^223 in magnitude for rows of up to 131,072 elements, so that adding 2^223 rounds them away.
    ///
    /// Bytes behind the row count nothing: those of a are set to the digit 0.
    ///
    /// @param a Words of the first row
    /// @param b Words of the second row, as many
    /// @param length Elements of each row, which fill the words but for less than a word
    function ofBytes(
        bytes32[] calldata a,
        bytes32[] calldata b,
        uint256 length
    ) internal pure returns (int256 product) {
        // SAFETY: reads calldata only. A digit is a byte less 128, after the byte's highest bit was turned.
        assembly ("memory-safe") {
            function add4(acc, x, y) -> sum {
                let m := 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff
                y := or(shr(128, y), shl(128, y))
                y := or(and(shr(64, y), m), shl(64, and(y, m)))
                m := 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff
                y := or(and(shr(32, y), m), shl(32, and(y, m)))
                m := 0x000000ff000000ff000000ff000000ff000000ff000000ff000000ff000000ff
                let o := 0x0000008000000080000000800000008000000080000000800000008000000080
                sum := add(acc, mul(sub(and(x, m), o), sub(and(y, m), o)))
                sum := add(sum, mul(sub(and(shr(8, x), m), o), sub(and(shr(8, y), m), o)))
                sum := add(sum, mul(sub(and(shr(16, x), m), o), sub(and(shr(16, y), m), o)))
                sum := add(sum, mul(sub(and(shr(24, x), m), o), sub(and(shr(24, y), m), o)))
            }
            let high := 0x8080808080808080808080808080808080808080808080808080808080808080
            let sum := 0
            let pointer := a.offset
            let distance := sub(b.offset, a.offset)
            for {
                let end := add(pointer, and(length, not(31)))
            } lt(pointer, end) {
                pointer := add(pointer, 32)
            } {
                sum := add4(sum, xor(calldataload(pointer), high), xor(calldataload(add(pointer, distance)), high))
            }
            let rest := and(length, 31)
            if rest {
                let x := and(calldataload(pointer), not(shr(shl(3, rest), not(0))))
                sum := add4(sum, xor(x, high), xor(calldataload(add(pointer, distance)), high))
            }
            product := signextend(3, shr(224, add(sum, shl(223, 1))))
        }
    }

    /// @notice The product of two rows of elements of any type.
    /// @param a Words of the first row
    /// @param sizeA Bytes per element of the first row
    /// @param b Words of the second row
    /// @param sizeB Bytes per element of the second row
    /// @param length Elements of each row
    function ofElements(
        bytes32[] calldata a,
        uint256 sizeA,
        bytes32[] calldata b,
        uint256 sizeB,
        uint256 length
    ) internal pure returns (int256 product) {
        // SAFETY: a sum of at most 2^32 products of 32-bit values fits 256 bits.
        unchecked {
            for (uint256 k = 0; k < length; ++k) {
                product += Elements.inWords(a, k, sizeA) * Elements.inWords(b, k, sizeB);
            }
        }
        return Elements.wrap(product);
    }
}
