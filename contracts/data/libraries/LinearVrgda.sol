// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {exp, ln, sd} from "@prb/math/src/SD59x18.sol";

import {PriceCurve} from "../types/PriceCurve.sol";

/**
 * @title LinearVrgda
 * @notice A price that rises with each sale and falls with time, so that sales keep to a number a day.
 *
 * @dev The linear variable rate gradual Dutch auction of Frankie, Johnson and White, "Variable Rate GDAs" (Paradigm, 2022):
 * `p0 × (1 − k)^(t − (n + 1) / r)`, with t in days since the start, n sales before this one and r sales a day. The power is
 * computed as `exp(ln(1 − k) × …)` in numbers of 18 decimals, the price is rounded up to a payment-token unit, and kept
 * between the curve's reserve, which is at least a unit, and its cap. No curve, time or number of sales makes it revert.
 */
library LinearVrgda {
    uint256 private constant ONE = 1e18;

    /// @dev e^67 is above 2^96, the end of all prices, and 2^96 × 10^18 × e^67 is below 2^254.
    int256 private constant MOST_EXPONENT = 67e18;

    /// @notice ln(1 − k) with 18 decimals, for a loss of `decayBps` basis points a day, above 0 and below 10,000.
    function logDecay(uint16 decayBps) internal pure returns (int64) {
        // SAFETY: from ln(0.0001) = −9.2104 to ln(0.9999), which 63 bits hold.
        return int64(ln(sd(int256((10_000 - uint256(decayBps)) * 1e14))).unwrap());
    }

    /**
     * @notice The price of the next sale, in payment-token units.
     * @param elapsed Seconds since the start.
     * @param sold Sales since the start.
     */
    function priceAt(PriceCurve memory curve, uint40 elapsed, uint64 sold) internal pure returns (uint96) {
        int256 exponent = _exponent(curve, elapsed, sold);
        if (exponent >= MOST_EXPONENT) return curve.cap;
        if (exponent <= -MOST_EXPONENT) return curve.reserve;

        // SAFETY: the power is between 1 and e^67; dividing by it keeps the digits that a small power would have lost.
        uint256 power = uint256(exp(sd(exponent).abs()).unwrap());
        uint256 price =
            exponent < 0
                ? Math.ceilDiv(curve.initialPrice * ONE, power)
                : Math.ceilDiv(curve.initialPrice * power, ONE);
        return uint96(Math.max(curve.reserve, Math.min(curve.cap, price)));
    }

    /// @dev `ln(1 − k) × (t − (n + 1) / r)`: below 0 while sales are behind the schedule, above 0 while they are ahead.
    function _exponent(PriceCurve memory curve, uint40 elapsed, uint64 sold) private pure returns (int256) {
        // SAFETY: days are below 2^84, sales with 36 decimals below 2^184, and a logarithm is within 2^63.
        unchecked {
            uint256 time = (uint256(elapsed) * ONE) / 1 days;
            uint256 scheduled = ((uint256(sold) + 1) * ONE * ONE) / curve.ratePerDay;
            return (sd(curve.logDecay) * sd(int256(time) - int256(scheduled))).unwrap();
        }
    }
}
