// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListFrontier} from "../../common/libraries/ListFrontier.sol";
import {TensorHeader} from "../../common/types/TensorHeader.sol";
import {NodeHead, Op} from "../types/NodeHead.sol";
import {NodeShape, NodeShapeLib} from "../types/NodeShape.sol";
import {ProgramProgress} from "../types/ProgramDraft.sol";
import {ProgramRules} from "./ProgramRules.sol";
import {ShapeTable} from "./ShapeTable.sol";

/// @notice Checks a program node by node and adds up its root, work and trace bytes.
/// @dev A node is checked against the shapes of its operands, which stand before it. Work counts only nodes that depend
/// on the input (live); each node but the last must be read by a later one (used).
library ProgramValidator {
    using ShapeTable for bytes;
    using ListFrontier for bytes32[17];

    uint256 internal constant MIN_NODES = 2;
    uint256 internal constant MAX_NODES = ListFrontier.MAX_LENGTH;

    error ProgramNodeCountOutOfRange(uint256 nodes);
    error ProgramNodesMissing();
    error ProgramInputMisplaced(uint256 node, uint256 op);
    error ProgramOperationUnknown(uint256 node, uint256 op);
    error ProgramOperandNotEarlier(uint256 node, uint256 operand);
    error ProgramOperandPageClosed(uint256 node, uint256 operand);
    error ProgramOutputNotInstruction(uint256 node, uint256 op);
    error ProgramNodeUnused(uint256 node);
    error ProgramWithoutWork();

    /// @notice Checks the next nodes of a program.
    /// @param progress What is known of the nodes before; updated
    /// @param table Shapes of the nodes before, with room for the next; updated
    /// @param nodes The next nodes
    function extend(ProgramProgress memory progress, bytes memory table, bytes32[4][] calldata nodes) internal pure {
        require(nodes.length != 0, ProgramNodesMissing());
        uint256 total = progress.nodes + nodes.length;
        require(total <= MAX_NODES, ProgramNodeCountOutOfRange(total));
        for (uint256 i = 0; i < nodes.length; ++i) {
            _append(progress, table, nodes[i]);
        }
    }

    /// @notice Checks what only the end of a program shows.
    /// @param progress What is known of all its nodes
    /// @param table Shapes of its nodes
    /// @param last Its last node
    function finish(ProgramProgress memory progress, bytes memory table, NodeHead last) internal pure {
        uint256 total = progress.nodes;
        require(total >= MIN_NODES, ProgramNodeCountOutOfRange(total));
        require(last.op() >= Op.DOT, ProgramOutputNotInstruction(total - 1, last.op()));
        if (progress.used != total - 1) revert ProgramNodeUnused(_firstUnused(table, total));
        require(progress.work != 0, ProgramWithoutWork());
    }

    function _append(ProgramProgress memory progress, bytes memory table, bytes32[4] calldata node) private pure {
        uint256 index = progress.nodes;
        NodeHead head = NodeHead.wrap(uint256(node[0]));
        uint256 op = head.op();
        require((op == Op.INPUT) == (index == 0), ProgramInputMisplaced(index, op));
        TensorHeader header = head.header();
        uint256 depth = ProgramRules.checkHeader(index, header);

        bool live;
        if (op >= Op.DOT) {
            uint256 work;
            (live, work) = _checkInstruction(progress, table, head, node);
            // SAFETY: 65,536 nodes of at most 2^44 MACs and 2^30 bytes.
            unchecked {
                if (live) progress.work += work;
                progress.traceBytes += 32 << depth;
            }
        } else if (op == Op.CONST) {
            ProgramRules.checkConst(index, head, node);
        } else {
            ProgramRules.checkInput(index, head, node);
            progress.input = header;
            live = true;
        }

        table.add(index, NodeShape.unwrap(NodeShapeLib.toNodeShape(header, live)));
        progress.frontier.push(index, _hash(node));
        progress.nodes = index + 1;
    }

    function _checkInstruction(
        ProgramProgress memory progress,
        bytes memory table,
        NodeHead head,
        bytes32[4] calldata node
    ) private pure returns (bool live, uint256 work) {
        (uint256 index, uint256 op) = (progress.nodes, head.op());
        require(op <= Op.TAKE, ProgramOperationUnknown(index, op));
        NodeShape a = _operand(progress, table, head.a());
        live = a.isLive();
        NodeShape b;
        if (head.isBinary()) {
            b = _operand(progress, table, head.b());
            live = live || b.isLive();
        }
        if (op == Op.VIEW) {
            ProgramRules.checkView(index, head, node, a);
            return (live, 0);
        }
        ProgramRules.checkBody(index, node);
        if (op == Op.DOT) work = ProgramRules.checkDot(index, head, a, b);
        else if (op == Op.MAP) work = ProgramRules.checkMap(index, head);
        else if (op == Op.REDUCE) work = ProgramRules.checkReduce(index, head, a);
        else work = ProgramRules.checkTake(index, head, a, b);
    }

    /// @dev Shape of an operand, which is marked as used.
    function _operand(
        ProgramProgress memory progress,
        bytes memory table,
        uint256 operand
    ) private pure returns (NodeShape shape) {
        uint256 index = progress.nodes;
        require(operand < index, ProgramOperandNotEarlier(index, operand));
        shape = table.get(operand);
        uint256 bits = NodeShape.unwrap(shape);
        require(bits != 0, ProgramOperandPageClosed(index, operand));
        if (bits & NodeShapeLib.USED == 0) {
            table.add(operand, NodeShapeLib.USED);
            // SAFETY: each node is counted once.
            unchecked {
                ++progress.used;
            }
        }
    }

    /// @dev First node that no other reads, among those whose page is open; the number of nodes if there is none.
    function _firstUnused(bytes memory table, uint256 total) private pure returns (uint256 index) {
        for (; index < total - 1; ++index) {
            uint256 bits = NodeShape.unwrap(table.get(index));
            if (bits != 0 && bits & NodeShapeLib.USED == 0) return index;
        }
        return total;
    }

    function _hash(bytes32[4] calldata node) private pure returns (bytes32 hash) {
        // SAFETY: the node is copied behind the free memory pointer, which stays where it is.
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            calldatacopy(buffer, node, 0x80)
            hash := keccak256(buffer, 0x80)
        }
    }
}
