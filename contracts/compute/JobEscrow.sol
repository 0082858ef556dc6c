// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {Batch} from "../common/Batch.sol";
import {Signatures} from "../common/libraries/Signatures.sol";
import {ILedger} from "../payments/interfaces/ILedger.sol";
import {Jobs} from "./Jobs.sol";
import {OrderBook} from "./OrderBook.sol";
import {Verdicts} from "./Verdicts.sol";
import {IGpuRegistry} from "./interfaces/IGpuRegistry.sol";
import {IJobEscrow} from "./interfaces/IJobEscrow.sol";
import {IOrderBook} from "./interfaces/IOrderBook.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Shares} from "./libraries/Shares.sol";
import {Filler} from "./types/Filler.sol";
import {Job, JobLib} from "./types/Job.sol";
import {JobId} from "./types/JobId.sol";
import {JobStateLib, JobStatus, Price} from "./types/JobState.sol";
import {JobTerms} from "./types/JobTerms.sol";
import {Ask, Bid} from "./types/Order.sol";

/// @title JobEscrow
/// @notice Opens jobs and ends them. See {IJobEscrow}.
contract JobEscrow is IJobEscrow, EIP712, Verdicts, Batch {
    using Shares for uint256;

    /// @dev The least share of the price that the side that called `fill` pays for breaking off.
    uint256 private constant FILLER_SHARE_BPS = 100;

    constructor(
        address authority,
        ILedger ledger,
        IGpuRegistry gpuRegistry,
        address treasury
    ) AccessManaged(authority) EIP712("Ergon", "1") Jobs(ledger, treasury, new OrderBook(authority, gpuRegistry)) {}

    /// @inheritdoc IJobEscrow
    function fill(Ask calldata ask, bytes calldata, Bid calldata bid, bytes calldata) external returns (JobId id) {
        Job memory job;
        (id, job) = _open(ask, bid, true);
        _store(id, job);

        _pullBoth(job);
    }

    /// @inheritdoc IJobEscrow
    function fulfil(
        Ask calldata ask,
        bytes calldata,
        Bid calldata bid,
        bytes calldata,
        bytes32 outputRoot,
        bytes calldata approval
    ) external returns (JobId id) {
        Job memory job;
        (id, job) = _open(ask, bid, bid.verifier != address(0));
        if (job.verifier == address(0)) return _fulfilAtOnce(id, job, outputRoot);

        _pullBoth(job);
        _deliver(id, job, outputRoot, bid.units, approval);
    }

    /// @inheritdoc IJobEscrow
    function fillBatch(Fill[] calldata fills) external returns (uint256 done) {
        Transfers memory prices;
        Transfers memory bonds;
        for (uint256 i = 0; i < fills.length; ++i) {
            (bool success, bytes memory result) = _match(_orders(fills[i]), true);
            if (!success) {
                emit BatchItemSkipped(i, result);
                continue;
            }
            (JobId id, Job memory job) = _begin(fills[i].ask, fills[i].bid, result);
            _store(id, job);
            _pullLater(prices, job.client, job.token, job.totalPrice());
            if (!job.terms.staked()) _pullLater(bonds, job.provider, job.token, job.totalBond());
            ++done;
        }
        _pull(prices.account, prices.token, prices.amount);
        _pull(bonds.account, bonds.token, bonds.amount);
    }

    /// @inheritdoc IJobEscrow
    function deliver(JobId id, Job calldata given, bytes32 outputRoot, uint64 units, bytes calldata approval) external {
        Job memory job = _load(id, given, JobStatus.Open);
        _requireInTime(id, job);
        require(units != 0 && units <= job.state.units(), JobEscrowInvalidUnits(id, units, job.state.units()));

        if (units < job.state.units()) _drop(id, job, job.state.units() - units);
        _deliver(id, job, outputRoot, units, approval);
    }

    /// @inheritdoc IJobEscrow
    function approve(JobId id, Job calldata given, bytes calldata approval) external {
        Job memory job = _load(id, given, JobStatus.Delivered);
        require(job.state.price() == Price.Escrowed, JobEscrowPriceSpent(id));
        if (msg.sender != job.client && !_isApproved(id, job, approval)) {
            revert JobEscrowInvalidApproval(id, job.client, approvalDigest(id, job.outputRoot, job.state.units()));
        }

        _payNow(id, job);
    }

    /// @inheritdoc IJobEscrow
    function settle(JobId id, Job calldata given) external {
        (address provider, address token, uint256 payout, uint256 fee) = _settle(id, _loadSettleable(id, given));
        _push(TREASURY, token, fee);
        _push(provider, token, payout);
    }

    /// @inheritdoc IJobEscrow
    function settleBatch(Settlement[] calldata settlements) external returns (uint256 done) {
        Transfers memory payouts;
        Transfers memory fees;
        for (uint256 i = 0; i < settlements.length; ++i) {
            Settlement calldata item = settlements[i];
            (bool success, bytes memory reason) = _trySettleable(item);
            if (!success) {
                emit BatchItemSkipped(i, reason);
                continue;
            }
            (address provider, address token, uint256 payout, uint256 fee) = _settle(item.id, _copy(item.job));
            _pushLater(fees, TREASURY, token, fee);
            _pushLater(payouts, provider, token, payout);
            ++done;
        }
        _push(TREASURY, fees.token, fees.amount);
        _push(payouts.account, payouts.token, payouts.amount);
    }

    /// @inheritdoc IJobEscrow
    function cancel(JobId id, Job calldata given) external {
        Job memory job = _load(id, given, JobStatus.Open);
        require(msg.sender == job.client, JobsUnauthorized(id, msg.sender));
        _requireInTime(id, job);
        uint256 price = job.totalPrice();
        uint256 share = _elapsedShareUp(job, price).atLeast(price.bpsUp(job.terms.cancelShareBps()));
        if (job.terms.filler() == Filler.Client) share = share.atLeast(price.bpsUp(FILLER_SHARE_BPS));
        uint256 fee = share.bpsUp(job.terms.feeBps());

        _endUndelivered(id, job, job.totalBond());

        emit JobCancelled(id, share, fee);

        _push(job.client, job.token, price - share);
        _push(TREASURY, job.token, fee);
        _push(job.provider, job.token, share - fee + _returnBond(job, job.totalBond(), job.totalBond()));
    }

    /// @inheritdoc IJobEscrow
    function handBack(JobId id, Job calldata given) external {
        Job memory job = _load(id, given, JobStatus.Open);
        require(msg.sender == job.worker || msg.sender == job.provider, JobsUnauthorized(id, msg.sender));
        _requireInTime(id, job);
        uint256 price = job.totalPrice();
        uint256 share = _handBackShareUp(job, price);
        uint256 bondBack = job.totalBond() - share;

        _endUndelivered(id, job, bondBack);

        emit JobHandedBack(id, share);

        _push(job.client, job.token, price + share);
        _push(job.provider, job.token, _returnBond(job, job.totalBond(), bondBack));
    }

    /// @inheritdoc IJobEscrow
    function expire(JobId id, Job calldata given) external {
        Job memory job = _load(id, given, JobStatus.Open);
        require(block.timestamp > job.deadline(), JobEscrowNotExpired(id, job.deadline()));
        uint256 price = job.totalPrice();
        uint256 bondBack = job.totalBond() - price;

        _endUndelivered(id, job, bondBack);

        emit JobExpired(id, price);

        _push(job.client, job.token, price + price);
        _push(job.provider, job.token, _returnBond(job, job.totalBond(), bondBack));
    }

    /// @inheritdoc IJobEscrow
    function replaceWorker(JobId id, Job calldata given, address worker) external {
        Job memory job = _load(id, given);
        require(msg.sender == job.provider, JobsUnauthorized(id, msg.sender));
        require(worker != address(0), JobEscrowWorkerUnnamed(id));
        uint256 from = job.replaceableFrom();
        require(block.timestamp >= from, JobEscrowReplacedLately(id, from));

        job.worker = worker;
        job.state = job.state.withReplacedAt(block.timestamp);
        _store(id, job);

        emit WorkerReplaced(id, worker, block.timestamp);
    }

    /// @inheritdoc IJobEscrow
    function requireSettleable(JobId id, Job calldata job) external view {
        _loadSettleable(id, job);
    }

    /// @inheritdoc IJobEscrow
    function approvalDigest(JobId id, bytes32 outputRoot, uint64 units) public view returns (bytes32) {
        return _hashTypedDataV4(OrderHash.hashApproval(JobId.unwrap(id), outputRoot, units));
    }

    /// @dev Makes a job of the two orders that this call begins with; `bonded` is false if it cannot stay open.
    function _open(Ask calldata ask, Bid calldata bid, bool bonded) private returns (JobId id, Job memory job) {
        (bool success, bytes memory result) = _match(msg.data[4:], bonded);
        if (!success) LowLevelCall.bubbleRevert(result);
        return _begin(ask, bid, result);
    }

    /// @dev Asks the order book. Encoded orders are passed on as they came: whatever they say, the book decodes the same
    /// asks, bids and signatures from them as this contract.
    function _match(bytes calldata orders, bool bonded) private returns (bool success, bytes memory result) {
        bytes memory call = abi.encodePacked(IOrderBook.open.selector, orders, msg.sender, bonded);
        return address(ORDER_BOOK).call(call);
    }

    /// @dev Pulls the price, and the bond of a job that no stake bonds.
    function _pullBoth(Job memory job) private {
        _pull(job.client, job.token, job.totalPrice());
        if (!job.terms.staked()) _pull(job.provider, job.token, job.totalBond());
    }

    /// @dev The job that the order book made of two orders, bonded if a stake bonds it.
    function _begin(
        Ask calldata ask,
        Bid calldata bid,
        bytes memory result
    ) private returns (JobId id, Job memory job) {
        (id, job.terms, job.askDelegate) = abi.decode(result, (JobId, JobTerms, address));
        job.client = bid.client;
        job.provider = ask.provider;
        job.gpuId = ask.gpuId;
        job.modelId = ask.modelId;
        job.inputRoot = bid.inputRoot;
        job.token = ask.token;
        job.unitPrice = ask.unitPrice;
        job.unitBond = ask.unitBond;
        job.verifier = ask.verifier;
        job.worker = ask.worker;
        job.state = JobStateLib.opened(bid.units);
        if (job.terms.staked()) _lock(job);

        emit JobOpened(id, job.client, job.provider, job);
    }

    /// @dev Commits to the outputs of `units` units and pays for them if the client approved them, or if nobody could
    /// contest them. An approval that is not valid counts as none: a client that is a contract could withdraw its own
    /// in front of a delivery that is just in time.
    function _deliver(JobId id, Job memory job, bytes32 outputRoot, uint64 units, bytes calldata approval) private {
        _commitOutputs(id, job, outputRoot, units);
        if (job.verifier == address(0)) {
            (, , uint256 payout, uint256 fee) = _settle(id, job);
            _push(TREASURY, job.token, fee);
            _push(job.provider, job.token, payout);
        } else if (_isApproved(id, job, approval)) {
            _payNow(id, job);
        } else {
            _store(id, job);
        }
    }

    /// @dev A job without a verifier that is delivered as it opens is never stored, and needs no bond.
    function _fulfilAtOnce(JobId id, Job memory job, bytes32 outputRoot) private returns (JobId) {
        _commitOutputs(id, job, outputRoot, job.state.units());
        uint256 paid = job.totalPrice();
        uint256 fee = paid.bpsUp(job.terms.feeBps());

        emit JobSettled(id, job.provider, paid, fee);

        _move(job.client, TREASURY, job.token, fee);
        _move(job.client, job.provider, job.token, paid - fee);
        return id;
    }

    function _commitOutputs(JobId id, Job memory job, bytes32 outputRoot, uint64 units) private {
        require(msg.sender == job.worker, JobsUnauthorized(id, msg.sender));

        job.state = job.state.delivered(units, block.timestamp);
        job.outputRoot = outputRoot;

        emit JobDelivered(id, outputRoot, units, block.timestamp);
    }

    /// @dev Hands back the last `units` units of a job that is being delivered.
    function _drop(JobId id, Job memory job, uint64 units) private {
        (uint256 price, uint256 bond) = (uint256(job.unitPrice) * units, uint256(job.unitBond) * units);
        uint256 share = _handBackShareUp(job, price);

        _giveBack(job, units, bond - share);

        emit UnitsDropped(id, units, share);

        _push(job.client, job.token, price + share);
        _push(job.provider, job.token, _returnBond(job, bond, bond - share));
    }

    /// @dev Pays the price on the client's word.
    function _payNow(JobId id, Job memory job) private {
        job.state = job.state.withPrice(Price.Paid);
        _store(id, job);
        uint256 paid = job.totalPrice();
        uint256 fee = paid.bpsUp(job.terms.feeBps());

        emit JobApproved(id, paid, fee);

        _push(TREASURY, job.token, fee);
        _push(job.provider, job.token, paid - fee);
    }

    /// @dev Ends a delivered job and says who gets what is in escrow of price and bond.
    function _settle(
        JobId id,
        Job memory job
    ) private returns (address provider, address token, uint256 payout, uint256 fee) {
        uint256 bond = job.totalBond();
        uint256 paid = job.state.price() == Price.Refunded ? 0 : job.totalPrice();
        uint256 unpaid = job.state.price() == Price.Escrowed ? paid : 0;
        fee = unpaid.bpsUp(job.terms.feeBps());

        _end(id);
        if (job.state.frozen()) _countUnfrozen(job.provider);
        if (job.askDelegate != address(0)) _giveBack(job, 0, bond);
        if (job.verifier != address(0)) _enter(job, paid, 0);

        emit JobSettled(id, job.provider, paid, fee);

        return (job.provider, job.token, unpaid - fee + _returnBond(job, bond, bond), fee);
    }

    /// @dev Ends a job of which nothing was delivered; `bondBack` is what is left of its bond.
    function _endUndelivered(JobId id, Job memory job, uint256 bondBack) private {
        _end(id);
        _giveBack(job, job.state.units(), bondBack);
    }

    /// @dev Tells the order book what a recorded or delegated ask can be used for again.
    function _giveBack(Job memory job, uint64 units, uint256 bond) private {
        if (job.terms.askNonce() == 0 && job.askDelegate == address(0)) return;
        ORDER_BOOK.giveBack(job.provider, job.terms.askNonce(), units, job.askDelegate, job.token, bond);
    }

    function _loadSettleable(JobId id, Job calldata given) private view returns (Job memory job) {
        job = _load(id, given, JobStatus.Delivered);
        uint256 until = job.state.frozen() ? job.frozenUntil() : job.contestableUntil();
        require(block.timestamp > until, JobEscrowContestable(id, until));
        require(job.state.demands() == 0, DemandsPending(id, DemandKind(job.state.demands() >> 1)));
    }

    /// @dev Asks {requireSettleable} in a call of its own, so that a job that cannot be settled reverts that call only.
    function _trySettleable(Settlement calldata item) private view returns (bool success, bytes memory reason) {
        bytes calldata arguments;
        uint256 size = 32 + JobLib.SIZE;
        // SAFETY: an item is value types only, so its calldata are the arguments.
        assembly ("memory-safe") {
            arguments.offset := item
            arguments.length := size
        }
        return address(this).staticcall(abi.encodePacked(this.requireSettleable.selector, arguments));
    }

    function _requireInTime(JobId id, Job memory job) private view {
        require(block.timestamp <= job.deadline(), JobEscrowTooLate(id, job.deadline()));
    }

    function _isApproved(JobId id, Job memory job, bytes calldata approval) private view returns (bool) {
        if (approval.length == 0) return false;
        return Signatures.isSignedBy(job.client, approvalDigest(id, job.outputRoot, job.state.units()), approval);
    }

    /// @dev What a provider pays for units of this price that it hands back now; never more than the price.
    function _handBackShareUp(Job memory job, uint256 price) private view returns (uint256) {
        if (job.terms.filler() == Filler.Provider) {
            return _elapsedShareUp(job, price).atLeast(price.bpsUp(FILLER_SHARE_BPS));
        }
        bool early = (block.timestamp - job.terms.openedAt()) * 10 <= job.terms.turnaround();
        return early ? 0 : _elapsedShareUp(job, price);
    }

    function _elapsedShareUp(Job memory job, uint256 price) private view returns (uint256) {
        return price.fractionUp(block.timestamp - job.terms.openedAt(), job.terms.turnaround());
    }

    /// @dev The encoded orders of a batch's item. One that is not encoded in the usual order is cut off, and refused.
    function _orders(Fill calldata item) private pure returns (bytes calldata orders) {
        bytes calldata last = item.bidSignature;
        // SAFETY: a slice of calldata; whoever decodes it checks it.
        assembly ("memory-safe") {
            orders.offset := item
            orders.length := sub(add(last.offset, last.length), item)
        }
    }
}
