// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "../payments/interfaces/ILedger.sol";
import {TokenId} from "../payments/types/TokenId.sol";
import {IJobs} from "./interfaces/IJobs.sol";
import {IOrderBook} from "./interfaces/IOrderBook.sol";
import {Job, JobStatus} from "./types/Job.sol";
import {JobId} from "./types/JobId.sol";

/// @notice Owns the commitments to jobs and moves the claims they hold.
abstract contract Jobs is IJobs {
    /// @inheritdoc IJobs
    ILedger public immutable LEDGER;

    /// @inheritdoc IJobs
    address public immutable TREASURY;

    /// @inheritdoc IJobs
    IOrderBook public immutable ORDER_BOOK;

    mapping(JobId id => bytes32 hash) private _hashes;

    constructor(ILedger ledger, address treasury, IOrderBook orderBook) {
        LEDGER = ledger;
        ORDER_BOOK = orderBook;
        TREASURY = treasury;
    }

    /// @inheritdoc IJobs
    function isCurrent(JobId id, Job calldata job) external view returns (bool) {
        return _copy(job).hash() == _hashes[id];
    }

    /// @inheritdoc IJobs
    function jobHash(JobId id) external view returns (bytes32) {
        return _hashes[id];
    }

    /// @dev Loads a job that its caller brought, if it is current and has the status that the call needs.
    function _load(JobId id, Job calldata given, JobStatus status) internal view returns (Job memory job) {
        job = _copy(given);
        (bytes32 hash, bytes32 stored) = (job.hash(), _hashes[id]);
        // INVARIANT JE-2: only the state that is stored can be acted upon.
        require(hash == stored, JobsStale(id, hash, stored));
        require(job.status == status, JobsWrongStatus(id, job.status));
    }

    function _store(JobId id, Job memory job) internal {
        _hashes[id] = job.hash();
    }

    /// @dev INVARIANT JE-3: a job ends once; its id is never stored again.
    function _end(JobId id) internal {
        delete _hashes[id];
    }

    function _pull(address from, address token, uint256 amount) internal {
        if (amount != 0) LEDGER.transferFrom(from, address(this), TokenId.fromToken(token), amount);
    }

    function _push(address to, address token, uint256 amount) internal {
        if (amount != 0) LEDGER.transfer(to, TokenId.fromToken(token), amount);
    }

    /// @dev SAFETY: a copy with dirty bits cannot have a stored hash, since what is stored was built field by field.
    function _copy(Job calldata given) private pure returns (Job memory job) {
        assembly ("memory-safe") {
            job := mload(0x40)
            mstore(0x40, add(job, 864))
            calldatacopy(job, given, 864)
        }
    }
}
