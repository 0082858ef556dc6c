// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IBatch
/// @notice Several calls to one contract in one transaction.
interface IBatch {
    /// @notice An item of a batch failed with `reason` and had no effect.
    event BatchItemSkipped(uint256 indexed index, bytes reason);

    /**
     * @notice Makes several calls to this contract for the caller; one that fails is skipped and spoils no other.
     * @dev Emits {BatchItemSkipped} for each call that fails.
     * @param calls The encoded calls.
     * @return done The number of calls that succeeded.
     */
    function batch(bytes[] calldata calls) external returns (uint256 done);
}
