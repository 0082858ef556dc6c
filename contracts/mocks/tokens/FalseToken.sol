// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockERC20} from "./MockERC20.sol";

/// @notice Answers transfers as it is told to: properly, with false, or with true although it moves nothing.
contract FalseToken is MockERC20 {
    enum Mode {
        Honest,
        Refusing,
        Pretending
    }

    Mode private _mode;

    constructor() MockERC20("False", "FLS", 18) {}

    /// @notice Sets how transfers are answered from now on.
    function setMode(Mode mode) external {
        _mode = mode;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return _mode == Mode.Honest ? super.transfer(to, value) : _mode == Mode.Pretending;
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return _mode == Mode.Honest ? super.transferFrom(from, to, value) : _mode == Mode.Pretending;
    }
}
