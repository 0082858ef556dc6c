// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorTree} from "../common/libraries/TensorTree.sol";
import {TensorHeader} from "../common/types/TensorHeader.sol";
import {NodeHead, Op, ReduceFn} from "../compute/types/NodeHead.sol";
import {ITensorStep} from "./interfaces/ITensorStep.sol";
import {DotProduct} from "./libraries/DotProduct.sol";
import {Elements} from "./libraries/Elements.sol";
import {Elementwise} from "./libraries/Elementwise.sol";
import {RowReduction} from "./libraries/RowReduction.sol";
import {ViewLoops} from "./libraries/ViewLoops.sol";

/// @title TensorStep
/// @notice Computes one element of one instruction. See {ITensorStep}.
contract TensorStep is ITensorStep {
    /// @inheritdoc ITensorStep
    function computeElement(
        bytes32[4] calldata node,
        uint256 index,
        Operand calldata a,
        Operand calldata b
    ) external pure returns (int256 value, bytes32 idA, bytes32 idB) {
        NodeHead head = NodeHead.wrap(uint256(node[0]));
        uint256 op = head.op();
        if (op == Op.DOT) (value, idA, idB) = _dot(head, index, a, b);
        else if (op == Op.MAP) (value, idA, idB) = _map(head, index, a, b);
        else if (op == Op.REDUCE) (value, idA) = _reduce(head, index, a);
        else if (op == Op.VIEW) (value, idA) = _view(node, index, a);
        else if (op == Op.TAKE) (value, idA, idB) = _take(head, index, a, b);
        else revert TensorStepNotInstruction(op);
        value = Elements.saturate(value, head.elementSize());
    }

    /// @dev Row r of a with row c of its group's rows of b.
    function _dot(
        NodeHead head,
        uint256 index,
        Operand calldata a,
        Operand calldata b
    ) private pure returns (int256 value, bytes32 idA, bytes32 idB) {
        uint256 n = head.count() / a.header.rows();
        uint256 row = index / n;
        uint256 group = row / (a.header.rows() / head.immediate());
        uint256 rowOfB = (group % (b.header.rows() / n)) * n + (index % n);
        (idA, idB) = (_openRow(a, row), _openRow(b, rowOfB));
        (uint256 sizeA, uint256 sizeB, uint256 length) = (
            a.header.elementSize(),
            b.header.elementSize(),
            a.header.cols()
        );
        value =
            sizeA == 1 && sizeB == 1
                ? DotProduct.ofBytes(a.words, b.words, length)
                : DotProduct.ofElements(a.words, sizeA, b.words, sizeB, length);
    }

    function _map(
        NodeHead head,
        uint256 index,
        Operand calldata a,
        Operand calldata b
    ) private pure returns (int256 value, bytes32 idA, bytes32 idB) {
        (uint256 row, uint256 col) = (index / head.cols(), index % head.cols());
        int256 y;
        (value, idA) = _open(a, row % a.header.rows(), col % a.header.cols());
        if (head.isBinary()) (y, idB) = _open(b, row % b.header.rows(), col % b.header.cols());
        value = Elementwise.apply_(head.fn(), value, y, head.immediate());
    }

    function _reduce(NodeHead head, uint256 index, Operand calldata a) private pure returns (int256 value, bytes32 id) {
        id = _openRow(a, index);
        (uint256 fn, uint256 size, uint256 length) = (head.fn(), a.header.elementSize(), a.header.cols());
        if (fn == ReduceFn.SUM) return (RowReduction.sum(a.words, size, length), id);
        (int256 most, uint256 first) = RowReduction.largest(a.words, size, length);
        value = fn == ReduceFn.MAX ? most : int256(first);
    }

    function _view(
        bytes32[4] calldata node,
        uint256 index,
        Operand calldata a
    ) private pure returns (int256 value, bytes32 id) {
        (bool inside, uint256 source) = ViewLoops.source(node, index);
        if (!inside) return (NodeHead.wrap(uint256(node[0])).pad(), 0);
        return _openAt(a, source);
    }

    /// @dev Element `index mod chunk` of the chunk of a that b names, modulo the number of chunks.
    function _take(
        NodeHead head,
        uint256 index,
        Operand calldata a,
        Operand calldata b
    ) private pure returns (int256 value, bytes32 idA, bytes32 idB) {
        uint256 chunk = head.immediate();
        int256 chunks = int256((a.header.rows() * a.header.cols()) / chunk);
        (value, idB) = _openAt(b, index / chunk);
        uint256 taken = uint256(((value % chunks) + chunks) % chunks);
        (value, idA) = _openAt(a, taken * chunk + (index % chunk));
    }

    /// @dev Opens the element with this index, counted row by row.
    function _openAt(Operand calldata operand, uint256 index) private pure returns (int256 value, bytes32 id) {
        uint256 cols = operand.header.cols();
        return _open(operand, index / cols, index % cols);
    }

    /// @dev Opens one element.
    function _open(Operand calldata operand, uint256 row, uint256 col) private pure returns (int256 value, bytes32 id) {
        TensorHeader header = operand.header;
        _requireWords(operand, 1);
        uint256 size = header.elementSize();
        // SAFETY: a valid header, which the tree's library checks, has fewer than 2^25 words and sizes of at most 4.
        unchecked {
            uint256 position = col * size;
            id = _idOf(operand, (row << header.rowDepth()) + (position >> 5));
            value = Elements.inWord(operand.words[0], (position & 31) / size, size);
        }
    }

    /// @dev Opens a row, all of its words.
    function _openRow(Operand calldata operand, uint256 row) private pure returns (bytes32 id) {
        uint256 rowDepth = operand.header.rowDepth();
        _requireWords(operand, 1 << rowDepth);
        return _idOf(operand, row << rowDepth);
    }

    function _idOf(Operand calldata operand, uint256 first) private pure returns (bytes32) {
        TensorHeader header = operand.header;
        return TensorTree.tensorId(header, TensorTree.process(header, first, operand.words, operand.siblings));
    }

    function _requireWords(Operand calldata operand, uint256 expected) private pure {
        uint256 given = operand.words.length;
        require(given == expected, TensorStepWrongWordCount(given, expected));
    }
}
