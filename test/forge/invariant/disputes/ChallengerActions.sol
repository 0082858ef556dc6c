// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {JobStatus} from "../../../../contracts/compute/types/JobState.sol";
import {IOptimisticVerifier} from "../../../../contracts/verification/interfaces/IOptimisticVerifier.sol";
import {Descent} from "../../../../contracts/verification/types/Descent.sol";
import {Game} from "../../../../contracts/verification/types/Game.sol";
import {Tree} from "../Tree.sol";
import {MoveActions} from "./MoveActions.sol";

/// @dev How games begin, and how challengers give them up.
abstract contract ChallengerActions is MoveActions {
    function challenge(uint256 seed) external acting(seed) {
        _challengeAny(seed);
    }

    /// @dev Games must be many for the rest to matter.
    function challengeAnother(uint256 seed) external acting(seed) {
        _challengeAny(seed);
    }

    function move(uint256 seed) external acting(seed) {
        _moveAny(seed);
    }

    function moveAnother(uint256 seed) external acting(seed) {
        _moveAny(seed);
    }

    function concede(uint256 seed) external acting(seed) {
        if (livePlays.length == 0) return;
        _concede(seed, _pickDeep(seed));
    }

    /// @dev Challenges a job and gives up at once, which would change the job twice if games alone kept it frozen.
    function toggle(uint256 seed) external acting(seed) {
        uint256 id = _pickContestable(seed);
        if (id == 0) return;
        uint256 before = _plays.length;
        _challenge(seed, id, _draw(seed, "unit", _outputIds[id].length));
        if (_plays.length != before) _concede(seed, before);
    }

    function unfreezeCalm(uint256 seed) external acting(seed) {
        uint256 id = _pickCalm(seed);
        if (id == 0) return;
        _approach(seed, _contestableUntil(_jobs[id]));
        Job memory job = _jobs[id];
        bool allowed = job.state.frozen() && liveGames[id] == 0 && time > _contestableUntil(job);
        if (allowed) {
            _thawIfLast(id);
            ++count["unfrozen"];
        }
        _play(id, STRANGER, abi.encodeCall(VERIFIER.unfreeze, (JobId.wrap(id), job)), allowed);
    }

    function _concede(uint256 seed, uint256 index) private {
        Play memory play = _plays[index];
        (bool workerLate, bool challengerLate) = _isLate(play);
        bool allowed = play.verdict == Verdict.None && isLive[play.job] && !workerLate && !challengerLate;
        (address caller, bytes memory signature, bool authorised) = _mover(
            seed,
            play,
            VERIFIER.concessionDigest(_hashOf(play.game))
        );
        allowed = allowed && authorised;
        Job memory job = _jobs[play.job];
        bytes memory data = abi.encodeCall(
            VERIFIER.concede,
            (play.game, _traceOf[play.job][play.game.state.unit()], job, signature)
        );
        if (allowed) {
            bool inUnits = uint256(play.game.state.stage()) == 0;
            uint256 lost = inUnits ? Math.ceilDiv(play.game.bond, 4) : play.game.bond;
            _end(index, play.game.bond - lost, Math.min((play.game.bond * _answers(play)) / 32, lost), play.game.bond);
            _thawIfLast(play.job);
            ++count[inUnits ? bytes32("conceded in units") : bytes32("conceded")];
        }
        _play(play.job, caller, data, allowed);
    }

    /// @dev A frozen job that no game is about, if there is one, else any delivered job.
    function _pickCalm(uint256 seed) private view returns (uint256) {
        uint256 start = _draw(seed, "calm", live.length + 1);
        for (uint256 i = 0; i < live.length; ++i) {
            uint256 id = live[(start + i) % live.length];
            if (_jobs[id].state.frozen() && liveGames[id] == 0) return id;
        }
        return _pick(seed, JobStatus.Delivered);
    }

    /// @dev Half of the time a game that is past the units and in time, if there is one.
    function _pickDeep(uint256 seed) private view returns (uint256 index) {
        uint256 start = _draw(seed, "game", livePlays.length);
        if (_draw(seed, "deep", 2) == 0) return livePlays[start];
        for (uint256 i = 0; i < livePlays.length; ++i) {
            index = livePlays[(start + i) % livePlays.length];
            Play memory play = _plays[index];
            (bool workerLate, bool challengerLate) = _isLate(play);
            bool decided = play.verdict != Verdict.None || workerLate || challengerLate;
            if (!decided && uint256(play.game.state.stage()) != 0) return index;
        }
    }

    /// @dev Challenges a job at its output root or at one of its units.
    function _challenge(uint256 seed, uint256 id, uint256 unit) internal {
        Job memory job = _jobs[id];
        address challenger = _draw(seed, "self", 4) == 0 ? job.worker : _anyone(seed, "challenger");
        uint256 bond = _challengeBond(job, liveGames[id]);
        uint256 most = _draw(seed, "stingy", 16) == 0 ? bond - 1 : bond;
        bool delivered = isLive[id] && job.state.status() == JobStatus.Delivered;
        bool allowed = delivered && time <= _contestableUntil(job) && most == bond;
        Descent memory descent = _start(seed, id, unit);
        bytes memory data = abi.encodeCall(VERIFIER.challenge, (JobId.wrap(id), job, descent, most));
        if (!allowed) {
            _play(id, challenger, data, false);
            return;
        }
        ++liveGames[id];
        if (!job.state.frozen()) {
            job.state = job.state.withFrozen(true);
            _change(id, job);
        }
        ++begun[id];
        _begin(id, challenger, bond, _play(id, challenger, data, true));
        ++count[challenger == job.worker ? bytes32("challenged oneself") : bytes32("challenged")];
    }

    /// @dev A delivered job whose window is not over, if there is one.
    function _pickContestable(uint256 seed) internal view returns (uint256) {
        uint256 start = _draw(seed, "contestable", live.length + 1);
        for (uint256 i = 0; i < live.length; ++i) {
            uint256 id = live[(start + i) % live.length];
            Job memory job = _jobs[id];
            if (job.state.status() == JobStatus.Delivered && time <= _contestableUntil(job)) return id;
        }
        return 0;
    }

    function _thawIfLast(uint256 id) internal {
        Job memory job = _jobs[id];
        if (liveGames[id] != 0 || !isLive[id] || time <= _contestableUntil(job)) return;
        job.state = job.state.withFrozen(false);
        _change(id, job);
    }

    function _challengeAny(uint256 seed) private {
        uint256 id = _pickContestable(seed);
        if (id == 0) id = _pick(seed, JobStatus.Delivered);
        if (id == 0) return;
        _approach(seed, _contestableUntil(_jobs[id]));
        _challenge(seed, id, _draw(seed, "unit", Math.max(_outputIds[id].length, 1)));
    }

    function _moveAny(uint256 seed) private {
        if (livePlays.length == 0) return;
        uint256 index = livePlays[_draw(seed, "game", livePlays.length)];
        _approach(seed, _challengerUntil(_plays[index]));
        _move(seed, index, _draw(seed, "truthful", 2) == 0);
    }

    /// @dev At the root, or straight down at the unit if there is a tree below the root.
    function _start(uint256 seed, uint256 id, uint256 unit) private view returns (Descent memory descent) {
        Tree memory tree = _unitTree(id);
        bool atRoot = _claims[id].kind == Kind.Nothing || _draw(seed, "at root", 2) == 0 || _outputIds[id].length == 0;
        if (atRoot) {
            (descent.height, descent.node) = (tree.depth(), _jobs[id].outputRoot);
            return descent;
        }
        (descent.index, descent.node) = (unit, _outputIds[id][unit]);
        descent.siblings = tree.siblings(0, unit, tree.depth());
    }

    function _begin(uint256 id, address challenger, uint256 bond, Vm.Log[] memory logs) private {
        Play storage play = _plays.push();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IOptimisticVerifier.Challenged.selector) continue;
            play.game = abi.decode(logs[i].data, (Game));
        }
        assertEq(play.game.challenger, challenger, "OV-1");
        assertEq(play.game.bond, bond, "OV-5");
        (play.job, play.movedAt) = (id, time);
        play.workerClock = play.challengerClock = _clock(_classOf(play));
        livePlays.push(_plays.length - 1);
        _stake(play);
    }

    /// @dev Half a hundredth of price and bond, or a twentieth of the floor, more with every four games up to eight.
    function _challengeBond(Job memory job, uint256 games) private view returns (uint256 bond) {
        uint256 own = uint256(job.unitBond) * job.state.units();
        bond = Math.max(_up(Math.min(floor, own), 1, 20), _up(_price(job) + own, 1, 200));
        if (games >= 4) bond *= 2;
        if (games >= 8) bond *= 2;
        if (games >= 64) bond = Math.max(bond, own);
    }
}
