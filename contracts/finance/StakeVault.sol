// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {IOrderBook} from "../compute/interfaces/IOrderBook.sol";
import {Job} from "../compute/types/Job.sol";
import {JobId} from "../compute/types/JobId.sol";
import {TokenMetadata} from "../payments/libraries/TokenMetadata.sol";
import {TokenId} from "../payments/types/TokenId.sol";
import {VaultExits} from "./VaultExits.sol";
import {IJuniorAccount} from "./interfaces/IJuniorAccount.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {VaultState} from "./types/VaultState.sol";
import {WindowLib} from "./types/Window.sol";

/// @title StakeVault
/// @notice See {IStakeVault}. A clone carries its token and its operator in its code.
contract StakeVault is VaultExits, IStakeVault {
    using Math for uint256;
    using SafeERC20 for IERC20;

    /// @dev The side of a delegation that signs asks on its maker's stake, see {IOrders}.
    uint8 private constant STAKE_SIDE = 4;

    /// @dev Half of what 112 bits hold: shares and what they earn fit in a window's price.
    uint256 private constant CAP = type(uint112).max / 2;

    /// @inheritdoc IStakeVault
    address public immutable FACTORY;

    IOrderBook private immutable _ORDER_BOOK;

    uint24 private _announcedRentBps;
    uint40 private _rentAppliesAt;

    /// @inheritdoc IJuniorAccount
    address public juniorOwner;

    /// @inheritdoc IJuniorAccount
    uint256 public juniorLimit;

    modifier onlyOperator() {
        address operator_ = operator();
        require(msg.sender == operator_, VaultNotOperator(msg.sender, operator_));
        _;
    }

    modifier onlyJuniorOwner() {
        address owner = juniorOwner;
        require(msg.sender == owner, JuniorNotOwner(msg.sender, owner));
        _;
    }

    constructor(IJobEscrow escrow) ERC20("", "") {
        FACTORY = msg.sender;
        ESCROW = escrow;
        LEDGER = escrow.LEDGER();
        _ORDER_BOOK = escrow.ORDER_BOOK();
    }

    /// @notice Sets up a clone. Requirements: the caller is the factory, which calls once.
    function initialize(uint24 rentBps) external {
        require(msg.sender == FACTORY, VaultNotFactory(msg.sender));
        (address token, address operator_) = _terms();
        _setJuniorOwner(address(0), operator_);
        ESCROW.setRent(token, rentBps);
        _ORDER_BOOK.setDelegation(operator_, token, STAKE_SIDE, 0, type(uint40).max);
        IERC20(token).forceApprove(address(LEDGER), type(uint256).max);
    }

    /// @inheritdoc IERC4626
    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        return _enter(_pullTokens(assets), 0, receiver);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        assets = previewMint(shares);
        _enter(_pullTokens(assets), shares, receiver);
    }

    /// @inheritdoc IStakeVault
    function depositClaims(uint256 assets, address receiver) external returns (uint256 shares) {
        LEDGER.transferFrom(msg.sender, address(this), TokenId.fromToken(asset()), assets);
        return _enter(assets, 0, receiver);
    }

    /// @inheritdoc IStakeVault
    function rebalance() public override(VaultExits, IStakeVault) returns (uint256 free) {
        (VaultState memory state, Holdings memory held) = _bookWindow();
        free = _freeTarget(state, held, 0);
        if (free > held.free) _stake(state, free - held.free);
        else if (free < held.free) _unstake(state, held.free - free);
        _state = state;
        // INVARIANT SV-14: what comes back is not bonded again before those who leave can be paid, and the junior carries
        // what is locked.
        bool unpaid = held.liquid + held.free < _reservedForExits(state);
        bool suspended = unpaid || held.locked > _bondsCarried(_juniorOf(state, held));
        if (suspended != held.suspended) suspended ? ESCROW.suspendStake(asset()) : ESCROW.resumeStake(asset());
        emit Rebalanced(free);
    }

    /// @inheritdoc IJuniorAccount
    function withdrawJunior(uint256 amount, address to) external onlyJuniorOwner {
        require(to != address(0) && to != address(this), JuniorInvalidReceiver(to));
        (VaultState memory state, Holdings memory held) = _bookWindow();
        uint256 most = _withdrawable(state, held);
        require(amount <= most, JuniorTooLow(amount, most));

        uint256 free = held.free.min(_freeTarget(state, held, amount));
        if (free < held.free) _unstake(state, held.free - free);
        _state = state;
        emit JuniorWithdrawn(msg.sender, to, amount);
        _pay(to, amount);
    }

    /// @inheritdoc IJuniorAccount
    function transferJunior(address to) external onlyJuniorOwner {
        require(to != address(0), JuniorInvalidReceiver(to));
        _setJuniorOwner(msg.sender, to);
    }

    /// @inheritdoc IJuniorAccount
    function limitJunior(uint256 most) external onlyJuniorOwner {
        _limitJunior(most);
        rebalance();
    }

    /// @inheritdoc IStakeVault
    function announceRent(uint24 rentBps) external onlyJuniorOwner {
        uint256 appliesAt = WindowLib.startOf(WindowLib.indexAt(block.timestamp) + 3);
        // SAFETY: 40 bits of seconds are 34,000 years.
        (_announcedRentBps, _rentAppliesAt) = (rentBps, uint40(appliesAt));
        emit RentAnnounced(rentBps, appliesAt);
    }

    /// @inheritdoc IStakeVault
    function applyRent() external {
        uint256 appliesAt = _rentAppliesAt;
        require(appliesAt != 0 && block.timestamp >= appliesAt, VaultRentTooEarly(appliesAt));
        uint256 lapsesAt = appliesAt + WindowLib.LENGTH;
        require(block.timestamp < lapsesAt, VaultRentLapsed(lapsesAt));
        _rentAppliesAt = 0;
        ESCROW.setRent(asset(), _announcedRentBps);
    }

    /// @inheritdoc IStakeVault
    function windDown() external onlyOperator {
        (VaultState memory state, ) = _bookWindow();
        if (!state.closed) emit VaultClosed();
        state.closed = true;
        _state = state;
        _ORDER_BOOK.setDelegation(msg.sender, asset(), 0, 0, 0);
        rebalance();
    }

    /// @inheritdoc IStakeVault
    function cancelAsks(uint256 word, uint256 mask) external onlyOperator {
        _ORDER_BOOK.cancelNonces(word, mask);
    }

    /// @inheritdoc IStakeVault
    function replaceWorker(JobId id, Job calldata job, address worker) external onlyOperator {
        ESCROW.replaceWorker(id, job, worker);
    }

    /// @notice Reverts: shares are redeemed by request.
    function withdraw(uint256, address, address) external pure returns (uint256) {
        revert VaultByRequest();
    }

    /// @notice Reverts: shares are redeemed by request.
    function redeem(uint256, address, address) external pure returns (uint256) {
        revert VaultByRequest();
    }

    /// @inheritdoc IERC4626
    function totalAssets() external view returns (uint256) {
        (VaultState memory state, ) = _booked();
        return state.vested(block.timestamp);
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) public view returns (uint256) {
        (VaultState memory state, Holdings memory held) = _booked();
        if (state.closed || held.arrears != 0) return 0;
        if (block.timestamp < _pausedUntil() || block.timestamp < state.lossUntil) return 0;
        uint256 left = CAP.saturatingSub(totalSupply());
        return CAP.saturatingSub(state.senior).min(_costOf(state, left, Math.Rounding.Floor));
    }

    /// @inheritdoc IERC4626
    function maxMint(address receiver) external view returns (uint256) {
        return previewDeposit(maxDeposit(receiver));
    }

    /// @notice Zero: shares are redeemed by request.
    function maxWithdraw(address) external pure returns (uint256) {
        return 0;
    }

    /// @notice Zero: shares are redeemed by request.
    function maxRedeem(address) external pure returns (uint256) {
        return 0;
    }

    /// @inheritdoc IERC4626
    function convertToShares(uint256 assets) external view returns (uint256) {
        (VaultState memory state, ) = _booked();
        (uint256 all, uint256 shares) = _priceNow(state);
        return assets.mulDiv(shares, all);
    }

    /// @inheritdoc IERC4626
    function convertToAssets(uint256 shares) external view returns (uint256) {
        (VaultState memory state, ) = _booked();
        (uint256 all, uint256 supply) = _priceNow(state);
        return shares.mulDiv(all, supply);
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) public view returns (uint256) {
        (VaultState memory state, ) = _booked();
        return _toShares(state, assets);
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) public view returns (uint256) {
        (VaultState memory state, ) = _booked();
        return _costOf(state, shares, Math.Rounding.Ceil);
    }

    /// @notice Reverts: the price is known when the window is settled.
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert VaultByRequest();
    }

    /// @notice Reverts: the price is known when the window is settled.
    function previewRedeem(uint256) external pure returns (uint256) {
        revert VaultByRequest();
    }

    /// @inheritdoc IStakeVault
    function announcedRent() external view returns (uint24 rentBps, uint256 appliesAt) {
        if (block.timestamp >= _rentAppliesAt + WindowLib.LENGTH) return (0, 0);
        return (_announcedRentBps, _rentAppliesAt);
    }

    /// @inheritdoc IJuniorAccount
    function junior() external view returns (uint256) {
        (VaultState memory state, Holdings memory held) = _booked();
        return _juniorOf(state, held);
    }

    /// @inheritdoc IJuniorAccount
    function withdrawableJunior() external view returns (uint256) {
        (VaultState memory state, Holdings memory held) = _booked();
        return _withdrawable(state, held);
    }

    /// @inheritdoc IJuniorAccount
    function operator() public view returns (address operator_) {
        (, operator_) = _terms();
    }

    /// @inheritdoc IStakeVault
    function asset() public view returns (address token) {
        (token, ) = _terms();
    }

    /// @notice The name of the shares, after the token's symbol.
    function name() public view override(ERC20, IERC20Metadata) returns (string memory) {
        return string.concat("Ergon stake in ", TokenMetadata.symbol(asset()));
    }

    /// @notice The symbol of the shares, after the token's.
    function symbol() public view override(ERC20, IERC20Metadata) returns (string memory) {
        return string.concat("stake", TokenMetadata.symbol(asset()));
    }

    /// @notice Three more than the token's.
    function decimals() public view override(ERC20, IERC20Metadata) returns (uint8) {
        return TokenMetadata.decimals(asset()) + 3;
    }

    /// @dev Takes tokens from the caller into the Ledger; what arrives counts.
    function _pullTokens(uint256 assets) private returns (uint256 received) {
        address token = asset();
        IERC20(token).safeTransferFrom(msg.sender, address(this), assets);
        return LEDGER.deposit(token, assets, address(this));
    }

    /// @dev Gives shares for claims that arrived: `wanted`, or as many as they are worth if it is zero. No call to a token
    /// follows.
    function _enter(uint256 arrived, uint256 wanted, address receiver) private returns (uint256 shares) {
        uint256 pausedUntil = _pausedUntil();
        require(block.timestamp >= pausedUntil, VaultEntriesPaused(pausedUntil));
        (VaultState memory state, Holdings memory held) = _book(arrived);
        require(!state.closed, VaultIsClosed());
        // Who comes now must share neither in what those who are here lost and may get back, nor in rent they wait for.
        require(block.timestamp >= state.lossUntil, VaultLossPending(state.lossUntil));
        require(held.arrears == 0, VaultInArrears(held.arrears));
        _takeStartPrice(state);
        shares = _toShares(state, arrived);
        if (wanted != 0) {
            uint256 needed = _costOf(state, wanted, Math.Rounding.Ceil);
            require(arrived >= needed, VaultShortDeposit(arrived, needed));
            shares = wanted;
        }
        require(shares != 0, VaultNoShares(arrived));
        uint256 senior = state.senior + arrived;
        uint256 most = senior.max(totalSupply() + shares);
        require(most <= CAP, VaultTooLarge(most, CAP));
        // SAFETY: within the cap.
        state.senior = uint128(senior);
        _state = state;

        emit Deposit(msg.sender, receiver, arrived, shares);
        _mint(receiver, shares);
    }

    /// @dev The new owner decides anew how much of the junior carries bonds, and what rent it pays.
    function _setJuniorOwner(address from, address to) private {
        (juniorOwner, _rentAppliesAt) = (to, 0);
        emit JuniorTransferred(from, to);
        _limitJunior(type(uint256).max);
    }

    function _limitJunior(uint256 most) private {
        juniorLimit = most;
        emit JuniorLimited(most);
    }

    function _stake(VaultState memory state, uint256 amount) private {
        (address token, ) = _terms();
        // SAFETY: the escrow holds no more of a stake than 112 bits.
        state.staked += uint128(amount);
        // INVARIANT SV-12: exactly what this call stakes can be pulled from the vault, and nothing before or after it.
        LEDGER.approve(address(ESCROW), TokenId.fromToken(token), amount);
        ESCROW.stake(token, amount);
    }

    /// @dev What should be free to bond jobs once the junior has paid `out`.
    function _freeTarget(VaultState memory state, Holdings memory held, uint256 out) private view returns (uint256) {
        if (state.closed) return 0;
        uint256 left = _juniorOf(state, held) - out;
        uint256 bonds = _bondsCarried(left);
        uint256 kept = left.saturatingSub(juniorLimit) + _reservedForExits(state);
        uint256 idle = (held.liquid + held.free - out).saturatingSub(kept);
        uint256 room = uint256(type(uint112).max).saturatingSub(held.locked);
        return bonds.saturatingSub(held.locked).min(idle).min(room);
    }

    /// @dev What bonds may be together on so much of a junior.
    function _bondsCarried(uint256 junior_) private view returns (uint256) {
        return junior_.min(juniorLimit) * BONDS_PER_JUNIOR;
    }

    /// @dev INVARIANT SV-4: a tenth of the locked bonds stays in the junior, and what waits to leave stays at hand.
    function _withdrawable(VaultState memory state, Holdings memory held) private view returns (uint256) {
        uint256 bound = _juniorOf(state, held).saturatingSub(held.locked.ceilDiv(BONDS_PER_JUNIOR));
        return bound.min((held.liquid + held.free).saturatingSub(_reservedForExits(state)));
    }

    /// @dev Who comes pays for what has not vested too.
    function _toShares(VaultState memory state, uint256 assets) private view returns (uint256) {
        return assets.mulDiv(totalSupply() + VIRTUAL_SHARES, uint256(state.senior) + 1);
    }

    function _costOf(VaultState memory state, uint256 shares, Math.Rounding rounding) private view returns (uint256) {
        return shares.mulDiv(uint256(state.senior) + 1, totalSupply() + VIRTUAL_SHARES, rounding);
    }

    function _pausedUntil() private view returns (uint256 pausedUntil) {
        (pausedUntil, ) = _ORDER_BOOK.entryPause();
    }
}
