// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Jobs} from "./Jobs.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Job} from "./types/Job.sol";

/// @notice Owns the stakes of accounts, and bonds jobs out of them.
abstract contract Stakes is Jobs, IStakes {
    using SafeCast for uint256;

    /// @dev The highest price, in basis points of the bond: what a lie may pay outsiders.
    uint256 private constant PRICE_CAP_BPS = 1_000;
    /// @dev So that every bond comes back in a time that its account knows beforehand.
    uint256 private constant TURNAROUND_CAP = 14 days;
    uint256 private constant YEAR_BPS = 365 days * 10_000;

    mapping(address account => mapping(address token => Stake)) private _stakes;
    mapping(address account => mapping(address token => uint256 rent)) private _rentOwed;

    /// @inheritdoc IStakes
    function stake(address token, uint256 amount) external {
        _addFree(msg.sender, token, amount);
        emit Staked(msg.sender, token, amount);
        _pull(msg.sender, token, amount);
    }

    /// @inheritdoc IStakes
    function unstake(address token, uint256 amount) external {
        Stake storage stored = _stakes[msg.sender][token];
        uint112 free = stored.free;
        require(amount <= free, StakesTooLow(msg.sender, token, amount, free));
        stored.free = free - uint112(amount);
        emit Unstaked(msg.sender, token, amount);
        _push(msg.sender, token, amount);
    }

    /// @inheritdoc IStakes
    function setRent(address token, uint24 rentBps) external {
        _stakes[msg.sender][token].rentBps = rentBps;
        emit RentSet(msg.sender, token, rentBps);
    }

    /// @inheritdoc IStakes
    function suspendStake(address token) external {
        _stakes[msg.sender][token].suspended = true;
        emit StakeSuspended(msg.sender, token);
    }

    /// @inheritdoc IStakes
    function resumeStake(address token) external {
        _stakes[msg.sender][token].suspended = false;
        emit StakeResumed(msg.sender, token);
    }

    /// @inheritdoc IStakes
    function stakeOf(address account, address token) external view returns (Stake memory) {
        return _stakes[account][token];
    }

    /// @inheritdoc IStakes
    function rentOwed(address account, address token) external view returns (uint256) {
        return _rentOwed[account][token];
    }

    /// @dev Bonds a job out of its provider's stake, at the rent of now.
    function _lock(Job memory job) internal {
        (address account, address token) = (job.provider, job.token);
        Stake memory current = _stakes[account][token];
        (uint256 bond, uint256 price) = (job.totalBond(), job.totalPrice());
        require(!current.suspended, StakesSuspended(account, token));
        require(bond <= current.free, StakesTooLow(account, token, bond, current.free));
        uint256 turnaround = job.terms.turnaround();
        require(turnaround <= TURNAROUND_CAP, StakesTooLong(account, turnaround, TURNAROUND_CAP));
        job.terms = job.terms.withRentBps(current.rentBps);
        uint256 rent = _rent(job, bond, type(uint256).max);
        require(rent <= price, StakesRentTooHigh(account, rent, price));
        uint256 cap = (bond * PRICE_CAP_BPS) / 10_000;
        require(price <= cap, StakesPriceTooHigh(account, price, cap));

        // SAFETY: the bond fits in what is free.
        (current.free, current.locked) = (current.free - uint112(bond), current.locked + uint112(bond));
        _stakes[account][token] = current;
    }

    /// @dev Ends the lock of `bond` of a job, of which `back` is the provider's again, and charges the rent. Returns what is
    /// left to be paid.
    function _returnBond(Job memory job, uint256 bond, uint256 back) internal returns (uint256 payable_) {
        if (!job.terms.staked()) return back;
        Stake memory current = _stakes[job.provider][job.token];
        // SAFETY: what is locked was counted when the job opened, `back` is part of it, and both together fit.
        (current.free, current.locked) = (current.free + uint112(back), current.locked - uint112(bond));
        // INVARIANT ST-6: so nobody can take the same stake's money twice before its account looks.
        if (back < bond && !current.suspended) {
            current.suspended = true;
            emit StakeSuspended(job.provider, job.token);
        }
        _stakes[job.provider][job.token] = current;
        _rentOwed[job.provider][job.token] += _rent(job, bond, block.timestamp - job.terms.openedAt());
        return 0;
    }

    /// @dev Gives an account back what a vote returned, which bonds nothing before the account looked.
    function _restoreStake(address account, address token, uint256 amount) internal {
        _addFree(account, token, amount);
        _stakes[account][token].suspended = true;
        emit StakeSuspended(account, token);
    }

    /// @dev What `bond` of a job owes after `elapsed` seconds, at most for turnaround and window: that is what the price covers.
    function _rent(Job memory job, uint256 bond, uint256 elapsed) private pure returns (uint256) {
        uint256 time = Math.min(elapsed, job.terms.turnaround() + job.terms.termsClass().window());
        return Math.ceilDiv(bond * job.terms.rentBps() * time, YEAR_BPS);
    }

    /// @dev Adds to what is free, together with what is locked within the type: so a bond always comes back.
    function _addFree(address account, address token, uint256 amount) private {
        Stake storage stored = _stakes[account][token];
        Stake memory current = stored;
        stored.free = (uint256(current.free) + current.locked + amount).toUint112() - current.locked;
    }
}
