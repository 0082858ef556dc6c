// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockERC20} from "./MockERC20.sol";

/// @notice Returns false where others revert or, once muted, true although it moves nothing.
contract FalseToken is MockERC20 {
    bool private _muted;

    constructor() MockERC20("False", "FLS", 18) {}

    /// @notice Makes each transfer answer true and do nothing.
    function mute() external {
        _muted = true;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        if (_muted) return true;
        return balanceOf(msg.sender) >= value && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        if (_muted) return true;
        return balanceOf(from) >= value && allowance(from, msg.sender) >= value && super.transferFrom(from, to, value);
    }
}
