// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ModelId} from "../../../../contracts/common/types/ModelId.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {JobStatus} from "../../../../contracts/compute/types/JobState.sol";
import {Ask, Bid} from "../../../../contracts/compute/types/Order.sol";
import {TermsClass} from "../../../../contracts/compute/types/TermsClass.sol";
import {IGames} from "../../../../contracts/verification/interfaces/IGames.sol";
import {Descent} from "../../../../contracts/verification/types/Descent.sol";
import {Game} from "../../../../contracts/verification/types/Game.sol";
import {Trace} from "../../../../contracts/verification/types/Trace.sol";
import {ChallengerActions} from "./ChallengerActions.sol";

/// @dev Everything that anyone can do about a job that can be disputed. Each call must succeed exactly if the model says so.
contract DisputeHandler is ChallengerActions {
    uint256 private constant CROWD = 16;
    uint32 private constant TURNAROUND = 60 days;

    /// @dev More than a game has turns; some moves are refused.
    uint256 private constant MOST_TRIES = 64;

    uint64 private _asks;

    /// @dev A move was made on a game that is not as it stands now.
    error StaleMove(bytes4 selector, bytes result);

    /// @dev A lie was challenged by somebody who knows the truth, and not punished.
    error LieSurvived(uint256 job);

    /// @dev Games that nobody can end.
    error Unended(uint256 games);

    function open(uint256 seed) external acting(seed) {
        _openAny(seed);
    }

    /// @dev Most of what can be disputed comes about so, since windows are short.
    function openAndDeliver(uint256 seed) external acting(seed) {
        _openAny(seed);
        _deliver(seed);
    }

    function resolve(uint256 seed) external acting(seed) {
        if (livePlays.length == 0) return;
        uint256 index = _pickOver(seed);
        Play memory play = _plays[index];
        uint256 kind = _draw(seed, "edge", 3);
        if (kind == 0) _approach(seed, _workerUntil(play));
        else if (kind == 1) _approach(seed, _challengerUntil(play));
        else if (isLive[play.job]) _approach(seed, _frozenUntil(_jobs[play.job]));
        _resolve(index);
    }

    /// @dev A game is played on, often to its end: the worker shows what it can, and the challenger knows the truth or does
    /// not.
    function playOn(uint256 seed) external acting(seed) {
        if (livePlays.length == 0) return;
        uint256 tries = _draw(seed, "tries", 2) == 0 ? MOST_TRIES : 1 + _draw(seed, "few", 4);
        uint256 index = livePlays[_draw(seed, "game", livePlays.length)];
        _playOn(seed, index, _draw(seed, "truthful", 2) == 0, tries);
    }

    /// @dev Whoever knows the truth, challenges a lie in time and plays on wins, whatever else goes on.
    function hunt(uint256 seed) external acting(seed) {
        uint256 id = _pickContestable(seed);
        if (id != 0) _hunt(seed, id);
    }

    /// @dev So many challenge a job that the next one is dear, and that fees of all of them are more than their share.
    function crowd(uint256 seed) external acting(seed) {
        uint256 id = _pickContestable(seed);
        if (id == 0) return;
        if (_draw(seed, "dear", 2) == 0) _setFloors(HIGHEST_FLOOR);
        for (uint256 i = 0; i < CROWD; ++i) {
            uint256 before = _plays.length;
            uint256 each = _draw(seed, bytes32(i), type(uint256).max);
            _challenge(each, id, _draw(each, "unit", _outputIds[id].length));
            if (_plays.length != before) _answer(before);
        }
        _hunt(seed, id);
    }

    /// @dev OV-1: nothing can be done with a game as it was.
    function replay(uint256 seed) external acting(seed) {
        if (_formerGames.length == 0) return;
        Game memory game = _formerGames[_draw(seed, "former", _formerGames.length)];
        uint256 id = JobId.unwrap(game.id.jobId());
        (Job memory job, Trace memory trace) = (_jobs[id], _traceOf[id][game.state.unit()]);
        Descent memory descent;
        IGames.NodeOpening memory opening;
        IGames.Witness memory witness;
        address challenger = game.challenger;
        bytes32[] memory proof;
        _refused(challenger, abi.encodeCall(VERIFIER.pick, (game, descent, "")));
        _refused(challenger, abi.encodeCall(VERIFIER.pickInTrace, (game, trace, descent, "")));
        _refused(challenger, abi.encodeCall(VERIFIER.pickNode, (game, trace, descent, opening, "")));
        _refused(challenger, abi.encodeCall(VERIFIER.pickInput, (game, trace, descent, job, 0, proof, "")));
        _refused(challenger, abi.encodeCall(VERIFIER.step, (game, trace, descent, witness, "")));
        _refused(challenger, abi.encodeCall(VERIFIER.concede, (game, trace, job, "")));
        _refused(STRANGER, abi.encodeCall(VERIFIER.resolve, (game, trace, job)));
    }

    /// @dev Goes to a second around one at which something changes, or some minutes on.
    function warp(uint256 seed) external acting(seed) {
        uint256 edge = time;
        uint256 kind = _draw(seed, "edge", 4);
        if (kind < 2 && livePlays.length != 0) {
            Play memory play = _plays[livePlays[_draw(seed, "game", livePlays.length)]];
            edge = kind == 0 ? _workerUntil(play) : _challengerUntil(play);
        } else if (kind == 2 && live.length != 0) {
            edge = _unsettledUntil(_jobs[live[_draw(seed, "job", live.length)]]);
        }
        edge = edge + _draw(seed, "side", 3) - 1;
        _goTo(edge < time || edge > time + 20 days ? time + _draw(seed, "step", 20 minutes) : edge);
    }

    /// @dev Ends every game and every job, and sends every held bond on.
    function finish() external acting(0) {
        // Long enough for each side to be late, and soon enough for a late worker to be slashed.
        _goTo(time + 4 days);
        _resolveAll();
        _goTo(time + 400 days);
        _resolveAll();
        require(livePlays.length == 0, Unended(livePlays.length));
        while (live.length != 0) {
            uint256 id = live[live.length - 1];
            if (_jobs[id].state.status() == JobStatus.Open) _sendExpire(id, STRANGER);
            else _finishDelivered(id);
        }
        while (heldIds.length != 0) _sendRelease(heldIds.length - 1, STRANGER);
    }

    function _openAny(uint256 seed) private {
        uint256 kind = _draw(seed, "program", PROGRAMS);
        Program memory program = _program(kind);
        (Offer memory offer, Want memory want) = (_offer(seed, program.id), _want(seed, program, kind));
        (Ask memory ask, Bid memory bid) = (offer.ask, want.bid);
        (ask.maxUnits, bid.token, bid.termsClass) = (bid.units, ask.token, ask.termsClass);
        (bid.maxUnitPrice, bid.minUnitBond) = (ask.unitPrice, ask.unitBond);
        offer.signature = _sign(ask.provider, BOOK.askDigest(ask));
        uint256 id = _openFunded(offer, want, bid.client);
        (_inputSeed[id], diligent[id]) = (seed, _draw(seed, "diligent", 2) == 0);
        _send(bid.client, abi.encodeCall(ESCROW.fill, (ask, offer.signature, bid, "")), true);
    }

    function _offer(uint256 seed, ModelId modelId) private returns (Offer memory offer) {
        Ask memory ask = offer.ask;
        (ask.provider, ask.worker) = (_anyone(seed, "provider"), _anyone(seed, "worker"));
        (ask.modelId, ask.verifier, ask.token) = (modelId, address(VERIFIER), tokens[_draw(seed, "token", TOKENS)]);
        ask.unitPrice = uint128(_draw(seed, "price", 1 << _draw(seed, "price bits", 80)));
        ask.unitBond = _unitBond(ask.unitPrice) + uint128(_draw(seed, "bond", 1e18));
        (ask.turnaround, ask.termsClass) = (TURNAROUND, TermsClass(_draw(seed, "class", 3)));
        (ask.nonce, ask.expiry) = (++_asks, uint40(time));
        offer.signer = ask.provider;
    }

    /// @dev The client's own call. A chained job's outputs must look like its inputs.
    function _want(uint256 seed, Program memory program, uint256 kind) private view returns (Want memory want) {
        Bid memory bid = want.bid;
        (bid.client, bid.modelId, bid.verifier) = (_anyone(seed, "client"), program.id, address(VERIFIER));
        bid.units = uint64(1 + _draw(seed, "units", kind == LARGE ? 3 : 8));
        bid.chained = kind != LARGE && _draw(seed, "chained", 2) == 0;
        bid.inputRoot = _inputRoot(program, seed, bid.units, bid.chained);
        (bid.maxTurnaround, bid.expiry) = (TURNAROUND, uint40(time));
    }

    function _hunt(uint256 seed, uint256 id) private {
        if (isHonest(id)) return;
        uint256 before = _plays.length;
        _challenge(seed, id, _claims[id].unit);
        if (_plays.length == before) return;
        _playOn(seed, before, true, MOST_TRIES);
        require(slashed[id], LieSurvived(id));
        ++count["hunted"];
    }

    function _playOn(uint256 seed, uint256 index, bool truthful, uint256 tries) private {
        for (uint256 round = 0; round < tries && !_plays[index].over; ++round) {
            (bool worker, bool challenger) = _isLate(_plays[index]);
            if (_plays[index].verdict != Verdict.None || worker || challenger || slashed[_plays[index].job]) {
                _resolve(index);
                continue;
            }
            _answer(index);
            if (_answeredAt(_plays[index]) == 0) _goTo(_workerUntil(_plays[index]) + 1);
            else _move(_draw(seed, bytes32(round), type(uint256).max), index, truthful);
        }
    }

    /// @dev A game that one side has lost, if there is one.
    function _pickOver(uint256 seed) private view returns (uint256 index) {
        uint256 start = _draw(seed, "game", livePlays.length);
        for (uint256 i = 0; i < livePlays.length; ++i) {
            index = livePlays[(start + i) % livePlays.length];
            Play memory play = _plays[index];
            (bool worker, bool challenger) = _isLate(play);
            if (play.verdict != Verdict.None || worker || challenger || slashed[play.job]) return index;
        }
    }

    function _resolveAll() private {
        uint256[] memory indices = livePlays;
        for (uint256 i = 0; i < indices.length; ++i) _resolve(indices[i]);
    }

    function _resolve(uint256 index) private {
        Play memory play = _plays[index];
        Job memory job = _jobs[play.job];
        bytes memory data = abi.encodeCall(
            VERIFIER.resolve,
            (play.game, _traceOf[play.job][play.game.state.unit()], job)
        );
        (bool worker, bool challenger) = _isLate(play);
        bool decided = play.verdict != Verdict.None;
        bool allowed = decided || worker || challenger || slashed[play.job];
        if (slashed[play.job]) _endSuperseded(index);
        else if (decided ? play.verdict == Verdict.Proved : worker) _endProved(index, job, decided);
        else if (allowed) _endRefuted(index, decided);
        _play(play.job, STRANGER, data, allowed);
    }

    function _endSuperseded(uint256 index) private {
        Play memory play = _plays[index];
        (uint256 bond, uint256 most) = (play.game.bond, share[play.job]);
        uint256 fees = Math.min((bond * _answers(play)) / 32, most);
        _end(index, bond + fees, 0, bond + most);
        ++count[fees == 0 ? bytes32("superseded") : bytes32("superseded with fees")];
        if (fees == most) ++count["superseded at most"];
    }

    function _endProved(uint256 index, Job memory job, bool decided) private {
        Play memory play = _plays[index];
        uint256 id = play.job;
        if (!isLive[id] || time > _frozenUntil(job)) {
            _end(index, play.game.bond, 0, play.game.bond);
            _thawIfLast(id);
            ++count["lapsed"];
            return;
        }
        uint256 others = liveGames[id] - 1;
        uint256 reward = (uint256(job.unitBond) * job.state.units()) / 10;
        if (others != 0) share[id] = reward / 2 / others;
        uint256 before = inJob[id];
        _modelSlash(id, job, reward);
        // What goes back to client and demanders is no gain.
        swing[id] -= int256(before - inJob[id] - reward);
        slashed[id] = true;
        inGames[id] += reward;
        uint256 payout = play.game.bond + reward - share[id] * others;
        _end(index, payout, 0, payout);
        ++count[decided ? bytes32("proved") : bytes32("worker late")];
    }

    function _endRefuted(uint256 index, bool decided) private {
        Play memory play = _plays[index];
        uint256 bond = play.game.bond;
        _end(index, 0, isLive[play.job] ? (bond * _answers(play)) / 32 : 0, bond);
        _thawIfLast(play.job);
        if (!isLive[play.job]) ++count["refuted after the job"];
        else ++count[decided ? bytes32("refuted") : bytes32("challenger late")];
    }

    function _refused(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool success, bytes memory result) = address(VERIFIER).call(data);
        require(!success && bytes4(result) == IGames.GamesStale.selector, StaleMove(bytes4(data), result));
    }
}
