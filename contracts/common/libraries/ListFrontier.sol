// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {ListTree} from "./ListTree.sol";

/// @notice Builds the root of a list leaf by leaf, keeping one node per level.
/// @dev Entry d is the root of the last full subtree of 2^d leaves while bit d of the number of leaves is set, and
/// meaningless otherwise.
library ListFrontier {
    /// @notice Most leaves of a list.
    uint256 internal constant MAX_LENGTH = 1 << 16;

    error ListFrontierFull(uint256 length);

    /// @notice Adds a leaf.
    /// @param frontier Frontier of the leaves so far
    /// @param length Number of leaves so far
    /// @param leaf The leaf
    function push(bytes32[17] memory frontier, uint256 length, bytes32 leaf) internal pure {
        require(length < MAX_LENGTH, ListFrontierFull(length));
        // SAFETY: length has a zero among its bits 0 to 16, so d stays inside the frontier; scratch space holds a pair.
        assembly ("memory-safe") {
            let entry := frontier
            for {} and(length, 1) {} {
                mstore(0x00, mload(entry))
                mstore(0x20, leaf)
                leaf := keccak256(0x00, 0x40)
                entry := add(entry, 0x20)
                length := shr(1, length)
            }
            mstore(entry, leaf)
        }
    }

    /// @notice Root of the list.
    /// @param frontier Frontier of its leaves
    /// @param length Number of its leaves, at least 1
    function root(bytes32[17] memory frontier, uint256 length) internal pure returns (bytes32 node) {
        require(length != 0, ListTree.ListTreeEmpty());
        uint256 depth = ListTree.depth(length);
        if (length == 1 << depth) return frontier[depth];

        bytes32 zeros;
        for (uint256 d = 0; d < depth; ++d) {
            node =
                (length >> d) & 1 == 1
                    ? Hashes.efficientKeccak256(frontier[d], node)
                    : Hashes.efficientKeccak256(node, zeros);
            zeros = Hashes.efficientKeccak256(zeros, zeros);
        }
    }
}
