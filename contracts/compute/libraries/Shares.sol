// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Parts of an amount of payment-token units. Whoever owes a share pays the fraction of a unit too: all round up.
/// @dev SAFETY: amounts are the product of a 128-bit unit price or bond and 64-bit units, so another factor of up to
/// 64 bits cannot overflow.
library Shares {
    /// @notice `amount × bps / 10,000`, rounded up.
    function bpsUp(uint256 amount, uint256 bps) internal pure returns (uint256) {
        unchecked {
            return (amount * bps + 9_999) / 10_000;
        }
    }

    /// @notice `amount × part / whole`, rounded up; `whole` is not zero.
    function fractionUp(uint256 amount, uint256 part, uint256 whole) internal pure returns (uint256) {
        unchecked {
            return (amount * part + whole - 1) / whole;
        }
    }

    /// @notice The larger of two amounts.
    function atLeast(uint256 amount, uint256 least) internal pure returns (uint256) {
        return Math.max(amount, least);
    }
}
