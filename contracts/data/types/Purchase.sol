// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Where a purchase stands.
enum PurchaseStatus {
    None,
    Pending, // the market holds the price
    Granted, // a licence was minted under the same id
    Refunded
}

/// @notice A purchase and, once it is granted, its licence: 2 slots. The terms are those of the sale.
struct Purchase {
    address buyer;
    uint96 price; // payment-token units
    // slot
    uint40 deadline; // the last second of a grant
    uint32 licenceTerm; // seconds
    uint16 potShareBps;
    PurchaseStatus status;
    uint40 expiresAt; // the last second of the licence; 0 = not granted
    uint32 keyEpoch; // of the key that the licence was granted with
}
