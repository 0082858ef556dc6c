// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IStakes} from "../../../../contracts/compute/interfaces/IStakes.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {Ask, Bid} from "../../../../contracts/compute/types/Order.sol";
import {StakeVaultFactory} from "../../../../contracts/finance/StakeVaultFactory.sol";
import {IStakeVault} from "../../../../contracts/finance/interfaces/IStakeVault.sol";
import {Window, WindowLib, WindowStatus} from "../../../../contracts/finance/types/Window.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {StakedJobs} from "../stakes/StakedJobs.sol";

/// @dev A vault whose operator this contract is, with three stakers. It calls only what must succeed, and checks of each call
/// what it did to the stakers' money.
contract VaultHandler is StakedJobs {
    uint256 public constant STAKERS = 3;
    uint256 private constant VIRTUAL = 1_000;
    uint24 private constant RENT_BPS = 30_000;

    IStakeVault public immutable VAULT;

    address[STAKERS] public stakers;
    uint256[] public windows;
    /// @dev What came into the vault and what went out of it, in token units, as this contract saw it.
    uint256 public deposited;
    uint256 public claimed;
    uint256 public juniorAdded;
    uint256 public juniorTaken;
    uint256 public earned;
    uint256 public lostBonds;
    uint256 public restored;
    uint256 public rents;
    uint256 public stakersLost;
    uint256 public stakersRestored;
    uint256 public settled;
    uint256 public settlements;
    uint256[] private _slashed;
    uint256 private _priceAssets = 1;
    uint256 private _priceShares = VIRTUAL;

    /// @dev SV-5: only a call that may bring a loss lets the price of a share fall.
    modifier priced(bool mayLose) {
        vm.warp(_time);
        _;
        (uint256 assets, uint256 shares) = _price();
        // without stakers the price starts anew
        if (!mayLose && VAULT.totalSupply() != 0) assertGe(assets * _priceShares, _priceAssets * shares, "SV-5");
        (_priceAssets, _priceShares) = (assets, shares);
    }

    constructor() {
        StakeVaultFactory factory = new StakeVaultFactory(ESCROW);
        VAULT = factory.create(address(TOKEN), RENT_BPS, "");
        for (uint256 i = 0; i < STAKERS; ++i) {
            stakers[i] = vm.addr(0x57AC + i);
            _fund(stakers[i]);
            vm.startPrank(stakers[i]);
            LEDGER.approve(address(VAULT), _id(), type(uint256).max);
            vm.stopPrank();
        }
        vm.warp(_time);
    }

    function deposit(uint256 seed, uint96 amount) external priced(false) {
        address staker = stakers[seed % STAKERS];
        uint256 most = LEDGER.balanceOf(staker, _id()) / 4;
        uint256 assets = seed % 4 == 0 ? amount % (most + 1) : most / (((seed >> 8) % 64) + 1);
        if (VAULT.maxDeposit(staker) < assets || VAULT.previewDeposit(assets) == 0) return;
        vm.prank(staker);
        uint256 foretold = VAULT.previewDeposit(assets);
        vm.prank(staker);
        assertEq(VAULT.depositClaims(assets, staker), foretold, "SV-9");
        deposited += assets;
    }

    function addJunior(uint128 amount) external priced(false) {
        // about a tenth of what the stakers have, so that neither money is idle for long
        uint256 most = Math.min(LEDGER.balanceOf(address(this), _id()) / 4, VAULT.totalAssets() / 5 + 1e6);
        uint256 added = amount % 2 == 0 ? most : amount % (most + 1);
        juniorAdded += added;
        LEDGER.transfer(address(VAULT), _id(), added);
    }

    function withdrawJunior(uint96 amount) external priced(false) {
        uint256 taken = amount % (VAULT.withdrawableJunior() / (amount % 8 == 0 ? 1 : 8) + 1);
        VAULT.withdrawJunior(taken, address(this));
        juniorTaken += taken;
        if (taken != 0) assertLe(_stake().locked, VAULT.junior() * 10, "SV-4");
    }

    function rebalance() external priced(false) {
        VAULT.rebalance();
        _requireBalanced();
    }

    /// @dev Mostly about what the junior is, or no limit at all.
    function limitJunior(uint256 seed) external priced(false) {
        uint256 most = seed % 2 == 0 ? type(uint256).max : VAULT.junior() / (((seed >> 8) % 4) + 1);
        VAULT.limitJunior(seed % 16 == 1 ? 0 : most);
        _requireBalanced();
    }

    function fill(uint256 seed, uint96 unitBond, uint8 units) external priced(false) {
        uint256 count = seed % 8 == 0 ? 1 : uint256(units) + 1;
        if (seed % 4 == 0 || _stake().suspended) VAULT.rebalance();
        uint256 most = uint256(_stake().free) / count;
        uint128 bond = uint128(seed % 2 == 0 ? most : unitBond % (most + 1));
        _open(uint64(count), bond);
    }

    /// @dev Ends a job in one of all ways. SV-3: stakers lose exactly what the junior does not cover, and get what it can pay
    /// of the rent.
    function end(uint256 seed) external priced(true) {
        // some jobs stay longer than a window
        if (_live.length == 0 || (seed >> 16) % 2 == 0) return;
        (uint256 junior, uint256 all, uint256 unrestored) = (VAULT.junior(), _ofStakers(), VAULT.unrestoredLoss());
        uint256 arrears = VAULT.rentArrears();
        uint256 claims = LEDGER.balanceOf(address(VAULT), _id());
        uint256 before = _time;
        uint256 id = _live[seed % _live.length];
        (Job memory job, uint256 lost) = _endOne(seed);
        uint256 income = LEDGER.balanceOf(address(VAULT), _id()) - claims;
        earned += income;
        lostBonds += lost;
        rents += _rentOf(job);
        if (lost == job.totalBond() && lost != 0) _slashed.push(id);
        uint256 uncovered = lost > junior + income ? lost - junior - income : 0;
        uint256 paid = Math.min(arrears + _rentOf(job), junior + income + uncovered - lost);
        if (VAULT.totalSupply() == 0) paid = 0;
        assertEq(_ofStakers() + uncovered, all + paid, "SV-3");
        if (_time == before && uncovered == 0) _requirePriceKept();
        stakersLost += VAULT.unrestoredLoss() - unrestored;
        VAULT.rebalance();
    }

    /// @dev A vote gives a lost bond back.
    function restore(uint256 seed) external priced(false) {
        if (_slashed.length == 0) return;
        uint256 index = seed % _slashed.length;
        uint256 id = _slashed[index];
        (_slashed[index], _slashed[_slashed.length - 1]) = (_slashed[_slashed.length - 1], _slashed[index]);
        _slashed.pop();
        uint256 amount = ESCROW.heldBond(JobId.wrap(id)).amount;
        if (amount == 0 || ESCROW.heldBond(JobId.wrap(id)).releasableAt <= _time) return;
        VAULT.rebalance();
        (uint256 all, uint256 owed) = (_ofStakers(), VAULT.unrestoredLoss());
        uint256 rentBefore = VAULT.rentArrears();
        ESCROW.restoreHeldBond(JobId.wrap(id));
        uint256 back = amount < owed ? amount : owed;
        assertGe(_ofStakers(), all + back, "SV-6");
        assertLe(_ofStakers(), all + back + rentBefore, "SV-6");
        restored += amount;
        stakersRestored += back;
        VAULT.rebalance();
        held -= amount;
    }

    function request(uint256 seed, uint96 amount) external priced(false) {
        address staker = stakers[seed % STAKERS];
        uint256 shares = seed % 3 == 0 ? VAULT.balanceOf(staker) : amount % (VAULT.balanceOf(staker) + 1);
        if (shares == 0) return;
        vm.prank(staker);
        _note(VAULT.requestRedeem(shares, stakers[(seed >> 8) % STAKERS], staker));
    }

    function cancel(uint256 seed, uint96 amount) external priced(false) {
        address staker = stakers[seed % STAKERS];
        uint256 id = WindowLib.indexAt(_time) + 1;
        uint256 shares = amount % (VAULT.balanceOf(staker, id) + 1);
        if (shares == 0) return;
        vm.prank(staker);
        VAULT.cancelRedeem(id, shares, staker, staker);
    }

    function settleWindow() external priced(false) {
        _settleWindow();
    }

    /// @dev Every staker asks to leave with everything, and the window passes.
    function everybodyLeaves() external priced(false) {
        for (uint256 i = 0; i < STAKERS; ++i) {
            uint256 shares = VAULT.balanceOf(stakers[i]);
            if (shares == 0) continue;
            vm.prank(stakers[i]);
            _note(VAULT.requestRedeem(shares, stakers[i], stakers[i]));
        }
        _pass(2 * WindowLib.LENGTH);
        VAULT.rebalance();
        _settleWindow();
    }

    /// @dev All that can bond a job bonds one, and is lost.
    function everythingIsLost(uint256 seed) external priced(true) {
        if (seed % 8 != 0) return;
        VAULT.rebalance();
        (uint256 free, uint256 unrestored) = (_stake().free, VAULT.unrestoredLoss());
        if (!_open(1, uint128(free))) return;
        uint256 id = _live[_live.length - 1];
        _live.pop();
        rents += _rentOf(_jobs[id]);
        lostBonds += _endDelivered(id, _jobs[id], true);
        _slashed.push(id);
        stakersLost += VAULT.unrestoredLoss() - unrestored;
        VAULT.rebalance();
    }

    /// @dev Fills an ask on the vault's stake at the highest price, if one can be filled.
    function _open(uint64 count, uint128 bond) private returns (bool opened) {
        (Ask memory ask, Bid memory bid) = _ordersAt(address(VAULT), bond / 10, bond, count);
        uint256 rent = _rent(uint256(bond) * count, RENT_BPS, TURNAROUND + CONTEST);
        uint256 price = uint256(bond / 10) * count;
        if (bond == 0 || rent > price || price > LEDGER.balanceOf(address(this), _id())) return false;
        if (_stake().suspended) return false;
        uint256 id = BOOK.jobCount() + 1;
        ESCROW.fill(ask, "", bid, "");
        _begin(id, ask, bid, RENT_BPS);
        return true;
    }

    function _settleWindow() private {
        (uint256 current, uint256 oldest, ) = VAULT.windows();
        if (oldest == 0 || oldest >= current || ESCROW.frozenJobs(address(VAULT)) != 0) return;
        if (VAULT.unrestoredLoss() != 0) return;
        (uint256 assets, uint256 shares) = _price();
        VAULT.settleWindow();
        Window memory window = VAULT.windowOf(oldest);
        assertLe(window.assets, (uint256(window.shares) * assets) / shares, "SV-8");
        assertLe(window.assets, (uint256(window.shares) * window.startAssets) / window.startShares, "SV-8");
        settled += window.assets;
        ++settlements;
        if (window.rolled != 0) _note(oldest + 1);
    }

    function claim(uint256 seed, uint96 amount) external priced(false) {
        if (windows.length == 0) return;
        address staker = stakers[seed % STAKERS];
        uint256 id = windows[(seed >> 8) % windows.length];
        uint256 all = VAULT.balanceOf(staker, id);
        uint256 shares = (seed >> 16) % 2 == 0 ? all : amount % (all + 1);
        if (shares == 0 || VAULT.windowOf(id).status == WindowStatus.Open) return;
        vm.prank(staker);
        (uint256 assets, ) = VAULT.claimRedeem(id, shares, staker, staker);
        claimed += assets;
    }

    function transferRequest(uint256 seed, uint96 amount) external priced(false) {
        if (windows.length == 0) return;
        (address from, address to) = (stakers[seed % STAKERS], stakers[(seed >> 8) % STAKERS]);
        uint256 id = windows[(seed >> 16) % windows.length];
        uint256 shares = amount % (VAULT.balanceOf(from, id) + 1);
        vm.prank(from);
        VAULT.transfer(to, id, shares);
    }

    /// @dev Time passes by up to two windows.
    function passLong(uint32 duration) external priced(false) {
        _time += duration % (2 * WindowLib.LENGTH);
        vm.warp(_time);
    }

    /// @dev What the operator has, as the vault's junior, its own client and its own challenger.
    function ofFriends() external view returns (uint256) {
        return VAULT.junior() + LEDGER.balanceOf(address(this), _id()) + LEDGER.balanceOf(address(_verifier), _id());
    }

    function windowCount() external view returns (uint256) {
        return windows.length;
    }

    /// @dev SV-4, SV-14 and SV-15: what a rebalance leaves free, at hand, and able to bond.
    function _requireBalanced() private view {
        IStakes.Stake memory stake = _stake();
        uint256 liquid = LEDGER.balanceOf(address(VAULT), _id()) - VAULT.owedExits();
        (uint256 assets, uint256 shares) = _price();
        uint256 leaving = _ceilDiv(_startedShares() * assets, shares);
        uint256 carrying = Math.min(VAULT.junior(), VAULT.juniorLimit());
        bool suspended = liquid + stake.free < leaving || stake.locked > carrying * 10;
        assertEq(stake.suspended, suspended, "SV-14");
        if (stake.free == 0) return;
        assertLe(uint256(stake.free) + stake.locked, carrying * 10, "SV-4");
        assertGe(liquid, leaving + VAULT.junior() - carrying, "SV-15");
    }

    /// @dev The shares of windows that have started and are not settled.
    function _startedShares() private view returns (uint256 sum) {
        for (uint256 i = 0; i < windows.length; ++i) {
            Window memory window = VAULT.windowOf(windows[i]);
            if (window.status == WindowStatus.Open && WindowLib.startOf(windows[i]) <= _time) sum += window.shares;
        }
    }

    /// @dev What the stakers have, vested or not.
    function _ofStakers() private view returns (uint256) {
        return VAULT.totalAssets() + VAULT.unvested();
    }

    function _requirePriceKept() private view {
        if (VAULT.totalSupply() == 0) return;
        (uint256 assets, uint256 shares) = _price();
        assertGe(assets * _priceShares, _priceAssets * shares, "SV-5");
    }

    function _price() private view returns (uint256 assets, uint256 shares) {
        return (VAULT.totalAssets() + 1, VAULT.totalSupply() + VIRTUAL);
    }

    function _note(uint256 id) private {
        for (uint256 i = 0; i < windows.length; ++i) {
            if (windows[i] == id) return;
        }
        windows.push(id);
    }

    function _stake() private view returns (IStakes.Stake memory) {
        return ESCROW.stakeOf(address(VAULT), address(TOKEN));
    }

    function _id() private view returns (uint256) {
        return TokenId.fromToken(address(TOKEN));
    }
}
