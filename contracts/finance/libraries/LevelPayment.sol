// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice The payment that, made at the end of each of `n` periods, repays a loan with interest.
library LevelPayment {
    uint256 private constant SCALE = 112;
    uint256 private constant ONE = 1 << SCALE;

    /// @dev Periods of a year times basis points of one.
    uint256 private constant YEAR_PERIODS_BPS = 12 * 10_000;

    /**
     * @notice `P × i / (1 − (1 + i)^−n)` with i = rateBps / 120,000, rounded up to a unit; P / n without interest.
     * @dev The power is rounded down, which can only raise the payment: by less than 2^−92 of it.
     * @param principal Payment-token units, below 2^112.
     * @param rateBps Basis points of a year, at most 10,000.
     * @param n The number of periods, 1 to 120.
     */
    function compute(uint256 principal, uint256 rateBps, uint256 n) internal pure returns (uint256 payment) {
        if (rateBps == 0) return Math.ceilDiv(principal, n);
        uint256 power = _pow(ONE + (ONE * rateBps) / YEAR_PERIODS_BPS, n);
        // SAFETY: (1 + i)^n is below 2^14, so the product has at most 112 + 126 + 14 bits.
        unchecked {
            return Math.ceilDiv(principal * power * rateBps, (power - ONE) * YEAR_PERIODS_BPS);
        }
    }

    /// @dev SAFETY: 1 + i is at most 13 / 12, whose 128th power is below 2^15, so products of two have at most 254
    /// bits.
    function _pow(uint256 base, uint256 exponent) private pure returns (uint256 power) {
        power = ONE;
        unchecked {
            for (; exponent != 0; exponent >>= 1) {
                if (exponent & 1 != 0) power = (power * base) >> SCALE;
                base = (base * base) >> SCALE;
            }
        }
    }
}
