// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {Maker} from "./Maker.sol";

/// @notice Answers the question whether a signature is its own with the bytes it is told to, with a revert, with as many
/// bytes as its gas pays for, never, or, once it made a call, with yes.
contract HostileMaker is Maker {
    enum Mode {
        Return,
        Revert,
        Flood,
        Burn,
        CallBack
    }

    Mode private immutable _mode;
    address private _target;
    bytes private _data;

    /// @param mode How it answers.
    /// @param data What it returns, or reverts with.
    constructor(Mode mode, bytes memory data) {
        _mode = mode;
        _data = data;
    }

    /// @notice Sets the call that it makes when asked.
    function setCallBack(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    /// @notice Has the selector of {IERC1271-isValidSignature}, but may change state.
    function isValidSignature(bytes32, bytes calldata) external returns (bytes4) {
        bytes memory data = _data;
        if (_mode == Mode.Burn) while (true) {}
        if (_mode == Mode.CallBack) {
            (bool success, ) = _target.call(data);
            return success ? IERC1271.isValidSignature.selector : bytes4(0);
        }
        if (_mode == Mode.Flood) data = new bytes(gasleft() / 16);
        bool reverts = _mode == Mode.Revert;
        assembly ("memory-safe") {
            if reverts {
                revert(add(data, 0x20), mload(data))
            }
            return(add(data, 0x20), mload(data))
        }
    }
}
