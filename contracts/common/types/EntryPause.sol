// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice A guardian's pause of a module's entries: its end (40 bits, seconds) above the budget used (24 bits, seconds).
/// @dev 8 bytes, so that a module reads it in the slot of its other parameters. Zero means never paused.
type EntryPause is uint64;

using EntryPauseLib for EntryPause global;

/**
 * @title EntryPauseLib
 * @notice Lets entries be paused for at most 14 days within any 90 days.
 *
 * @dev Pauses share one budget of 14 days, which is whole again once entries have been open for 76 days on end. So 90 days
 * that meet the pauses of one budget contain at most 14 days of pause, and 90 days that meet those of two contain the 76
 * open days between them, which leaves 14 (EP-1). The rule keeps no history; for a guardian who pauses again and again it
 * is stricter than its promise.
 *
 * Entries are paused from the second of the call until just before the second at which the pause ends.
 */
library EntryPauseLib {
    /// @notice The longest total pause under one budget, in seconds.
    uint256 internal constant BUDGET = 14 days;

    /// @notice How long entries must be open for the budget to be whole again, in seconds.
    uint256 internal constant REST = 90 days - BUDGET;

    /// @notice The duration is zero or above what is left of the budget, in seconds.
    error EntryPauseInvalidDuration(uint256 duration, uint256 left);

    /// @notice There is no pause to lift; the last one ended at `pausedUntil`.
    error EntryPauseNotPaused(uint256 pausedUntil);

    /**
     * @notice The state once entries are paused until `timestamp + duration`; a running pause is replaced.
     * @dev Upholds EP-1. What a replaced pause had not used yet goes back into the budget first.
     * @param duration The length of the pause from now on, in seconds.
     * @param timestamp The current time, in seconds.
     */
    function pause(EntryPause self, uint256 duration, uint256 timestamp) internal pure returns (EntryPause) {
        uint256 left = self.budgetLeft(timestamp);
        require(duration != 0 && duration <= left, EntryPauseInvalidDuration(duration, left));

        return _pack(timestamp + duration, BUDGET - left + duration);
    }

    /**
     * @notice The state once the running pause ends now; the time it lasted stays used.
     * @dev Upholds EP-1.
     * @param timestamp The current time, in seconds.
     */
    function unpause(EntryPause self, uint256 timestamp) internal pure returns (EntryPause) {
        require(self.isPaused(timestamp), EntryPauseNotPaused(self.pausedUntil()));

        return _pack(timestamp, BUDGET - self.budgetLeft(timestamp));
    }

    /// @notice Whether entries are paused at `timestamp`.
    function isPaused(EntryPause self, uint256 timestamp) internal pure returns (bool) {
        return timestamp < self.pausedUntil();
    }

    /// @notice The second at which the current or last pause ends or ended.
    function pausedUntil(EntryPause self) internal pure returns (uint256) {
        return EntryPause.unwrap(self) >> 24;
    }

    /// @notice How long entries may be paused from `timestamp` on, in seconds, counting what a running pause has left.
    function budgetLeft(EntryPause self, uint256 timestamp) internal pure returns (uint256) {
        uint256 end = self.pausedUntil();
        if (timestamp >= end + REST) return BUDGET;

        uint256 used = uint24(EntryPause.unwrap(self));
        uint256 unused = timestamp < end ? end - timestamp : 0;
        return BUDGET - used + unused;
    }

    function _pack(uint256 end, uint256 used) private pure returns (EntryPause) {
        return EntryPause.wrap((uint64(SafeCast.toUint40(end)) << 24) | SafeCast.toUint24(used));
    }
}
