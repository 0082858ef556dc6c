// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Parts of an amount of payment-token units. Whoever owes a share pays the fraction of a unit too: all round up.
library Shares {
    /// @notice `amount × bps / 10,000`, rounded up.
    function bpsUp(uint256 amount, uint256 bps) internal pure returns (uint256) {
        return Math.ceilDiv(amount * bps, 10_000);
    }

    /// @notice `amount × part / whole`, rounded up.
    function fractionUp(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        return Math.ceilDiv(amount * part, whole);
    }

    /// @notice The larger of two amounts.
    function atLeast(uint256 amount, uint256 least) internal pure returns (uint256) {
        return Math.max(amount, least);
    }
}
