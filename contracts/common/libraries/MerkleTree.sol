// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice Binary keccak256 trees over 32-byte leaves that are not hashed themselves.
library MerkleTree {
    /// @notice Root of a full tree, computed over its leaves in place: afterwards the array holds garbage.
    /// @param leaves A power of two of leaves
    function fold(bytes32[] memory leaves) internal pure returns (bytes32 root) {
        // SAFETY: parent i is written to word i after words 2i and 2i + 1 were read, all inside the array.
        assembly ("memory-safe") {
            let base := add(leaves, 0x20)
            for {
                let half := shr(1, mload(leaves))
            } half {
                half := shr(1, half)
            } {
                let end := add(base, shl(5, half))
                let child := base
                for {
                    let parent := base
                } lt(parent, end) {
                    parent := add(parent, 0x20)
                } {
                    mstore(parent, keccak256(child, 0x40))
                    child := add(child, 0x40)
                }
            }
            root := mload(base)
        }
    }

    /// @notice Root of a full tree.
    /// @param leaves A power of two of leaves
    function foldCopy(bytes32[] calldata leaves) internal pure returns (bytes32) {
        bytes32[] memory copy;
        // SAFETY: allocates the array's length and words, and copies the words.
        assembly ("memory-safe") {
            copy := mload(0x40)
            let size := shl(5, leaves.length)
            mstore(0x40, add(add(copy, 0x20), size))
            mstore(copy, leaves.length)
            calldatacopy(add(copy, 0x20), leaves.offset, size)
        }
        return fold(copy);
    }

    /// @notice Root reached from a node and its siblings.
    /// @param node Node to start from
    /// @param index Position of the node in its level; bits above the number of siblings are ignored
    /// @param siblings Sibling of each node on the way, bottom-up
    function climb(bytes32 node, uint256 index, bytes32[] calldata siblings) internal pure returns (bytes32) {
        uint256 length = siblings.length;
        for (uint256 i = 0; i < length; ++i) {
            bytes32 sibling = siblings[i];
            node = index & 1 == 0 ? Hashes.efficientKeccak256(node, sibling) : Hashes.efficientKeccak256(sibling, node);
            index >>= 1;
        }
        return node;
    }
}
