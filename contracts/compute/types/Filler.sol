// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Which side of a job called `fill`.
enum Filler {
    Matcher,
    Client,
    Provider
}
