// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";

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
    /// @param header Valid header of the node's result
    /// @param live Whether the node depends on the program's input
    function toNodeShape(TensorHeader header, bool live) internal pure returns (NodeShape) {
        uint256 rowsAndCols = uint64(TensorHeader.unwrap(header));
        return NodeShape.wrap((live ? LIVE : 0) | (header.elementSize() << 59) | rowsAndCols);
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
