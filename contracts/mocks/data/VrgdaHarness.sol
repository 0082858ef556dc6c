// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LinearVrgda} from "../../data/libraries/LinearVrgda.sol";
import {PriceCurve} from "../../data/types/PriceCurve.sol";

/// @notice Opens prices of access to tests.
contract VrgdaHarness {
    /// @notice See {LinearVrgda-logDecay}.
    function logDecay(uint16 decayBps) external pure returns (int64) {
        return LinearVrgda.logDecay(decayBps);
    }

    /// @notice See {LinearVrgda-priceAt}.
    function priceAt(PriceCurve calldata curve, uint40 elapsed, uint64 sold) external pure returns (uint96) {
        return LinearVrgda.priceAt(curve, elapsed, sold);
    }
}
