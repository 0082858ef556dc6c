// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockERC20} from "./MockERC20.sol";

/// @notice Refuses transfers from and to blocked accounts.
contract BlocklistToken is MockERC20 {
    error BlocklistTokenBlocked(address account);

    mapping(address account => bool) private _blocked;

    constructor() MockERC20("Blocklist", "BLK", 6) {}

    /// @notice Blocks or unblocks `account`.
    function setBlocked(address account, bool blocked) external {
        _blocked[account] = blocked;
    }

    function _update(address from, address to, uint256 value) internal override {
        require(!_blocked[from], BlocklistTokenBlocked(from));
        require(!_blocked[to], BlocklistTokenBlocked(to));
        super._update(from, to, value);
    }
}
