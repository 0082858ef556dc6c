// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where a job stands. A job that ended is no longer stored, so no job has the status {None}.
enum JobStatus {
    None,
    Open,
    Delivered
}

/// @notice Where the price of a delivered job is.
enum Price {
    Escrowed,
    Paid,
    Refunded
}

/// @notice The state of a job, but for its output root and worker, in one word. From the lowest bit: units (64; asked
/// while open, delivered afterwards), delivered at (40, seconds), status (8), price (8), unanswered demands (8; bit k
/// stands for a demand of kind k), frozen (8; 1 = its verifier froze it), units asked (64), worker replaced at (40,
/// seconds; 0 = never).
type JobState is uint256;

using JobStateLib for JobState global;

/// @notice Reads and changes {JobState}.
library JobStateLib {
    uint256 private constant STATUS = 104;
    uint256 private constant PRICE = 112;
    uint256 private constant DEMANDS = 120;
    uint256 private constant FROZEN = 128;
    uint256 private constant UNITS_ASKED = 136;
    uint256 private constant REPLACED_AT = 200;

    /// @notice The state of a job that opens.
    function opened(uint64 units_) internal pure returns (JobState) {
        uint256 asked = uint256(units_) << UNITS_ASKED;
        return JobState.wrap(asked | (uint256(JobStatus.Open) << STATUS) | units_);
    }

    /// @notice The state of an open job once the first `units_` of its units are delivered at `timestamp` (seconds).
    function delivered(JobState self, uint64 units_, uint256 timestamp) internal pure returns (JobState) {
        uint256 kept = (JobState.unwrap(self) >> UNITS_ASKED) << UNITS_ASKED;
        uint256 word = uint256(units_) | (uint256(uint40(timestamp)) << 64);
        return JobState.wrap(kept | word | (uint256(JobStatus.Delivered) << STATUS));
    }

    /// @notice The same state with the price elsewhere.
    function withPrice(JobState self, Price price_) internal pure returns (JobState) {
        return _with(self, PRICE, uint256(price_));
    }

    /// @notice The same state with other unanswered demands.
    function withDemands(JobState self, uint256 demands_) internal pure returns (JobState) {
        return _with(self, DEMANDS, demands_);
    }

    /// @notice The same state, frozen or not.
    function withFrozen(JobState self, bool frozen_) internal pure returns (JobState) {
        return _with(self, FROZEN, frozen_ ? 1 : 0);
    }

    /// @notice The same state with a worker replaced at `timestamp` (seconds).
    function withReplacedAt(JobState self, uint256 timestamp) internal pure returns (JobState) {
        uint256 kept = JobState.unwrap(self) & ~(uint256(type(uint40).max) << REPLACED_AT);
        return JobState.wrap(kept | (uint256(uint40(timestamp)) << REPLACED_AT));
    }

    /// @notice The units asked while the job is open, delivered afterwards.
    function units(JobState self) internal pure returns (uint64) {
        return uint64(JobState.unwrap(self));
    }

    /// @notice When the job was delivered, in seconds.
    function deliveredAt(JobState self) internal pure returns (uint256) {
        return uint40(JobState.unwrap(self) >> 64);
    }

    /// @notice Where the job stands.
    function status(JobState self) internal pure returns (JobStatus) {
        return JobStatus(uint8(JobState.unwrap(self) >> STATUS));
    }

    /// @notice Where the price of a delivered job is.
    function price(JobState self) internal pure returns (Price) {
        return Price(uint8(JobState.unwrap(self) >> PRICE));
    }

    /// @notice The unanswered demands; bit k stands for a demand of kind k.
    function demands(JobState self) internal pure returns (uint256) {
        return uint8(JobState.unwrap(self) >> DEMANDS);
    }

    /// @notice Whether the verifier froze the job, and has not unfrozen it.
    function frozen(JobState self) internal pure returns (bool) {
        return uint8(JobState.unwrap(self) >> FROZEN) != 0;
    }

    /// @notice The units asked: the length of the list of inputs of a job that is not chained.
    function unitsAsked(JobState self) internal pure returns (uint64) {
        return uint64(JobState.unwrap(self) >> UNITS_ASKED);
    }

    /// @notice When the worker was last replaced, in seconds; 0 = never.
    function replacedAt(JobState self) internal pure returns (uint256) {
        return uint40(JobState.unwrap(self) >> REPLACED_AT);
    }

    /// @dev `value` fits in the 8 bits from `offset` on.
    function _with(JobState self, uint256 offset, uint256 value) private pure returns (JobState) {
        return JobState.wrap((JobState.unwrap(self) & ~(uint256(0xff) << offset)) | (value << offset));
    }
}
