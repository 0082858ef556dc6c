// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListFrontier} from "../common/libraries/ListFrontier.sol";
import {ListTree} from "../common/libraries/ListTree.sol";
import {TensorTree} from "../common/libraries/TensorTree.sol";
import {ModelId, ModelIdLib} from "../common/types/ModelId.sol";
import {TensorHeader, TensorHeaderLib} from "../common/types/TensorHeader.sol";

/// @notice Opens the common tree libraries and id types to tests.
contract TreeHarness {
    function listRoot(bytes32[] calldata leaves) external pure returns (bytes32) {
        return ListTree.root(leaves);
    }

    function frontierRoot(bytes32[] calldata leaves) external pure returns (bytes32) {
        bytes32[17] memory frontier;
        for (uint256 i = 0; i < leaves.length; ++i) {
            ListFrontier.push(frontier, i, leaves[i]);
        }
        return ListFrontier.root(frontier, leaves.length);
    }

    function frontierPush(
        bytes32[17] calldata frontier,
        uint256 length,
        bytes32 leaf
    ) external pure returns (bytes32[17] memory next) {
        next = frontier;
        ListFrontier.push(next, length, leaf);
    }

    function listDepth(uint256 length) external pure returns (uint256) {
        return ListTree.depth(length);
    }

    function listPadding(uint256 height) external pure returns (bytes32) {
        return ListTree.padding(height);
    }

    function listProcess(
        bytes32 leaf,
        uint256 index,
        uint256 length,
        bytes32[] calldata siblings
    ) external pure returns (bytes32) {
        return ListTree.process(leaf, index, length, siblings);
    }

    function listVerify(
        bytes32 root,
        bytes32 leaf,
        uint256 index,
        uint256 length,
        bytes32[] calldata siblings
    ) external pure returns (bool) {
        return ListTree.verify(root, leaf, index, length, siblings);
    }

    function tensorId(TensorHeader header, bytes32 root) external pure returns (bytes32) {
        return TensorTree.tensorId(header, root);
    }

    function tensorProcess(
        TensorHeader header,
        uint256 first,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) external pure returns (bytes32) {
        return TensorTree.process(header, first, words, siblings);
    }

    function tensorVerify(
        bytes32 id,
        TensorHeader header,
        uint256 first,
        bytes32[] calldata words,
        bytes32[] calldata siblings
    ) external pure returns (bool) {
        return TensorTree.verify(id, header, first, words, siblings);
    }

    function headerOf(uint256 elementBytes, uint256 rows, uint256 cols) external pure returns (TensorHeader) {
        return TensorHeaderLib.toTensorHeader(elementBytes, rows, cols);
    }

    function headerFields(
        TensorHeader header
    ) external pure returns (uint256 elementSize, uint256 rows, uint256 cols, uint256 rowDepth, uint256 depth) {
        header.requireValid();
        return (header.elementSize(), header.rows(), header.cols(), header.rowDepth(), header.depth());
    }

    function modelIdOf(
        bytes32 programRoot,
        uint256 nodes,
        uint256 work,
        uint256 traceBytes
    ) external pure returns (ModelId) {
        return ModelIdLib.toModelId(programRoot, nodes, work, traceBytes);
    }

    function modelIdFields(ModelId id) external pure returns (bytes20 digest, uint256 work, uint256 traceBytes) {
        return (id.digest(), id.work(), id.traceBytes());
    }
}
