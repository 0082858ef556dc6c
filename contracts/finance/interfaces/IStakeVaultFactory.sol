// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakeVault} from "./IStakeVault.sol";

/// @title IStakeVaultFactory
/// @notice Makes vaults, and knows which ones it made.
interface IStakeVaultFactory {
    /// @notice A vault was made; its rent rate is in basis points a year.
    event VaultCreated(address indexed vault, address indexed operator, address indexed token, uint24 rentBps);

    /// @notice The address has no code, so it is no token.
    error FactoryInvalidToken(address token);

    /**
     * @notice Makes a vault that the caller operates.
     * @dev Emits {VaultCreated}. Requirements: `token` has code; the caller made no vault with this token and salt.
     * @param token The payment token.
     * @param rentBps What a bond owes stakers for a year of 365 days, in basis points of it.
     * @param salt Tells vaults of one operator and token apart.
     * @return vault Its address is that of {vaultAddress}.
     */
    function create(address token, uint24 rentBps, bytes32 salt) external returns (IStakeVault vault);

    /// @notice Whether `vault` was made by this factory.
    function isVault(address vault) external view returns (bool made);

    /// @notice Where a vault is, or would be.
    function vaultAddress(address token, address operator, bytes32 salt) external view returns (address vault);

    /// @notice What vaults are clones of.
    function IMPLEMENTATION() external view returns (address);
}
