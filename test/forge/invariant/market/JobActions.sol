// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IJobEscrow} from "../../../../contracts/compute/interfaces/IJobEscrow.sol";
import {Filler} from "../../../../contracts/compute/types/Filler.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {JobStatus, Price} from "../../../../contracts/compute/types/JobState.sol";
import {OutputModel} from "./OutputModel.sol";

/// @dev What the parties of a job do with it.
abstract contract JobActions is OutputModel {
    function deliver(uint256 seed) external acting(seed) {
        _deliver(seed);
    }

    function deliverAnother(uint256 seed) external acting(seed) {
        _deliver(seed);
    }

    function approve(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Delivered);
        if (id == 0) return;
        Job memory job = _jobs[id];
        (bytes memory approval, bool approved) = _approval(seed, id, job.client, job.outputRoot, job.state.units());
        address caller = _mostly(job.client, seed);
        bool allowed = job.state.status() == JobStatus.Delivered && job.state.price() == Price.Escrowed;
        allowed = allowed && (caller == job.client || approved);
        Job memory paid = _jobs[id];
        if (allowed) {
            paid.state = paid.state.withPrice(Price.Paid);
            _change(id, paid);
            _payPrice(id, _price(job));
        }
        _send(caller, abi.encodeCall(ESCROW.approve, (JobId.wrap(id), job, approval)), allowed);
    }

    function settle(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Delivered);
        if (id == 0) return;
        _approach(seed, _unsettledUntil(_jobs[id]));
        _sendSettle(id, _anyone(seed, "settler"));
    }

    /// @dev Neighbours in the list of live jobs, perhaps one of them twice.
    function settleBatch(uint256 seed) external acting(seed) {
        if (live.length == 0) return;
        IJobEscrow.Settlement[] memory items = new IJobEscrow.Settlement[](1 + _draw(seed, "items", 4));
        uint256 start = _draw(seed, "first", live.length);
        uint256[] memory ids = live;
        _approach(seed, _unsettledUntil(_jobs[ids[(start + items.length) % ids.length]]));
        for (uint256 i = 0; i < items.length; ++i) {
            uint256 id = ids[(start + i) % ids.length];
            items[i] = IJobEscrow.Settlement(JobId.wrap(id), _jobs[id]);
            if (_maySettle(id)) _modelSettle(id);
        }
        _send(_anyone(seed, "settler"), abi.encodeCall(ESCROW.settleBatch, (items)), true);
    }

    function cancel(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Open);
        if (id == 0) return;
        Job memory job = _jobs[id];
        _approach(seed, _deadline(job));
        address caller = _mostly(job.client, seed);
        bool allowed = _inTime(job) && caller == job.client;
        if (allowed) {
            uint256 share = Math.max(_elapsed(job, _price(job)), _up(_price(job), job.terms.cancelShareBps(), 10_000));
            if (job.terms.filler() == Filler.Client) share = Math.max(share, _up(_price(job), 1, 100));
            _pay(id, job.client, _price(job) - share);
            _payPrice(id, share);
            _payBondBack(id, job, 0);
        }
        _send(caller, abi.encodeCall(ESCROW.cancel, (JobId.wrap(id), job)), allowed);
    }

    function handBack(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Open);
        if (id == 0) return;
        Job memory job = _jobs[id];
        _approach(seed, job.terms.openedAt() + job.terms.turnaround() / 10);
        address caller = _mostly(_draw(seed, "by", 2) == 0 ? job.worker : job.provider, seed);
        bool allowed = _inTime(job) && (caller == job.worker || caller == job.provider);
        if (allowed) {
            uint256 share = _handBackShare(job, _price(job));
            _pay(id, job.client, _price(job) + share);
            _payBondBack(id, job, share);
        }
        _send(caller, abi.encodeCall(ESCROW.handBack, (JobId.wrap(id), job)), allowed);
    }

    function expire(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Open);
        if (id == 0) return;
        _approach(seed, _deadline(_jobs[id]));
        _sendExpire(id, _anyone(seed, "caller"));
    }

    function replaceWorker(uint256 seed) external acting(seed) {
        uint256 id = _pick(seed, JobStatus.Open);
        if (id == 0) return;
        (Job memory job, Job memory next) = (_jobs[id], _jobs[id]);
        if (job.state.replacedAt() != 0) _approach(seed, job.replaceableFrom());
        address caller = _mostly(job.provider, seed);
        next.worker = _draw(seed, "nobody", 8) == 0 ? address(0) : _anyone(seed, "worker");
        next.state = job.state.withReplacedAt(time);
        bool allowed = caller == job.provider && next.worker != address(0);
        uint256 last = job.state.replacedAt();
        if (last != 0 && time < last + _increment(uint256(job.terms.termsClass()))) allowed = false;
        if (allowed) _change(id, next);
        _send(caller, abi.encodeCall(ESCROW.replaceWorker, (JobId.wrap(id), job, next.worker)), allowed);
    }

    function _sendExpire(uint256 id, address caller) internal {
        Job memory job = _jobs[id];
        bool allowed = job.state.status() == JobStatus.Open && time > _deadline(job);
        if (allowed) {
            _pay(id, job.client, 2 * _price(job));
            _payBondBack(id, job, _price(job));
        }
        _send(caller, abi.encodeCall(ESCROW.expire, (JobId.wrap(id), job)), allowed);
    }

    function _deliver(uint256 seed) internal {
        uint256 id = _pick(seed, JobStatus.Open);
        if (id == 0) return;
        Job memory job = _jobs[id];
        uint64 asked = job.state.units();
        uint64 units = _draw(seed, "part", 3) == 0 ? uint64(_draw(seed, "units", asked + 2)) : asked;
        address caller = _mostly(job.worker, seed);
        (bytes32 root, bool showable) = _outputs(id, seed, units);
        (bytes memory approval, bool approved) = _approval(seed, id, job.client, root, units);
        bool allowed = _inTime(job) && caller == job.worker && units != 0 && units <= asked;
        if (allowed) {
            uint256 dropped = uint256(job.unitPrice) * (asked - units);
            uint256 share = _handBackShare(job, dropped);
            uint256 bondBack = uint256(job.unitBond) * (asked - units) - share;
            _pay(id, job.client, dropped + share);
            _pay(id, job.provider, bondBack);
            _giveBack(job, asked - units, bondBack);
            _commit(id, root, units, showable, approved);
        }
        _send(caller, abi.encodeCall(ESCROW.deliver, (JobId.wrap(id), job, root, units, approval)), allowed);
    }

    /// @dev Ends an undelivered job whose provider pays `share` of its bond.
    function _payBondBack(uint256 id, Job memory job, uint256 share) private {
        uint256 bondBack = uint256(job.unitBond) * job.state.units() - share;
        _pay(id, job.provider, bondBack);
        _giveBack(job, job.state.units(), bondBack);
        _close(id);
    }

    function _inTime(Job memory job) private view returns (bool) {
        return job.state.status() == JobStatus.Open && time <= _deadline(job);
    }

    function _elapsed(Job memory job, uint256 price) private view returns (uint256) {
        return _up(price, time - job.terms.openedAt(), job.terms.turnaround());
    }

    function _handBackShare(Job memory job, uint256 price) private view returns (uint256) {
        if (job.terms.filler() == Filler.Provider) return Math.max(_elapsed(job, price), _up(price, 1, 100));
        bool free = time - job.terms.openedAt() <= job.terms.turnaround() / 10;
        return free ? 0 : _elapsed(job, price);
    }
}
