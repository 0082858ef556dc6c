// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {ModelId, ModelIdLib} from "../../../contracts/common/types/ModelId.sol";
import {GpuRegistry} from "../../../contracts/compute/GpuRegistry.sol";
import {JobEscrow} from "../../../contracts/compute/JobEscrow.sol";
import {IOrderBook} from "../../../contracts/compute/interfaces/IOrderBook.sol";
import {Filler} from "../../../contracts/compute/types/Filler.sol";
import {Job} from "../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../contracts/compute/types/JobId.sol";
import {JobStateLib} from "../../../contracts/compute/types/JobState.sol";
import {JobTermsLib} from "../../../contracts/compute/types/JobTerms.sol";
import {Ask, Bid} from "../../../contracts/compute/types/Order.sol";
import {TermsClass} from "../../../contracts/compute/types/TermsClass.sol";
import {VerifierTerms} from "../../../contracts/compute/types/VerifierTerms.sol";
import {ScriptedVerifier} from "../../../contracts/mocks/ScriptedVerifier.sol";
import {MockERC20} from "../../../contracts/mocks/tokens/MockERC20.sol";
import {Ledger} from "../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../contracts/payments/types/TokenId.sol";

/// @dev Accounts whose stakes this contract bonds jobs with, as their delegate, its own client and its own worker. It foretells
/// which of its calls succeed.
contract StakesHandler is CommonBase, StdAssertions {
    uint256 public constant ACCOUNTS = 3;
    uint256 public constant FUNDS = 1 << 100;
    uint32 private constant TURNAROUND = 1 hours;
    uint256 private constant WINDOW = 30 minutes;

    Ledger public immutable LEDGER;
    JobEscrow public immutable ESCROW;
    IOrderBook public immutable BOOK;
    MockERC20 public immutable TOKEN;
    ScriptedVerifier private immutable _verifier;
    ModelId private immutable _mirrored;
    ModelId private immutable _other;

    address[ACCOUNTS] public accounts;
    mapping(address account => uint256) public free;
    mapping(address account => uint256) public rentOwed;
    mapping(address account => uint32) public rentBps;
    uint256 public held;
    uint256[] private _live;
    mapping(uint256 id => Job) private _jobs;
    uint256 private _time = 1_800_000_000;

    modifier acting() {
        vm.warp(_time);
        _;
    }

    constructor() {
        LEDGER = new Ledger();
        ESCROW = new JobEscrow(address(new AccessManager(address(this))), LEDGER, new GpuRegistry(), address(0x7EA5));
        BOOK = ESCROW.ORDER_BOOK();
        TOKEN = new MockERC20("Token", "TKN", 18);
        _verifier = new ScriptedVerifier(ESCROW);
        (_mirrored, _other) = (_model("mirrored"), _model("other"));
        BOOK.setMirrored(_mirrored, true);
        VerifierTerms memory terms;
        (terms.listed, terms.bondMultipleBps, terms.longestGameFast) = (true, 10_000, 1 hours);
        (terms.scale, terms.fastPriceCap) = (96, type(uint32).max);
        BOOK.setVerifierTerms(address(TOKEN), address(_verifier), terms);
        BOOK.setVerifierTerms(address(TOKEN), address(0), terms);
        _fund(address(this));
        for (uint256 i = 0; i < ACCOUNTS; ++i) {
            accounts[i] = vm.addr(0xACC + i);
            _fund(accounts[i]);
            vm.prank(accounts[i]);
            BOOK.setDelegation(address(this), address(TOKEN), 4, 0, type(uint40).max);
        }
    }

    function stake(uint256 seed, uint96 amount) external acting {
        address account = accounts[seed % ACCOUNTS];
        bool allowed = amount <= LEDGER.balanceOf(account, TokenId.fromToken(address(TOKEN)));
        if (allowed) free[account] += amount;
        _send(account, abi.encodeCall(ESCROW.stake, (address(TOKEN), amount)), allowed);
    }

    function unstake(uint256 seed, uint96 amount) external acting {
        address account = accounts[seed % ACCOUNTS];
        // mostly as much as there is, or a unit more
        uint256 wanted = seed % 3 == 0 ? amount : free[account] / 2 + (seed % 7 == 0 ? free[account] / 2 + 1 : 0);
        bool allowed = wanted <= free[account];
        if (allowed) free[account] -= wanted;
        _send(account, abi.encodeCall(ESCROW.unstake, (address(TOKEN), wanted)), allowed);
    }

    function setRent(uint256 seed, uint16 bps) external acting {
        address account = accounts[seed % ACCOUNTS];
        rentBps[account] = bps;
        _send(account, abi.encodeCall(ESCROW.setRent, (address(TOKEN), bps)), true);
    }

    function fill(uint256 seed, uint64 unitPrice, uint96 unitBond, uint8 units) external acting {
        address account = accounts[seed % ACCOUNTS];
        (Ask memory ask, Bid memory bid) = _orders(seed, account, unitPrice, unitBond, uint64(units) + 1);
        (uint256 price, uint256 bond) = (uint256(ask.unitPrice) * bid.units, uint256(ask.unitBond) * bid.units);
        uint256 rent = _ceilDiv(bond * rentBps[account] * (TURNAROUND + WINDOW), 365 days * 10_000);
        bool checkable = ask.verifier != address(0) && ModelId.unwrap(ask.modelId) == ModelId.unwrap(_mirrored);
        bool allowed = checkable && price >= rent && price <= bond / 10 && bond <= free[account];
        allowed = allowed && price <= LEDGER.balanceOf(address(this), TokenId.fromToken(address(TOKEN)));
        uint256 id = BOOK.jobCount() + 1;
        _send(address(this), abi.encodeCall(ESCROW.fill, (ask, "", bid, "")), allowed);
        if (!allowed) return;
        free[account] -= bond;
        rentOwed[account] += rent;
        _live.push(id);
        _jobs[id] = _jobOf(ask, bid);
        assertTrue(ESCROW.isCurrent(JobId.wrap(id), _jobs[id]), "ST-4");
    }

    /// @dev Ends a job in one of all ways; what is not lost of its bond is free again.
    function end(uint256 seed) external acting {
        if (_live.length == 0) return;
        uint256 index = seed % _live.length;
        uint256 id = _live[index];
        (_live[index], _live[_live.length - 1]) = (_live[_live.length - 1], _live[index]);
        _live.pop();
        Job memory job = _jobs[id];
        uint256 way = _time > job.deadline() ? 0 : (seed >> 8) % 5;
        uint256 lost = way < 3 ? _endUndelivered(id, job, way) : _endDelivered(id, job, way == 4);
        free[job.provider] += job.totalBond() - lost;
    }

    function pass(uint16 duration) external {
        _time += duration;
    }

    /// @dev The bonds of live jobs on the stake of an account.
    function lockedOf(address account) external view returns (uint256 sum) {
        for (uint256 i = 0; i < _live.length; ++i) {
            Job memory job = _jobs[_live[i]];
            if (job.provider == account) sum += job.totalBond();
        }
    }

    /// @dev The prices of live jobs.
    function prices() external view returns (uint256 sum) {
        for (uint256 i = 0; i < _live.length; ++i) {
            sum += _jobs[_live[i]].totalPrice();
        }
    }

    /// @dev Ends an open job by silence, a hand-back or a cancellation; returns what its provider pays out of the bond.
    function _endUndelivered(uint256 id, Job memory job, uint256 way) private returns (uint256 lost) {
        uint256 price = job.totalPrice();
        uint256 elapsed = block.timestamp - job.terms.openedAt();
        if (way == 0) {
            _pass(TURNAROUND + 1);
            ESCROW.expire(JobId.wrap(id), job);
            return price;
        }
        if (way == 1) {
            ESCROW.handBack(JobId.wrap(id), job);
            return elapsed * 10 <= TURNAROUND ? 0 : _ceilDiv(price * elapsed, TURNAROUND);
        }
        ESCROW.cancel(JobId.wrap(id), job);
    }

    /// @dev Delivers and ends a job by a slash or a settlement; returns what is lost of its bond.
    function _endDelivered(uint256 id, Job memory job, bool slashed) private returns (uint256 lost) {
        ESCROW.deliver(JobId.wrap(id), job, keccak256("outputs"), job.state.units(), "");
        job.state = job.state.delivered(job.state.units(), block.timestamp);
        job.outputRoot = keccak256("outputs");
        if (slashed) {
            _verifier.freeze(JobId.wrap(id), job);
            job.state = job.state.withFrozen(true);
            _verifier.slash(JobId.wrap(id), job, job.totalBond() / 10);
            held += job.totalBond() - job.totalBond() / 10;
            return job.totalBond();
        }
        _pass(WINDOW + 1);
        ESCROW.settle(JobId.wrap(id), job);
    }

    function _pass(uint256 duration) private {
        _time += duration;
        vm.warp(_time);
    }

    function _orders(
        uint256 seed,
        address account,
        uint128 unitPrice,
        uint128 unitBond,
        uint64 units
    ) private view returns (Ask memory ask, Bid memory bid) {
        // mostly at or around the highest price that a bond allows
        if (seed % 4 != 0) unitPrice = unitBond / 10 + (seed % 8 == 1 ? 1 : 0);
        (bid.client, bid.provider) = (address(this), account);
        (bid.modelId, bid.token) = ((seed >> 16) % 8 == 0 ? _other : _mirrored, address(TOKEN));
        bid.verifier = (seed >> 32) % 8 == 0 ? address(0) : address(_verifier);
        (bid.units, bid.maxUnitPrice, bid.maxTurnaround) = (units, unitPrice, TURNAROUND);
        bid.expiry = type(uint40).max;
        (ask.provider, ask.worker, ask.modelId, ask.token) = (account, address(this), bid.modelId, bid.token);
        (ask.unitPrice, ask.unitBond, ask.maxUnits, ask.turnaround) = (unitPrice, unitBond, units, TURNAROUND);
        (ask.cancelShareBps, ask.verifier, ask.expiry) = (10_000, bid.verifier, bid.expiry);
    }

    function _jobOf(Ask memory ask, Bid memory bid) private view returns (Job memory job) {
        (job.client, job.provider, job.worker, job.verifier) = (bid.client, ask.provider, ask.worker, ask.verifier);
        (job.modelId, job.token, job.unitPrice, job.unitBond) = (ask.modelId, ask.token, ask.unitPrice, ask.unitBond);
        job.terms = JobTermsLib.pack(
            0,
            block.timestamp,
            TURNAROUND,
            1 hours,
            0,
            ask.cancelShareBps,
            TermsClass.Fast,
            Filler.Client,
            false,
            true
        );
        job.state = JobStateLib.opened(bid.units);
    }

    function _send(address caller, bytes memory data, bool allowed) private {
        vm.prank(caller);
        (bool success, ) = address(ESCROW).call(data);
        assertEq(success, allowed, "ST-2: foretold");
    }

    function _fund(address account) private {
        TOKEN.mint(address(this), FUNDS);
        TOKEN.approve(address(LEDGER), FUNDS);
        LEDGER.deposit(address(TOKEN), FUNDS, account);
        vm.prank(account);
        LEDGER.approve(address(ESCROW), TokenId.fromToken(address(TOKEN)), type(uint256).max);
    }

    function _model(bytes32 name) private pure returns (ModelId) {
        return ModelIdLib.toModelId(name, 2, 1_000_000_007, 1_000_003);
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return a == 0 ? 0 : (a - 1) / b + 1;
    }
}
