// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";

/**
 * @title ITensorStep
 * @notice Computes one element of the result of one instruction from openings of its operands.
 * @dev It has no state and believes nothing: it says which tensors the openings belong to, and its caller checks that these
 * are the operands.
 */
interface ITensorStep {
    /// @notice What an element needs of one operand: the row that a DOT or REDUCE reads, or the one word that holds the
    /// element that any other instruction reads.
    /// @param header Header of the operand.
    /// @param words The words, in order.
    /// @param siblings The siblings from the subtree of these words to the operand's root, bottom up.
    struct Operand {
        TensorHeader header;
        bytes32[] words;
        bytes32[] siblings;
    }

    /// @notice INPUT and CONST compute nothing.
    error TensorStepNotInstruction(uint256 op);

    /// @notice The opening has more or fewer words than the element reads.
    error TensorStepWrongWordCount(uint256 given, uint256 expected);

    /**
     * @notice Computes an element as the instruction set says, saturated to the type of the result.
     *
     * @dev Requirements:
     * - the node is an instruction of a program that the model registry checked;
     * - the headers are those of its operands;
     * - the element is one of the result;
     * - the openings have exactly the words that it reads.
     * If the first three do not hold, the value is meaningless or the call reverts.
     *
     * @param node The node's four words.
     * @param index The element, counted row by row.
     * @param a The opening of the first operand; ignored where a VIEW reads its padding.
     * @param b The opening of the second operand; ignored if the instruction has none.
     * @return value The element.
     * @return idA The id of the tensor that `a` opens; 0 if it was ignored.
     * @return idB The id of the tensor that `b` opens; 0 if it was ignored.
     */
    function computeElement(
        bytes32[4] calldata node,
        uint256 index,
        Operand calldata a,
        Operand calldata b
    ) external pure returns (int256 value, bytes32 idA, bytes32 idB);
}
