// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {TensorHeader} from "../types/TensorHeader.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @notice Ids of tensors, and openings of aligned runs of their words.
/// @dev The leaves are the raw 32-byte words of the tensor, rows in order, padding included; the header fixes the depth.
library TensorTree {
    error TensorTreeWordCount(uint256 words, uint256 available);
    error TensorTreeWordIndex(uint256 first, uint256 words, uint256 available);
    error TensorTreeProofLength(uint256 given, uint256 expected);

    /// @notice Id of a tensor.
    /// @param header Type and shape
    /// @param root Root of the tensor's words
    function tensorId(TensorHeader header, bytes32 root) internal pure returns (bytes32) {
        return Hashes.efficientKeccak256(bytes32(TensorHeader.unwrap(header)), root);
    }

    /// @notice Root that a run of words and the siblings above it lead to.
    /// @dev Requirements:
    /// - the header is valid
    /// - the words are a power of two in number, start at a multiple of it and lie inside the tensor
    /// - the proof has exactly the length that header and number of words fix
    /// @param header Type and shape of the tensor
    /// @param first Index of the first word: row × words per row + word in row
    /// @param words The words, in order
    /// @param siblings Sibling of each node from the subtree of the words up
    function process(
        TensorHeader header,
        uint256 first,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32) {
        uint256 depth = header.validDepth();
        uint256 count = words.length;
        uint256 available = 1 << depth;
        require(count != 0 && count <= available && count & (count - 1) == 0, TensorTreeWordCount(count, available));
        require(first < available && first & (count - 1) == 0, TensorTreeWordIndex(first, count, available));
        uint256 levels = siblings.length;
        // Not a require: it would compute the expected length for every proof.
        if (levels > depth || count << levels != available) {
            revert TensorTreeProofLength(levels, depth - Math.log2(count));
        }
        return MerkleTree.climb(MerkleTree.foldCopy(words), first / count, siblings);
    }

    /// @notice Whether a run of words belongs to a tensor; reverts as {process} does on a malformed proof.
    /// @param id Id of the tensor
    /// @param header Type and shape of the tensor
    /// @param first Index of the first word
    /// @param words The words, in order
    /// @param siblings Sibling of each node from the subtree of the words up
    function verify(
        bytes32 id,
        TensorHeader header,
        uint256 first,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) internal pure returns (bool) {
        return tensorId(header, process(header, first, words, siblings)) == id;
    }
}
