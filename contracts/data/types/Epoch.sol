// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {JobId} from "../../compute/types/JobId.sol";

/// @notice Where an epoch stands.
enum EpochStatus {
    None,
    Open, // contributions count, until it closes
    Closed, // both sides show their seeds
    Seeded, // test points are to be drawn
    Drawn, // a job values the contributions
    Settled,
    Void
}

/// @notice A side that a seed comes from, and that loses its bond by silence.
struct Party {
    address account; // ┐
    bool shown; // ┘ whether it showed its seed
    bytes32 seedHash; // 0 = it did not commit to one
}

/// @notice A valuation of all that is in a dataset.
struct Epoch {
    EpochStatus status; // ┐
    uint8 segments; // │ binary logarithm of the segments of the pool
    uint8 segmentRows; // │ binary logarithm of the rows of a segment, which is the number of units
    uint16 count; // │ slots that the points have
    uint40 closesAt; // │ in seconds; contributions wait from then on until it is closed
    uint40 deadline; // │ in seconds; after it anyone can void the phase that the epoch is in
    uint40 endedAt; // ┘ in seconds
    uint112 pot; // ┐ payment-token units
    uint112 unclaimed; // │ payment-token units
    uint32 total; // ┘ the sum of all positive values
    uint112 seedBond; // payment-token units, of each side
    JobId jobId; // the job that values it; 0 = none yet
    bytes32 poolRoot; // of the rows of all test points
    bytes32 seed;
    bytes32 pointsRoot;
    bytes32 testsRoot;
    bytes32 outputRoot; // of the job, once delivered
    bytes32 valuesRoot; // of the block of values, once settled
    Party poolOwner;
    Party host;
}
