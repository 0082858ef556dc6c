// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Job} from "../types/Job.sol";
import {JobId} from "../types/JobId.sol";
import {Ask, Bid} from "../types/Order.sol";
import {IBooks} from "./IBooks.sol";
import {IJobs} from "./IJobs.sol";
import {IOutputDemands} from "./IOutputDemands.sol";
import {IStakes} from "./IStakes.sol";
import {IVerdicts} from "./IVerdicts.sol";

/**
 * @title IJobEscrow
 * @notice The market: an ask and a bid become a job, whose price and bond the escrow holds until the job ends.
 *
 * @dev A job is open from its fill, delivered once its worker committed to outputs, and ends by {settle}, {cancel},
 * {handBack}, {expire} or a slash. Each state has a deadline after which anyone may end it. A job without a verifier, whose
 * client trusts the provider that it named, ends with its delivery: nobody could contest it.
 *
 * Whoever breaks a job off pays the other side the price times the share of the turnaround that passed, rounded up: the
 * client from the price, but at least the ask's cancel share; the provider from its bond. The side that called {fill} pays
 * at least 1 %. A hand-back in the first tenth of the turnaround is free otherwise. Silence at the deadline costs the
 * provider the whole price. A fee, rounded up, is taken from every payment out of a price.
 */
interface IJobEscrow is IJobs, IOutputDemands, IStakes, IBooks, IVerdicts {
    /// @notice An ask and a bid to be filled in a batch; see {fill}.
    struct Fill {
        Ask ask;
        bytes askSignature;
        Bid bid;
        bytes bidSignature;
    }

    /// @notice A job to be settled in a batch; see {settle}.
    struct Settlement {
        JobId id;
        Job job;
    }

    /// @notice A job opened. Later events give the changes to `job`.
    event JobOpened(JobId indexed id, address indexed client, address indexed provider, Job job);

    /// @notice The worker committed to the outputs of the first `units` units.
    event JobDelivered(JobId indexed id, bytes32 outputRoot, uint64 units, uint256 deliveredAt);

    /// @notice The provider did not deliver `units` units and paid `share` of their price, in payment-token units.
    event UnitsDropped(JobId indexed id, uint64 units, uint256 share);

    /// @notice The client paid before the window was over; `fee` is part of `paid`, in payment-token units.
    event JobApproved(JobId indexed id, uint256 paid, uint256 fee);

    /// @notice The job ended well: `paid` is the price that the provider got in all, fee included, and `fee` what was taken
    /// from it now, in payment-token units. What is left of the bond went back.
    event JobSettled(JobId indexed id, address indexed provider, uint256 paid, uint256 fee);

    /// @notice The client ended the job and paid `share` of its price, in payment-token units.
    event JobCancelled(JobId indexed id, uint256 share, uint256 fee);

    /// @notice The provider ended the job and paid `share` of its price, in payment-token units.
    event JobHandedBack(JobId indexed id, uint256 share);

    /// @notice The provider stayed silent and paid the whole price, in payment-token units.
    event JobExpired(JobId indexed id, uint256 penalty);

    /// @notice The provider named another worker.
    event WorkerReplaced(JobId indexed id, address worker, uint256 replacedAt);

    /// @notice No units are delivered, or more than were asked.
    error JobEscrowInvalidUnits(JobId id, uint64 units, uint64 most);

    /// @notice The new worker is the zero address.
    error JobEscrowWorkerUnnamed(JobId id);

    /// @notice The worker was replaced lately, and can be replaced again from the second `from` on.
    error JobEscrowReplacedLately(JobId id, uint256 from);

    /// @notice The job could be delivered, cancelled and handed back until `deadline`.
    error JobEscrowTooLate(JobId id, uint256 deadline);

    /// @notice The job can still be delivered until `deadline`.
    error JobEscrowNotExpired(JobId id, uint256 deadline);

    /// @notice The delivery can still be challenged, or a game about it is live, until `until` at the latest.
    error JobEscrowContestable(JobId id, uint256 until);

    /// @notice The price is paid or refunded already.
    error JobEscrowPriceSpent(JobId id);

    /// @notice The approval is not signed by the client.
    error JobEscrowInvalidApproval(JobId id, address client, bytes32 digest);

    /**
     * @notice Opens a job at the ask's price.
     *
     * @dev Pulls the price from the client and the bond from the provider. Emits {JobOpened}. Upholds JE-1.
     *
     * Requirements:
     * - the order book opens the job: see {IOrderBook-open};
     * - claims and allowances cover price and bond.
     *
     * @param ask The provider's order.
     * @param askSignature Its EIP-712 signature by the provider (ECDSA or ERC-1271) or a delegate; empty for the caller's own.
     * @param bid The client's order.
     * @param bidSignature Its EIP-712 signature by the client (ECDSA or ERC-1271) or a delegate; empty for the caller's own.
     * @return id The job's id.
     */
    function fill(
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature
    ) external returns (JobId id);

