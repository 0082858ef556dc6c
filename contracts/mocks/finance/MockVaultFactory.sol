// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVaultFactory} from "../../finance/interfaces/IVaultFactory.sol";

/// @notice A factory of whatever anyone says it made.
contract MockVaultFactory is IVaultFactory {
    /// @inheritdoc IVaultFactory
    mapping(address vault => bool) public isVault;

    /// @notice Adds a vault.
    function add(address vault) external {
        isVault[vault] = true;
    }
}
