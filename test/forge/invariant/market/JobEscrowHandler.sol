// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IJobs} from "../../../../contracts/compute/interfaces/IJobs.sol";
import {IOutputDemands} from "../../../../contracts/compute/interfaces/IOutputDemands.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {JobStatus} from "../../../../contracts/compute/types/JobState.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {EntryActions} from "./EntryActions.sol";
import {JobActions} from "./JobActions.sol";
import {VerdictActions} from "./VerdictActions.sol";

/// @dev Everything that anyone can do in the market. Each call must succeed exactly if the model says so.
contract JobEscrowHandler is EntryActions, JobActions, VerdictActions {
    /// @dev A call acted upon a state that is not the current one, or failed for another reason.
    error StaleAccepted(uint256 id, bytes4 selector, bytes result);

    /// @dev A job that nobody can end.
    error Stuck(uint256 id);

    /// @dev Goes to a second around one at which something changes, or some minutes on.
    function warp(uint256 seed) external {
        uint256 next = _edge(seed) + _draw(seed, "side", 3) - 1;
        time = next < time || next > time + 45 days ? time + _draw(seed, "step", 20 minutes) : next;
    }

    /// @dev Claims that nobody owes anybody.
    function gift(uint256 seed) external acting(seed) {
        (address from, address token) = (_anyone(seed, "from"), tokens[_draw(seed, "token", TOKENS)]);
        uint256 amount = _draw(seed, "amount", 1e18);
        gifts[token] += amount;
        gain[from][token] -= int256(amount);
        vm.prank(from);
        LEDGER.transfer(address(ESCROW), TokenId.fromToken(token), amount);
    }

    /// @dev JE-2: tries everything on a former state of a job, or with a job under another's id.
    function replay(uint256 seed) external acting(seed) {
        if (_formers.length == 0) return;
        Former memory former = _formers[_draw(seed, "former", _formers.length)];
        uint256 id = _draw(seed, "foreign", 4) == 0 ? 1 + _draw(seed, "id", jobCount + 1) : former.id;
        Job memory job = former.job;
        if (isLive[id] && keccak256(abi.encode(job)) == keccak256(abi.encode(_jobs[id]))) return;

        JobId jobId = JobId.wrap(id);
        IOutputDemands.Piece memory piece;
        IOutputDemands.Opening memory opening = _opening(piece, job.state.units());
        uint64 units = job.state.units();
        _refused(id, job.worker, abi.encodeCall(ESCROW.deliver, (jobId, job, bytes32(seed), units, "")));
        _refused(id, job.client, abi.encodeCall(ESCROW.approve, (jobId, job, "")));
        _refused(id, STRANGER, abi.encodeCall(ESCROW.settle, (jobId, job)));
        _refused(id, job.client, abi.encodeCall(ESCROW.cancel, (jobId, job)));
        _refused(id, job.worker, abi.encodeCall(ESCROW.handBack, (jobId, job)));
        _refused(id, STRANGER, abi.encodeCall(ESCROW.expire, (jobId, job)));
        _refused(id, job.provider, abi.encodeCall(ESCROW.replaceWorker, (jobId, job, STRANGER)));
        _refused(id, job.client, abi.encodeCall(ESCROW.demandOutput, (jobId, job, piece)));
        for (uint8 i = 0; i < 2; ++i) {
            IOutputDemands.DemandKind kind = IOutputDemands.DemandKind(i);
            _refused(id, STRANGER, abi.encodeCall(ESCROW.showOutput, (jobId, job, kind, opening)));
            _refused(id, STRANGER, abi.encodeCall(ESCROW.lapseDemand, (jobId, job, kind)));
        }
        _refused(id, job.verifier, abi.encodeCall(ESCROW.freeze, (jobId, job)));
        _refused(id, job.verifier, abi.encodeCall(ESCROW.unfreeze, (jobId, job)));
        _refused(id, job.verifier, abi.encodeCall(ESCROW.slash, (jobId, job, 0)));
    }

    /// @dev JE-7: a stranger ends every job, long after the last deadline; entries may be paused.
    function finish() external acting(0) {
        time += 400 days;
        vm.warp(time);
        while (live.length != 0) {
            uint256 id = live[live.length - 1];
            if (_jobs[id].state.status() == JobStatus.Open) _sendExpire(id, STRANGER);
            else _finishDelivered(id);
            require(!isLive[id], Stuck(id));
        }
    }

    /// @dev Sends every held bond on, long after the last was lost.
    function releaseAll() external acting(0) {
        while (heldIds.length != 0) {
            uint256 id = heldIds[heldIds.length - 1];
            _sendRelease(heldIds.length - 1, STRANGER);
            require(_held[id].amount == 0, Stuck(id));
        }
    }

    function _refused(uint256 id, address caller, bytes memory data) private {
        vm.prank(caller);
        (bool success, bytes memory result) = address(ESCROW).call(data);
        bool stale = !success && bytes4(result) == IJobs.JobsStale.selector;
        require(stale, StaleAccepted(id, bytes4(data), result));
    }

    function _edge(uint256 seed) private view returns (uint256) {
        uint256 kind = _draw(seed, "edge", 10);
        if (kind == 0) return pausedUntil + 1;
        if (kind == 1 && heldIds.length != 0) return _held[heldIds[_draw(seed, "held", heldIds.length)]].releasableAt;
        if (live.length == 0) return time + 1;
        uint256 id = live[_draw(seed, "job", live.length)];
        Job memory job = _jobs[id];
        if (job.state.status() == JobStatus.Open) {
            return kind % 2 == 0 ? _deadline(job) : job.terms.openedAt() + job.terms.turnaround() / 10;
        }
        if (job.state.demands() != 0) {
            return _demanded[id][IOutputDemands.DemandKind(job.state.demands() >> 1)].answerBy;
        }
        return job.state.frozen() && kind % 2 == 0 ? _frozenUntil(job) : _contestableUntil(job);
    }
}
