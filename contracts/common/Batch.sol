// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatch} from "./interfaces/IBatch.sol";

/// @notice Lets callers put several calls into one transaction. For contracts that take no ether.
abstract contract Batch is IBatch {
    /// @inheritdoc IBatch
    function batch(bytes[] calldata calls) external returns (uint256 done) {
        for (uint256 i = 0; i < calls.length; ++i) {
            // SAFETY: a delegate call to this contract keeps the caller; no function takes ether.
            (bool success, bytes memory reason) = address(this).delegatecall(calls[i]);
            if (success) ++done;
            else emit BatchItemSkipped(i, reason);
        }
    }
}
