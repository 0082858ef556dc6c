// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IStakes} from "../../../contracts/compute/interfaces/IStakes.sol";
import {IStakeVault} from "../../../contracts/finance/interfaces/IStakeVault.sol";
import {Window, WindowStatus} from "../../../contracts/finance/types/Window.sol";
import {TokenId} from "../../../contracts/payments/types/TokenId.sol";
import {VaultHandler} from "./vault/VaultHandler.sol";

/// @dev The handler makes only calls that must succeed, so none of them may revert.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.depth = 128
/// forge-config: default.invariant.show-metrics = false
/// forge-config: nightly.invariant.fail-on-revert = true
contract StakeVaultInvariantTest is Test {
    VaultHandler private _handler;
    IStakeVault private _vault;
    uint256 private _id;

    function setUp() public {
        _handler = new VaultHandler();
        _vault = _handler.VAULT();
        _id = TokenId.fromToken(address(_handler.TOKEN()));
        targetContract(address(_handler));
    }

    /// @dev SV-1 and SV-2: what the vault holds is the stakers', the junior's, or owed to those who left.
    function invariant_SV1_SV2_EverythingHasAnOwner() public view {
        uint256 claims = _handler.LEDGER().balanceOf(address(_vault), _id);
        IStakes.Stake memory stake = _handler.ESCROW().stakeOf(address(_vault), address(_handler.TOKEN()));
        uint256 ofStakers = _vault.totalAssets() + _vault.unvested();
        assertGe(claims, _vault.owedExits(), "SV-1");
        uint256 all = claims + stake.free + stake.locked;
        assertEq(ofStakers + _vault.junior() + _vault.owedExits(), all, "SV-2");
    }

    /// @dev SV-7: tokens of windows, what windows owe, and what is held for them agree to the unit.
    function invariant_SV7_WindowsAddUp() public view {
        (uint256 waiting, uint256 owed) = (0, 0);
        for (uint256 i = 0; i < _handler.windowCount(); ++i) {
            uint256 id = _handler.windows(i);
            Window memory window = _vault.windowOf(id);
            uint256 tokens = 0;
            for (uint256 j = 0; j < _handler.STAKERS(); ++j) tokens += _vault.balanceOf(_handler.stakers(j), id);
            if (window.status == WindowStatus.Open) waiting += window.shares;
            else owed += window.assets;
            // shares that rolled over become tokens when those of the window before are claimed
            uint256 unclaimed = _vault.windowOf(id - 1).rolled;
            assertEq(window.shares, tokens + unclaimed, "SV-7: tokens");
        }
        assertEq(_vault.balanceOf(address(_vault)), waiting, "SV-7: shares");
        assertEq(_vault.owedExits(), owed, "SV-7: assets");
        assertEq(_handler.settled(), owed + _handler.claimed(), "SV-7: claims");
    }

    /// @dev SV-9: shares are those of stakers and of windows.
    function invariant_SV9_SharesAddUp() public view {
        uint256 shares = _vault.balanceOf(address(_vault));
        for (uint256 j = 0; j < _handler.STAKERS(); ++j) shares += _vault.balanceOf(_handler.stakers(j));
        assertEq(_vault.totalSupply(), shares, "SV-9");
    }

    /// @dev SV-10: stakers have what they deposited and earned, less what was lost and what left; never more.
    function invariant_SV10_StakersGetNoMoreThanTheyEarned() public view {
        uint256 ofStakers = _vault.totalAssets() + _vault.unvested();
        uint256 came = _handler.deposited() + _handler.rents() + _handler.stakersRestored() - _vault.rentArrears();
        assertLe(ofStakers + _handler.settled() + _handler.stakersLost(), came, "SV-10");
    }

    /// @dev SV-11: what came into the vault is in it, or left it by one of three ways.
    function invariant_SV11_NothingLeavesOtherwise() public view {
        IStakes.Stake memory stake = _handler.ESCROW().stakeOf(address(_vault), address(_handler.TOKEN()));
        uint256 all = _handler.LEDGER().balanceOf(address(_vault), _id) + stake.free + stake.locked;
        uint256 came = _handler.deposited() + _handler.juniorAdded() + _handler.earned() + _handler.restored();
        uint256 went = _handler.claimed() + _handler.juniorTaken() + _handler.lostBonds();
        assertEq(all + went, came, "SV-11");
        assertEq(stake.locked, _handler.lockedOf(address(_vault)), "ST-1");
    }

    /// @dev SV-16: whatever it does with jobs of its own, the operator never has more than it began with, but for what rounding
    /// leaves of a window.
    function invariant_SV16_TheOperatorGainsNothing() public view {
        uint256 open = _handler.prices();
        assertLe(_handler.ofFriends() + open, _handler.FUNDS() + 2 * _handler.settlements(), "SV-16");
    }

    /// @dev SV-12: nobody may pull the vault's claims.
    function invariant_SV12_NobodyMayPull() public view {
        assertEq(_handler.LEDGER().allowance(address(_vault), address(_handler.ESCROW()), _id), 0, "SV-12");
    }

    /// @dev SV-13: a vault without stakers' money for its shares takes no deposits.
    function invariant_SV13_ALostVaultIsClosed() public view {
        if (_vault.totalSupply() == 0 || _vault.totalAssets() + _vault.unvested() != 0) return;
        assertTrue(_vault.isClosed(), "SV-13");
        assertEq(_vault.maxDeposit(address(this)), 0, "SV-13");
    }
}
