// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {TokenId} from "../payments/types/TokenId.sol";
import {VaultBooks} from "./VaultBooks.sol";
import {IVaultExits} from "./interfaces/IVaultExits.sol";
import {VaultState} from "./types/VaultState.sol";
import {Window, WindowLib, WindowStatus} from "./types/Window.sol";

/// @notice Owns the windows in which stakers leave.
abstract contract VaultExits is VaultBooks, ERC6909, IVaultExits {
    using SafeCast for uint256;
    using Math for uint256;

    mapping(uint256 id => Window) private _windows;

    /// @inheritdoc IVaultExits
    function requestRedeem(uint256 shares, address controller, address owner) external returns (uint256 id) {
        require(shares != 0, ExitsNothing());
        if (msg.sender != owner && !isOperator(owner, msg.sender)) _spendAllowance(owner, msg.sender, shares);
        (VaultState memory state, ) = _bookWindow();
        id = WindowLib.indexAt(block.timestamp) + 1;
        _join(state, id);
        _state = state;
        _windows[id].shares += shares.toUint112();

        // The vault itself holds what leaves; nothing else can be sent to it.
        ERC20._update(owner, address(this), shares);
        _mint(controller, id, shares);
        emit RedeemRequest(controller, owner, id, msg.sender, shares);
    }

    /// @inheritdoc IVaultExits
    function cancelRedeem(uint256 id, uint256 shares, address receiver, address controller) external {
        uint256 startsAt = WindowLib.startOf(id);
        require(block.timestamp < startsAt, ExitsStarted(id, startsAt));
        _spendRequest(id, shares, controller);

        _windows[id].shares -= shares.toUint112();
        _transfer(address(this), receiver, shares);
        emit RedeemCancelled(controller, id, receiver, shares);
    }

    /// @notice See {IStakeVault}.
    function rebalance() public virtual returns (uint256 free);

    /// @inheritdoc IVaultExits
    function settleWindow() external returns (uint256 id) {
        (VaultState memory state, Holdings memory held) = _bookWindow();
        id = state.head;
        _requireSettleable(state, id);
        Window memory window = _windows[id];
        (uint256 assets, uint256 paid) = _price(state, held, window);

        window.assets = assets.toUint112();
        window.rolled = uint112(window.shares - paid);
        window.status = paid == window.shares ? WindowStatus.Settled : WindowStatus.Short;
        _windows[id] = window;
        _leave(state, assets, paid);
        _burn(address(this), paid);
        _advance(state, id, window);
        uint256 missing = assets.saturatingSub(held.liquid);
        if (missing != 0) _unstake(state, missing);
        _state = state;

        emit WindowSettled(id, window.shares, assets, window.rolled);
        rebalance();
    }

    /// @inheritdoc IVaultExits
    function claimRedeem(
        uint256 id,
        uint256 shares,
        address receiver,
        address controller
    ) external returns (uint256 assets, uint256 rolled) {
        Window storage window = _windows[id];
        require(window.status != WindowStatus.Open, ExitsNotSettled(id));
        _spendRequest(id, shares, controller);

        (assets, rolled) = window.take(shares);
        if (rolled != 0) _mint(receiver, id + 1, rolled);
        // SAFETY: `exits` is the sum of what settled windows still owe.
        _state.exits -= uint128(assets);
        emit RedeemClaimed(controller, id, receiver, shares, assets, rolled);
        emit IERC4626.Withdraw(msg.sender, receiver, controller, assets, shares - rolled);
        _pay(receiver, assets);
    }

    /// @inheritdoc IVaultExits
    function pendingRedeemRequest(uint256 id, address controller) external view returns (uint256) {
        return _windows[id].status == WindowStatus.Open ? balanceOf(controller, id) : 0;
    }

    /// @inheritdoc IVaultExits
    function claimableRedeemRequest(uint256 id, address controller) external view returns (uint256) {
        return _windows[id].status == WindowStatus.Open ? 0 : balanceOf(controller, id);
    }

    /// @inheritdoc IVaultExits
    function windowOf(uint256 id) external view returns (Window memory) {
        return _windows[id];
    }

    /// @inheritdoc IVaultExits
    function windows() external view returns (uint256 current, uint256 oldest, uint256 waitingShares) {
        return (WindowLib.indexAt(block.timestamp), _state.head, balanceOf(address(this)));
    }

    /// @dev Books what happened, and takes down the price at the start of a window that has started.
    function _bookWindow() internal returns (VaultState memory state, Holdings memory held) {
        (state, held) = _book(0);
        _takeStartPrice(state);
    }

    function _takeStartPrice(VaultState memory state) internal {
        if (state.tailPriced || state.tail == 0 || block.timestamp < WindowLib.startOf(state.tail)) return;
        state.tailPriced = true;
        _setStartPrice(_windows[state.tail], state);
    }

    /// @dev What those whose window has started would be paid now, in payment-token units, rounded up: no bond is taken out
    /// of it. Who can still cancel has nothing kept for it.
    function _reservedForExits(VaultState memory state) internal view returns (uint256) {
        (uint256 assets, uint256 shares) = _priceNow(state);
        uint256 leaving = balanceOf(address(this));
        if (block.timestamp < WindowLib.startOf(state.tail)) leaving -= _windows[state.tail].shares;
        return leaving.mulDiv(assets, shares, Math.Rounding.Ceil);
    }

    /// @dev The price of shares that leave, with the virtual ones.
    function _priceNow(VaultState memory state) internal view returns (uint256 assets, uint256 shares) {
        return (state.vested(block.timestamp) + 1, totalSupply() + VIRTUAL_SHARES);
    }

    function _pay(address to, uint256 amount) internal {
        (address token, ) = _terms();
        if (amount != 0) LEDGER.transfer(to, TokenId.fromToken(token), amount);
    }

    function _unstake(VaultState memory state, uint256 amount) internal {
        (address token, ) = _terms();
        // SAFETY: the escrow refuses more than is free, which is part of what is staked.
        state.staked -= uint128(amount);
        ESCROW.unstake(token, amount);
    }

    /// @dev What is the vault's own cannot be sent back to it.
    function _update(address from, address to, uint256 shares) internal override {
        require(to != address(this), ERC20InvalidReceiver(to));
        super._update(from, to, shares);
    }

    /// @dev Like the other {_update}, for tokens of windows.
    function _update(address from, address to, uint256 id, uint256 shares) internal override {
        require(to != address(this), ERC6909InvalidReceiver(to));
        super._update(from, to, id, shares);
    }

    function _spendRequest(uint256 id, uint256 shares, address controller) private {
        require(shares != 0, ExitsNothing());
        if (msg.sender != controller && !isOperator(controller, msg.sender)) {
            _spendAllowance(controller, msg.sender, id, shares);
        }
        _burn(controller, id, shares);
    }

    function _join(VaultState memory state, uint256 id) private {
        if (state.tail == id) return;
        if (state.head == 0) state.head = uint16(id);
        else _windows[state.tail].next = uint16(id);
        (state.tail, state.tailPriced) = (uint16(id), false);
    }

    function _requireSettleable(VaultState memory state, uint256 id) private view {
        require(id != 0, ExitsNoneWaiting());
        uint256 endsAt = WindowLib.startOf(id + 1);
        require(block.timestamp >= endsAt, ExitsNotEnded(id, endsAt));
        uint256 settleableAt = endsAt + WindowLib.PATIENCE;
        bool waits = block.timestamp < settleableAt && ESCROW.frozenJobs(address(this)) != 0;
        require(!waits, ExitsFrozen(id, settleableAt));
        // INVARIANT SV-17: who leaves gets its part of what a vote may give back.
        require(_pendingLoss(state) == 0, ExitsLossPending(id, state.lossUntil));
    }

    /// @dev What a window gets, and for how many of its shares, rounded against those who leave.
    function _price(
        VaultState memory state,
        Holdings memory held,
        Window memory window
    ) private view returns (uint256 assets, uint256 paid) {
        (uint256 nowAssets, uint256 nowShares) = _priceNow(state);
        uint256 full = Math.min(
            uint256(window.shares).mulDiv(nowAssets, nowShares),
            uint256(window.shares).mulDiv(window.startAssets, window.startShares)
        );
        uint256 available = held.liquid + held.free;
        if (full <= available) return (full, window.shares);
        return (available, uint256(window.shares).mulDiv(available, full, Math.Rounding.Ceil));
    }

    /// @dev Moves what a window gets from the stakers to those who left; who leaves last leaves the rest to the junior.
    function _leave(VaultState memory state, uint256 assets, uint256 paid) private view {
        uint256 shares = totalSupply();
        state.exits = (state.exits + assets).toUint128();
        if (paid == shares)
            (state.senior, state.unvested) = (0, 0);
            // SAFETY: at the lower of two prices, a part of the shares is worth no more than what is vested.
        else state.senior -= uint128(assets);
    }

    /// @dev Takes a settled window from the list, and lets what it could not pay join the window after it.
    function _advance(VaultState memory state, uint256 id, Window memory window) private {
        state.head = window.next;
        if (window.rolled != 0) {
            Window storage later = _windows[id + 1];
            later.shares += window.rolled;
            if (window.next != id + 1) {
                (later.next, state.head) = (window.next, uint16(id + 1));
                _setStartPrice(later, state);
            }
        }
        if (state.head == 0) (state.tail, state.tailPriced) = (0, false);
        else if (state.tail == id) (state.tail, state.tailPriced) = (state.head, true);
    }

    function _setStartPrice(Window storage window, VaultState memory state) private {
        (uint256 assets, uint256 shares) = _priceNow(state);
        // What may still be given back counts: if it is not, the price at the settlement is lower.
        (window.startAssets, window.startShares) = ((assets + _pendingLoss(state)).toUint112(), shares.toUint112());
    }
}
