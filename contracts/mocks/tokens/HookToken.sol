// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";

import {MockERC20} from "./MockERC20.sol";

/// @notice Makes one call, set by anyone, just before or just after the balances change in a transfer.
contract HookToken is MockERC20 {
    struct Hook {
        address target;
        bool afterwards;
        bytes data;
    }

    /// @notice The hook's outcome; the transfer goes on in either case.
    event HookCalled(bool success, bytes result);

    Hook private _hook;

    constructor() MockERC20("Hook", "HOOK", 18) {}

    /// @notice Calls `target` with `data` in the next transfer.
    function setHook(address target, bool afterwards, bytes calldata data) external {
        _hook = Hook({target: target, afterwards: afterwards, data: data});
    }

    /// @notice Lets `spender` take this contract's own `token`, so that a hook can deposit it.
    function approveOwn(MockERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, value);

        Hook memory hook = _hook;
        delete _hook;
        if (!hook.afterwards) _call(hook);
        super._update(from, to, value);
        if (hook.afterwards) _call(hook);
    }

    function _call(Hook memory hook) private {
        if (hook.target == address(0)) return;
        bool success = LowLevelCall.callNoReturn(hook.target, hook.data);
        emit HookCalled(success, LowLevelCall.returnData());
    }
}
