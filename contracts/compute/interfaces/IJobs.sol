// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "../../payments/interfaces/ILedger.sol";
import {Job} from "../types/Job.sol";
import {JobId} from "../types/JobId.sol";
import {JobStatus} from "../types/JobState.sol";
import {IOrderBook} from "./IOrderBook.sol";

/**
 * @title IJobs
 * @notice What every part of the escrow says about jobs: which one a caller means, and why a call does not fit its state.
 * @dev A job is stored as one word, the hash of its terms and state; callers bring the job itself, which the events
 * since {IJobEscrow-JobOpened} give. A job that ended is not stored, and its id is never used again.
 */
interface IJobs {
    /// @notice The job does not hash to what is stored: it is out of date, foreign, or ended (`stored` is zero).
    error JobsStale(JobId id, bytes32 given, bytes32 stored);

    /// @notice The job has another status than the call needs.
    error JobsWrongStatus(JobId id, JobStatus status);

    /// @notice The caller has no part in the job that would let it do this.
    error JobsUnauthorized(JobId id, address caller);

    /// @notice Whether `job` is, field for field, the current state of job `id`.
    function isCurrent(JobId id, Job calldata job) external view returns (bool current);

    /// @notice The stored hash of a job, zero if it ended or never opened.
    function jobHash(JobId id) external view returns (bytes32 hash);

    /// @notice The ledger that holds all money.
    function LEDGER() external view returns (ILedger);

    /// @notice The order book, which holds orders, delegations and the terms of the market.
    function ORDER_BOOK() external view returns (IOrderBook);

    /// @notice The account that fees and lost bonds go to.
    function TREASURY() external view returns (address);
}
