// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Signatures} from "../common/libraries/Signatures.sol";
import {ILedger} from "../payments/interfaces/ILedger.sol";
import {Jobs} from "./Jobs.sol";
import {OrderBook} from "./OrderBook.sol";
import {Verdicts} from "./Verdicts.sol";
import {IGpuRegistry} from "./interfaces/IGpuRegistry.sol";
import {IJobEscrow} from "./interfaces/IJobEscrow.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Shares} from "./libraries/Shares.sol";
import {Filler, Job, JobStatus, Price} from "./types/Job.sol";
import {JobId} from "./types/JobId.sol";
import {Ask, Bid} from "./types/Order.sol";

/// @title JobEscrow
/// @notice Opens jobs and ends them. See {IJobEscrow}.
contract JobEscrow is IJobEscrow, EIP712, Verdicts {
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
    function fill(
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature
    ) external returns (JobId id) {
        Job memory job;
        (id, job) = _open(ask, askSignature, bid, bidSignature, true);
        _store(id, job);
    }

    /// @inheritdoc IJobEscrow
    function fulfil(
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature,
        bytes32 outputRoot,
        bytes calldata approval
    ) external returns (JobId id) {
        Job memory job;
        (id, job) = _open(ask, askSignature, bid, bidSignature, bid.verifier != address(0));
        _deliver(id, job, outputRoot, bid.units, approval);
    }

    /// @inheritdoc IJobEscrow
    function deliver(JobId id, Job calldata given, bytes32 outputRoot, uint64 units, bytes calldata approval) external {
        Job memory job = _load(id, given, JobStatus.Open);
        _requireInTime(id, job);
        require(units != 0 && units <= job.units, JobEscrowInvalidUnits(id, units, job.units));

        if (units < job.units) _drop(id, job, job.units - units);
        _deliver(id, job, outputRoot, units, approval);
    }

    /// @inheritdoc IJobEscrow
    function approve(JobId id, Job calldata given, bytes calldata approval) external {
        Job memory job = _load(id, given, JobStatus.Delivered);
        require(job.price == Price.Escrowed, JobEscrowPriceSpent(id));
        if (msg.sender != job.client) _requireApproved(id, job, approval);

        _payNow(id, job);
    }

    /// @inheritdoc IJobEscrow
    function settle(JobId id, Job calldata given) external {
        Job memory job = _load(id, given, JobStatus.Delivered);
        uint256 until = job.frozen ? job.frozenUntil() : job.contestableUntil();
        require(block.timestamp > until, JobEscrowContestable(id, until));
        require(job.demands == 0, DemandsPending(id, DemandKind(job.demands >> 1)));

        if (job.frozen) _thaw(job.provider);
        _settle(id, job);
    }

    /// @inheritdoc IJobEscrow
    function cancel(JobId id, Job calldata given) external {
        Job memory job = _load(id, given, JobStatus.Open);
        require(msg.sender == job.client, JobsUnauthorized(id, msg.sender));
        _requireInTime(id, job);
        uint256 price = job.totalPrice();
        uint256 share = _elapsedShareUp(job, price).atLeast(price.bpsUp(job.cancelShareBps));
        if (job.filler == Filler.Client) share = share.atLeast(price.bpsUp(FILLER_SHARE_BPS));
        uint256 fee = share.bpsUp(job.feeBps);

        _endUndelivered(id, job, job.totalBond());

        emit JobCancelled(id, share, fee);

        _push(job.client, job.token, price - share);
        _push(TREASURY, job.token, fee);
        _push(job.provider, job.token, share - fee + job.totalBond());
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
        _push(job.provider, job.token, bondBack);
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
        _push(job.provider, job.token, bondBack);
    }

    /// @inheritdoc IJobEscrow
    function replaceWorker(JobId id, Job calldata given, address worker) external {
        Job memory job = _load(id, given, given.status);
        require(msg.sender == job.provider, JobsUnauthorized(id, msg.sender));
        require(worker != address(0), JobEscrowWorkerUnnamed(id));

        job.worker = worker;
        _store(id, job);

        emit WorkerReplaced(id, worker);
    }

    /// @inheritdoc IJobEscrow
    function batch(bytes[] calldata calls) external returns (uint256 done) {
        for (uint256 i = 0; i < calls.length; ++i) {
            // SAFETY: a delegate call to this contract keeps the caller; no function takes ether.
            (bool success, bytes memory reason) = address(this).delegatecall(calls[i]);
            if (success) ++done;
            else emit BatchItemSkipped(i, reason);
        }
    }

    /// @inheritdoc IJobEscrow
    function approvalDigest(JobId id, bytes32 outputRoot, uint64 units) public view returns (bytes32) {
        return _hashTypedDataV4(OrderHash.hashApproval(JobId.unwrap(id), outputRoot, units));
    }

    /// @dev Makes a job of two orders and pulls its price and bond; `bonded` is false if it cannot stay open.
    function _open(
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature,
        bool bonded
    ) private returns (JobId id, Job memory job) {
        (id, job) = ORDER_BOOK.open(msg.sender, ask, askSignature, bid, bidSignature, bonded);

        emit JobOpened(id, job.client, job.provider, job, bid.inputUriHash);

        _pull(job.client, job.token, job.totalPrice());
        _pull(job.provider, job.token, job.totalBond());
    }

    /// @dev Commits to the outputs of `units` units and, if the client approved them, pays for them.
    function _deliver(JobId id, Job memory job, bytes32 outputRoot, uint64 units, bytes calldata approval) private {
        require(msg.sender == job.worker, JobsUnauthorized(id, msg.sender));

        job.status = JobStatus.Delivered;
        job.units = units;
        job.outputRoot = outputRoot;
        job.deliveredAt = uint40(block.timestamp);

        emit JobDelivered(id, job.provider, outputRoot, units, job.deliveredAt);

        if (approval.length == 0) return _store(id, job);
        _requireApproved(id, job, approval);
        _payNow(id, job);
    }

    /// @dev Hands back the last `units` units of a job that is being delivered.
    function _drop(JobId id, Job memory job, uint64 units) private {
        (uint256 price, uint256 bond) = (uint256(job.unitPrice) * units, uint256(job.unitBond) * units);
        uint256 share = _handBackShareUp(job, price);

        _giveBack(job, units, bond - share);

        emit UnitsDropped(id, units, share);

        _push(job.client, job.token, price + share);
        _push(job.provider, job.token, bond - share);
    }

    /// @dev Pays the price on the client's word. Without a verifier nothing is left to wait for.
    function _payNow(JobId id, Job memory job) private {
        if (job.verifier == address(0)) {
            _returnDemands(id, job);
            return _settle(id, job);
        }
        job.price = Price.Paid;
        _store(id, job);
        uint256 paid = job.totalPrice();
        uint256 fee = paid.bpsUp(job.feeBps);

        emit JobApproved(id, paid, fee);

        _push(TREASURY, job.token, fee);
        _push(job.provider, job.token, paid - fee);
    }

    /// @dev Ends a delivered job: what is in escrow of price and bond goes to the provider.
    function _settle(JobId id, Job memory job) private {
        uint256 bond = job.totalBond();
        uint256 paid = job.price == Price.Refunded ? 0 : job.totalPrice();
        uint256 payout = job.price == Price.Escrowed ? paid : 0;
        uint256 fee = payout.bpsUp(job.feeBps);

        _end(id);
        if (job.askDelegate != address(0)) _giveBack(job, 0, bond);
        if (job.verifier != address(0)) _enter(job, paid, 0);

        emit JobSettled(id, job.client, job.provider, paid, fee, bond);

        _push(TREASURY, job.token, fee);
        _push(job.provider, job.token, payout - fee + bond);
    }

    /// @dev Ends a job of which nothing was delivered; `bondBack` is what is left of its bond.
    function _endUndelivered(JobId id, Job memory job, uint256 bondBack) private {
        _end(id);
        _giveBack(job, job.units, bondBack);
    }

    /// @dev Tells the order book what a recorded or delegated ask can be used for again.
    function _giveBack(Job memory job, uint64 units, uint256 bond) private {
        if (job.askNonce == 0 && job.askDelegate == address(0)) return;
        ORDER_BOOK.giveBack(job.provider, job.askNonce, units, job.askDelegate, job.token, bond);
    }

    function _requireInTime(JobId id, Job memory job) private view {
        require(block.timestamp <= job.deadline(), JobEscrowTooLate(id, job.deadline()));
    }

    function _requireApproved(JobId id, Job memory job, bytes calldata approval) private view {
        bytes32 digest = approvalDigest(id, job.outputRoot, job.units);
        require(Signatures.isSignedBy(job.client, digest, approval), JobEscrowInvalidApproval(id, job.client, digest));
    }

    /// @dev What a provider pays for units of this price that it hands back now; never more than the price.
    function _handBackShareUp(Job memory job, uint256 price) private view returns (uint256) {
        if (job.filler == Filler.Provider) {
            return _elapsedShareUp(job, price).atLeast(price.bpsUp(FILLER_SHARE_BPS));
        }
        bool early = (block.timestamp - job.openedAt) * 10 <= job.turnaround;
        return early ? 0 : _elapsedShareUp(job, price);
    }

    function _elapsedShareUp(Job memory job, uint256 price) private view returns (uint256) {
        return price.fractionUp(block.timestamp - job.openedAt, job.turnaround);
    }
}
