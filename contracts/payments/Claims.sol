// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILedger} from "./interfaces/ILedger.sol";
import {TokenId} from "./types/TokenId.sol";

/// @notice Moves claims of the Ledger, which call nobody back and cannot be blocked by who gets them.
abstract contract Claims {
    /// @notice The ledger that holds all money.
    ILedger public immutable LEDGER;

    constructor(ILedger ledger) {
        LEDGER = ledger;
    }

    function _pull(address from, address token, uint256 amount) internal {
        if (amount != 0) LEDGER.transferFrom(from, address(this), TokenId.fromToken(token), amount);
    }

    function _push(address to, address token, uint256 amount) internal {
        if (amount != 0) LEDGER.transfer(to, TokenId.fromToken(token), amount);
    }
}
