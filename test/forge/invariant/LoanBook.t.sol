// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {LoanBook} from "../../../contracts/finance/LoanBook.sol";
import {LoanState, LoanStatus, LoanTerms} from "../../../contracts/finance/types/Loan.sol";
import {LoanId} from "../../../contracts/finance/types/LoanId.sol";
import {TokenId} from "../../../contracts/payments/types/TokenId.sol";
import {LoanHandler} from "./loans/LoanHandler.sol";

/// @dev The handler makes only calls that must succeed, so none of them may revert.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.depth = 128
/// forge-config: default.invariant.show-metrics = false
/// forge-config: nightly.invariant.fail-on-revert = true
contract LoanBookInvariantTest is Test {
    LoanHandler private _handler;
    LoanBook private _book;

    function setUp() public {
        _handler = new LoanHandler();
        _book = _handler.BOOK();
        targetContract(address(_handler));
    }

    /// @dev LN-1, LN-2 and LN-5: the book holds bonds, reserves, and what loans paid and lenders did not claim, to the unit.
    function invariant_LN1_LN2_LN5_TheBookHoldsWhatItOwes() public view {
        address token = address(_handler.TOKEN());
        LoanBook.CustodianBond memory bond = _book.bondOf(_handler.CUSTODIAN(), token);
        uint256 owed = uint256(bond.free) + bond.locked;
        for (uint64 i = 1; i <= _book.loanCount(); ++i) {
            (LoanTerms memory terms, LoanState memory state) = _book.loanOf(LoanId.wrap(i));
            uint256 claimed = _handler.claimed(i);
            assertLe(claimed, state.paid, "LN-5");
            owed += uint256(terms.reserve) + state.paid - claimed;
        }
        assertEq(_handler.LEDGER().balanceOf(address(_book), TokenId.fromToken(token)), owed, "LN-1");
    }

    /// @dev LN-3 and LN-4: what is owed follows from the payments and the clock, whoever called in between.
    function invariant_LN3_TheDebtIsExact() public {
        if (_book.loanCount() == 0) return;
        vm.warp(_handler.time());
        assertEq(_book.debtOf(LoanId.wrap(_book.loanCount())), _handler.debt(), "LN-3");
        (, LoanState memory state) = _book.loanOf(LoanId.wrap(_book.loanCount()));
        assertEq(state.paid, _handler.paid(), "LN-2");
    }

    /// @dev LN-6, LN-7 and LN-9: while a loan lives, its GPU and the junior of its vault are the book's.
    function invariant_LN6_LN9_LiveLoansAreSecured() public view {
        if (_book.loanCount() == 0) return;
        LoanId id = LoanId.wrap(_book.loanCount());
        (, LoanState memory state) = _book.loanOf(id);
        bool live = state.status == LoanStatus.Active || state.status == LoanStatus.Defaulted;
        address owner = live ? address(_book) : address(_handler);
        assertEq(_handler.VAULT().juniorOwner(), owner, "LN-9");
        assertEq(LoanId.unwrap(_book.loanOfVault(address(_handler.VAULT()))), live ? LoanId.unwrap(id) : 0, "LN-9");
        if (state.status == LoanStatus.Active) {
            assertEq(_handler.GPUS().pledgeeOf(_handler.GPU()), address(_book), "LN-6");
        }
    }
}
