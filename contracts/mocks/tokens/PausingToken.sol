// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

import {MockERC20} from "./MockERC20.sol";

/// @notice Stops every transfer while it is paused.
contract PausingToken is MockERC20, Pausable {
    constructor() MockERC20("Pausing", "PAU", 18) {}

    /// @notice Stops transfers.
    function pause() external {
        _pause();
    }

    /// @notice Lets transfers pass again.
    function unpause() external {
        _unpause();
    }

    function _update(address from, address to, uint256 value) internal override whenNotPaused {
        super._update(from, to, value);
    }
}
