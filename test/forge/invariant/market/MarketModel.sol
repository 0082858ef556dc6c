// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBooks} from "../../../../contracts/compute/interfaces/IBooks.sol";
import {IOrders} from "../../../../contracts/compute/interfaces/IOrders.sol";
import {IOutputDemands} from "../../../../contracts/compute/interfaces/IOutputDemands.sol";
import {IVerdicts} from "../../../../contracts/compute/interfaces/IVerdicts.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {JobStatus, Price} from "../../../../contracts/compute/types/JobState.sol";
import {MarketWorld} from "./MarketWorld.sol";

/// @dev What the market must look like: jobs, records of orders, and money in double entry, where every job has an account.
abstract contract MarketModel is MarketWorld {
    struct Former {
        uint256 id;
        Job job;
    }

    /// @dev The number of jobs opened, the last one's id.
    uint256 public jobCount;
    uint256[] public live;
    mapping(uint256 id => bool) public isLive;
    mapping(uint256 id => Job) internal _jobs;
    mapping(uint256 id => uint256) public feeAtOpening;
    Former[] internal _formers;

    /// @dev By job: what its account holds. By account and token: gains less losses.
    mapping(uint256 id => uint256) public inJob;
    mapping(address account => mapping(address token => int256)) public gain;
    mapping(address token => uint256) public gifts;

    mapping(uint256 id => mapping(IOutputDemands.DemandKind kind => IOutputDemands.Demand)) internal _demanded;
    mapping(uint256 id => IVerdicts.HeldBond) internal _held;
    uint256[] public heldIds;

    /// @dev Whether the job's output root is that of tensors that are known.
    mapping(uint256 id => bool) internal _showable;

    mapping(address provider => mapping(uint64 nonce => uint256)) public filled;
    mapping(address maker => mapping(uint256 word => uint256)) public nonces;
    mapping(bytes32 digest => uint256) public bidFills;
    uint256 public mostBidFills;
    mapping(address maker => mapping(address delegate => mapping(address token => IOrders.Delegation)))
        internal _rights;
    mapping(address provider => mapping(uint256 gpuId => mapping(address token => IBooks.Book))) internal _entries;

    uint16 public feeBps;
    uint256 public pausedUntil;

    function jobOf(uint256 id) external view returns (Job memory) {
        return _jobs[id];
    }

    function liveCount() external view returns (uint256) {
        return live.length;
    }

    function heldCount() external view returns (uint256) {
        return heldIds.length;
    }

    function heldOf(uint256 id) external view returns (IVerdicts.HeldBond memory) {
        return _held[id];
    }

    function right(address maker, address delegate, address token) external view returns (IOrders.Delegation memory) {
        return _rights[maker][delegate][token];
    }

    function entry(address provider, uint256 gpuId, address token) external view returns (IBooks.Book memory) {
        return _entries[provider][gpuId][token];
    }

    function frozenJobs(address provider) external view returns (uint256 count) {
        for (uint256 i = 0; i < live.length; ++i) {
            Job storage job = _jobs[live[i]];
            if (job.provider == provider && job.state.frozen()) ++count;
        }
    }

    /// @dev What a job's account must hold, by the job's state alone: bond, price in escrow, payments for demands, or, if
    /// it ended, the bond that is held.
    function owed(uint256 id) public view returns (uint256 sum) {
        if (!isLive[id]) return _held[id].amount;
        Job memory job = _jobs[id];
        sum = uint256(job.unitBond) * job.state.units();
        if (job.state.price() == Price.Escrowed) sum += _price(job);
        for (uint8 i = 0; i < 2; ++i) {
            if ((job.state.demands() >> i) & 1 != 0) sum += _demanded[id][IOutputDemands.DemandKind(i)].payment;
        }
    }

    /// @dev The first live job from a random one on that has the status, or that random one if none has.
    function _pick(uint256 seed, JobStatus status) internal view returns (uint256) {
        if (live.length == 0) return 0;
        uint256 start = _draw(seed, "job", live.length);
        for (uint256 i = 0; i < live.length; ++i) {
            uint256 id = live[(start + i) % live.length];
            if (_jobs[id].state.status() == status) return id;
        }
        return live[start];
    }

    /// @dev Sometimes the call comes around the second at which its outcome changes.
    function _approach(uint256 seed, uint256 edge) internal {
        if (edge <= time || edge > time + 45 days || _draw(seed, "approach", 4) != 0) return;
        _goTo(edge + _draw(seed, "side", 3) - 1);
    }

    function _goTo(uint256 to) internal virtual {
        time = to;
        vm.warp(time);
    }

    function _change(uint256 id, Job memory job) internal {
        _formers.push(Former(id, _jobs[id]));
        _jobs[id] = job;
    }

    function _close(uint256 id) internal {
        _formers.push(Former(id, _jobs[id]));
        isLive[id] = false;
        for (uint256 i = 0; i < live.length; ++i) {
            if (live[i] != id) continue;
            live[i] = live[live.length - 1];
            live.pop();
            return;
        }
    }

    function _fund(uint256 id, address from, uint256 amount) internal {
        gain[from][_jobs[id].token] -= int256(amount);
        inJob[id] += amount;
    }

    function _pay(uint256 id, address to, uint256 amount) internal {
        inJob[id] -= amount;
        gain[to][_jobs[id].token] += int256(amount);
    }

    /// @dev Pays the provider out of the price, less the fee.
    function _payPrice(uint256 id, uint256 amount) internal {
        uint256 fee = _up(amount, feeAtOpening[id], 10_000);
        _pay(id, TREASURY, fee);
        _pay(id, _jobs[id].provider, amount - fee);
    }

    /// @dev Units and bond that an ask and its delegate can use again.
    function _giveBack(Job memory job, uint256 units, uint256 bond) internal {
        if (job.terms.askNonce() != 0) filled[job.provider][job.terms.askNonce()] -= units;
        if (job.askDelegate == address(0)) return;
        _rights[job.provider][job.askDelegate][job.token].pulled -= uint104(bond);
    }

    function _enter(Job memory job, uint256 paid, uint256 lost) internal {
        IBooks.Book storage book = _entries[job.provider][job.gpuId][job.token];
        book.jobs += 1;
        if (paid != 0) book.kiloMacs += uint64((job.modelId.work() * job.state.units()) / 1000);
        book.paid = uint88(Math.min(book.paid + paid, type(uint88).max));
        book.lost = uint80(Math.min(book.lost + lost, type(uint80).max));
    }

    /// @dev Ends a delivered job well.
    function _modelSettle(uint256 id) internal {
        Job memory job = _jobs[id];
        uint256 bond = uint256(job.unitBond) * job.state.units();
        if (job.state.price() == Price.Escrowed) _payPrice(id, _price(job));
        _pay(id, job.provider, bond);
        _giveBack(job, 0, bond);
        if (job.verifier != address(0)) _enter(job, job.state.price() == Price.Refunded ? 0 : _price(job), 0);
        _close(id);
    }

    /// @dev The last second at which a delivered job cannot be settled.
    function _unsettledUntil(Job memory job) internal pure returns (uint256) {
        return job.state.frozen() ? _frozenUntil(job) : _contestableUntil(job);
    }

    function _mayDemand(uint256 id, IOutputDemands.DemandKind kind) internal view returns (bool) {
        Job memory job = _jobs[id];
        bool open = job.state.status() == JobStatus.Delivered && job.state.price() == Price.Escrowed;
        uint256 class = uint256(job.terms.termsClass());
        uint256 answerBy = _demanded[id][kind].answerBy;
        if (answerBy != 0 && time < answerBy - _window(class) + _increment(class)) return false;
        return open && time <= _contestableUntil(job) && (job.state.demands() >> uint8(kind)) & 1 == 0;
    }

    function _maySettle(uint256 id) internal view returns (bool) {
        Job memory job = _jobs[id];
        bool delivered = isLive[id] && job.state.status() == JobStatus.Delivered;
        return delivered && time > _unsettledUntil(job) && job.state.demands() == 0;
    }

    function _sendSettle(uint256 id, address caller) internal {
        bool allowed = _maySettle(id);
        Job memory job = _jobs[id];
        if (allowed) _modelSettle(id);
        _send(caller, abi.encodeCall(ESCROW.settle, (JobId.wrap(id), job)), allowed);
    }

    function _price(Job memory job) internal pure returns (uint256) {
        return uint256(job.unitPrice) * job.state.units();
    }

    function _deadline(Job memory job) internal pure returns (uint256) {
        return job.terms.openedAt() + job.terms.turnaround();
    }

    function _contestableUntil(Job memory job) internal pure returns (uint256) {
        return job.state.deliveredAt() + _window(uint256(job.terms.termsClass()));
    }

    function _frozenUntil(Job memory job) internal pure returns (uint256) {
        uint256 game = _longestGame(uint256(job.terms.termsClass()));
        return _contestableUntil(job) + game + Math.max(1 days, game / 4);
    }

    function _up(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return Math.mulDiv(amount, part, whole, Math.Rounding.Ceil);
    }
}