    /**
     * @notice Opens many jobs. Orders that do not become a job are skipped and spoil no other.
     *
     * @dev Emits {JobOpened} for each job, {BatchItemSkipped} for each item that is skipped. What consecutive jobs pull from
     * one account is pulled at once; an account that cannot pay makes the whole call fail, so batches over several payers
     * are best made of one call each, joined by {batch}.
     *
     * Requirements: claims and allowances cover prices and bonds.
     *
     * @param fills The orders.
     * @return done The number of jobs opened.
     */
    function fillBatch(Fill[] calldata fills) external returns (uint256 done);

    /**
     * @notice Opens and delivers a job in one call; without a verifier it ends there, is paid at once, and pulls no bond.
     *
     * @dev As {fill} and {deliver} of all units together. Emits {JobOpened} and {JobDelivered}, and
     * without a verifier {JobSettled}.
     *
     * Requirements: those of {fill} and {deliver}, but no least bond without a verifier.
     *
     * @param outputRoot The list root of the units' output ids.
     * @param approval The client's EIP-712 signature of an Approval, or empty.
     * @return id The job's id.
     */
    function fulfil(
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature,
        bytes32 outputRoot,
        bytes calldata approval
    ) external returns (JobId id);

    /**
     * @notice Commits to the outputs of the first `units` units, once.
     *
     * @dev Units that are left out are handed back: the provider pays the client the share of their price, their bond and
     * price go back, and the ask can sell them again. Emits {JobDelivered}, and {UnitsDropped} if units are left out; with
     * an approval what {approve} emits, and without a verifier {JobSettled}. Upholds JE-1.
     *
     * An approval that the client did not sign over this id, root and number of units counts as none, so that a client
     * that takes its own back, as a contract can, in front of a delivery just in time does not make it fail.
     *
     * Requirements:
     * - the caller is the job's worker;
     * - the job is open and its deadline not over;
     * - `units` is at least 1 and at most what was asked.
     *
     * @param id The job.
     * @param job Its current state.
     * @param outputRoot The list root of the units' output ids.
     * @param units The number of units delivered.
     * @param approval The client's EIP-712 signature of an Approval, or empty.
     */
    function deliver(JobId id, Job calldata job, bytes32 outputRoot, uint64 units, bytes calldata approval) external;

    /**
     * @notice Pays the price of a delivered job at once; its bond and the contest stay.
     *
     * @dev Emits {JobApproved}. Upholds JE-1.
     *
     * Requirements:
     * - the job is delivered and its price in escrow;
     * - the caller is the client, or `approval` is its signature over this id, output root and number of units.
     *
     * @param id The job.
     * @param job Its current state.
     * @param approval The client's EIP-712 signature of an Approval; empty if the client calls.
     */
    function approve(JobId id, Job calldata job, bytes calldata approval) external;

    /**
     * @notice Ends a delivered job whose window is over: pays the price, unless that happened, and gives the bond back.
     *
     * @dev Anyone may call. Emits {JobSettled}. Upholds JE-1, JE-3 and JE-12.
     *
     * Requirements:
     * - the job is delivered, and its window over;
     * - no demand is unanswered;
     * - the job is not frozen, or its verifier may not decide about it any more: its longest game, and a day or a quarter of
     *   that, have passed since the window.
     *
     * @param id The job.
     * @param job Its current state.
     */
    function settle(JobId id, Job calldata job) external;

    /**
     * @notice Settles many jobs. One that cannot be settled is skipped and spoils no other.
     * @dev Emits {JobSettled} for each job, {BatchItemSkipped} for each that is skipped. What consecutive jobs pay to one
     * account is paid at once.
     * @param settlements The jobs with their current states.
     * @return done The number of jobs settled.
     */
    function settleBatch(Settlement[] calldata settlements) external returns (uint256 done);

    /**
     * @notice Ends an open job for its client, who pays the share of the price.
     * @dev Emits {JobCancelled}. Upholds JE-1 and JE-3. Requirements: the caller is the client; the job is open and its
     * deadline not over.
     */
    function cancel(JobId id, Job calldata job) external;

    /**
     * @notice Ends an open job for its provider, who pays the share of the price from the bond.
     * @dev Emits {JobHandedBack}. Upholds JE-1 and JE-3. Requirements: the caller is the worker or the provider; the job is
     * open and its deadline not over.
     */
    function handBack(JobId id, Job calldata job) external;

    /**
     * @notice Ends an open job whose deadline is over; the provider pays the whole price from the bond.
     * @dev Anyone may call. Emits {JobExpired}. Upholds JE-1 and JE-3. Requirements: the job is open and its deadline over.
     */
    function expire(JobId id, Job calldata job) external;

    /**
     * @notice Replaces the key that delivers, hands back and plays disputes.
     * @dev Emits {WorkerReplaced}. Requirements: the caller is the provider; the job has not ended; the new worker is not
     * zero; the last replacement was at least an increment of the class ago.
     */
    function replaceWorker(JobId id, Job calldata job, address worker) external;

    /// @notice Reverts with the reason why a job cannot be settled now, as {settle} would.
    function requireSettleable(JobId id, Job calldata job) external view;

    /// @notice The EIP-712 digest that a client signs to approve an output.
    function approvalDigest(JobId id, bytes32 outputRoot, uint64 units) external view returns (bytes32 digest);
}
