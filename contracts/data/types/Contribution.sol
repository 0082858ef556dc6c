// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Data that somebody gave to a dataset.
struct Contribution {
    address owner; // ┐
    uint16 index; // │ of its slot among all slots
    uint24 lostPpm; // │ what it lost of its bond, in millionths
    uint32 leftAt; // │ when it was withdrawn or dropped, in seconds; 0 = it is in the dataset
    uint24 leftIn; // ┘ the epoch that still counts it, although it left; 0 = none
}
