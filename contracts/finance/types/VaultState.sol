// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice What a vault remembers of its money, in payment-token units. All else follows from what it holds: whatever is
/// neither the stakers' nor owed to those who left is the junior.
struct VaultState {
    uint128 senior; // ┐ the stakers', vested or not
    uint128 exits; // ┘ owed to those who left, and held for them
    uint128 staked; // ┐ in the escrow, free or locked, when last seen
    uint128 rentBooked; // ┘ the rents that moved from the junior to the stakers, ever
    uint112 unvested; // ┐ the part of `senior` that had not vested when `vestingUntil` was set
    uint40 vestingUntil; // │ in seconds; all is vested then
    uint24 vestingTime; // │ in seconds, from when it was set to then
    uint32 lossUntil; // │ in seconds; before it, what stakers lost may be given back
    uint16 head; // │ the oldest window that is not settled; 0 = none
    uint16 tail; // │ the newest window that is not settled
    bool tailPriced; // │ whether the price at the start of `tail` is known
    bool closed; // ┘ whether the vault takes deposits no more
}

using VaultStateLib for VaultState global;

/// @notice How income vests.
library VaultStateLib {
    using SafeCast for uint256;

    /// @notice How long a lost bond can be given back by a vote, see {IVerdicts}.
    uint256 internal constant HOLD = 30 days;

    /// @notice The longest time that income takes to vest.
    uint256 internal constant VESTING = 7 days;

    /// @notice What the stakers' shares are worth at `timestamp`, in payment-token units.
    function vested(VaultState memory self, uint256 timestamp) internal pure returns (uint256) {
        return Math.saturatingSub(self.senior, self.unvestedAt(timestamp));
    }

    /// @notice What has not vested at `timestamp`, in payment-token units, rounded up.
    function unvestedAt(VaultState memory self, uint256 timestamp) internal pure returns (uint256) {
        if (timestamp >= self.vestingUntil) return 0;
        uint256 left = self.vestingUntil - timestamp;
        return Math.ceilDiv(self.unvested * left, self.vestingTime);
    }

    /// @notice Takes a loss from the stakers, vested or not alike, which a vote may give back for a time.
    function lose(VaultState memory self, uint256 amount, uint256 timestamp) internal pure {
        uint256 unvested = Math.mulDiv(self.unvested, self.senior - amount, self.senior, Math.Rounding.Ceil);
        // SAFETY: at most what it was.
        self.unvested = uint112(unvested);
        // SAFETY: at most what they have.
        self.senior -= uint128(amount);
        // SAFETY: 32 bits of seconds reach until 2106.
        self.lossUntil = uint32(timestamp + HOLD);
    }

    /// @notice Gives the stakers back what a vote restored: nobody came since it was lost, so it need not vest.
    function restore(VaultState memory self, uint256 amount) internal pure {
        self.senior = (self.senior + amount).toUint128();
    }

    /// @notice Gives the stakers income that vests linearly.
    /// @dev What is vesting already ends with it at a time between both, weighted by amount: so a little income, made to
    /// come often, holds up nothing.
    function earn(VaultState memory self, uint256 amount, uint256 timestamp) internal pure {
        if (amount == 0) return;
        uint256 before = self.unvestedAt(timestamp);
        uint256 left = Math.saturatingSub(self.vestingUntil, timestamp);
        uint256 all = before + amount;

        self.senior = (self.senior + amount).toUint128();
        self.unvested = all.toUint112();
        uint256 time = (before * left + amount * VESTING) / all;
        // SAFETY: a weighted mean of two times of at most seven days.
        self.vestingTime = uint24(time);
        self.vestingUntil = (timestamp + time).toUint40();
    }
}
