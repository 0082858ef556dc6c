// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockERC20} from "./MockERC20.sol";

/// @notice Scales every balance at once, up or down.
contract RebasingToken is MockERC20 {
    uint256 private constant ONE = 1e18;

    uint256 private _factor = ONE;

    constructor() MockERC20("Rebasing", "RBS", 18) {}

    /// @notice Sets the factor from stored to visible balances, with 18 decimals.
    function rebase(uint256 factor) external {
        _factor = factor;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return (super.balanceOf(account) * _factor) / ONE;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, (value * ONE) / _factor);
    }
}
