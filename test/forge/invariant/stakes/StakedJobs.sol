// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {ModelId, ModelIdLib} from "../../../../contracts/common/types/ModelId.sol";
import {GpuRegistry} from "../../../../contracts/compute/GpuRegistry.sol";
import {JobEscrow} from "../../../../contracts/compute/JobEscrow.sol";
import {IOrderBook} from "../../../../contracts/compute/interfaces/IOrderBook.sol";
import {Filler} from "../../../../contracts/compute/types/Filler.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {JobStateLib} from "../../../../contracts/compute/types/JobState.sol";
import {JobTermsLib} from "../../../../contracts/compute/types/JobTerms.sol";
import {Ask, Bid} from "../../../../contracts/compute/types/Order.sol";
import {TermsClass} from "../../../../contracts/compute/types/TermsClass.sol";
import {VerifierTerms} from "../../../../contracts/compute/types/VerifierTerms.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {MockERC20} from "../../../../contracts/mocks/tokens/MockERC20.sol";
import {Ledger} from "../../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";

/// @dev A market in which this contract is delegate, client and worker of jobs whose bonds come out of stakes.
abstract contract StakedJobs is CommonBase, StdAssertions {
    uint256 public constant FUNDS = 1 << 100;
    uint32 internal constant TURNAROUND = 1 hours;
    uint256 internal constant CONTEST = 30 minutes;

    Ledger public immutable LEDGER;
    JobEscrow public immutable ESCROW;
    IOrderBook public immutable BOOK;
    MockERC20 public immutable TOKEN;
    ScriptedVerifier internal immutable _verifier;
    ModelId internal immutable _mirrored;

    uint256 public held;
    uint256 internal _time = 1_800_000_000;
    uint256[] internal _live;
    mapping(uint256 id => Job) internal _jobs;

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
        _mirrored = _model("mirrored");
        BOOK.setMirrored(_mirrored, true);
        VerifierTerms memory terms;
        (terms.listed, terms.bondMultipleBps, terms.longestGameFast) = (true, 10_000, 1 hours);
        (terms.scale, terms.fastPriceCap) = (96, type(uint32).max);
        BOOK.setVerifierTerms(address(TOKEN), address(_verifier), terms);
        BOOK.setVerifierTerms(address(TOKEN), address(0), terms);
        _fund(address(this));
    }

    function pass(uint16 duration) external {
        _time += duration;
    }

    /// @dev The bonds of live jobs on the stake of an account.
    function lockedOf(address account) public view returns (uint256 sum) {
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

    /// @dev Takes note of a job that was opened with these orders, at a rent in basis points a year.
    function _begin(uint256 id, Ask memory ask, Bid memory bid, uint24 rentBps) internal {
        _live.push(id);
        _jobs[id] = _jobOf(ask, bid, rentBps);
        assertTrue(ESCROW.isCurrent(JobId.wrap(id), _jobs[id]), "ST-4");
    }

    /// @dev Ends a live job in one of all ways; returns it, and what is lost of its bond.
    function _endOne(uint256 seed) internal returns (Job memory job, uint256 lost) {
        uint256 index = seed % _live.length;
        uint256 id = _live[index];
        (_live[index], _live[_live.length - 1]) = (_live[_live.length - 1], _live[index]);
        _live.pop();
        job = _jobs[id];
        uint256 way = _time > job.deadline() ? 0 : (seed >> 8) % 5;
        lost = way < 3 ? _endUndelivered(id, job, way) : _endDelivered(id, job, way == 4);
    }

    /// @dev Ends an open job by silence, a hand-back or a cancellation; returns what its provider pays out of the bond.
    function _endUndelivered(uint256 id, Job memory job, uint256 way) internal returns (uint256 lost) {
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
    function _endDelivered(uint256 id, Job memory job, bool slashed) internal returns (uint256 lost) {
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
        _pass(CONTEST + 1);
        ESCROW.settle(JobId.wrap(id), job);
    }

    /// @dev What the whole bond of a job that ends now owes.
    function _rentOf(Job memory job) internal view returns (uint256) {
        uint256 elapsed = _time - job.terms.openedAt();
        uint256 counted = elapsed < TURNAROUND + CONTEST ? elapsed : TURNAROUND + CONTEST;
        return _rent(job.totalBond(), uint24(job.terms.rentBps()), counted);
    }

    function _rent(uint256 bond, uint24 rentBps, uint256 duration) internal pure returns (uint256) {
        return _ceilDiv(bond * rentBps * duration, 365 days * 10_000);
    }

    function _pass(uint256 duration) internal {
        _time += duration;
        vm.warp(_time);
    }

    /// @dev An ask on the stake of `account` at a price, and a bid that fits it.
    function _ordersAt(
        address account,
        uint128 unitPrice,
        uint128 unitBond,
        uint64 units
    ) internal view returns (Ask memory ask, Bid memory bid) {
        (bid.client, bid.provider) = (address(this), account);
        (bid.modelId, bid.token, bid.verifier) = (_mirrored, address(TOKEN), address(_verifier));
        (bid.units, bid.maxUnitPrice, bid.maxTurnaround) = (units, unitPrice, TURNAROUND);
        bid.expiry = type(uint40).max;
        (ask.provider, ask.worker, ask.modelId, ask.token) = (account, address(this), bid.modelId, bid.token);
        (ask.unitPrice, ask.unitBond, ask.maxUnits, ask.turnaround) = (unitPrice, unitBond, units, TURNAROUND);
        (ask.cancelShareBps, ask.verifier, ask.expiry) = (10_000, bid.verifier, bid.expiry);
    }

    function _jobOf(Ask memory ask, Bid memory bid, uint24 rentBps) private view returns (Job memory job) {
        (job.client, job.provider, job.worker, job.verifier) = (bid.client, ask.provider, ask.worker, ask.verifier);
        (job.modelId, job.token, job.unitPrice, job.unitBond) = (ask.modelId, ask.token, ask.unitPrice, ask.unitBond);
        job.terms = JobTermsLib
            .pack(
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
            )
            .withRentBps(rentBps);
        job.state = JobStateLib.opened(bid.units);
    }

    function _fund(address account) internal {
        TOKEN.mint(address(this), FUNDS);
        TOKEN.approve(address(LEDGER), FUNDS);
        LEDGER.deposit(address(TOKEN), FUNDS, account);
        vm.prank(account);
        LEDGER.approve(address(ESCROW), TokenId.fromToken(address(TOKEN)), type(uint256).max);
    }

    function _model(bytes32 name) internal pure returns (ModelId) {
        return ModelIdLib.toModelId(name, 2, 1_000_000_007, 1_000_003);
    }

    function _ceilDiv(uint256 a, uint256 b) internal pure returns (uint256) {
        return a == 0 ? 0 : (a - 1) / b + 1;
    }
}
