// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IJobEscrow} from "../../../../contracts/compute/interfaces/IJobEscrow.sol";
import {IMarketTerms} from "../../../../contracts/compute/interfaces/IMarketTerms.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {OutputModel} from "./OutputModel.sol";

/// @dev How jobs open, and what decides whether they may.
abstract contract EntryActions is OutputModel {
    function fill(uint256 seed) external acting(seed) {
        _fill(seed);
    }

    /// @dev Jobs must be many for the rest to matter.
    function fillAnother(uint256 seed) external acting(seed) {
        _fill(seed);
    }

    function fillBatch(uint256 seed) external acting(seed) {
        address caller = _anyone(seed, "filler");
        IJobEscrow.Fill[] memory fills = new IJobEscrow.Fill[](1 + _draw(seed, "fills", 4));
        for (uint256 i = 0; i < fills.length; ++i) {
            (Offer memory offer, Want memory want) = _orders(_draw(seed, bytes32(i), type(uint256).max), caller);
            fills[i] = IJobEscrow.Fill(offer.ask, offer.signature, want.bid, want.signature);
            if (_opens(offer, want, caller, _bond(offer, want))) _openFunded(offer, want, caller);
        }
        _send(caller, abi.encodeCall(ESCROW.fillBatch, (fills)), true);
    }

    function fulfil(uint256 seed) external acting(seed) {
        address caller = _anyone(seed, "filler");
        (Offer memory offer, Want memory want) = _orders(seed, caller);
        if (offer.signer != address(0) && want.signer != address(0)) caller = offer.ask.worker;
        bool bonded = offer.ask.verifier != address(0);
        uint256 bond = bonded ? _bond(offer, want) : 0;
        uint64 units = want.bid.units;
        (bytes32 root, bool showable) = _outputs(jobCount + 1, seed, units);
        (bytes memory approval, bool approved) = _approval(seed, jobCount + 1, want.bid.client, root, units);
        bool allowed = _opens(offer, want, caller, bond) && caller == offer.ask.worker;

        if (allowed && bonded) {
            uint256 id = _openFunded(offer, want, caller);
            _commit(id, root, units, showable, approved);
        } else if (allowed) {
            (uint256 id, Job memory job) = _open(offer, want, caller, 0);
            _fund(id, job.client, _price(job));
            _payPrice(id, _price(job));
        }
        bytes memory data = abi.encodeCall(
            ESCROW.fulfil,
            (offer.ask, offer.signature, want.bid, want.signature, root, approval)
        );
        _send(caller, data, allowed);
        if (allowed) _requireWithin(offer, want, caller);
    }

    function cancelNonces(uint256 seed) external acting(seed) {
        address maker = _anyone(seed, "maker");
        uint256 mask = 1 << (_nonceOf(seed, "nonce") & 0xff);
        uint256 word = _draw(seed, "word", 2);
        nonces[maker][word] |= mask;
        _sendTo(address(BOOK), maker, abi.encodeCall(BOOK.cancelNonces, (word, mask)), true);
    }

    function setDelegation(uint256 seed) external acting(seed) {
        address maker = _anyone(seed, "maker");
        address delegate = _draw(seed, "another", 4) == 0 ? _anyone(seed, "delegate") : _delegateOf(maker);
        uint8 sides = _draw(seed, "end", 8) == 0 ? 0 : uint8(1 + _draw(seed, "sides", 3));
        uint104 cap = uint104(_draw(seed, "cap", 1 << (30 + _draw(seed, "cap bits", 74))));
        uint40 expiry = uint40(time + _draw(seed, "expiry", 60 days));
        _delegate(maker, delegate, tokens[_draw(seed, "token", TOKENS)], sides, cap, expiry);
    }

    /// @dev The authority changes what it may; nobody else does.
    function govern(uint256 seed) external acting(seed) {
        address caller = _mostly(address(this), seed);
        bool allowed = caller == address(this);
        uint256 what = _draw(seed, "what", 4);
        if (what == 0) return _setFee(caller, uint16(_draw(seed, "fee", 600)), allowed);
        if (what == 1) return _pause(caller, _draw(seed, "pause", 3 days), allowed);
        if (what == 2) return _unpause(caller, allowed);
        IMarketTerms.DemandPrices memory prices;
        (prices.fast, prices.high) = (uint80(_draw(seed, "fast", 2)), uint80(_draw(seed, "high", 1 << 80)));
        address token = tokens[_draw(seed, "token", TOKENS)];
        _sendTo(address(BOOK), caller, abi.encodeCall(BOOK.setDemandPrices, (token, prices)), allowed);
    }

    function _fill(uint256 seed) private {
        address caller = _anyone(seed, "filler");
        (Offer memory offer, Want memory want) = _orders(seed, caller);
        bool allowed = _opens(offer, want, caller, _bond(offer, want));
        if (allowed) _openFunded(offer, want, caller);
        bytes memory data = abi.encodeCall(ESCROW.fill, (offer.ask, offer.signature, want.bid, want.signature));
        _send(caller, data, allowed);
        if (allowed) _requireWithin(offer, want, caller);
    }

    function _setFee(address caller, uint16 fee, bool allowed) private {
        allowed = allowed && fee <= 500;
        if (allowed) feeBps = fee;
        _sendTo(address(BOOK), caller, abi.encodeCall(BOOK.setFee, (fee)), allowed);
    }

    function _pause(address caller, uint256 duration, bool allowed) private {
        (, uint256 left) = BOOK.entryPause();
        allowed = allowed && duration != 0 && duration <= left;
        if (allowed) pausedUntil = time + duration;
        _sendTo(address(BOOK), caller, abi.encodeCall(BOOK.pauseEntries, (duration)), allowed);
    }

    function _unpause(address caller, bool allowed) private {
        allowed = allowed && time < pausedUntil;
        if (allowed) pausedUntil = time;
        _sendTo(address(BOOK), caller, abi.encodeCall(BOOK.unpauseEntries, ()), allowed);
    }
}
