// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IJobEscrow} from "../../compute/interfaces/IJobEscrow.sol";
import {LoanId} from "../types/LoanId.sol";
import {ICollateral} from "./ICollateral.sol";
import {ICustodians} from "./ICustodians.sol";
import {IDepreciationCurves} from "./IDepreciationCurves.sol";
import {ILenders} from "./ILenders.sol";
import {ILoans} from "./ILoans.sol";
import {IStakeVaultFactory} from "./IStakeVaultFactory.sol";

/**
 * @title ILoanBook
 * @notice Loans to the owners of vaults' juniors, against what their jobs will earn and the GPUs that do them.
 * @dev While a loan lives the book owns the junior of the borrower's vault. All that jobs pay lands in the vault, and
 * only the junior's owner takes it out: so the lien costs jobs nothing, reaches no bond, and comes after what the vault
 * owes its stakers. The book takes what is due; what remains above the junior that was there at the draw is the
 * borrower's.
 *
 * The borrower hands the junior to the book between {request} and {draw}. It gets it back with {cancel} or the last
 * payment. A junior that is handed to the book without a request of its owner's cannot come back.
 *
 * Vaults are those of the factory, and are trusted to move the claims that they say they move.
 */
interface ILoanBook is ICustodians, ILoans, ILenders, IDepreciationCurves, ICollateral {
    /**
     * @param vault The provider account that pays.
     * @param principal What is borrowed, in payment-token units.
     * @param reserve What the borrower puts in against first losses, in payment-token units; at least a quarter of the
     * principal, which is a fifth of both together.
     * @param leastIncome What the books must say that jobs paid in each period, in payment-token units.
     * @param rateBps Interest for a year of 365 days, in basis points.
     * @param payments How many level payments there are, one at the end of each period.
     * @param fundingDeadline The last second at which the loan can be drawn.
     * @param custodian Whose attestations count; 0 = none.
     * @param gpuIds The GPUs that the loan is drawn on.
     */
    struct Request {
        address vault;
        uint112 principal;
        uint112 reserve;
        uint112 leastIncome;
        uint16 rateBps;
        uint8 payments;
        uint40 fundingDeadline;
        address custodian;
        uint256[] gpuIds;
    }

    /// @notice A loan was requested.
    event LoanRequested(LoanId indexed id, address indexed borrower, address indexed token, Request request);

    /// @notice A loan was given up before it was drawn.
    event LoanCancelled(LoanId indexed id);

    /// @notice A loan was drawn. Amounts are payment-token units; the value is that of all GPUs now.
    event LoanDrawn(LoanId indexed id, uint256 levelPayment, uint256 value, uint256 junior, uint256 income);

    /// @notice The borrower took `amount` payment-token units of what the vault earned.
    event SurplusReleased(LoanId indexed id, address indexed to, uint256 amount);

    /// @notice A loan is in default with a debt of `debt` payment-token units, before the reserve is credited.
    event LoanDefaulted(LoanId indexed id, uint256 debt);

    /// @notice A custodian lost `amount` payment-token units of its bond to the lenders of a loan.
    event CustodianSlashed(LoanId indexed id, address indexed custodian, uint256 amount);

    /// @notice What was held of a custodian's bond for a loan in default is the custodian's again, in payment-token units.
    event CustodianReleased(LoanId indexed id, address indexed custodian, uint256 amount);

    /// @notice Loans without GPUs go by at most this fee from now on, in basis points.
    event AdvanceFeeSet(uint16 feeBps);

    /// @notice The factory did not make this vault.
    error LoanBookNotVault(address vault);

    /// @notice The junior of the vault is not the caller's.
    error LoanBookNotJuniorOwner(address vault, address caller);

    /// @notice The vault has a live loan.
    error LoanBookVaultTaken(address vault, LoanId id);

    /// @notice There must be a principal.
    error LoanBookNoPrincipal();

    /// @notice The reserve is below a quarter of the principal, in payment-token units.
    error LoanBookReserveTooLow(uint256 reserve, uint256 principal);

    /// @notice The rate is above the cap, in basis points of a year.
    error LoanBookRateTooHigh(uint16 rateBps, uint16 cap);

    /// @notice There are no payments, or too many.
    error LoanBookInvalidPayments(uint8 payments, uint8 most);

