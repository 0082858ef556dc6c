// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What `LinearVrgda` needs to know to price a sale. Prices are payment-token units.
/// @param initialPrice The price of a sale that is exactly on schedule; above 0.
/// @param reserve The least price; above 0.
/// @param cap The highest price.
/// @param ratePerDay Sales a day on schedule, with 18 decimals; above 0.
/// @param logDecay ln(1 − k) with 18 decimals, where k is what a price loses in a day without sales; below 0.
struct PriceCurve {
    uint96 initialPrice;
    uint96 reserve;
    uint96 cap;
    uint96 ratePerDay;
    int64 logDecay;
}
