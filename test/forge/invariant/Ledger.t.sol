// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Ledger} from "../../../contracts/payments/Ledger.sol";
import {MockERC20} from "../../../contracts/mocks/tokens/MockERC20.sol";
import {LedgerHandler} from "./LedgerHandler.sol";

contract LedgerInvariantTest is Test {
    Ledger private _ledger;
    LedgerHandler private _handler;

    /// @dev The tokens whose balances change only by transfers come first.
    uint256 private constant WELL_BEHAVED = 3;

    function setUp() public {
        _ledger = new Ledger();
        _handler = new LedgerHandler(_ledger);
        targetContract(address(_handler));
    }

    function invariant_LG1_ClaimsAreCovered() public view {
        for (uint256 i = 0; i < WELL_BEHAVED; ++i) {
            assertLe(_ledger.totalSupply(_handler.id(i)), _handler.tokens(i).balanceOf(address(_ledger)));
        }
    }

    function invariant_LG2_SupplyIsTheSumOfBalances() public view {
        for (uint256 i = 0; i < _handler.TOKENS(); ++i) {
            uint256 sum;
            for (uint256 j = 0; j < _handler.ACTORS(); ++j) {
                sum += _ledger.balanceOf(_handler.actor(j), _handler.id(i));
            }
            assertEq(_ledger.totalSupply(_handler.id(i)), sum);
        }
    }

    function invariant_LG3_WithdrawalsNeverDilute() public view {
        assertFalse(_handler.diluted());
    }

    function invariant_LG4_ClaimsComeFromDepositsOnly() public view {
        for (uint256 i = 0; i < _handler.TOKENS(); ++i) {
            assertEq(_handler.credited(i), _handler.arrived(i));
            assertEq(_ledger.totalSupply(_handler.id(i)), _handler.credited(i) - _handler.burned(i));
        }
    }

    function invariant_LG5_NoMoreLeavesThanIsBurned() public view {
        for (uint256 i = 0; i < WELL_BEHAVED; ++i) {
            assertEq(_handler.left(i), _handler.burned(i));
        }
        uint256 rebasing = _handler.TOKENS() - 1;
        assertLe(_handler.left(rebasing), _handler.burned(rebasing));
    }

    /// @dev LG-6, at the end of each run: everybody takes out everything, in turn.
    function afterInvariant() public {
        for (uint256 i = 0; i < WELL_BEHAVED; ++i) {
            address token = address(_handler.tokens(i));
            for (uint256 j = 0; j < _handler.ACTORS(); ++j) {
                address account = _handler.actor(j);
                uint256 claims = _ledger.balanceOf(account, _handler.id(i));
                if (claims == 0) continue;
                vm.prank(account);
                assertEq(_ledger.withdraw(token, claims, account), claims);
            }
            assertEq(_ledger.totalSupply(_handler.id(i)), 0);
        }
    }
}

contract LedgerFuzzTest is Test {
    address private constant ALICE = address(0xA11CE);
    address private constant BOB = address(0xB0B);

    Ledger private _ledger;
    MockERC20 private _token;
    uint256 private _id;

    function setUp() public {
        _ledger = new Ledger();
        _token = new MockERC20("Token", "TKN", 18);
        _id = uint256(uint160(address(_token)));
    }

    /// @dev LG-3 and LG-5: a share is `amount × held / claimed` rounded down, and what stays is worth no less to each claim.
    function testFuzz_LG3_ProRata(uint120 claimsA, uint120 claimsB, uint256 held, uint256 amount) public {
        vm.assume(claimsA > 0 && claimsB > 0);
        uint256 claimed = uint256(claimsA) + claimsB;
        _deposit(ALICE, claimsA);
        _deposit(BOB, claimsB);
        held = bound(held, 0, claimed);
        deal(address(_token), address(_ledger), held);
        amount = bound(amount, 1, claimsA);

        uint256 share = (amount * held) / claimed;
        vm.prank(ALICE);
        if (share == 0) vm.expectRevert(abi.encodeWithSignature("LedgerNothingSent(address,uint256)", _token, amount));
        uint256 sent = _ledger.withdraw(address(_token), amount, ALICE);
        if (share == 0) return;

        assertEq(sent, share);
        assertEq(_token.balanceOf(ALICE), share);
        assertGe((held - share) * claimed, held * (claimed - amount));
    }

    /// @dev In whichever order and parts two holders leave a token that is short, they get what was held, no more.
    function testFuzz_LG3_OrderDoesNotPay(uint96 claimsA, uint96 claimsB, uint256 held, bool bobFirst) public {
        vm.assume(claimsA > 0 && claimsB > 0);
        uint256 claimed = uint256(claimsA) + claimsB;
        _deposit(ALICE, claimsA);
        _deposit(BOB, claimsB);
        // At least so much that each share is a unit or more.
        uint256 least = claimsA < claimsB ? claimsA : claimsB;
        held = bound(held, (claimed + least - 1) / least, claimed);
        deal(address(_token), address(_ledger), held);

        (address first, address second) = bobFirst ? (BOB, ALICE) : (ALICE, BOB);
        uint256 fair = (_ledger.balanceOf(first, _id) * held) / claimed;
        assertEq(_leave(first), fair);
        uint256 rest = held - fair;
        assertEq(_leave(second), rest);
        assertEq(_token.balanceOf(address(_ledger)), 0);
    }

    /// @dev LG-1: a deposit credits what arrived, even if somebody has given the Ledger tokens before.
    function testFuzz_LG1_DepositCreditsWhatArrives(uint128 donation, uint128 amount) public {
        vm.assume(amount > 0);
        _token.mint(address(_ledger), donation);
        _deposit(ALICE, amount);
        assertEq(_ledger.balanceOf(ALICE, _id), amount);
        assertEq(_ledger.totalSupply(_id), amount);
    }

    function _deposit(address account, uint256 amount) private {
        _token.mint(account, amount);
        vm.startPrank(account);
        _token.approve(address(_ledger), amount);
        assertEq(_ledger.deposit(address(_token), amount, account), amount);
        vm.stopPrank();
    }

    function _leave(address account) private returns (uint256) {
        uint256 claims = _ledger.balanceOf(account, _id);
        vm.prank(account);
        return _ledger.withdraw(address(_token), claims, account);
    }
}
