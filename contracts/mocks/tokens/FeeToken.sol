// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockERC20} from "./MockERC20.sol";

/// @notice Burns a share of everything that is transferred.
contract FeeToken is MockERC20 {
    uint256 private immutable _feeBps;

    /// @param feeBps The share that a transfer loses, in basis points.
    constructor(uint256 feeBps) MockERC20("Fee", "FEE", 18) {
        _feeBps = feeBps;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : (value * _feeBps) / 10_000;
        if (fee > 0) super._update(from, address(0), fee);
        super._update(from, to, value - fee);
    }
}
