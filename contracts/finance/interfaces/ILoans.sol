// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LoanState, LoanStatus, LoanTerms} from "../types/Loan.sol";
import {LoanId} from "../types/LoanId.sol";

/**
 * @title ILoans
 * @notice Loans as every part of the book sees them: what is owed, and what a payment does.
 * @dev Interest is simple: principal left × rate × time over a year of 365 days. Unpaid interest is kept as a fraction,
 * so that calls in between change nothing; it is rounded up to a unit when a payment settles it in full. A period is a
 * twelfth of that year. Payments go to interest first. Of the first k payments `k × level payment − paid` is owed; the
 * last one is all that is left.
 */
interface ILoans {
    /// @notice `payer` paid `amount` payment-token units, of which `interest` was interest.
    /// @dev The payer is the vault for what was collected, the book for the reserve, and a custodian for what it lost.
    event LoanPaid(LoanId indexed id, address indexed payer, uint256 amount, uint256 interest);

    /// @notice A loan was paid in full: reserve and junior went back to the borrower, its GPUs can be released.
    event LoanClosed(LoanId indexed id);

    /// @notice The loan has another status than the call needs.
    error LoansWrongStatus(LoanId id, LoanStatus status);

    /**
     * @notice Pays off a loan, early or late, without penalty.
     * @dev Emits {LoanPaid}, and {LoanClosed} with the last unit. Upholds LN-2, LN-3.
     *
     * Requirements:
     * - the loan is active or defaulted;
     * - the caller has the claims, and lets this contract pull them.
     *
     * @param id The loan.
     * @param amount The most to take from the caller, in payment-token units; never more than the debt is.
     * @return taken What was taken, in payment-token units.
     */
    function repay(LoanId id, uint256 amount) external returns (uint256 taken);

    /// @notice A loan: what was agreed, and its state at its last payment.
    function loanOf(LoanId id) external view returns (LoanTerms memory terms, LoanState memory state);

    /// @notice What would settle a loan now, in payment-token units.
    function debtOf(LoanId id) external view returns (uint256 amount);

    /// @notice What is owed until the end of the running period, in payment-token units; all of the debt after a
    /// default.
    function dueOf(LoanId id) external view returns (uint256 amount);

    /// @notice What was owed at the end of the last period and is not paid, in payment-token units.
    function arrearsOf(LoanId id) external view returns (uint256 amount);

    /// @notice The live loan of a vault, from request to end; zero if it has none.
    function loanOfVault(address vault) external view returns (LoanId id);

    /// @notice The number of loans that were requested, which is the id of the last one.
    function loanCount() external view returns (uint64 count);
}
