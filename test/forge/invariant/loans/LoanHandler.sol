// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {GpuRegistry} from "../../../../contracts/compute/GpuRegistry.sol";
import {JobEscrow} from "../../../../contracts/compute/JobEscrow.sol";
import {LoanBook} from "../../../../contracts/finance/LoanBook.sol";
import {StakeVaultFactory} from "../../../../contracts/finance/StakeVaultFactory.sol";
import {ICustodians} from "../../../../contracts/finance/interfaces/ICustodians.sol";
import {IDepreciationCurves} from "../../../../contracts/finance/interfaces/IDepreciationCurves.sol";
import {ILoanBook} from "../../../../contracts/finance/interfaces/ILoanBook.sol";
import {IStakeVault} from "../../../../contracts/finance/interfaces/IStakeVault.sol";
import {LoanState, LoanStatus, LoanTerms} from "../../../../contracts/finance/types/Loan.sol";
import {LoanId} from "../../../../contracts/finance/types/LoanId.sol";
import {MockERC20} from "../../../../contracts/mocks/tokens/MockERC20.sol";
import {Ledger} from "../../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";

/// @dev A borrower with a vault and a GPU, who takes one loan after the other from two lenders, pays or does not, and whose GPU is
/// then sold to this contract. It keeps the interest of the present loan by itself.
contract LoanHandler is CommonBase, StdAssertions {
    uint256 public constant LENDERS = 2;
    uint256 private constant FUNDS = 1 << 96;
    uint256 private constant YEAR_BPS = 365 days * 10_000;
    bytes32 private constant CLASS = "h100";

    Ledger public immutable LEDGER;
    LoanBook public immutable BOOK;
    GpuRegistry public immutable GPUS;
    IStakeVault public immutable VAULT;
    MockERC20 public immutable TOKEN;

    address[LENDERS] public lenders;
    address public immutable CUSTODIAN;
    uint256 public immutable GPU;
    uint256 private immutable _custodianKey = 0xC057;
    /// @dev All that lenders committed and took back or claimed, in token units, by loan.
    mapping(uint256 id => uint256) public claimed;
    /// @dev Of the present loan: what was lent, paid, and the exact interest so far as a multiple of a unit by YEAR_BPS.
    uint256 public lent;
    uint256 public paid;
    uint256 public numerator;
    uint256 private _principal;
    uint256 private _unpaid;
    uint256 private _accruedAt;
    uint256 private _rateBps;
    uint256 private _time = 1_800_000_000;

    modifier acting() {
        vm.warp(_time);
        _;
    }

    constructor() {
        vm.warp(_time);
        LEDGER = new Ledger();
        GPUS = new GpuRegistry();
        address manager = address(new AccessManager(address(this)));
        JobEscrow escrow = new JobEscrow(manager, LEDGER, GPUS, address(0x7EA5));
        StakeVaultFactory factory = new StakeVaultFactory(escrow);
        BOOK = new LoanBook(manager, escrow, factory);
        TOKEN = new MockERC20("Token", "TKN", 18);
        VAULT = factory.create(address(TOKEN), 100, "");
        CUSTODIAN = vm.addr(_custodianKey);
        GPU = _register();
        IDepreciationCurves.Point[] memory points = new IDepreciationCurves.Point[](2);
        points[0] = IDepreciationCurves.Point(0, 10_000);
        points[1] = IDepreciationCurves.Point(100 * 365 days, 5_000);
        BOOK.setCurve(CLASS, points);
        _fund(address(this));
        _fund(CUSTODIAN);
        for (uint256 i = 0; i < LENDERS; ++i) {
            lenders[i] = vm.addr(0x1E4D + i);
            _fund(lenders[i]);
        }
        vm.prank(CUSTODIAN);
        BOOK.postBond(address(TOKEN), FUNDS / 2);
    }

    /// @dev Requests, funds and draws a loan, all at once.
    function open(uint96 principal, uint16 rateBps, uint8 payments, uint256 seed) external acting {
        if (_status() == LoanStatus.Active || _status() == LoanStatus.Defaulted) return;
        if (GPUS.ownerOf(GPU) != address(this)) return;
        uint256 amount = 1 + (principal % (LEDGER.balanceOf(address(this), _id()) / 16 + 1));
        for (uint256 i = 0; i < LENDERS; ++i) {
            if (LEDGER.balanceOf(lenders[i], _id()) < amount) return;
        }
        if (GPUS.pledgeeOf(GPU) == address(0)) GPUS.pledge(GPU, address(BOOK));
        if (GPUS.operatorOf(GPU) != address(VAULT)) return;
        uint256[] memory gpuIds = new uint256[](1);
        gpuIds[0] = GPU;
        LoanId id = BOOK.request(
            ILoanBook.Request({
                vault: address(VAULT),
                principal: uint112(amount),
                reserve: uint112(Math.ceilDiv(amount, 4)),
                leastIncome: 0,
                rateBps: rateBps % 10_001,
                payments: (payments % 120) + 1,
                fundingDeadline: uint40(_time + 1 days),
                custodian: CUSTODIAN,
                gpuIds: gpuIds
            })
        );
        VAULT.transferJunior(address(BOOK));
        _commit(id, amount, seed);
        _draw(id, amount);
        (lent, paid, numerator, _unpaid) = (amount, 0, 0, 0);
        (_principal, _accruedAt, _rateBps) = (amount, _time, rateBps % 10_001);
    }

    function repay(uint96 amount) external acting {
        if (!_isLive()) return;
        _pay(BOOK.repay(_last(), amount % 3 == 0 ? type(uint256).max : amount));
    }

    /// @dev Money that the vault earns.
    function earn(uint96 amount) external acting {
        uint256 earned = amount % (LEDGER.balanceOf(address(this), _id()) / 8 + 1);
        LEDGER.transfer(address(VAULT), _id(), earned);
    }

    function collect() external acting {
        if (!_isLive()) return;
        (uint256 junior, LoanTerms memory terms) = (VAULT.junior(), _terms());
        bool active = _status() == LoanStatus.Active;
        uint256 taken = BOOK.collect(_last());
        _pay(taken);
        // LN-10: what the vault had when the loan was drawn stays while it is current
        if (active && taken != 0) assertGe(VAULT.junior(), terms.juniorAtDraw, "LN-10");
        assertEq(VAULT.junior(), junior - taken, "LN-10");
    }

    function release(uint96 amount) external acting {
        if (_status() != LoanStatus.Active) return;
        uint256 due = BOOK.dueOf(_last());
        uint256 free = BOOK.freeOf(_last());
        // what is due may be the whole debt, which ends the loan
        if (free <= due || due == BOOK.debtOf(_last())) return;
        uint256 taken = amount % (free - due + 1);
        uint256 before = _state().paid;
        BOOK.release(_last(), taken, address(this));
        _pay(_state().paid - before);
    }

    function declareDefault() external acting {
        if (_status() != LoanStatus.Active) return;
        LoanState memory state = _state();
        if (state.periodsAt(_time - 15 days) == 0) return;
        uint256 overdue = state.owedOf(_terms().levelPayment, state.periodsAt(_time - 15 days), _time);
        if (overdue == 0) return;
        uint256[] memory gpuIds = new uint256[](1);
        gpuIds[0] = GPU;
        uint256 before = state.paid;
        BOOK.declareDefault(_last(), gpuIds);
        _pay(_state().paid - before);
    }

    function buyGpu() external acting {
        if (_status() != LoanStatus.Defaulted || GPUS.pledgeeOf(GPU) != address(BOOK)) return;
        uint256 price = BOOK.auctionPrice(GPU);
        if (price == 0 || price > LEDGER.balanceOf(address(this), _id())) return;
        uint256 before = _state().paid;
        BOOK.buyGpu(_last(), GPU, price, address(this));
        GPUS.setOperator(GPU, address(VAULT));
        _pay(_state().paid - before);
    }

    function slashCustodian(uint96 amount) external acting {
        if (_status() != LoanStatus.Defaulted) return;
        uint256 before = _state().paid;
        BOOK.slashCustodian(_last(), amount % (uint256(_terms().lockedBond) + 1));
        _pay(_state().paid - before);
    }

    function releaseGpu() external acting {
        if (GPUS.pledgeeOf(GPU) != address(BOOK) || _status() != LoanStatus.Closed) return;
        BOOK.releaseGpu(GPU);
    }

    function claim(uint256 seed) external acting {
        if (BOOK.loanCount() == 0) return;
        uint256 id = 1 + (seed % BOOK.loanCount());
        claimed[id] += BOOK.claim(LoanId.wrap(uint64(id)), lenders[(seed >> 64) % LENDERS]);
    }

    function pass(uint32 duration) external {
        _time += duration % 40 days;
    }

    /// @dev What the present loan owes by this contract's own count, in token units.
    function debt() external view returns (uint256) {
        return _principal + Math.ceilDiv(_unpaid + _principal * _rateBps * (_time - _accruedAt), YEAR_BPS);
    }

    function time() external view returns (uint256) {
        return _time;
    }

    /// @dev Takes note of a payment: interest first, which is rounded up when all of it is paid.
    function _pay(uint256 amount) private {
        _unpaid += _principal * _rateBps * (_time - _accruedAt);
        _accruedAt = _time;
        uint256 interest = Math.ceilDiv(_unpaid, YEAR_BPS);
        if (amount < interest) {
            _unpaid -= amount * YEAR_BPS;
        } else {
            _unpaid = 0;
            _principal -= amount - interest;
        }
        paid += amount;
    }

    function _commit(LoanId id, uint256 amount, uint256 seed) private {
        uint256 first = seed % (amount + 1);
        vm.startPrank(lenders[0]);
        if (first != 0) BOOK.fund(id, first);
        // a lender may change its mind before the draw
        if (first > 1) BOOK.unfund(id, first / 2);
        if (first > 1) BOOK.fund(id, first / 2);
        vm.stopPrank();
        vm.startPrank(lenders[1]);
        if (first != amount) BOOK.fund(id, type(uint112).max);
        vm.stopPrank();
    }

    function _draw(LoanId id, uint256 amount) private {
        ICustodians.Attestation[] memory attestations = new ICustodians.Attestation[](1);
        attestations[0] = ICustodians.Attestation({
            gpuId: GPU,
            hardwareClass: CLASS,
            token: address(TOKEN),
            value: amount * 2,
            madeAt: uint40(_time),
            expiresAt: uint40(_time + 1 days)
        });
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_custodianKey, BOOK.attestationDigest(attestations[0]));
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = abi.encodePacked(r, s, v);
        BOOK.draw(id, attestations, signatures);
    }

    function _register() private returns (uint256 gpuId) {
        uint256 key = 0xDE71CE;
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Ergon GpuRegistry"),
                keccak256("1"),
                block.chainid,
                address(GPUS)
            )
        );
        bytes32 typehash = keccak256("GpuRegistration(address owner,bytes32 hardwareClass,uint32 memoryMiB)");
        bytes32 structHash = keccak256(abi.encode(typehash, address(this), CLASS, uint32(81_920)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, structHash)));
        gpuId = GPUS.register(vm.addr(key), CLASS, 81_920, "", abi.encodePacked(r, s, v));
        GPUS.setOperator(gpuId, address(VAULT));
    }

    function _fund(address account) private {
        TOKEN.mint(address(this), FUNDS);
        TOKEN.approve(address(LEDGER), FUNDS);
        LEDGER.deposit(address(TOKEN), FUNDS, account);
        vm.prank(account);
        LEDGER.approve(address(BOOK), _id(), type(uint256).max);
    }

    function _isLive() private view returns (bool) {
        return _status() == LoanStatus.Active || _status() == LoanStatus.Defaulted;
    }

    function _status() private view returns (LoanStatus) {
        return _state().status;
    }

    function _state() private view returns (LoanState memory state) {
        (, state) = BOOK.loanOf(_last());
    }

    function _terms() private view returns (LoanTerms memory terms) {
        (terms, ) = BOOK.loanOf(_last());
    }

    function _last() private view returns (LoanId) {
        return LoanId.wrap(BOOK.loanCount());
    }

    function _id() private view returns (uint256) {
        return TokenId.fromToken(address(TOKEN));
    }
}
