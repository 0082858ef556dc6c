// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IStakeVault} from "../../../contracts/finance/interfaces/IStakeVault.sol";
import {WindowLib, WindowStatus} from "../../../contracts/finance/types/Window.sol";
import {VaultHandler} from "../invariant/vault/VaultHandler.sol";

/// @dev A window of many requests.
contract VaultWindowTest is Test {
    uint160 private constant MANY = 10_000;

    VaultHandler private _handler;
    IStakeVault private _vault;
    address private _staker;

    function setUp() public {
        _handler = new VaultHandler();
        _vault = _handler.VAULT();
        _handler.addJunior(0);
        _handler.deposit(1, 0);
        _staker = _handler.stakers(1);
    }

    /// @dev SV-7: a settlement costs the same for one request and for ten thousand, and the last claim takes all that is left.
    function test_SettlesTenThousandRequestsAtTheGasOfOne() public {
        uint256 state = vm.snapshotState();
        uint256 id = _request(1);
        uint256 one = _settle(id);
        vm.revertToState(state);
        id = _request(MANY);
        uint256 many = _settle(id);
        assertApproxEqAbs(many, one, 100, "gas");

        assertEq(_vault.windowOf(id).shares, MANY * 1e6);
        uint256 owed = _vault.owedExits();
        uint256 paid;
        for (uint160 i = 1; i <= MANY; ++i) {
            vm.prank(address(i));
            (uint256 assets, ) = _vault.claimRedeem(id, 1e6, address(i), address(i));
            paid += assets;
        }
        assertEq(paid, owed);
        assertEq(_vault.owedExits(), 0);
    }

    /// @dev Asks for `count` exits of a few shares, each for an account of its own.
    function _request(uint160 count) private returns (uint256 id) {
        for (uint160 i = 1; i <= count; ++i) {
            vm.prank(_staker);
            id = _vault.requestRedeem(1e6, address(i), _staker);
        }
    }

    function _settle(uint256 id) private returns (uint256 used) {
        vm.warp(WindowLib.startOf(id));
        _vault.rebalance();
        vm.warp(WindowLib.startOf(id + 1));
        vm.cool(address(_vault));
        uint256 before = gasleft();
        _vault.settleWindow();
        used = before - gasleft();
        assertEq(uint8(_vault.windowOf(id).status), uint8(WindowStatus.Settled));
    }
}
