// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {Signatures} from "../common/libraries/Signatures.sol";
import {IOrders} from "./interfaces/IOrders.sol";
import {OrderHash} from "./libraries/OrderHash.sol";
import {Ask, Bid} from "./types/Order.sol";

/// @notice Owns nonces, fill records and delegations, and decides whether an order is its maker's.
abstract contract Orders is EIP712, IOrders {
    using OrderHash for Ask;
    using OrderHash for Bid;

    uint8 internal constant ASK_SIDE = 1;
    uint8 internal constant BID_SIDE = 2;
    uint8 internal constant STAKE_SIDE = 4;

    mapping(address maker => mapping(uint256 word => uint256 bits)) private _nonces;
    mapping(address provider => mapping(uint64 nonce => uint64 units)) private _filledUnits;
    mapping(address maker => mapping(address delegate => mapping(address token => Delegation))) private _delegations;

    /// @inheritdoc IOrders
    function cancelNonces(uint256 word, uint256 mask) external {
        _nonces[msg.sender][word] |= mask;
        emit NoncesCancelled(msg.sender, word, mask);
    }

    /// @inheritdoc IOrders
    function setDelegation(address delegate, address token, uint8 sides, uint104 cap, uint40 expiry) external {
        require(sides <= STAKE_SIDE, OrdersInvalidSides(sides));

        Delegation storage stored = _delegations[msg.sender][delegate][token];
        (stored.sides, stored.cap, stored.expiry) = (sides, cap, expiry);

        emit DelegationSet(msg.sender, delegate, token, sides, cap, expiry);
    }

    /// @inheritdoc IOrders
    function nonceBitmap(address maker, uint256 word) external view returns (uint256) {
        return _nonces[maker][word];
    }

    /// @inheritdoc IOrders
    function filledUnits(address provider, uint64 nonce) external view returns (uint64) {
        return _filledUnits[provider][nonce];
    }

    /// @inheritdoc IOrders
    function delegation(address maker, address delegate, address token) external view returns (Delegation memory) {
        return _delegations[maker][delegate][token];
    }

    /// @inheritdoc IOrders
    function askDigest(Ask calldata ask) external view returns (bytes32) {
        return _hashTypedDataV4(ask.hash());
    }

    /// @inheritdoc IOrders
    function bidDigest(Bid calldata bid) external view returns (bytes32) {
        return _hashTypedDataV4(bid.hash());
    }

    /// @dev Checks an ask and takes `units` of it. Returns who signed for the provider under a cap, zero if it did so itself,
    /// and whether the bond comes out of its stake.
    function _useAsk(
        Ask calldata ask,
        bytes calldata signature,
        address caller,
        uint64 units,
        uint256 bond
    ) internal returns (address delegate, bool staked) {
        (address maker, uint64 nonce) = (ask.provider, ask.nonce);
        require(block.timestamp <= ask.expiry, OrdersExpired(maker, nonce, ask.expiry));
        bytes32 structHash = signature.length == 0 ? bytes32(0) : ask.hash();
        delegate = _authenticate(maker, nonce, structHash, signature, caller, ask.token);
        if (delegate != address(0) && _pullDelegated(maker, delegate, ask.token, ASK_SIDE, bond)) {
            (delegate, staked) = (address(0), true);
        }

        uint64 filled = nonce == 0 ? 0 : _filledUnits[maker][nonce];
        uint64 left = ask.maxUnits > filled ? ask.maxUnits - filled : 0;
        // INVARIANT JE-5: an ask is never filled beyond its units.
        require(units <= left, OrdersUnitsExceeded(maker, nonce, units, left));
        if (nonce == 0) return (delegate, staked);
        require(_nonces[maker][nonce >> 8] & (1 << (nonce & 0xff)) == 0, OrdersNonceUsed(maker, nonce));
        _filledUnits[maker][nonce] = filled + units;
    }

    /// @dev Checks a bid and uses it up.
    function _useBid(Bid calldata bid, bytes calldata signature, address caller, uint256 price) internal {
        (address maker, uint64 nonce) = (bid.client, bid.nonce);
        require(block.timestamp <= bid.expiry, OrdersExpired(maker, nonce, bid.expiry));
        bytes32 structHash = signature.length == 0 ? bytes32(0) : bid.hash();
        address delegate = _authenticate(maker, nonce, structHash, signature, caller, bid.token);
        if (delegate != address(0)) _pullDelegated(maker, delegate, bid.token, BID_SIDE, price);

        if (nonce == 0) return;
        mapping(uint256 word => uint256 bits) storage words = _nonces[maker];
        (uint256 bits, uint256 bit) = (words[nonce >> 8], 1 << (nonce & 0xff));
        // INVARIANT JE-4: a signed bid is filled at most once.
        require(bits & bit == 0, OrdersNonceUsed(maker, nonce));
        words[nonce >> 8] = bits | bit;
    }

    /// @dev Gives units of a recorded ask back, which its provider can sell again.
    function _returnUnits(address provider, uint64 nonce, uint64 units) internal {
        if (nonce != 0) _filledUnits[provider][nonce] -= units;
    }

    /// @dev Counts a bond that came back in favour of the delegate that signed for it.
    function _returnDelegated(address maker, address delegate, address token, uint256 amount) internal {
        // A bond was added to `pulled` when it was pulled, and comes back at most once.
        if (delegate != address(0)) _delegations[maker][delegate][token].pulled -= uint104(amount);
    }

    /// @dev Decides whether an order is its maker's: the maker or a delegate calls, or one of them signed. Returns the
    /// delegate, zero if it was the maker. Only the caller's own order has nonce 0, so that a signed order always uses its
    /// nonce.
    function _authenticate(
        address maker,
        uint64 nonce,
        bytes32 structHash,
        bytes calldata signature,
        address caller,
        address token
    ) private view returns (address delegate) {
        if (signature.length == 0) {
            require(nonce == 0, OrdersInvalidNonce(maker, nonce));
            if (caller == maker) return address(0);
            delegate = caller;
            require(_delegations[maker][delegate][token].sides != 0, OrdersUnsigned(maker, delegate));
        } else {
            require(nonce != 0, OrdersInvalidNonce(maker, nonce));
            bytes32 digest = _hashTypedDataV4(structHash);
            delegate = Signatures.recover(digest, signature);
            if (delegate == maker && maker != address(0)) return address(0);
            if (Signatures.isErc1271SignedBy(maker, digest, signature)) return address(0);
            bool delegated = delegate != address(0) && _delegations[maker][delegate][token].sides != 0;
            require(delegated, OrdersInvalidSignature(maker, digest));
        }
    }

    /// @dev Counts what is pulled on a delegate's word, unless it comes out of the maker's stake.
    /// INVARIANT JE-6: what a delegate pulled, net of bonds that came back, never exceeds its cap at a fill.
    function _pullDelegated(
        address maker,
        address delegate,
        address token,
        uint8 side,
        uint256 amount
    ) private returns (bool staked) {
        Delegation storage stored = _delegations[maker][delegate][token];
        Delegation memory current = stored;
        staked = current.sides == STAKE_SIDE && side == ASK_SIDE;
        require(
            (staked || current.sides & side != 0) && block.timestamp <= current.expiry,
            OrdersNotDelegated(maker, delegate, token, side)
        );
        if (staked) return true;
        uint256 left = current.cap > current.pulled ? current.cap - current.pulled : 0;
        require(amount <= left, OrdersCapExceeded(maker, delegate, token, amount, left));
        stored.pulled = current.pulled + uint104(amount);
    }
}
