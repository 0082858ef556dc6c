// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What access is sold for, and by whom it is granted: 3 slots. Prices are payment-token units.
struct SaleTerms {
    uint96 initialPrice; // of a sale on schedule
    uint96 reserve; // the least price
    uint32 licenceTerm; // seconds from the grant
    uint32 grantTime; // seconds that the host has to grant
    // slot
    uint96 cap; // the highest price
    uint96 ratePerDay; // sales on schedule, 18 decimals
    uint16 decayBps; // what a price loses in a day without sales
    uint16 potShareBps; // of a price, to the DAO; the rest is the treasury's
    // slot
    address host; // who grants
}
