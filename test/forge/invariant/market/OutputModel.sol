// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListTree} from "../../../../contracts/common/libraries/ListTree.sol";
import {TensorTree} from "../../../../contracts/common/libraries/TensorTree.sol";
import {TensorHeader, TensorHeaderLib} from "../../../../contracts/common/types/TensorHeader.sol";
import {IOutputDemands} from "../../../../contracts/compute/interfaces/IOutputDemands.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {Price} from "../../../../contracts/compute/types/JobState.sol";
import {TreeLib} from "../Tree.sol";
import {OrderModel} from "./OrderModel.sol";

/// @dev Outputs, approvals of them, and openings of their pieces. Every unit's output is the same tensor of two words.
abstract contract OutputModel is OrderModel {
    bytes32 private constant LEFT = keccak256("left");
    bytes32 private constant RIGHT = keccak256("right");

    /// @dev The root that a worker commits to, and whether it can show what is below it.
    function _outputs(uint256, uint256 seed, uint256 units) internal virtual returns (bytes32 root, bool showable) {
        if (units == 0 || _draw(seed, "lie", 4) == 0) return (keccak256(abi.encode(seed)), false);
        return (TreeLib.over(_leaves(units)).root(), true);
    }

    /// @dev No approval, the client's, or somebody else's.
    function _approval(
        uint256 seed,
        uint256 id,
        address client,
        bytes32 root,
        uint64 units
    ) internal view returns (bytes memory approval, bool approved) {
        uint256 kind = _draw(seed, "approval", 6);
        if (kind > 1) return (approval, false);
        address signer = kind == 0 ? client : _anyone(seed, "approver");
        approval = _sign(signer, ESCROW.approvalDigest(JobId.wrap(id), root, units));
        return (approval, signer == client);
    }

    /// @dev Delivers in the model.
    function _commit(uint256 id, bytes32 root, uint64 units, bool showable, bool approved) internal {
        Job memory job = _jobs[id];
        job.state = job.state.delivered(units, time);
        job.outputRoot = root;
        if (job.verifier != address(0) && approved) {
            job.state = job.state.withPrice(Price.Paid);
            _payPrice(id, _price(job));
        }
        _change(id, job);
        _showable[id] = showable;
        if (job.verifier == address(0)) _modelSettle(id);
    }

    /// @dev What answers a demand for a piece of an honest output.
    function _opening(
        IOutputDemands.Piece memory piece,
        uint256 units
    ) internal pure returns (IOutputDemands.Opening memory opening) {
        opening.header = _header();
        opening.root = keccak256(abi.encode(LEFT, RIGHT));
        opening.unitProof = TreeLib.over(_leaves(units)).siblings(0, piece.unit, ListTree.depth(units));
        if (piece.firstWord > 1) return opening;
        opening.words = new bytes32[](piece.wordsLog2 == 0 ? 1 : 2);
        opening.words[0] = piece.firstWord == 0 ? LEFT : RIGHT;
        if (piece.wordsLog2 != 0) {
            opening.words[1] = RIGHT;
            return opening;
        }
        opening.wordProof = new bytes32[](1);
        opening.wordProof[0] = piece.firstWord == 0 ? RIGHT : LEFT;
    }

    function _header() private pure returns (TensorHeader) {
        return TensorHeaderLib.toTensorHeader(1, 1, 64);
    }

    function _leaves(uint256 units) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](units);
        for (uint256 i = 0; i < units; ++i) {
            leaves[i] = TensorTree.tensorId(_header(), keccak256(abi.encode(LEFT, RIGHT)));
        }
    }
}
