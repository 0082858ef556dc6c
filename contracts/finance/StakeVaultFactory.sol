// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {StakeVault} from "./StakeVault.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {IStakeVaultFactory} from "./interfaces/IStakeVaultFactory.sol";

/// @title StakeVaultFactory
contract StakeVaultFactory is IStakeVaultFactory {
    /// @inheritdoc IStakeVaultFactory
    address public immutable IMPLEMENTATION;

    /// @inheritdoc IStakeVaultFactory
    mapping(address account => bool) public isVault;

    constructor(IJobEscrow escrow) {
        IMPLEMENTATION = address(new StakeVault(escrow));
    }

    /// @inheritdoc IStakeVaultFactory
    function create(address token, uint24 rentBps, bytes32 salt) external returns (IStakeVault) {
        require(token.code.length != 0, FactoryInvalidToken(token));
        address vault = Clones.cloneDeterministicWithImmutableArgs(IMPLEMENTATION, abi.encode(token, msg.sender), salt);
        isVault[vault] = true;
        emit VaultCreated(vault, msg.sender, token, rentBps);
        StakeVault(vault).initialize(rentBps);
        return IStakeVault(vault);
    }

    /// @inheritdoc IStakeVaultFactory
    function vaultAddress(address token, address operator, bytes32 salt) external view returns (address) {
        return Clones.predictDeterministicAddressWithImmutableArgs(IMPLEMENTATION, abi.encode(token, operator), salt);
    }
}