    /// @notice There are too many GPUs.
    error LoanBookTooManyGpus(uint256 gpus, uint256 most);

    /// @notice Only the loan's borrower may do this.
    error LoanBookNotBorrower(LoanId id, address caller);

    /// @notice The loan lacks commitments, in payment-token units.
    error LoanBookNotFunded(LoanId id, uint256 committed, uint256 principal);

    /// @notice The book does not own the junior of the vault.
    error LoanBookNoLien(LoanId id, address juniorOwner);

    /// @notice The vault ended its business, so it will earn nothing.
    error LoanBookVaultClosed(LoanId id, address vault);

    /// @notice These are not the GPUs of the request.
    error LoanBookGpusMismatch(LoanId id, bytes32 given, bytes32 requested);

    /// @notice There is not one signature for each attestation.
    error LoanBookSignaturesMismatch(uint256 attestations, uint256 signatures);

    /// @notice The principal is above 65 % of what the GPUs are worth, in payment-token units.
    error LoanBookCollateralTooLow(LoanId id, uint256 principal, uint256 value);

    /// @notice Without GPUs the principal is above `fees / (1 − junior share)`, in payment-token units.
    error LoanBookAdvanceTooHigh(LoanId id, uint256 principal, uint256 fees);

    /// @notice Less can be released, in payment-token units.
    error LoanBookNothingFree(LoanId id, uint256 amount, uint256 free);

    /// @notice The loan keeps its terms: nothing is overdue, in payment-token units, and the income suffices.
    error LoanBookNotInDefault(LoanId id, uint256 overdue, uint256 income, uint256 leastIncome);

    /// @notice Less of the custodian's bond is held for the loan, in payment-token units.
    error LoanBookBondTooLow(LoanId id, uint256 amount, uint256 held);

    /// @notice The custodian's bond is held for the loan until `releasableAt`, in seconds.
    error LoanBookCustodianHeld(LoanId id, uint256 releasableAt);

    /// @notice The fee is above the market's cap, in basis points.
    error LoanBookFeeTooHigh(uint16 feeBps, uint16 cap);

    /**
     * @notice Requests a loan, and pays in its reserve.
     * @dev Emits {LoanRequested}. Upholds LN-9.
     *
     * Requirements:
     * - entries are not paused;
     * - the factory made the vault; its junior is the caller's; it has no live loan;
     * - the reserve is at least a quarter of the principal, which is not zero;
     * - the rate is at most 10,000 basis points a year; there are 1 to 120 payments and at most 16 GPUs;
     * - the funding deadline is not past;
     * - the caller has the claims, and lets this contract pull them.
     *
     * @param request_ The terms.
     * @return id The loan.
     */
    function request(Request calldata request_) external returns (LoanId id);

    /**
     * @notice Gives a request up: the reserve, and the junior if the book has it, go back to the borrower.
     * @dev Emits {LoanCancelled}. Lenders take their commitments back with {unfund}, the owner its GPUs with
     * {releaseGpu}.
     *
     * Requirements:
     * - the loan is not drawn;
     * - the caller is its borrower, or owns the junior of its vault now, and so is not kept from a request of its own.
     *
     * @param id The loan.
     */
    function cancel(LoanId id) external;

    /**
     * @notice Pays the principal to the borrower; the clock starts.
     * @dev Emits {LoanDrawn} and, for each GPU, {GpuTaken}. Upholds LN-7, LN-8. Without GPUs the principal is at most
     * `fees / (1 − junior share)`, where fees are those of the vault's jobs that named no GPU: what the book says they
     * paid, times the lower of the market's fee now and what governance set for this. The books know no fees; so this
     * is a lower bound of what was paid as long as governance sets no more than the lowest fee ever charged. What a
     * borrower can walk off with, the principal without its reserve, is then never more than the fees it paid.
     *
     * Requirements:
     * - the caller is the borrower; the loan is funded in full, and not past its funding deadline;
     * - entries are not paused;
     * - the book owns the junior of the vault, which is not closed;
     * - the GPUs are those of the request, pledged to the book, the borrower's, operated by the vault, and serve no
     *   other loan;
     * - each has a live attestation by the loan's custodian, of whose bond a tenth of the value, or the principal, is free;
     * - the principal is at most 65 % of what they are worth now.
     *
     * @param id The loan.
     * @param attestations One for each GPU, in the order of the request.
     * @param signatures Those of the custodian, by ECDSA or ERC-1271.
     */
    function draw(LoanId id, Attestation[] calldata attestations, bytes[] calldata signatures) external;

