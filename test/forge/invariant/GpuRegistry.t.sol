// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {GpuRegistry} from "../../../contracts/compute/GpuRegistry.sol";
import {GpuRegistryHandler} from "./GpuRegistryHandler.sol";

contract GpuRegistryInvariantTest is Test {
    GpuRegistry private _registry;
    GpuRegistryHandler private _handler;

    function setUp() public {
        _registry = new GpuRegistry();
        _handler = new GpuRegistryHandler(_registry);
        targetContract(address(_handler));
    }

    function invariant_GR1_ADeviceSignedForItsOwner() public view {
        assertFalse(_handler.stolen());
    }

    function invariant_GR2_ADeviceRegistersAtMostOnce() public view {
        for (uint256 i = 0; i < _handler.DEVICES(); ++i) {
            assertLe(_handler.registrations(i), 1);
            assertLe(_handler.retirements(i), _handler.registrations(i));
        }
    }

    function invariant_GR3_TheOwnerChoosesTheOperator() public view {
        uint256[] memory balances = new uint256[](_handler.ACTORS());
        for (uint256 i = 0; i < _handler.DEVICES(); ++i) {
            uint256 gpuId = _handler.gpuId(i);
            assertEq(_registry.operatorOf(gpuId), _handler.operator(i));
            address owner = _handler.owner(i);
            if (owner == address(0)) continue;
            assertEq(_registry.ownerOf(gpuId), owner);
            for (uint256 j = 0; j < balances.length; ++j) {
                if (_handler.actor(j) == owner) ++balances[j];
            }
        }
        for (uint256 j = 0; j < balances.length; ++j) {
            assertEq(_registry.balanceOf(_handler.actor(j)), balances[j]);
        }
    }
}
