// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";

/// @notice How long a job's output can be contested, and how fast a dispute about it is played.
enum TermsClass {
    Fast,
    Standard,
    High
}

using TermsClassLib for TermsClass global;

/// @notice The durations of each class, in seconds, and which jobs a class may carry.
library TermsClassLib {
    /// @notice The rates at which a slow but honest checker re-executes and hashes, in MACs and trace bytes a second.
    uint256 internal constant SLOW_MACS_PER_SECOND = 200_000_000;
    uint256 internal constant SLOW_TRACE_BYTES_PER_SECOND = 20_000_000;

    /// @notice A job is checked by re-executing at most so many independent units.
    uint256 internal constant CHECKED_UNITS = 64;

    /// @notice The time after a delivery within which it can be challenged.
    function window(TermsClass class) internal pure returns (uint32) {
        if (class == TermsClass.Fast) return 30 minutes;
        return class == TermsClass.Standard ? 6 hours : 24 hours;
    }

    /// @notice The time each side of a dispute has for all its moves together.
    function clock(TermsClass class) internal pure returns (uint32) {
        if (class == TermsClass.Fast) return 3 hours;
        return class == TermsClass.Standard ? 12 hours : 84 hours;
    }

    /// @notice The time that a move leaves the other side at the least.
    function increment(TermsClass class) internal pure returns (uint32) {
        if (class == TermsClass.Fast) return 10 minutes;
        return class == TermsClass.Standard ? 1 hours : 3 hours;
    }

    /// @notice The time a worker has to answer a demand for a piece of its output.
    function answerTime(TermsClass class) internal pure returns (uint32) {
        return window(class);
    }

    /// @notice The time a slow checker needs for a job, in seconds, rounded up.
    /// @dev The units of a chained job can only be run one after the other; of independent ones a check needs at most
    /// {CHECKED_UNITS}.
    function checkTime(ModelId modelId, uint64 units, bool chained) internal pure returns (uint256) {
        uint256 n = chained || units < CHECKED_UNITS ? units : CHECKED_UNITS;
        // SAFETY: 56-bit work, 40-bit trace bytes and 64-bit units cannot overflow 256 bits.
        unchecked {
            return
                (modelId.work() * n + SLOW_MACS_PER_SECOND - 1) / SLOW_MACS_PER_SECOND +
                (modelId.traceBytes() * n + SLOW_TRACE_BYTES_PER_SECOND - 1) / SLOW_TRACE_BYTES_PER_SECOND;
        }
    }

    /// @notice Whether a class leaves a slow checker the time it needs, in seconds.
    /// @dev In every class the clock is longer than the window, so the window decides.
    function covers(TermsClass class, uint256 checkTime_) internal pure returns (bool) {
        return checkTime_ <= window(class);
    }
}
