// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IVaultFactory
/// @notice Knows which accounts keep the promises of {IJuniorAccount}.
interface IVaultFactory {
    /// @notice Whether `vault` was made by this factory.
    function isVault(address vault) external view returns (bool made);
}
