// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @notice A contract that makes orders and calls whatever anyone tells it to call.
abstract contract Maker {
    using Address for address;

    /// @notice Calls `target` with `data`.
    function execute(address target, bytes calldata data) external returns (bytes memory) {
        return target.functionCall(data);
    }
}
