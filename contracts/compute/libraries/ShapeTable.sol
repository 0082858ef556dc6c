// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeShape} from "../types/NodeShape.sol";

/// @notice Shapes of a program's nodes in memory, 8 bytes each, in pages of 256.
/// @dev SAFETY: the caller vouches that every index is below the number of nodes that the table was allocated for.
library ShapeTable {
    /// @notice Bytes of a page.
    uint256 internal constant PAGE_BYTES = 2048;

    /// @notice Nodes of a page.
    uint256 internal constant PAGE_NODES = PAGE_BYTES / 8;

    /// @notice Number of pages that hold the shapes of some nodes.
    function pageCount(uint256 nodes) internal pure returns (uint256) {
        return (nodes + PAGE_NODES - 1) / PAGE_NODES;
    }

    /// @notice An empty table.
    /// @param nodes Number of nodes that it has room for
    function allocate(uint256 nodes) internal pure returns (bytes memory) {
        // Entries are read and written as the first bytes of a word, so the last one needs room behind it.
        return new bytes(pageCount(nodes) * PAGE_BYTES + 32);
    }

    /// @notice Shape of a node; zero if it is not known.
    function get(bytes memory table, uint256 index) internal pure returns (NodeShape shape) {
        assembly ("memory-safe") {
            shape := shr(192, mload(add(add(table, 0x20), shl(3, index))))
        }
    }

    /// @notice Adds bits to the shape of a node.
    function add(bytes memory table, uint256 index, uint256 bits) internal pure {
        assembly ("memory-safe") {
            let entry := add(add(table, 0x20), shl(3, index))
            mstore(entry, or(mload(entry), shl(192, bits)))
        }
    }

    /// @notice Copies a page into the table.
    /// @param page The page, of PAGE_BYTES bytes
    function load(bytes memory table, uint256 pageIndex, bytes calldata page) internal pure {
        assembly ("memory-safe") {
            calldatacopy(add(add(table, 0x20), mul(pageIndex, PAGE_BYTES)), page.offset, PAGE_BYTES)
        }
    }

    /// @notice Copies a page out of the table.
    function pageAt(bytes memory table, uint256 pageIndex) internal pure returns (bytes memory page) {
        page = new bytes(PAGE_BYTES);
        assembly ("memory-safe") {
            mcopy(add(page, 0x20), add(add(table, 0x20), mul(pageIndex, PAGE_BYTES)), PAGE_BYTES)
        }
    }
}
