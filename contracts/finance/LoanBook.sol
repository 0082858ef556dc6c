// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {Claims} from "../payments/Claims.sol";
import {Collateral} from "./Collateral.sol";
import {Lenders} from "./Lenders.sol";
import {ILoanBook} from "./interfaces/ILoanBook.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {IStakeVaultFactory} from "./interfaces/IStakeVaultFactory.sol";
import {LevelPayment} from "./libraries/LevelPayment.sol";
import {LoanLib, LoanState, LoanStatus, LoanTerms} from "./types/Loan.sol";
import {LoanId} from "./types/LoanId.sol";

/// @title LoanBook
/// @notice Opens loans, collects what is due, and declares defaults. See {ILoanBook}.
contract LoanBook is ILoanBook, Lenders, Collateral {
    using SafeCast for uint256;

    uint256 private constant RESERVE_PARTS = 4; // of the principal
    uint16 private constant RATE_CAP_BPS = 10_000;
    uint8 private constant PAYMENTS_CAP = 120;
    uint256 private constant GPUS_CAP = 16;
    uint16 private constant FEE_CAP_BPS = 500;
    uint256 private constant LOAN_TO_VALUE_BPS = 6_500;
    uint256 private constant BOND_BPS = 1_000;
    /// @dev Longer than a vote about a custodian takes.
    uint256 private constant CUSTODIAN_HOLD = 60 days;
    uint256 private constant FULL_BPS = 10_000;

    /// @inheritdoc ILoanBook
    IJobEscrow public immutable ESCROW;

    /// @inheritdoc ILoanBook
    IStakeVaultFactory public immutable VAULT_FACTORY;

    /// @inheritdoc ILoanBook
    uint16 public advanceFee;

    constructor(
        address authority,
        IJobEscrow escrow,
        IStakeVaultFactory vaultFactory
    )
        AccessManaged(authority)
        EIP712("Ergon LoanBook", "1")
        Claims(escrow.LEDGER())
        Lenders(escrow.ORDER_BOOK())
        Collateral(escrow.ORDER_BOOK().GPU_REGISTRY())
    {
        (ESCROW, VAULT_FACTORY) = (escrow, vaultFactory);
    }

    /// @inheritdoc ILoanBook
    function request(Request calldata request_) external returns (LoanId id) {
        _requireEntries();
        _requireSound(request_);
        IStakeVault vault = IStakeVault(request_.vault);
        require(VAULT_FACTORY.isVault(address(vault)), LoanBookNotVault(address(vault)));
        require(vault.juniorOwner() == msg.sender, LoanBookNotJuniorOwner(address(vault), msg.sender));
        // INVARIANT LN-9: a vault has one live loan.
        LoanId live = _loanOfVault[address(vault)];
        require(LoanId.unwrap(live) == 0, LoanBookVaultTaken(address(vault), live));

        id = _newId();
        _requireInTime(id, request_.fundingDeadline);
        address token = vault.asset();
        _loanOfVault[address(vault)] = id;
        _record(id, token, request_);
        emit LoanRequested(id, msg.sender, token, request_);
        _pull(msg.sender, token, request_.reserve);
    }

    /// @inheritdoc ILoanBook
    function cancel(LoanId id) external {
        address token = _load(id, LoanStatus.Requested).token;
        LoanTerms storage terms = _terms[id];
        (address borrower, uint256 reserve) = (terms.borrower, terms.reserve);
        IStakeVault vault = IStakeVault(terms.vault);
        address owner = vault.juniorOwner();
        require(msg.sender == borrower || msg.sender == owner, LoanBookNotBorrower(id, msg.sender));

        _states[id].status = LoanStatus.Cancelled;
        terms.reserve = 0;
        _loanOfVault[address(vault)] = LoanId.wrap(0);
        emit LoanCancelled(id);
        _push(borrower, token, reserve);
        if (owner == address(this)) vault.transferJunior(borrower);
    }

    /// @inheritdoc ILoanBook
    function draw(LoanId id, Attestation[] calldata attestations, bytes[] calldata signatures) external {
        LoanState memory loan = _load(id, LoanStatus.Requested);
        LoanTerms memory terms = _readTerms(id);
        _requireEntries();
        _requireInTime(id, terms.fundingDeadline);
        require(msg.sender == terms.borrower, LoanBookNotBorrower(id, msg.sender));
        (uint256 principal, uint256 committed) = (terms.principal, terms.committed);
        require(committed == principal, LoanBookNotFunded(id, committed, principal));
        _requireVault(id, IStakeVault(terms.vault));
        uint256[] memory gpuIds = _gpusOf(id, terms.gpusHash, attestations, signatures.length);
        uint256 income = _income(terms.vault, loan.token, gpuIds);

        uint256 value;
        if (gpuIds.length == 0) _requireAdvance(id, terms, income);
        else value = _secure(id, terms, loan.token, attestations, signatures);
        _start(id, loan, terms, income);
        emit LoanDrawn(id, terms.levelPayment, value, terms.juniorAtDraw, income);
        IStakeVault(terms.vault).limitJunior(terms.juniorAtDraw);
        _push(msg.sender, loan.token, principal);
    }

    /// @inheritdoc ILoanBook
    function collect(LoanId id) external returns (uint256 taken) {
        (taken, ) = _collect(id, _loadLive(id));
    }

    /// @inheritdoc ILoanBook
    function release(LoanId id, uint256 amount, address to) external {
        require(msg.sender == _terms[id].borrower, LoanBookNotBorrower(id, msg.sender));
        LoanState memory loan = _loadLive(id);
        (, uint256 left) = _collect(id, loan);
        require(loan.status == LoanStatus.Active, LoansWrongStatus(id, loan.status));
        require(amount <= left, LoanBookNothingFree(id, amount, left));
        emit SurplusReleased(id, to, amount);
        IStakeVault(_terms[id].vault).withdrawJunior(amount, to);
    }

    /// @inheritdoc ILoanBook
    function declareDefault(LoanId id, uint256[] calldata gpuIds) external {
        LoanState memory loan = _loadAccrued(id, LoanStatus.Active);
        LoanTerms storage terms = _terms[id];
        _requireGpus(id, gpuIds, terms.gpusHash);
        _collect(id, loan);
        if (loan.status == LoanStatus.Closed) return;
        _requireDefault(id, loan, terms, gpuIds);

        uint256 debt = loan.debtAt(block.timestamp);
        (loan.status, loan.defaultedAt) = (LoanStatus.Defaulted, uint40(block.timestamp));
        emit LoanDefaulted(id, debt);
        IStakeVault(terms.vault).limitJunior(0);
        for (uint256 i = 0; i < gpuIds.length; ++i) _offer(id, gpuIds[i]);
        uint112 reserve = terms.reserve;
        uint256 taken = _credit(id, loan, address(this), reserve);
        // SAFETY: at most the reserve.
        terms.reserve = reserve - uint112(taken);
        _closeIfPaid(id, loan);
    }

    /// @inheritdoc ILoanBook
    function buyGpu(LoanId id, uint256 gpuId, uint256 maxPrice, address to) external returns (uint256 price) {
        LoanState memory loan = _loadAccrued(id, LoanStatus.Defaulted);
        price = _sell(id, gpuId, loan.defaultedAt, maxPrice, to);
        uint256 credited = _credit(id, loan, msg.sender, price);
        _pull(msg.sender, loan.token, price);
        _push(_terms[id].borrower, loan.token, price - credited);
        _closeIfPaid(id, loan);
    }

    /// @inheritdoc ILoanBook
    function slashCustodian(LoanId id, uint256 amount) external restricted {
        LoanState memory loan = _loadAccrued(id, LoanStatus.Defaulted);
        LoanTerms storage terms = _terms[id];
        (uint112 held, address custodian) = (terms.lockedBond, terms.custodian);
        require(amount <= held, LoanBookBondTooLow(id, amount, held));
        uint256 taken = _credit(id, loan, custodian, amount);
        // SAFETY: at most what is held.
        terms.lockedBond = held - uint112(taken);
        _takeBond(custodian, loan.token, taken);
        emit CustodianSlashed(id, custodian, taken);
        _closeIfPaid(id, loan);
    }

    /// @inheritdoc ILoanBook
    function releaseCustodian(LoanId id) external {
        LoanState memory loan = _load(id, LoanStatus.Defaulted);
        LoanTerms storage terms = _terms[id];
        uint256 releasableAt = loan.defaultedAt + CUSTODIAN_HOLD;
        require(block.timestamp >= releasableAt, LoanBookCustodianHeld(id, releasableAt));
        (address custodian, uint256 bond) = (terms.custodian, terms.lockedBond);
        terms.lockedBond = 0;
        emit CustodianReleased(id, custodian, bond);
        _unlockBond(custodian, loan.token, bond);
    }

    /// @inheritdoc ILoanBook
    function setAdvanceFee(uint16 feeBps) external restricted {
        require(feeBps <= FEE_CAP_BPS, LoanBookFeeTooHigh(feeBps, FEE_CAP_BPS));
        advanceFee = feeBps;
        emit AdvanceFeeSet(feeBps);
    }

    /// @inheritdoc ILoanBook
    function freeOf(LoanId id) external view returns (uint256) {
        return _free(_loadLive(id), _terms[id]);
    }

    function _requireSound(Request calldata request_) private pure {
        (uint256 principal, uint256 reserve) = (request_.principal, request_.reserve);
        require(principal != 0, LoanBookNoPrincipal());
        require(reserve * RESERVE_PARTS >= principal, LoanBookReserveTooLow(reserve, principal));
        require(request_.rateBps <= RATE_CAP_BPS, LoanBookRateTooHigh(request_.rateBps, RATE_CAP_BPS));
        uint8 payments = request_.payments;
        require(payments != 0 && payments <= PAYMENTS_CAP, LoanBookInvalidPayments(payments, PAYMENTS_CAP));
        uint256 gpus = request_.gpuIds.length;
        require(gpus <= GPUS_CAP, LoanBookTooManyGpus(gpus, GPUS_CAP));
    }

    function _record(LoanId id, address token, Request calldata request_) private {
        LoanState storage loan = _states[id];
        (loan.token, loan.status, loan.payments) = (token, LoanStatus.Requested, request_.payments);
        loan.rateBps = request_.rateBps;
        LoanTerms storage terms = _terms[id];
        (terms.borrower, terms.fundingDeadline) = (msg.sender, request_.fundingDeadline);
        (terms.vault, terms.custodian) = (request_.vault, request_.custodian);
        (terms.principal, terms.reserve) = (request_.principal, request_.reserve);
        terms.leastIncome = request_.leastIncome;
        terms.gpusHash = _hash(request_.gpuIds);
    }

    /// @dev The clock of a loan starts.
    function _start(LoanId id, LoanState memory loan, LoanTerms memory terms, uint256 income) private {
        loan.status = LoanStatus.Active;
        (loan.drawnAt, loan.accruedAt) = (uint40(block.timestamp), uint40(block.timestamp));
        loan.principalLeft = terms.principal;
        terms.levelPayment = LevelPayment.compute(terms.principal, loan.rateBps, loan.payments).toUint112();
        terms.juniorAtDraw = IStakeVault(terms.vault).junior().toUint112();
        terms.incomeAtDraw = income.toUint112();
        _write(id, loan);
        LoanTerms storage stored = _terms[id];
        (stored.levelPayment, stored.lockedBond) = (terms.levelPayment, terms.lockedBond);
        (stored.juniorAtDraw, stored.incomeAtDraw) = (terms.juniorAtDraw, terms.incomeAtDraw);
    }

    /// @dev Takes the GPUs of a loan, and locks a tenth of what was attested; returns what they are worth now.
    function _secure(
        LoanId id,
        LoanTerms memory terms,
        address token,
        Attestation[] calldata attestations,
        bytes[] calldata signatures
    ) private returns (uint256 value) {
        uint256 attested;
        for (uint256 i = 0; i < attestations.length; ++i) {
            value += _take(id, terms, token, attestations[i], signatures[i]);
            attested += attestations[i].value;
        }
        uint256 principal = terms.principal;
        require(principal * FULL_BPS <= value * LOAN_TO_VALUE_BPS, LoanBookCollateralTooLow(id, principal, value));
        uint256 bond = Math.min(principal, Math.ceilDiv(attested * BOND_BPS, FULL_BPS));
        terms.lockedBond = bond.toUint112();
        _lockBond(terms.custodian, token, bond);
    }

    function _requireVault(LoanId id, IStakeVault vault) private view {
        address owner = vault.juniorOwner();
        require(owner == address(this), LoanBookNoLien(id, owner));
        require(!vault.isClosed(), LoanBookVaultClosed(id, address(vault)));
    }

    /// @dev A loan on fees alone: principal ≤ fees / (1 − reserve / (principal + reserve)).
    function _requireAdvance(LoanId id, LoanTerms memory terms, uint256 income) private view {
        uint256 fees = (income * Math.min(advanceFee, ORDER_BOOK.fee())) / FULL_BPS;
        uint256 principal = terms.principal;
        require(
            principal * principal <= fees * (principal + terms.reserve),
            LoanBookAdvanceTooHigh(id, principal, fees)
        );
    }

    function _requireDefault(
        LoanId id,
        LoanState memory loan,
        LoanTerms storage terms,
        uint256[] memory gpuIds
    ) private view {
        uint256 periods = loan.periodsAt(block.timestamp - LoanLib.GRACE);
        uint256 overdue = loan.owedOf(terms.levelPayment, periods, block.timestamp);
        uint256 income = _income(terms.vault, loan.token, gpuIds) - terms.incomeAtDraw;
        uint256 least = terms.leastIncome * periods;
        require(overdue != 0 || income < least, LoanBookNotInDefault(id, overdue, income, least));
    }

    /// @dev Takes what is due from the vault; returns it, and what is left above it.
    function _collect(LoanId id, LoanState memory loan) private returns (uint256 taken, uint256 left) {
        LoanTerms storage terms = _terms[id];
        uint256 free = _free(loan, terms);
        taken = Math.min(free, _due(id, loan));
        left = free - taken;
        if (taken == 0) return (0, left);
        address vault = terms.vault;
        _credit(id, loan, vault, taken);
        IStakeVault(vault).withdrawJunior(taken, address(this));
        _closeIfPaid(id, loan);
    }

    /// @dev INVARIANT LN-10: a lien reaches nothing that the vault needs for bonds and stakers.
    function _free(LoanState memory loan, LoanTerms storage terms) private view returns (uint256) {
        IStakeVault vault = IStakeVault(terms.vault);
        uint256 withdrawable = vault.withdrawableJunior();
        if (loan.status == LoanStatus.Defaulted) return withdrawable;
        return Math.min(withdrawable, Math.saturatingSub(vault.junior(), terms.juniorAtDraw));
    }

    function _income(address vault, address token, uint256[] memory gpuIds) private view returns (uint256 income) {
        income = ESCROW.book(vault, 0, token).paid;
        for (uint256 i = 0; i < gpuIds.length; ++i) income += ESCROW.book(vault, gpuIds[i], token).paid;
    }

    function _gpusOf(
        LoanId id,
        bytes32 gpusHash,
        Attestation[] calldata attestations,
        uint256 signatures
    ) private pure returns (uint256[] memory gpuIds) {
        uint256 count = attestations.length;
        require(count == signatures, LoanBookSignaturesMismatch(count, signatures));
        gpuIds = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) gpuIds[i] = attestations[i].gpuId;
        _requireGpus(id, gpuIds, gpusHash);
    }

    function _requireGpus(LoanId id, uint256[] memory gpuIds, bytes32 gpusHash) private pure {
        bytes32 given = _hash(gpuIds);
        require(given == gpusHash, LoanBookGpusMismatch(id, given, gpusHash));
    }

    function _hash(uint256[] memory gpuIds) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(gpuIds));
    }
}
