// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The id of a job: a counter of the escrow that opened it, never reused.
type JobId is uint256;
