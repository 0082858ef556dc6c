// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LoanId} from "../types/LoanId.sol";

/**
 * @title ILenders
 * @notice Those who fund a loan, and their shares of what it pays.
 * @dev A lender's share is `paid × commitment / principal`, rounded down, however many lenders there are. Until a loan
 * is closed less than a unit a lender waits in the book; the lender that claims last after that gets it.
 */
interface ILenders {
    /// @param commitment What the lender put in, in payment-token units.
    /// @param withdrawn What was paid to it, in payment-token units.
    struct Position {
        uint112 commitment;
        uint128 withdrawn;
    }

    /// @notice `lender` committed `amount` payment-token units to a loan.
    event LoanFunded(LoanId indexed id, address indexed lender, uint256 amount);

    /// @notice `lender` took back `amount` payment-token units from a loan that was not drawn.
    event LoanUnfunded(LoanId indexed id, address indexed lender, uint256 amount);

    /// @notice `lender` got `amount` payment-token units of what a loan paid.
    event LenderPaid(LoanId indexed id, address indexed lender, uint256 amount);

    /// @notice The lender committed less, in payment-token units.
    error LendersTooMuch(LoanId id, address lender, uint256 amount, uint256 commitment);

    /// @notice The loan is funded in full, or the amount is zero.
    error LendersNothingTaken(LoanId id);

    /// @notice A loan that was not drawn until then can no longer be funded or drawn.
    error LendersTooLate(LoanId id, uint40 fundingDeadline);

    /// @notice No loan can be requested, funded or drawn until the given second.
    error LendersEntriesPaused(uint256 until);

    /**
     * @notice Commits claims of the caller to a loan that is not drawn yet.
     * @dev Emits {LoanFunded}.
     *
     * Requirements:
     * - the loan is requested, not past its funding deadline, and not funded in full;
     * - entries are not paused;
     * - the caller has the claims, and lets this contract pull them.
     *
     * @param id The loan.
     * @param amount The most to take, in payment-token units; never more than the loan lacks.
     * @return taken What was taken, in payment-token units.
     */
    function fund(LoanId id, uint256 amount) external returns (uint256 taken);

    /**
     * @notice Takes back claims of the caller from a loan that is not drawn yet, or was cancelled.
     * @dev Emits {LoanUnfunded}. Requirements: the loan is requested or cancelled; the caller committed as much.
     * @param id The loan.
     * @param amount Payment-token units.
     */
    function unfund(LoanId id, uint256 amount) external;

    /**
     * @notice Pays a lender its share of what a loan paid so far. Anyone may call.
     * @dev Emits {LenderPaid} if there is something. Upholds LN-5. Requirements: the loan was drawn.
     * @param id The loan.
     * @param lender The lender.
     * @return amount What was paid, in payment-token units.
     */
    function claim(LoanId id, address lender) external returns (uint256 amount);

    /// @notice What a lender put in and got; zero after its last claim on a closed loan.
    function positionOf(LoanId id, address lender) external view returns (Position memory position);

    /// @notice What {claim} would pay, in payment-token units.
    function claimableOf(LoanId id, address lender) external view returns (uint256 amount);
}
