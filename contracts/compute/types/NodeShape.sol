// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the validator remembers of a node, in 64 bits, never zero.
/// @dev From the most significant of the 64 bits: used 1, live 1, element bytes 3, rows 27, columns 32. A valid tensor
/// has at most 2^25 rows and 2^30 columns.
type NodeShape is uint256;

using NodeShapeLib for NodeShape global;

/// @notice Packs and reads shapes of nodes.
library NodeShapeLib {
    /// @notice Set once a later node reads the node.
    uint256 internal constant USED = 1 << 63;

    /// @notice Set if the node depends on the program's input.
    uint256 internal constant LIVE = 1 << 62;

    /// @notice Packs a shape that no node uses yet.
    /// @param isLive_ Whether the node depends on the program's input
    /// @param size Bytes per element: 1, 2 or 4
    /// @param rows_ Number of rows, below 2^27
    /// @param cols_ Number of columns, below 2^32
    function toNodeShape(bool isLive_, uint256 size, uint256 rows_, uint256 cols_) internal pure returns (NodeShape) {
        return NodeShape.wrap((isLive_ ? LIVE : 0) | (size << 59) | (rows_ << 32) | cols_);
    }

    /// @notice Whether the node depends on the program's input.
    function isLive(NodeShape shape) internal pure returns (bool) {
        return NodeShape.unwrap(shape) & LIVE != 0;
    }

    /// @notice Bytes per element.
    function elementSize(NodeShape shape) internal pure returns (uint256) {
        return (NodeShape.unwrap(shape) >> 59) & 7;
    }

    /// @notice Number of rows.
    function rows(NodeShape shape) internal pure returns (uint256) {
        return (NodeShape.unwrap(shape) >> 32) & 0x7ffffff;
    }

    /// @notice Number of columns.
    function cols(NodeShape shape) internal pure returns (uint256) {
        return uint32(NodeShape.unwrap(shape));
    }

    /// @notice Number of elements, at most 2^30.
    function count(NodeShape shape) internal pure returns (uint256) {
        // SAFETY: 27 bits times 32 bits.
        unchecked {
            return shape.rows() * shape.cols();
        }
    }
}
