// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IOrders} from "../../../../contracts/compute/interfaces/IOrders.sol";
import {Filler} from "../../../../contracts/compute/types/Filler.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobStateLib} from "../../../../contracts/compute/types/JobState.sol";
import {JobTermsLib} from "../../../../contracts/compute/types/JobTerms.sol";
import {Ask, Bid} from "../../../../contracts/compute/types/Order.sol";
import {TermsClass} from "../../../../contracts/compute/types/TermsClass.sol";
import {MarketModel} from "./MarketModel.sol";

/// @dev Draws orders that fit each other, signed by makers or others, and says which of them become jobs.
abstract contract OrderModel is MarketModel {
    uint64 internal constant MOST_UNITS = 12;

    /// @dev The signer is zero for the caller's own order.
    struct Offer {
        Ask ask;
        bytes signature;
        address signer;
    }

    struct Want {
        Bid bid;
        bytes signature;
        address signer;
    }

    Offer[] private _offers;
    Want[] private _wants;

    constructor() {
        for (uint256 i = 0; i < ACTORS * TOKENS; ++i) {
            (address maker, address token) = (actors[i % ACTORS], tokens[i / ACTORS]);
            _delegate(maker, _delegateOf(maker), token, 3, 1 << 95, uint40(time + 90 days));
        }
    }

    /// @dev What comes with a fill: signed orders that were seen before, or new ones.
    function _orders(uint256 seed, address caller) internal returns (Offer memory offer, Want memory want) {
        uint256 kind = _draw(seed, "kind", 4);
        offer = kind == 0 ? _ownOffer(seed, caller) : _signedOffer(seed);
        want = kind == 1 ? _ownWant(seed, offer.ask, caller) : _signedWant(seed, offer.ask);
    }

    function _nonceOf(uint256 seed, bytes32 purpose) internal pure returns (uint64) {
        return uint64(1 + _draw(seed, purpose, 300));
    }

    /// @dev Whether the call would open a job; `bond` is what it pulls from the provider.
    function _opens(Offer memory offer, Want memory want, address caller, uint256 bond) internal view returns (bool) {
        (Ask memory ask, Bid memory bid) = (offer.ask, want.bid);
        if (time < pausedUntil || time > ask.expiry || time > bid.expiry) return false;
        if (_fillerOf(offer, want, caller) == Filler.Matcher && !(ask.open && bid.open)) return false;
        if ((offer.signer == address(0)) != (ask.nonce == 0)) return false;
        if ((want.signer == address(0)) != (bid.nonce == 0)) return false;
        if (_isUsed(ask.provider, ask.nonce) || _isUsed(bid.client, bid.nonce)) return false;
        if (filled[ask.provider][ask.nonce] + bid.units > ask.maxUnits) return false;
        (address asker, address bidder) = (_actor(offer.signer, caller), _actor(want.signer, caller));
        bool shared = asker == bidder && ask.provider == bid.client;
        uint256 price = uint256(ask.unitPrice) * bid.units;
        return
            _may(ask.provider, asker, ask.token, 1, bond) &&
            _may(bid.client, bidder, ask.token, 2, price + (shared ? bond : 0));
    }

    /// @dev Opens a job in the model; the caller funds it.
    function _open(
        Offer memory offer,
        Want memory want,
        address caller,
        uint256 bond
    ) internal returns (uint256 id, Job memory job) {
        (Ask memory ask, Bid memory bid) = (offer.ask, want.bid);
        id = ++jobCount;
        if (ask.nonce != 0) filled[ask.provider][ask.nonce] += bid.units;
        _use(bid);
        job.askDelegate = _pullAs(ask.provider, _actor(offer.signer, caller), ask.token, bond);
        _pullAs(bid.client, _actor(want.signer, caller), ask.token, uint256(ask.unitPrice) * bid.units);
        (job.client, job.provider, job.worker, job.verifier) = (bid.client, ask.provider, ask.worker, ask.verifier);
        (job.gpuId, job.modelId, job.inputRoot, job.token) = (ask.gpuId, ask.modelId, bid.inputRoot, ask.token);
        (job.unitPrice, job.unitBond) = (ask.unitPrice, ask.unitBond);
        job.state = JobStateLib.opened(bid.units);
        job.terms = JobTermsLib.pack(
            ask.nonce,
            time,
            ask.turnaround,
            uint32(_longestGame(uint256(ask.termsClass))),
            feeBps,
            ask.cancelShareBps,
            ask.termsClass,
            _fillerOf(offer, want, caller),
            bid.chained,
            false
        );
        feeAtOpening[id] = feeBps;
        _jobs[id] = job;
    }

    /// @dev Opens a job that stays, with its money.
    function _openFunded(Offer memory offer, Want memory want, address caller) internal returns (uint256 id) {
        Job memory job;
        (id, job) = _open(offer, want, caller, _bond(offer, want));
        isLive[id] = true;
        live.push(id);
        _fund(id, job.client, _price(job));
        _fund(id, job.provider, uint256(job.unitBond) * job.state.units());
    }

    function _delegate(
        address maker,
        address delegate,
        address token,
        uint8 sides,
        uint104 cap,
        uint40 expiry
    ) internal {
        IOrders.Delegation storage granted = _rights[maker][delegate][token];
        (granted.sides, granted.cap, granted.expiry) = (sides, cap, expiry);
        bytes memory data = abi.encodeCall(BOOK.setDelegation, (delegate, token, sides, cap, expiry));
        _sendTo(address(BOOK), maker, data, true);
    }

    /// @dev What only observation can say: an ask not beyond its units, a delegate not beyond its cap.
    function _requireWithin(Offer memory offer, Want memory want, address caller) internal view {
        (address maker, uint64 nonce, address token) = (offer.ask.provider, offer.ask.nonce, offer.ask.token);
        if (nonce != 0) assertLe(BOOK.filledUnits(maker, nonce), offer.ask.maxUnits, "JE-5");
        _requireCapped(maker, _actor(offer.signer, caller), token);
        _requireCapped(want.bid.client, _actor(want.signer, caller), token);
    }

    function _bond(Offer memory offer, Want memory want) internal pure returns (uint256) {
        return uint256(offer.ask.unitBond) * want.bid.units;
    }

    function _ownOffer(uint256 seed, address caller) private view returns (Offer memory offer) {
        offer.ask = _ask(seed, _principal(seed, caller));
        if (_draw(seed, "odd ask", 16) != 0) offer.ask.nonce = 0;
        if (_draw(seed, "own worker", 2) == 0) offer.ask.worker = caller;
    }

    function _ownWant(uint256 seed, Ask memory ask, address caller) private view returns (Want memory want) {
        want.bid = _bid(seed, ask, _principal(seed, caller));
        if (_draw(seed, "odd bid", 16) != 0) want.bid.nonce = 0;
    }

    function _signedOffer(uint256 seed) private returns (Offer memory offer) {
        if (_offers.length != 0 && _draw(seed, "old ask", 3) != 0) return _offers[_draw(seed, "ask", _offers.length)];
        offer.ask = _ask(seed, _anyone(seed, "provider"));
        if (_draw(seed, "odd ask", 16) == 0) offer.ask.nonce = 0;
        offer.signer = _signer(seed ^ 1, offer.ask.provider);
        offer.signature = _sign(offer.signer, BOOK.askDigest(offer.ask));
        _offers.push(offer);
    }

    function _signedWant(uint256 seed, Ask memory ask) private returns (Want memory want) {
        uint256 start = _draw(seed, "bid", _wants.length + 1);
        for (uint256 i = start; i < _wants.length && _draw(seed, "old bid", 2) == 0; ++i) {
            if (_fits(ask, _wants[i].bid)) return _wants[i];
        }
        want.bid = _bid(seed, ask, _anyone(seed, "client"));
        if (_draw(seed, "odd bid", 16) == 0) want.bid.nonce = 0;
        want.signer = _signer(seed ^ 2, want.bid.client);
        want.signature = _sign(want.signer, BOOK.bidDigest(want.bid));
        _wants.push(want);
    }

    function _ask(uint256 seed, address provider) private view returns (Ask memory ask) {
        ask.provider = provider;
        ask.worker = _anyone(seed, "worker");
        ask.gpuId = _draw(seed, "gpu", 2) == 0 ? gpuOf[provider] : 0;
        ask.modelId = MODEL;
        ask.token = tokens[_draw(seed, "token", TOKENS)];
        uint256 verifier = _draw(seed, "verifier", 2 * VERIFIERS + 1);
        if (verifier < 2 * VERIFIERS) ask.verifier = address(verifiers[verifier % VERIFIERS]);
        ask.unitPrice = uint128(_draw(seed, "price", 1 << (_draw(seed, "price bits", 84) + 1)));
        ask.unitBond = uint128(_up(ask.unitPrice, bondMultipleBps(ask.verifier), 10_000));
        if (_draw(seed, "more bond", 2) == 0) ask.unitBond += uint128(_draw(seed, "bond", 1e18));
        ask.maxUnits = uint64(1 + _draw(seed, "most units", 20));
        ask.turnaround = uint32(1 + _draw(seed, "turnaround", _draw(seed, "long", 4) == 0 ? 30 days : 2 hours));
        if (_draw(seed, "round", 2) == 0) ask.turnaround *= 10;
        ask.cancelShareBps = uint16([uint256(0), 10_000, _draw(seed, "share", 10_001)][_draw(seed, "cancel share", 3)]);
        ask.termsClass = TermsClass(_draw(seed, "class", 3));
        ask.nonce = _nonceOf(seed, "ask nonce");
        ask.expiry = uint40(time + _draw(seed, "ask expiry", 30 days));
        ask.open = _draw(seed, "ask open", 4) != 0;
    }

    function _bid(uint256 seed, Ask memory ask, address client) private view returns (Bid memory bid) {
        bid.client = client;
        bid.provider = ask.verifier == address(0) || _draw(seed, "named", 2) == 0 ? ask.provider : address(0);
        bid.gpuId = _draw(seed, "named gpu", 2) == 0 ? ask.gpuId : 0;
        bid.modelId = MODEL;
        bid.chained = _draw(seed, "chained", 2) == 0;
        bid.inputRoot = keccak256(abi.encode(seed));
        bid.units = uint64(1 + _draw(seed, "units", MOST_UNITS));
        bid.token = ask.token;
        bid.maxUnitPrice = uint128(ask.unitPrice + _draw(seed, "price slack", 2));
        bid.minUnitBond = ask.unitBond;
        bid.maxTurnaround = uint32(ask.turnaround + _draw(seed, "time slack", 2));
        bid.verifier = ask.verifier;
        bid.termsClass = ask.termsClass;
        bid.nonce = _nonceOf(seed, "bid nonce");
        bid.expiry = uint40(time + _draw(seed, "bid expiry", 30 days));
        bid.open = _draw(seed, "bid open", 4) != 0;
    }

    /// @dev The maker, or somebody who may be its delegate.
    function _signer(uint256 seed, address maker) private view returns (address) {
        if (_draw(seed, "delegated", 3) != 0) return maker;
        return _draw(seed, "forged", 8) == 0 ? _anyone(seed, "forger") : _delegateOf(maker);
    }

    /// @dev The caller, an account that may let it act, or one that does not.
    function _principal(uint256 seed, address caller) private view returns (address) {
        if (_draw(seed, "for another", 3) != 0) return caller;
        address other = _anyone(seed, "principal");
        return _draw(seed, "unasked", 8) != 0 && _delegateOf(other) != caller ? caller : other;
    }

    function _use(Bid memory bid) private {
        if (bid.nonce == 0) return;
        nonces[bid.client][bid.nonce >> 8] |= 1 << (bid.nonce & 0xff);
        mostBidFills = Math.max(mostBidFills, ++bidFills[keccak256(abi.encode(bid))]);
    }

    /// @dev Returns the delegate, zero if the maker itself acts.
    function _pullAs(address maker, address actor, address token, uint256 amount) private returns (address) {
        if (actor == maker) return address(0);
        _rights[maker][actor][token].pulled += uint104(amount);
        return actor;
    }

    function _may(address maker, address actor, address token, uint8 side, uint256 sum) private view returns (bool) {
        if (actor == maker) return true;
        IOrders.Delegation memory granted = _rights[maker][actor][token];
        return granted.sides & side != 0 && time <= granted.expiry && granted.pulled + sum <= granted.cap;
    }

    function _isUsed(address maker, uint64 nonce) private view returns (bool) {
        return nonce != 0 && (nonces[maker][nonce >> 8] >> (nonce & 0xff)) & 1 != 0;
    }

    function _requireCapped(address maker, address actor, address token) private view {
        if (actor == maker) return;
        IOrders.Delegation memory granted = BOOK.delegation(maker, actor, token);
        assertLe(granted.pulled, granted.cap, "JE-6");
    }

    function _fits(Ask memory ask, Bid memory bid) private pure returns (bool) {
        if (bid.token != ask.token || bid.verifier != ask.verifier || bid.termsClass != ask.termsClass) return false;
        if (bid.provider != address(0) && bid.provider != ask.provider) return false;
        if (bid.gpuId != 0 && bid.gpuId != ask.gpuId) return false;
        return
            bid.maxUnitPrice >= ask.unitPrice && bid.minUnitBond <= ask.unitBond && bid.maxTurnaround >= ask.turnaround;
    }

    function _fillerOf(Offer memory offer, Want memory want, address caller) private pure returns (Filler) {
        if (caller == want.bid.client || want.signer == address(0)) return Filler.Client;
        return caller == offer.ask.provider || offer.signer == address(0) ? Filler.Provider : Filler.Matcher;
    }

    function _actor(address signer, address caller) private pure returns (address) {
        return signer == address(0) ? caller : signer;
    }
}
