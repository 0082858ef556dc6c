// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Element type and shape of a tensor in one word: bytes per element << 64 | rows << 32 | columns.
/// @dev A header may come from anybody: {TensorHeaderLib-requireValid} comes before any other use of one.
type TensorHeader is uint256;

using TensorHeaderLib for TensorHeader global;

/// @notice Reads tensor headers and the shape of the tree of words below them.
/// @dev A row fills a power of two of 32-byte words, and rows are padded to a power of two.
library TensorHeaderLib {
    using Math for uint256;

    /// @notice Most bytes that a tensor may commit to, padding included, as a power of two.
    uint256 internal constant MAX_BYTES_LOG2 = 30;

    /// @notice Depth of the tree of words of the largest tensor.
    uint256 internal constant MAX_DEPTH = MAX_BYTES_LOG2 - 5;

    error TensorHeaderInvalid(uint256 header);

    /// @notice Packs a header; the caller vouches that each field fits 32 bits.
    /// @param elementBytes Bytes per element: 1, 2 or 4
    /// @param rows_ Number of rows
    /// @param cols_ Number of columns
    function toTensorHeader(uint256 elementBytes, uint256 rows_, uint256 cols_) internal pure returns (TensorHeader) {
        return TensorHeader.wrap((elementBytes << 64) | (rows_ << 32) | cols_);
    }

    /// @notice Reverts unless the header describes a tensor of a known type within the largest size.
    function requireValid(TensorHeader header) internal pure {
        header.validDepth();
    }

    /// @notice Depth of the tree of words of a tensor whose header may be anything; reverts if it is not valid.
    function validDepth(TensorHeader header) internal pure returns (uint256 depth_) {
        uint256 size = header.elementSize();
        bool known = size == 1 || size == 2 || size == 4;
        bool positive = header.rows() != 0 && header.cols() != 0;
        depth_ = header.depth();
        require(known && positive && depth_ <= MAX_DEPTH, TensorHeaderInvalid(TensorHeader.unwrap(header)));
    }

    /// @notice Bytes per element; above 4 only in an invalid header.
    function elementSize(TensorHeader header) internal pure returns (uint256) {
        return TensorHeader.unwrap(header) >> 64;
    }

    /// @notice Number of rows.
    function rows(TensorHeader header) internal pure returns (uint256) {
        return uint32(TensorHeader.unwrap(header) >> 32);
    }

    /// @notice Number of columns.
    function cols(TensorHeader header) internal pure returns (uint256) {
        return uint32(TensorHeader.unwrap(header));
    }

    /// @notice Binary logarithm of the words that a row fills.
    function rowDepth(TensorHeader header) internal pure returns (uint256) {
        // SAFETY: a valid size is at most 4 and columns fit 32 bits.
        unchecked {
            return ((header.cols() * header.elementSize() + 31) >> 5).log2(Math.Rounding.Ceil);
        }
    }

    /// @notice Depth of the tree of words: 2^depth words, padding included.
    function depth(TensorHeader header) internal pure returns (uint256) {
        // SAFETY: two logarithms.
        unchecked {
            return header.rows().log2(Math.Rounding.Ceil) + header.rowDepth();
        }
    }
}
