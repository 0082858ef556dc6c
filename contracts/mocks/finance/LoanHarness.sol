// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LevelPayment} from "../../finance/libraries/LevelPayment.sol";

/// @notice Opens libraries of loans to tests.
contract LoanHarness {
    /// @notice See {LevelPayment-compute}.
    function levelPayment(uint256 principal, uint256 rateBps, uint256 n) external pure returns (uint256) {
        return LevelPayment.compute(principal, rateBps, n);
    }
}
