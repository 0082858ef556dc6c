// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @notice Roots and openings of lists: units of a job, nodes of a program, leaves of a trace.
/// @dev A list is padded at its end with zero words to a power of two. Its length is not inside the root, so whoever
/// keeps a root keeps or fixes the length beside it. A list of one leaf is its own root; there is no empty list.
library ListTree {
    error ListTreeEmpty();
    error ListTreeIndexOutOfBounds(uint256 index, uint256 length);
    error ListTreeProofLength(uint256 given, uint256 expected);

    /// @notice Length of every proof in a list: ceil(log2(length)).
    /// @param length Number of leaves, at least 1
    function depth(uint256 length) internal pure returns (uint256) {
        return Math.log2(length, Math.Rounding.Ceil);
    }

    /// @notice The node that stands above nothing but padding.
    /// @param height Levels below it
    function padding(uint256 height) internal pure returns (bytes32 node) {
        for (uint256 level = 0; level < height; ++level) {
            node = Hashes.efficientKeccak256(node, node);
        }
    }

    /// @notice Root of a list.
    /// @param leaves Leaves in order, at least 1
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        require(leaves.length != 0, ListTreeEmpty());
        bytes32[] memory padded = new bytes32[](1 << depth(leaves.length));
        for (uint256 i = 0; i < leaves.length; ++i) {
            padded[i] = leaves[i];
        }
        return MerkleTree.fold(padded);
    }

    /// @notice Root that a leaf and its siblings lead to.
    /// @dev Requirements:
    /// - the index is below the length: padding is never opened
    /// - the proof has exactly the length that the list fixes
    /// @param leaf Leaf to open
    /// @param index Position of the leaf
    /// @param length Number of leaves in the list, padding not counted
    /// @param siblings Sibling of each node from the leaf up
    function process(
        bytes32 leaf,
        uint256 index,
        uint256 length,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32) {
        require(index < length, ListTreeIndexOutOfBounds(index, length));
        uint256 expected = depth(length);
        require(siblings.length == expected, ListTreeProofLength(siblings.length, expected));
        return MerkleTree.climb(leaf, index, siblings);
    }

    /// @notice Whether a leaf stands at an index of the list; reverts as {process} does on a malformed proof.
    /// @param listRoot Root of the list
    /// @param leaf Leaf to open
    /// @param index Position of the leaf
    /// @param length Number of leaves in the list, padding not counted
    /// @param siblings Sibling of each node from the leaf up
    function verify(
        bytes32 listRoot,
        bytes32 leaf,
        uint256 index,
        uint256 length,
        bytes32[] calldata siblings
    ) internal pure returns (bool) {
        return process(leaf, index, length, siblings) == listRoot;
    }
}
