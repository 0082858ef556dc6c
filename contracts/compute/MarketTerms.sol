// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {EntryPause} from "../common/types/EntryPause.sol";
import {ModelId} from "../common/types/ModelId.sol";
import {IMarketTerms} from "./interfaces/IMarketTerms.sol";
import {JobId} from "./types/JobId.sol";
import {TermsClass} from "./types/TermsClass.sol";
import {VerifierTerms} from "./types/VerifierTerms.sol";

/// @notice Owns what governance may change: listings, demand prices, mirrored models, the fee and the pause of entries.
abstract contract MarketTerms is AccessManaged, IMarketTerms {
    uint16 private constant FEE_CAP_BPS = 500;
    uint24 private constant BOND_MULTIPLE_MIN_BPS = 10_000;
    uint24 private constant BOND_MULTIPLE_MAX_BPS = 1_000_000;
    uint24 private constant LONGEST_GAME_CAP = 15 days;
    uint8 private constant SCALE_CAP = 96;

    /// @dev One slot, which a fill reads and writes once.
    struct Head {
        uint64 jobCount;
        EntryPause pause;
        uint16 feeBps;
    }

    Head private _head;
    mapping(address token => mapping(address verifier => VerifierTerms)) private _verifierTerms;
    mapping(address token => DemandPrices) private _demandPrices;
    mapping(ModelId modelId => bool) internal _mirrored;

    /// @inheritdoc IMarketTerms
    function setVerifierTerms(address token, address verifier, VerifierTerms calldata terms) external restricted {
        require(
            terms.bondMultipleBps >= BOND_MULTIPLE_MIN_BPS && terms.bondMultipleBps <= BOND_MULTIPLE_MAX_BPS,
            MarketTermsInvalidBondMultiple(terms.bondMultipleBps)
        );
        _requireGame(terms.longestGameFast);
        _requireGame(terms.longestGameStandard);
        _requireGame(terms.longestGameHigh);
        require(terms.scale <= SCALE_CAP, MarketTermsScaleTooLarge(terms.scale, SCALE_CAP));

        _verifierTerms[token][verifier] = terms;

        emit VerifierTermsSet(token, verifier, terms);
    }

    /// @inheritdoc IMarketTerms
    function setDemandPrices(address token, DemandPrices calldata prices) external restricted {
        _demandPrices[token] = prices;
        emit DemandPricesSet(token, prices);
    }

    /// @inheritdoc IMarketTerms
    function setFee(uint16 feeBps) external restricted {
        require(feeBps <= FEE_CAP_BPS, MarketTermsFeeTooHigh(feeBps, FEE_CAP_BPS));
        _head.feeBps = feeBps;
        emit FeeSet(feeBps);
    }

    /// @inheritdoc IMarketTerms
    function setMirrored(ModelId modelId, bool mirrored) external restricted {
        _mirrored[modelId] = mirrored;
        emit MirroredSet(modelId, mirrored);
    }

    /// @inheritdoc IMarketTerms
    function pauseEntries(uint256 duration) external restricted {
        _head.pause = _head.pause.pause(duration, block.timestamp);
        emit EntriesPaused(block.timestamp + duration);
    }

    /// @inheritdoc IMarketTerms
    function unpauseEntries() external restricted {
        _head.pause = _head.pause.unpause(block.timestamp);
        emit EntriesUnpaused();
    }

    /// @inheritdoc IMarketTerms
    function verifierTerms(address token, address verifier) external view returns (VerifierTerms memory) {
        return _verifierTerms[token][verifier];
    }

    /// @inheritdoc IMarketTerms
    function demandPrice(address token, TermsClass termsClass) external view returns (uint80) {
        DemandPrices storage prices = _demandPrices[token];
        if (termsClass == TermsClass.Fast) return prices.fast;
        return termsClass == TermsClass.Standard ? prices.standard : prices.high;
    }

    /// @inheritdoc IMarketTerms
    function isMirrored(ModelId modelId) external view returns (bool) {
        return _mirrored[modelId];
    }

    /// @inheritdoc IMarketTerms
    function fee() external view returns (uint16) {
        return _head.feeBps;
    }

    /// @inheritdoc IMarketTerms
    function entryPause() external view returns (uint256 pausedUntil, uint256 budgetLeft) {
        EntryPause pause = _head.pause;
        return (pause.pausedUntil(), pause.budgetLeft(block.timestamp));
    }

    /// @inheritdoc IMarketTerms
    function jobCount() external view returns (uint64) {
        return _head.jobCount;
    }

    /// @dev Lets one job in: its id and its fee.
    function _admit() internal returns (JobId id, uint16 feeBps) {
        Head memory head = _head;
        require(!head.pause.isPaused(block.timestamp), MarketTermsEntriesPaused(head.pause.pausedUntil()));
        ++head.jobCount;
        _head = head;
        return (JobId.wrap(head.jobCount), head.feeBps);
    }

    function _listedTerms(address token, address verifier) internal view returns (VerifierTerms memory terms) {
        terms = _verifierTerms[token][verifier];
        require(terms.listed, MarketTermsNotListed(token, verifier));
    }

    function _requireGame(uint24 longestGame) private pure {
        require(longestGame <= LONGEST_GAME_CAP, MarketTermsGameTooLong(longestGame, LONGEST_GAME_CAP));
    }
}
