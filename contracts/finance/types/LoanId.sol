// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The id of a loan: a counter of its book, never reused; zero is no loan.
type LoanId is uint64;
