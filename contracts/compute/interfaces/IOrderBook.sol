// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {JobId} from "../types/JobId.sol";
import {JobTerms} from "../types/JobTerms.sol";
import {Ask, Bid} from "../types/Order.sol";
import {TermsClass} from "../types/TermsClass.sol";
import {IGpuRegistry} from "./IGpuRegistry.sol";
import {IMarketTerms} from "./IMarketTerms.sol";
import {IOrders} from "./IOrders.sol";

/**
 * @title IOrderBook
 * @notice Decides whether an ask and a bid become a job: whether they fit each other, are their makers', and meet the
 * terms of the market. It holds no money; the escrow that deployed it asks it at each fill.
 */
interface IOrderBook is IOrders, IMarketTerms {
    /// @notice Only the escrow may use orders up.
    error OrderBookNotEscrow(address caller);

    /// @notice Ask and bid name different models.
    error OrderBookModelMismatch(ModelId asked, ModelId bid);

    /// @notice Ask and bid name different tokens.
    error OrderBookTokenMismatch(address asked, address bid);

    /// @notice Ask and bid name different verifiers.
    error OrderBookVerifierMismatch(address asked, address bid);

    /// @notice Ask and bid name different terms classes.
    error OrderBookClassMismatch(TermsClass asked, TermsClass bid);

    /// @notice The bid wants another provider.
    error OrderBookProviderMismatch(address provider, address wanted);

    /// @notice The bid wants another GPU.
    error OrderBookGpuMismatch(uint256 gpuId, uint256 wanted);

    /// @notice The ask's price is above the bid's highest, in payment-token units per unit of work.
    error OrderBookPriceTooHigh(uint128 price, uint128 highest);

    /// @notice The ask's bond is below the bid's lowest, in payment-token units per unit of work.
    error OrderBookUnitBondTooLow(uint128 bond, uint128 lowest);

    /// @notice The ask's turnaround is zero or above the bid's longest, in seconds.
    error OrderBookInvalidTurnaround(uint32 turnaround, uint32 longest);

    /// @notice A share is above 10,000 basis points.
    error OrderBookInvalidShare(uint16 shareBps);

    /// @notice The bid asks for no units.
    error OrderBookNoUnits();

    /// @notice Neither side is the caller, and one of them does not let third parties fill its order.
    error OrderBookNotOpen(address caller);

    /// @notice A job without a verifier needs a bid that names its provider.
    error OrderBookProviderUnnamed();

    /// @notice The provider does not operate the GPU that its ask names.
    error OrderBookNotOperator(address provider, uint256 gpuId);

    /// @notice The worker of an ask is the zero address.
    error OrderBookWorkerUnnamed();

    /// @notice The bond is below what the price, the verifier and the class ask for, in payment-token units.
    error OrderBookBondTooLow(uint256 bond, uint256 least);

    /// @notice A slow checker could not check the job in the time its class leaves, in seconds.
    error OrderBookClassTooShort(uint256 checkTime, uint256 window);

    /// @notice The price is above the highest of the fast class, in payment-token units.
    error OrderBookFastPriceTooHigh(uint256 price, uint256 highest);

    /// @notice An ask on a stake names no verifier.
    error OrderBookVerifierUnnamed();

    /// @notice An ask on a stake sells runs of a model that is not on the list of mirrored ones.
    error OrderBookNotMirrored(ModelId modelId);

    /**
     * @notice Uses up an ask and a bid and says what job they become.
     *
     * @dev A side whose signature is empty must be the caller, or a maker that the caller is a delegate of. Upholds JE-4,
     * JE-5 and JE-6.
     *
     * The escrow appends 21 bytes to the call: its own caller, and 1 if the job needs a bond, 0 if not.
     *
     * Requirements:
     * - the caller of this function is the escrow;
     * - entries are not paused; the verifier is listed for the token;
     * - each side signed its order or calls; neither order is expired, cancelled or used up; a third party fills only
     *   orders that are both open to it;
     * - the orders fit each other;
     * - the provider operates the GPU that the ask names;
     * - if the job needs one, the bond is at least the price, and with a verifier at least what its terms and the class ask for;
     * - with a verifier, the class leaves a slow checker enough time, and the fast class has a highest price; without
     *   one, the bid names its provider.
     *
     * @param ask The provider's order.
     * @param askSignature Its EIP-712 signature by the provider (ECDSA or ERC-1271) or a delegate; empty for the caller's own.
     * @param bid The client's order.
     * @param bidSignature Its EIP-712 signature by the client (ECDSA or ERC-1271) or a delegate; empty for the caller's own.
     * @return id The job's id.
     * @return terms What is fixed with it.
     * @return askDelegate Who signed the ask for the provider; 0 = the provider.
     */
    function open(
        Ask calldata ask,
        bytes calldata askSignature,
        Bid calldata bid,
        bytes calldata bidSignature
    ) external returns (JobId id, JobTerms terms, address askDelegate);

    /**
     * @notice Gives back to a recorded ask the units that were not delivered, and to a delegation the bond that came back.
     * @dev Requirements: the caller is the escrow.
     * @param provider The maker of the ask.
     * @param askNonce Its nonce; 0 = the ask left no record.
     * @param units The units that the provider can sell again.
     * @param askDelegate Who signed the ask; 0 = the provider.
     * @param token The payment token.
     * @param bond What came back, in payment-token units.
     */
    function giveBack(
        address provider,
        uint64 askNonce,
        uint64 units,
        address askDelegate,
        address token,
        uint256 bond
    ) external;

    /// @notice The escrow that this book works for.
    function ESCROW() external view returns (address);

    /// @notice The registry that knows who operates which GPU.
    function GPU_REGISTRY() external view returns (IGpuRegistry);
}
