// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";

/**
 * @title IReveals
 * @notice What was shown below nodes of trees that workers committed to.
 * @dev A reveal proves itself: it is the children that hash to the node. So anyone may make it, it holds for every game that
 * comes to that node, and what is on record is only that and when it was made.
 */
interface IReveals {
    /// @notice The descendants of a node, some levels down, were shown.
    /// @param key keccak256 of a word and the number of descendants; the word is keccak256 of node and header, where the node
    /// is a tensor's id if there is a header, else an inner node and the header is 0
    /// @param children The descendants; empty if they stand in the data of a transaction that an externally owned account
    /// without code sent to the verifier
    event Revealed(bytes32 indexed key, bytes32[] children);

    /// @notice One round shows 1, 2, 4, 8, 16, 32 or 64 descendants.
    error RevealsInvalidCount(uint256 count);

    /**
     * @notice Shows the descendants of a node.
     *
     * @dev Does nothing if they were shown before. Emits {Revealed}.
     *
     * Requirements: the number of descendants is a power of two up to 64.
     *
     * @param header Header of the tensor whose root is above the children; 0 if they are below any other node.
     * @param children The descendants in order.
     */
    function reveal(TensorHeader header, bytes32[] calldata children) external;

    /// @notice When `count` descendants of a node were shown, in seconds; 0 = not yet.
    /// @param node The node: a tensor's id if there is a header, else an inner node.
    /// @param header The tensor's header, or 0.
    function revealedAt(bytes32 node, TensorHeader header, uint256 count) external view returns (uint256);
}
