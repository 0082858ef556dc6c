// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {ITraces} from "../../../../contracts/verification/interfaces/ITraces.sol";
import {Stage} from "../../../../contracts/verification/types/GameState.sol";
import {Trace} from "../../../../contracts/verification/types/Trace.sol";
import {Tree, TreeLib} from "../Tree.sol";
import {GameModel} from "./GameModel.sol";

/// @dev What workers show of what they claim.
abstract contract WorkerActions is GameModel {
    /// @dev Somebody answers what a game asks for, if it has not been shown.
    function answer(uint256 seed) external acting(seed) {
        if (livePlays.length == 0) return;
        uint256 index = _pickWaiting(seed);
        _approach(seed, _workerUntil(_plays[index]));
        _answer(index);
    }

    /// @dev A game that waits for its worker, if there is one.
    function _pickWaiting(uint256 seed) private view returns (uint256 index) {
        uint256 start = _draw(seed, "game", livePlays.length);
        for (uint256 i = 0; i < livePlays.length; ++i) {
            index = livePlays[(start + i) % livePlays.length];
            if (_plays[index].verdict == Verdict.None && _answeredAt(_plays[index]) == 0) return index;
        }
    }

    /// @dev A diligent worker answers before its time is over, sometimes at once.
    function _goTo(uint256 to) internal override {
        for (uint256 i = 0; i < livePlays.length; ++i) {
            Play memory play = _plays[livePlays[i]];
            bool due = to > _workerUntil(play) || _draw(time, bytes32(i), 4) == 0;
            if (diligent[play.job] && due) _answer(livePlays[i]);
        }
        super._goTo(to);
    }

    /// @dev Does nothing where a worker has nothing to show or nothing was asked.
    function _answer(uint256 index) internal {
        Play memory play = _plays[index];
        bool nothing = _claims[play.job].kind == Kind.Nothing || !isLive[play.job];
        if (nothing || play.verdict != Verdict.None || _answeredAt(play) != 0) return;
        if (_isAtUnit(play)) _commitTrace(play);
        (Tree memory tree, uint256 height, uint256 position) = _standsIn(play);
        bytes32[] memory children = tree.descendants(height, position, _levels(height));
        if (_shownAt[_askOf(play)] == 0) _shownAt[_askOf(play)] = time;
        _play(play.job, STRANGER, abi.encodeCall(VERIFIER.reveal, (_headerAtTop(play), children)), true);
        ++count["answers"];
    }

    /// @dev The tree that a game is in, as claimed, and where; at a unit, its trace's.
    function _standsIn(Play memory play) internal view returns (Tree memory tree, uint256 height, uint256 position) {
        (height, position) = (play.game.state.height(), play.game.state.index());
        uint64 unit = play.game.state.unit();
        if (play.game.state.stage() == Stage.Tensor) {
            return (_resultTree(play.job, unit, play.node, true), height, position);
        }
        if (play.game.state.stage() == Stage.Units && height != 0) return (_unitTree(play.job), height, position);
        tree = TreeLib.over(_traceIds(play.job, unit, true));
        if (_isAtUnit(play)) (height, position) = (tree.depth(), 0);
    }

    function _commitTrace(Play memory play) private {
        uint64 unit = play.game.state.unit();
        Trace storage trace = _traceOf[play.job][unit];
        if (trace.committedAt != 0) return;
        Program memory program = _program(_kindOf(_jobs[play.job].modelId));
        Tree memory results = TreeLib.over(_traceIds(play.job, unit, true));
        Tree memory units = _unitTree(play.job);
        (trace.root, trace.programRoot, trace.nodes) = (results.root(), program.tree.root(), program.nodes);
        trace.committedAt = time;
        ITraces.TraceClaim memory claim = ITraces.TraceClaim({
            unit: unit,
            outputId: _outputIds[play.job][unit],
            unitProof: units.siblings(0, unit, units.depth()),
            root: trace.root,
            outputProof: results.siblings(0, program.nodes - 1, results.depth()),
            programRoot: trace.programRoot,
            nodes: program.nodes
        });
        address worker = _jobs[play.job].worker;
        bytes32 digest = VERIFIER.traceDigest(JobId.wrap(play.job), unit, trace.root, worker);
        bool signed = _draw(time, "signed trace", 2) == 0;
        _play(
            play.job,
            signed ? STRANGER : worker,
            abi.encodeCall(
                VERIFIER.commitTrace,
                (JobId.wrap(play.job), _jobs[play.job], claim, signed ? _sign(worker, digest) : bytes(""))
            ),
            true
        );
    }
}
