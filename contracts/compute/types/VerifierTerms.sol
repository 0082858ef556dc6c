// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TermsClass} from "./TermsClass.sol";

/// @notice What jobs that pay in one token and name one verifier must satisfy. One storage slot.
/// @param listed Whether such jobs may open.
/// @param scale Floors and cap below are multiples of `2 ** scale` payment-token units.
/// @param bondMultipleBps The least bond, as a share of the price in basis points; at least the price itself.
/// @param longestGameFast The longest game of the fast class, in seconds.
/// @param longestGameStandard The longest game of the standard class, in seconds.
/// @param longestGameHigh The longest game of the high class, in seconds.
/// @param bondFloorFast The least bond of a job of the fast class.
/// @param bondFloorStandard The least bond of a job of the standard class.
/// @param bondFloorHigh The least bond of a job of the high class.
/// @param fastPriceCap The highest price of a job of the fast class.
struct VerifierTerms {
    bool listed;
    uint8 scale;
    uint24 bondMultipleBps;
    uint24 longestGameFast;
    uint24 longestGameStandard;
    uint24 longestGameHigh;
    uint32 bondFloorFast;
    uint32 bondFloorStandard;
    uint32 bondFloorHigh;
    uint32 fastPriceCap;
}

using VerifierTermsLib for VerifierTerms global;

/// @notice Reads {VerifierTerms} by class and in payment-token units.
library VerifierTermsLib {
    /// @notice The longest game of a class, in seconds.
    function longestGame(VerifierTerms memory self, TermsClass class) internal pure returns (uint24) {
        if (class == TermsClass.Fast) return self.longestGameFast;
        return class == TermsClass.Standard ? self.longestGameStandard : self.longestGameHigh;
    }

    /// @notice The least bond of a job of a class, in payment-token units.
    function bondFloor(VerifierTerms memory self, TermsClass class) internal pure returns (uint256) {
        uint32 floor = self.bondFloorHigh;
        if (class == TermsClass.Fast) floor = self.bondFloorFast;
        else if (class == TermsClass.Standard) floor = self.bondFloorStandard;
        return uint256(floor) << self.scale;
    }

    /// @notice The highest price of a job of the fast class, in payment-token units.
    function highestFastPrice(VerifierTerms memory self) internal pure returns (uint256) {
        return uint256(self.fastPriceCap) << self.scale;
    }
}
