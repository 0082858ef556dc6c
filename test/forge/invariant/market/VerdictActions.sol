// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOutputDemands} from "../../../../contracts/compute/interfaces/IOutputDemands.sol";
import {IVerdicts} from "../../../../contracts/compute/interfaces/IVerdicts.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {JobStatus, Price} from "../../../../contracts/compute/types/JobState.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {OutputModel} from "./OutputModel.sol";

/// @dev What is done to a delivered job: demands for its output, and verdicts.
abstract contract VerdictActions is OutputModel {
    function demandOutput(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Delivered);
        if (id == 0) return;
        (Job memory job, Job memory next) = (_jobs[id], _jobs[id]);
        _approach(seed, _contestableUntil(job));
        address caller = _draw(seed, "by client", 2) == 0 ? job.client : _anyone(seed, "demander");
        IOutputDemands.DemandKind kind = IOutputDemands.DemandKind(caller == job.client ? 0 : 1);
        IOutputDemands.Piece memory piece;
        piece.unit = uint64(_draw(seed, "unit", job.state.units() + 1));
        (piece.firstWord, piece.wordsLog2) = (uint32(_draw(seed, "word", 4)), uint8(_draw(seed, "words", 9)));
        if (_draw(seed, "aligned", 2) == 0) (piece.firstWord, piece.wordsLog2) = (0, uint8(_draw(seed, "few", 2)));
        bool fits = piece.wordsLog2 <= 7 && piece.firstWord % (1 << piece.wordsLog2) == 0;
        bool allowed = _mayDemand(id, kind) && fits && piece.unit < job.state.units();
        if (allowed) {
            uint80 payment = BOOK.demandPrice(job.token, job.terms.termsClass());
            uint40 answerBy = uint40(time + _window(uint256(job.terms.termsClass())));
            _demanded[id][kind] = IOutputDemands.Demand(caller, answerBy, payment, piece);
            next.state = job.state.withDemands(
                job.state.demands() + (kind == IOutputDemands.DemandKind.Client ? 1 : 2)
            );
            _change(id, next);
            _fund(id, caller, payment);
        }
        _send(caller, abi.encodeCall(ESCROW.demandOutput, (JobId.wrap(id), job, piece)), allowed);
    }

    function showOutput(uint256 seed) external acting(seed) {
        (uint256 id, IOutputDemands.DemandKind kind) = _pickDemand(seed);
        if (id == 0) return;
        Job memory job = _jobs[id];
        IOutputDemands.Demand memory pending = _demanded[id][kind];
        _approach(seed, pending.answerBy);
        IOutputDemands.Opening memory opening = _opening(pending.piece, job.state.units());
        bool forged = _draw(seed, "forge", 8) == 0;
        if (forged) opening.root = keccak256(abi.encode(seed));
        bool allowed = _isPending(job, kind) && time <= pending.answerBy && _showable[id] && !forged;
        if (allowed) {
            _answer(id, kind);
            _pay(id, job.provider, pending.payment);
        }
        bytes memory data = abi.encodeCall(ESCROW.showOutput, (JobId.wrap(id), job, kind, opening));
        _send(_anyone(seed, "shower"), data, allowed);
    }

    function lapseDemand(uint256 seed) external acting(seed) {
        (uint256 id, IOutputDemands.DemandKind kind) = _pickDemand(seed);
        if (id == 0) return;
        _approach(seed, _demanded[id][kind].answerBy);
        _sendLapse(id, kind, _anyone(seed, "caller"));
    }

    function freeze(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Delivered);
        if (id == 0) return;
        (Job memory job, Job memory next) = (_jobs[id], _jobs[id]);
        _approach(seed, _contestableUntil(job));
        ScriptedVerifier verifier = _verifier(seed, job);
        bool allowed = _judges(verifier, job) && !job.state.frozen() && time <= _contestableUntil(job);
        next.state = job.state.withFrozen(true);
        if (allowed) _change(id, next);
        bytes memory data = abi.encodeCall(verifier.freeze, (JobId.wrap(id), job));
        _sendTo(address(verifier), STRANGER, data, allowed);
    }

    function unfreeze(uint256 seed) external acting(seed) {
        uint256 id = _pickFrozen(seed);
        if (id == 0) return;
        (Job memory job, Job memory next) = (_jobs[id], _jobs[id]);
        ScriptedVerifier verifier = _verifier(seed, job);
        bool allowed = _judges(verifier, job) && job.state.frozen();
        next.state = job.state.withFrozen(false);
        if (allowed) _change(id, next);
        bytes memory data = abi.encodeCall(verifier.unfreeze, (JobId.wrap(id), job));
        _sendTo(address(verifier), STRANGER, data, allowed);
    }

    function slash(uint256 seed) external acting(seed) {
        uint256 id = _pickFrozen(seed);
        if (id == 0) return;
        Job memory job = _jobs[id];
        _approach(seed, _frozenUntil(job));
        ScriptedVerifier verifier = _verifier(seed, job);
        uint256 bond = uint256(job.unitBond) * job.state.units();
        uint256 reward = _draw(seed, "greed", 3) == 0 ? bond / 10 + _draw(seed, "edge", 2) : 0;
        bool allowed = _judges(verifier, job) && job.state.frozen() && time <= _frozenUntil(job);
        allowed = allowed && reward * 10 <= bond;
        if (allowed) _modelSlash(id, job, reward);

        uint256 tokenId = TokenId.fromToken(job.token);
        uint256 before = LEDGER.balanceOf(address(verifier), tokenId);
        bytes memory data = abi.encodeCall(verifier.slash, (JobId.wrap(id), job, reward));
        _sendTo(address(verifier), STRANGER, data, allowed);
        assertLe((LEDGER.balanceOf(address(verifier), tokenId) - before) * 10, bond, "JE-10");
    }

    function releaseHeldBond(uint256 seed) external acting(seed) {
        if (heldIds.length == 0) return;
        _sendRelease(_draw(seed, "held", heldIds.length), _anyone(seed, "caller"));
    }

    function restoreHeldBond(uint256 seed) external acting(seed) {
        if (heldIds.length == 0) return;
        uint256 index = _draw(seed, "held", heldIds.length);
        uint256 id = heldIds[index];
        IVerdicts.HeldBond memory bond = _held[id];
        address caller = _mostly(address(this), seed);
        bool allowed = caller == address(this) && time < bond.releasableAt;
        if (allowed) _takeHeld(index, bond.provider);
        _send(caller, abi.encodeCall(ESCROW.restoreHeldBond, (JobId.wrap(id))), allowed);
    }

    function _sendLapse(uint256 id, IOutputDemands.DemandKind kind, address caller) internal {
        Job memory job = _jobs[id];
        IOutputDemands.Demand memory pending = _demanded[id][kind];
        bool allowed = _isPending(job, kind) && time > pending.answerBy;
        if (allowed) {
            _answer(id, kind);
            _pay(id, pending.demander, pending.payment);
            if (job.state.price() == Price.Escrowed && _price(job) != 0) {
                _jobs[id].state = _jobs[id].state.withPrice(Price.Refunded);
                _pay(id, job.client, _price(job));
            }
        }
        _send(caller, abi.encodeCall(ESCROW.lapseDemand, (JobId.wrap(id), job, kind)), allowed);
    }

    /// @dev Ends a delivered job after its last deadline.
    function _finishDelivered(uint256 id) internal {
        for (uint8 i = 0; i < 2; ++i) {
            if ((_jobs[id].state.demands() >> i) & 1 == 0) continue;
            _sendLapse(id, IOutputDemands.DemandKind(i), STRANGER);
        }
        _sendSettle(id, STRANGER);
    }

    function _sendRelease(uint256 index, address caller) internal {
        uint256 id = heldIds[index];
        bool allowed = time >= _held[id].releasableAt;
        if (allowed) _takeHeld(index, TREASURY);
        _send(caller, abi.encodeCall(ESCROW.releaseHeldBond, (JobId.wrap(id))), allowed);
    }

    function _modelSlash(uint256 id, Job memory job, uint256 reward) internal {
        uint256 bond = uint256(job.unitBond) * job.state.units();
        for (uint8 i = 0; i < 2; ++i) {
            IOutputDemands.DemandKind kind = IOutputDemands.DemandKind(i);
            if (!_isPending(job, kind)) continue;
            _pay(id, _demanded[id][kind].demander, _demanded[id][kind].payment);
            _forget(id, kind);
        }
        if (job.state.price() == Price.Escrowed) _pay(id, job.client, _price(job));
        _pay(id, job.verifier, reward);
        _enter(job, 0, bond);
        _close(id);
        if (bond == reward) return;
        _held[id] = IVerdicts.HeldBond(job.provider, uint40(time + 30 days), false, job.token, bond - reward);
        heldIds.push(id);
    }

    function _takeHeld(uint256 index, address to) private {
        uint256 id = heldIds[index];
        _pay(id, to, _held[id].amount);
        delete _held[id];
        heldIds[index] = heldIds[heldIds.length - 1];
        heldIds.pop();
    }

    function _answer(uint256 id, IOutputDemands.DemandKind kind) private {
        Job memory job = _jobs[id];
        job.state = job.state.withDemands(job.state.demands() - (kind == IOutputDemands.DemandKind.Client ? 1 : 2));
        _change(id, job);
        _forget(id, kind);
    }

    /// @dev A job with a demand of some kind if there is one, and mostly that kind.
    function _pickDemand(uint256 seed) private view returns (uint256 id, IOutputDemands.DemandKind kind) {
        kind = IOutputDemands.DemandKind(_draw(seed, "demand kind", 2));
        id = _pick(seed, JobStatus.Delivered);
        for (uint256 i = 0; i < live.length; ++i) {
            if (_isPending(_jobs[live[i]], kind)) return (live[i], kind);
        }
    }

    function _pickFrozen(uint256 seed) private view returns (uint256) {
        for (uint256 i = 0; i < live.length; ++i) {
            if (_jobs[live[i]].state.frozen() && _draw(seed, bytes32(i), 2) == 0) return live[i];
        }
        return _pick(seed, JobStatus.Delivered);
    }

    function _verifier(uint256 seed, Job memory job) private view returns (ScriptedVerifier) {
        if (_draw(seed, "impostor", 8) != 0 && job.verifier != address(0)) return ScriptedVerifier(job.verifier);
        return verifiers[_draw(seed, "verifier", VERIFIERS)];
    }

    function _judges(ScriptedVerifier verifier, Job memory job) private pure returns (bool) {
        return address(verifier) == job.verifier && job.state.status() == JobStatus.Delivered;
    }

    function _isPending(Job memory job, IOutputDemands.DemandKind kind) private pure returns (bool) {
        return (job.state.demands() >> uint8(kind)) & 1 != 0;
    }

    /// @dev Nothing is kept of a demand but its time.
    function _forget(uint256 id, IOutputDemands.DemandKind kind) private {
        uint40 answerBy = _demanded[id][kind].answerBy;
        delete _demanded[id][kind];
        _demanded[id][kind].answerBy = answerBy;
    }
}
