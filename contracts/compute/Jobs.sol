// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "../payments/interfaces/ILedger.sol";
import {TokenId} from "../payments/types/TokenId.sol";
import {IJobs} from "./interfaces/IJobs.sol";
import {IOrderBook} from "./interfaces/IOrderBook.sol";
import {Job, JobLib} from "./types/Job.sol";
import {JobId} from "./types/JobId.sol";
import {JobStatus} from "./types/JobState.sol";

/// @notice Owns the commitments to jobs and moves the claims they hold.
abstract contract Jobs is IJobs {
    /// @inheritdoc IJobs
    ILedger public immutable LEDGER;

    /// @inheritdoc IJobs
    address public immutable TREASURY;

    /// @inheritdoc IJobs
    IOrderBook public immutable ORDER_BOOK;

    /// @dev Transfers of a batch from or to one account, made together.
    struct Transfers {
        address account;
        address token;
        uint256 amount;
    }

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
        job = _load(id, given);
        require(job.state.status() == status, JobsWrongStatus(id, job.state.status()));
    }

    /// @dev Loads a job that its caller brought, if it is current.
    function _load(JobId id, Job calldata given) internal view returns (Job memory job) {
        job = _copy(given);
        (bytes32 hash, bytes32 stored) = (job.hash(), _hashes[id]);
        // INVARIANT JE-2: only the state that is stored can be acted upon.
        require(hash == stored, JobsStale(id, hash, stored));
    }

    function _store(JobId id, Job memory job) internal {
        _hashes[id] = job.hash();
    }

    /// @dev INVARIANT JE-3: a job ends once; its id is never stored again.
    function _end(JobId id) internal {
        delete _hashes[id];
    }

    function _move(address from, address to, address token, uint256 amount) internal {
        if (amount != 0) LEDGER.transferFrom(from, to, TokenId.fromToken(token), amount);
    }

    function _pull(address from, address token, uint256 amount) internal {
        _move(from, address(this), token, amount);
    }

    function _push(address to, address token, uint256 amount) internal {
        if (amount != 0) LEDGER.transfer(to, TokenId.fromToken(token), amount);
    }

    /// @dev Adds a transfer to those of a batch, and makes them first if they concern another account or token.
    function _pullLater(Transfers memory transfers, address from, address token, uint256 amount) internal {
        if (transfers.account != from || transfers.token != token) {
            _pull(transfers.account, transfers.token, transfers.amount);
            (transfers.account, transfers.token, transfers.amount) = (from, token, 0);
        }
        transfers.amount += amount;
    }

    /// @dev Like {_pullLater}, for payouts.
    function _pushLater(Transfers memory transfers, address to, address token, uint256 amount) internal {
        if (transfers.account != to || transfers.token != token) {
            _push(transfers.account, transfers.token, transfers.amount);
            (transfers.account, transfers.token, transfers.amount) = (to, token, 0);
        }
        transfers.amount += amount;
    }

    /// @dev SAFETY: a copy with dirty bits cannot have a stored hash, since what is stored was built field by field.
    function _copy(Job calldata given) internal pure returns (Job memory job) {
        uint256 size = JobLib.SIZE;
        assembly ("memory-safe") {
            job := mload(0x40)
            mstore(0x40, add(job, size))
            calldatacopy(job, given, size)
        }
    }
}
