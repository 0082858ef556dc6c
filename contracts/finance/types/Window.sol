// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice Whether a window has its price, and whether all of it could be paid.
enum WindowStatus {
    Open,
    Settled,
    Short
}

/// @notice What left a vault in one window.
struct Window {
    uint112 shares; // ┐ that asked to leave, and have not been claimed
    uint112 assets; // │ payment-token units that are owed for them, once settled
    uint16 next; // │ the next window that anybody asked to leave in; 0 = none
    WindowStatus status; // ┘
    uint112 startAssets; // ┐ the price at the start, as assets ...
    uint112 startShares; // ┘ ... for so many shares
    uint112 rolled; // shares that could not be paid, and leave in window + 1
}

using WindowLib for Window global;

/// @notice When windows begin and end, and what a share of one gets.
library WindowLib {
    using SafeCast for uint256;

    /// @notice The length of every window: more than the time from a delivery to the last word about it.
    uint256 internal constant LENGTH = 21 days;

    /// @notice How long after its end a window waits for jobs that are frozen: more than the longest game.
    uint256 internal constant PATIENCE = 20 days;

    /// @notice The window that `timestamp` lies in.
    function indexAt(uint256 timestamp) internal pure returns (uint256) {
        return timestamp / LENGTH;
    }

    /// @notice The first second of window `id`.
    function startOf(uint256 id) internal pure returns (uint256) {
        return id * LENGTH;
    }

    /// @notice Takes a part of a settled window, in proportion to `shares`, all of it with the last share.
    /// @dev Rounded down each time, so that what is left for the other shares never falls.
    function take(Window storage self, uint256 shares) internal returns (uint256 assets, uint256 rolled) {
        uint256 all = self.shares;
        // SAFETY: `shares` are tokens of this window, of which there are `all`; a part is no more than the whole.
        assets = (self.assets * shares) / all;
        self.assets -= uint112(assets);
        self.shares = uint112(all - shares);
        if (self.status != WindowStatus.Short) return (assets, 0);
        rolled = (self.rolled * shares) / all;
        self.rolled -= uint112(rolled);
    }
}
