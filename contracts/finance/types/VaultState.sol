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
    uint112 unvested; // ┐ the part of `senior` that had not vested at `vestingFrom`
    uint40 vestingFrom; // │ in seconds
    uint40 vestingUntil; // │ in seconds; all is vested then
    uint24 head; // │ the oldest window that is not settled; 0 = none
    uint24 tail; // │ the newest window that is not settled
    bool tailPriced; // │ whether the price at the start of `tail` is known
    bool closed; // ┘ whether the vault takes deposits no more
}

using VaultStateLib for VaultState global;

/// @notice How income vests.
library VaultStateLib {
    using SafeCast for uint256;

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
        return Math.ceilDiv(self.unvested * left, self.vestingUntil - self.vestingFrom);
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
        self.vestingFrom = timestamp.toUint40();
        self.vestingUntil = (timestamp + (before * left + amount * VESTING) / all).toUint40();
    }
}
