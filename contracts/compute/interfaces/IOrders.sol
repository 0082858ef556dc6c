// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ask, Bid} from "../types/Order.sol";

/**
 * @title IOrders
 * @notice Signed orders: which are cancelled or used up, and who may sign them for their maker.
 * @dev Orders are EIP-712 typed data of the domain ("Ergon", "1", chain, this contract). A nonce is one bit of its
 * maker's bitmap: set, it is cancelled or was used by a bid, and nothing clears it. An ask is filled in part until its
 * units are used up; orders of one maker under one nonce share one bit and one count of units.
 */
interface IOrders {
    /// @notice The sides a delegation can cover, to be added up: 1 asks, 2 bids. Or alone: 4 asks that are bonded out of the
    /// maker's stake, which bounds them instead of a cap.
    /// @param sides The sides that the delegate may sign for.
    /// @param expiry The last second at which it may, in seconds.
    /// @param cap The most that may be pulled under it, net of bonds that came back, in payment-token units.
    /// @param pulled What was pulled so far, net of bonds that came back, in payment-token units.
    struct Delegation {
        uint8 sides;
        uint40 expiry;
        uint104 cap;
        uint104 pulled;
    }

    /// @notice `maker` cancelled the orders with the nonces `256 × word + i` for each bit i set in `mask`.
    event NoncesCancelled(address indexed maker, uint256 indexed word, uint256 mask);

    /// @notice `maker` changed what `delegate` may sign in orders that pay in `token`.
    event DelegationSet(
        address indexed maker,
        address indexed delegate,
        address indexed token,
        uint8 sides,
        uint104 cap,
        uint40 expiry
    );

    /// @notice The order's last second has passed.
    error OrdersExpired(address maker, uint64 nonce, uint40 expiry);

    /// @notice The nonce was cancelled or used.
    error OrdersNonceUsed(address maker, uint64 nonce);

    /// @notice A signed order has nonce 0, or the caller's own order has another one.
    error OrdersInvalidNonce(address maker, uint64 nonce);

    /// @notice The signature is not the maker's, nor one of a delegate of the maker.
    error OrdersInvalidSignature(address maker, bytes32 digest);

    /// @notice The caller brought no signature of the maker, is not the maker and may not act for it.
    error OrdersUnsigned(address maker, address caller);

    /// @notice The delegate may not sign for this side of this maker and token, or no longer.
    error OrdersNotDelegated(address maker, address delegate, address token, uint8 side);

    /// @notice The order would pull more than is left of the delegate's cap, in payment-token units.
    error OrdersCapExceeded(address maker, address delegate, address token, uint256 amount, uint256 left);

    /// @notice The ask has fewer units left than wanted.
    error OrdersUnitsExceeded(address provider, uint64 nonce, uint256 wanted, uint256 left);

    /// @notice A delegation names no side, or one that does not exist.
    error OrdersInvalidSides(uint8 sides);

    /**
     * @notice Cancels up to 256 orders of the caller.
     * @dev Emits {NoncesCancelled}. Cancelling twice does nothing.
     * @param word The nonces are `256 × word` to `256 × word + 255`.
     * @param mask Bit i cancels nonce `256 × word + i`.
     */
    function cancelNonces(uint256 word, uint256 mask) external;

    /**
     * @notice Lets `delegate` sign orders of the caller that pay in `token`, or changes or ends what it may.
     * @dev Emits {DelegationSet}. What was pulled so far counts on; permissions are checked when an order is filled.
     *
     * Requirements:
     * - `sides` is 0 (which ends the delegation), 1 (asks), 2 (bids), 3, or 4 (asks on the caller's stake).
     *
     * @param delegate The account that may sign.
     * @param token The token that the orders pay in.
     * @param sides The sides it may sign for.
     * @param cap The most that may be pulled, net of bonds that came back, in payment-token units; means nothing for 4.
     * @param expiry The last second at which the delegate's signature counts.
     */
    function setDelegation(address delegate, address token, uint8 sides, uint104 cap, uint40 expiry) external;

    /// @notice The 256 nonces of `maker` from `256 × word` on; a set bit is a used or cancelled one.
    function nonceBitmap(address maker, uint256 word) external view returns (uint256 bits);

    /// @notice The units filled so far of the provider's recorded ask with this nonce, without those that went back.
    function filledUnits(address provider, uint64 nonce) external view returns (uint64 units);

    /// @notice What `delegate` may sign for `maker` in orders that pay in `token`.
    function delegation(
        address maker,
        address delegate,
        address token
    ) external view returns (Delegation memory delegation_);

    /// @notice The EIP-712 digest that the provider of an ask signs.
    function askDigest(Ask calldata ask) external view returns (bytes32 digest);

    /// @notice The EIP-712 digest that the client of a bid signs.
    function bidDigest(Bid calldata bid) external view returns (bytes32 digest);
}
