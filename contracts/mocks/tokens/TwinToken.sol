// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MockERC20} from "./MockERC20.sol";

/// @notice A token whose balances can be moved through a second address as well.
contract TwinToken is MockERC20 {
    error TwinTokenNotEntry(address caller);

    TwinEntry public immutable ENTRY = new TwinEntry(this);

    modifier onlyEntry() {
        require(msg.sender == address(ENTRY), TwinTokenNotEntry(msg.sender));
        _;
    }

    constructor() MockERC20("Twin", "TWIN", 18) {}

    /// @notice As `transfer` by `caller`.
    function transferFor(address caller, address to, uint256 value) external onlyEntry returns (bool) {
        _transfer(caller, to, value);
        return true;
    }

    /// @notice As `transferFrom` by `caller`.
    function transferFromFor(
        address caller,
        address from,
        address to,
        uint256 value
    ) external onlyEntry returns (bool) {
        _spendAllowance(from, caller, value);
        _transfer(from, to, value);
        return true;
    }
}

/// @notice The second address of a `TwinToken`.
contract TwinEntry {
    TwinToken private immutable TWIN;

    constructor(TwinToken twin) {
        TWIN = twin;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return TWIN.transferFor(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        return TWIN.transferFromFor(msg.sender, from, to, value);
    }

    function balanceOf(address account) external view returns (uint256) {
        return TWIN.balanceOf(account);
    }
}
