// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {TermsClass} from "../types/TermsClass.sol";
import {VerifierTerms} from "../types/VerifierTerms.sol";

/**
 * @title IMarketTerms
 * @notice The terms on which jobs open: numbers that governance may change, within bounds in code.
 * @dev A change never touches a job that is open: what a job needs of these numbers is copied into it at its fill.
 */
interface IMarketTerms {
    /// @notice What a demand for a piece of an output costs in each class, in payment-token units.
    struct DemandPrices {
        uint80 fast;
        uint80 standard;
        uint80 high;
    }

    /// @notice Jobs that pay in `token` and name `verifier` (0 = none) are under new terms from now on.
    event VerifierTermsSet(address indexed token, address indexed verifier, VerifierTerms terms);

    /// @notice Demands on jobs that pay in `token` have new prices.
    event DemandPricesSet(address indexed token, DemandPrices prices);

    /// @notice Whether asks on a stake may sell runs of `modelId` changed.
    event MirroredSet(ModelId indexed modelId, bool mirrored);

    /// @notice Jobs opened from now on pay this fee, in basis points of the price.
    event FeeSet(uint16 feeBps);

    /// @notice No job can open until the given second.
    event EntriesPaused(uint256 until);

    /// @notice Jobs can open again.
    event EntriesUnpaused();

    /// @notice No job can open until the given second.
    error MarketTermsEntriesPaused(uint256 until);

    /// @notice The fee is above the hard cap, in basis points.
    error MarketTermsFeeTooHigh(uint16 feeBps, uint16 cap);

    /// @notice The least bond must lie between the price and a hundred times the price, in basis points.
    error MarketTermsInvalidBondMultiple(uint24 bondMultipleBps);

    /// @notice The longest game of a class is above the hard cap, in seconds.
    error MarketTermsGameTooLong(uint24 longestGame, uint24 cap);

    /// @notice The scale is above the hard cap.
    error MarketTermsScaleTooLarge(uint8 scale, uint8 cap);

    /// @notice No job can pay in this token and name this verifier.
    error MarketTermsNotListed(address token, address verifier);

    /**
     * @notice Lists a verifier for a token, changes its terms, or ends the listing.
     * @dev Emits {VerifierTermsSet}. The zero verifier stands for jobs without one.
     *
     * Requirements:
     * - the caller has the role of this function;
     * - the least bond is between 10,000 and 1,000,000 basis points of the price;
     * - no longest game is above 15 days;
     * - the scale is at most 96.
     *
     * @param token The payment token.
     * @param verifier The verifier; 0 = none.
     * @param terms The new terms.
     */
    function setVerifierTerms(address token, address verifier, VerifierTerms calldata terms) external;

    /**
     * @notice Sets what demands for pieces of outputs cost.
     * @dev Emits {DemandPricesSet}. Requirements: the caller has the role of this function.
     * @param token The payment token.
     * @param prices The new prices, in payment-token units.
     */
    function setDemandPrices(address token, DemandPrices calldata prices) external;

    /**
     * @notice Sets the fee of jobs to come.
     * @dev Emits {FeeSet}. Requirements: the caller has the role of this function; the fee is at most 500 basis points.
     * @param feeBps The fee, in basis points of every payment out of a price.
     */
    function setFee(uint16 feeBps) external;

    /**
     * @notice Says whether asks on a stake may sell runs of a model: whether its weights are where anybody can get them, so
     * that its results can be checked.
     * @dev Emits {MirroredSet}. Requirements: the caller has the role of this function.
     * @param modelId The model.
     * @param mirrored Whether it is on the list.
     */
    function setMirrored(ModelId modelId, bool mirrored) external;

    /**
     * @notice Stops new jobs for a while; jobs that are open go on.
     * @dev Emits {EntriesPaused}. Requirements: the caller has the role of this function; the duration is within what is
     * left of 14 days in any 90.
     * @param duration The length of the pause from now on, in seconds.
     */
    function pauseEntries(uint256 duration) external;

    /**
     * @notice Ends a pause early.
     * @dev Emits {EntriesUnpaused}. Requirements: the caller has the role of this function; entries are paused.
     */
    function unpauseEntries() external;

    /// @notice The terms of jobs that pay in `token` and name `verifier` (0 = none).
    function verifierTerms(address token, address verifier) external view returns (VerifierTerms memory terms);

    /// @notice What a demand for a piece of an output costs, in payment-token units.
    function demandPrice(address token, TermsClass termsClass) external view returns (uint80 price);

    /// @notice Whether asks on a stake may sell runs of a model.
    function isMirrored(ModelId modelId) external view returns (bool mirrored);

    /// @notice The fee of jobs to come, in basis points.
    function fee() external view returns (uint16 feeBps);

    /// @notice The second at which the current or last pause ends or ended, and the seconds a guardian may still pause.
    function entryPause() external view returns (uint256 pausedUntil, uint256 budgetLeft);

    /// @notice The number of jobs that were opened, which is the id of the last one.
    function jobCount() external view returns (uint64 count);
}