    /**
     * @notice Takes from the vault what is due. Anyone may call.
     * @dev Emits {LoanPaid} if there is something, and {LoanClosed} with the last unit. That is what is owed until the
     * end of the running period, out of what the vault holds above the junior at the draw; after a default all that is
     * owed, out of all that can be taken. Upholds LN-2, LN-10.
     *
     * Requirements: the loan is active or defaulted.
     *
     * @param id The loan.
     * @return taken Payment-token units.
     */
    function collect(LoanId id) external returns (uint256 taken);

    /**
     * @notice Takes what is due, and then moves part of what is left above the junior at the draw to where the borrower
     * wants.
     * @dev Emits {SurplusReleased}.
     *
     * Requirements:
     * - the loan is active, also once what is due is taken; the caller is the borrower;
     * - as much is left.
     *
     * @param id The loan.
     * @param amount Payment-token units.
     * @param to The account that gets the claims.
     */
    function release(LoanId id, uint256 amount, address to) external;

    /**
     * @notice Declares a loan in default: its reserve is credited, and its GPUs are for sale. Anyone may call.
     * @dev Emits {LoanDefaulted}, {GpuOffered} and {LoanPaid}. The income is what the books say that jobs of the vault
     * paid since the draw, of those that named one of the loan's GPUs or none.
     *
     * Requirements:
     * - the loan is active;
     * - 15 days ago something was owed that is still not paid, or more periods had ended than the income is enough for.
     *
     * @param id The loan.
     * @param gpuIds Its GPUs, in the order of the request.
     */
    function declareDefault(LoanId id, uint256[] calldata gpuIds) external;

    /**
     * @notice Buys a GPU of a loan in default; what is above the debt goes to the borrower.
     * @dev Emits {GpuSold} and {LoanPaid}, and {LoanClosed} with the last unit.
     *
     * Requirements:
     * - the loan is in default, the GPU serves it, and the price is at most `maxPrice`;
     * - the caller has the claims, and lets this contract pull them.
     *
     * @param id The loan.
     * @param gpuId The GPU.
     * @param maxPrice The most to pay, in payment-token units.
     * @param to Who gets the GPU.
     * @return price Payment-token units.
     */
    function buyGpu(LoanId id, uint256 gpuId, uint256 maxPrice, address to) external returns (uint256 price);

    /**
     * @notice Pays the lenders of a loan in default out of the bond of a custodian that attested what was not there.
     * @dev Emits {CustodianSlashed} and {LoanPaid}. Never more than the debt is taken.
     *
     * Requirements:
     * - the caller has the role of this function;
     * - the loan is in default; as much is held for it.
     *
     * @param id The loan.
     * @param amount Payment-token units.
     */
    function slashCustodian(LoanId id, uint256 amount) external;

    /**
     * @notice Gives a custodian back what is still held for a loan that has been in default for 60 days: long enough for a vote
     * to take it. Anyone may call.
     * @dev Emits {CustodianReleased}. Requirements: the loan is in default, and the time is over.
     * @param id The loan.
     */
    function releaseCustodian(LoanId id) external;

    /**
     * @notice Sets the fee that loans without GPUs go by: the lowest that the market ever charged.
     * @dev Emits {AdvanceFeeSet}. It is zero at first, so there are none.
     * Requirements: the caller has the role of this function; the fee is at most 500 basis points.
     * @param feeBps Basis points of a price.
     */
    function setAdvanceFee(uint16 feeBps) external;

    /// @notice The fee that loans without GPUs go by, in basis points, if the market's is not lower.
    function advanceFee() external view returns (uint16 feeBps);

    /// @notice What the book could take out of the vault now, in payment-token units: all that is withdrawable after a
    /// default, and before only what is above the junior at the draw.
    function freeOf(LoanId id) external view returns (uint256 amount);

    /// @notice The escrow whose books measure income.
    function ESCROW() external view returns (IJobEscrow);

    /// @notice The factory whose vaults can borrow.
    function VAULT_FACTORY() external view returns (IStakeVaultFactory);
}
