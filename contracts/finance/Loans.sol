// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Custodians} from "./Custodians.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {ILoans} from "./interfaces/ILoans.sol";
import {LoanState, LoanStatus, LoanTerms} from "./types/Loan.sol";
import {LoanId} from "./types/LoanId.sol";

/// @notice Owns loans, credits payments and ends a loan with the last one.
abstract contract Loans is Custodians, ILoans {
    mapping(LoanId id => LoanState) internal _states;
    mapping(LoanId id => LoanTerms) internal _terms;
    mapping(address vault => LoanId) internal _loanOfVault;
    uint64 private _loanCount;

    /// @inheritdoc ILoans
    function repay(LoanId id, uint256 amount) external returns (uint256 taken) {
        LoanState memory loan = _loadLive(id);
        taken = _credit(id, loan, msg.sender, amount);
        _pull(msg.sender, loan.token, taken);
        _closeIfPaid(id, loan);
    }

    /// @inheritdoc ILoans
    function loanOf(LoanId id) external view returns (LoanTerms memory terms, LoanState memory state) {
        return (_readTerms(id), _read(id));
    }

    /// @inheritdoc ILoans
    function debtOf(LoanId id) external view returns (uint256) {
        return _read(id).debtAt(block.timestamp);
    }

    /// @inheritdoc ILoans
    function dueOf(LoanId id) external view returns (uint256) {
        return _due(id, _read(id));
    }

    /// @inheritdoc ILoans
    function arrearsOf(LoanId id) external view returns (uint256) {
        LoanState memory loan = _read(id);
        return loan.owedOf(_terms[id].levelPayment, loan.periodsAt(block.timestamp), block.timestamp);
    }

    /// @inheritdoc ILoans
    function loanOfVault(address vault) external view returns (LoanId) {
        return _loanOfVault[vault];
    }

    /// @inheritdoc ILoans
    function loanCount() external view returns (uint64) {
        return _loanCount;
    }

    function _read(LoanId id) internal view returns (LoanState memory) {
        return _states[id];
    }

    function _readTerms(LoanId id) internal view returns (LoanTerms memory) {
        return _terms[id];
    }

    function _write(LoanId id, LoanState memory loan) internal {
        _states[id] = loan;
    }

    function _newId() internal returns (LoanId) {
        return LoanId.wrap(++_loanCount);
    }

    function _load(LoanId id, LoanStatus status) internal view returns (LoanState memory loan) {
        loan = _read(id);
        require(loan.status == status, LoansWrongStatus(id, loan.status));
    }

    function _loadAccrued(LoanId id, LoanStatus status) internal view returns (LoanState memory loan) {
        loan = _load(id, status);
        loan.accrue(block.timestamp);
    }

    /// @dev A loan that is owed, with its interest up to now.
    function _loadLive(LoanId id) internal view returns (LoanState memory loan) {
        loan = _read(id);
        require(
            loan.status == LoanStatus.Active || loan.status == LoanStatus.Defaulted,
            LoansWrongStatus(id, loan.status)
        );
        loan.accrue(block.timestamp);
    }

    /// @dev What is owed until the end of the running period. INVARIANT LN-4: nothing but payments lowers it.
    function _due(LoanId id, LoanState memory loan) internal view returns (uint256) {
        if (loan.status == LoanStatus.Defaulted) return loan.debtAt(block.timestamp);
        uint256 count = loan.periodsAt(block.timestamp) + 1;
        return loan.owedOf(_terms[id].levelPayment, count, block.timestamp);
    }

    /// @dev Credits at most `amount` to a loan whose interest is up to now. INVARIANT LN-2: never more than the debt.
    function _credit(LoanId id, LoanState memory loan, address payer, uint256 amount) internal returns (uint256 taken) {
        taken = Math.min(amount, loan.debtAt(block.timestamp));
        uint256 interest = loan.pay(taken);
        _write(id, loan);
        emit LoanPaid(id, payer, taken, interest);
    }

    /// @dev With the last payment the borrower gets back what is left of its reserve, and the junior of its vault.
    function _closeIfPaid(LoanId id, LoanState memory loan) internal {
        if (loan.principalLeft != 0) return;
        LoanTerms storage terms = _terms[id];
        (address borrower, address vault, uint256 reserve) = (terms.borrower, terms.vault, terms.reserve);
        uint256 bond = terms.lockedBond;
        loan.status = LoanStatus.Closed;
        _states[id].status = LoanStatus.Closed;
        (terms.reserve, terms.lockedBond) = (0, 0);
        _loanOfVault[vault] = LoanId.wrap(0);
        if (bond != 0) _unlockBond(terms.custodian, loan.token, bond);
        emit LoanClosed(id);
        _push(borrower, loan.token, reserve);
        IStakeVault(vault).transferJunior(borrower);
    }
}
