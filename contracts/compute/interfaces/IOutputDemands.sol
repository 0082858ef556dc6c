// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";
import {Job} from "../types/Job.sol";
import {JobId} from "../types/JobId.sol";

/**
 * @title IOutputDemands
 * @notice Forces a worker to show a piece of an output on chain, or to lose the price.
 * @dev A demand is paid in advance, at a fixed price; the payment is the provider's if the piece is shown and comes back
 * if not. Of each kind, one demand may be unanswered at a time, and the job does not settle before it is answered or
 * lapses.
 */
interface IOutputDemands {
    /// @notice Who demands: the job's client, or anyone else while the job can be challenged.
    enum DemandKind {
        Client,
        Challenger
    }

    /// @notice A piece of one unit's output: `2 ** wordsLog2` words of its tensor, of 32 bytes each.
    /// @param unit The unit, counted from 0.
    /// @param firstWord The first word, a multiple of `2 ** wordsLog2`.
    /// @param wordsLog2 At most 7, which is 4 KiB.
    struct Piece {
        uint64 unit;
        uint32 firstWord;
        uint8 wordsLog2;
    }

    /// @notice An unanswered demand.
    /// @param demander Who paid for it.
    /// @param answerBy The last second at which it can be answered.
    /// @param payment What was paid, in payment-token units.
    /// @param piece What must be shown.
    struct Demand {
        address demander;
        uint40 answerBy;
        uint80 payment;
        Piece piece;
    }

    /// @notice A piece with its openings.
    /// @param header The header word of the unit's output tensor.
    /// @param root The root of that tensor's words.
    /// @param unitProof The siblings from the tensor's id to the job's output root, bottom up.
    /// @param words The words demanded; the whole tensor if it has fewer, none if it ends before them.
    /// @param wordProof The siblings from the subtree of these words to `root`, bottom up; empty with `words`.
    struct Opening {
        TensorHeader header;
        bytes32 root;
        bytes32[] unitProof;
        bytes32[] words;
        bytes32[] wordProof;
    }

    /// @notice A piece of the job's output must be shown by `answerBy`.
    event OutputDemanded(
        JobId indexed id,
        DemandKind indexed kind,
        address indexed demander,
        Piece piece,
        uint80 payment,
        uint40 answerBy
    );

    /// @notice The piece was shown; without words, the unit's tensor has none there.
    event OutputShown(JobId indexed id, DemandKind indexed kind, uint256 header, bytes32[] words);

    /// @notice The piece was not shown in time; `refund` of the price went to the client, in payment-token units.
    event OutputWithheld(JobId indexed id, DemandKind indexed kind, uint256 refund);

    /// @notice A demand of this kind is unanswered.
    error DemandsPending(JobId id, DemandKind kind);

    /// @notice The next demand of this kind can be made from the second `from` on.
    error DemandsTooSoon(JobId id, DemandKind kind, uint256 from);

    /// @notice No demand of this kind is unanswered.
    error DemandsNotPending(JobId id, DemandKind kind);

    /// @notice Pieces of this job cannot be demanded any more, as its price is not in escrow or its window is over.
    error DemandsClosed(JobId id);

    /// @notice The piece is too large, not aligned, or of a unit that was not delivered.
    error DemandsInvalidPiece(JobId id, Piece piece);

    /// @notice The demand could be answered until `answerBy`.
    error DemandsTooLate(JobId id, uint40 answerBy);

    /// @notice The demand can still be answered until `answerBy`.
    error DemandsTooEarly(JobId id, uint40 answerBy);

    /// @notice The opening shows another number of words than the demand and the tensor's shape ask for.
    error DemandsWrongWordCount(JobId id, uint256 given, uint256 expected);

    /// @notice The opening does not lead to the job's output root.
    error DemandsWrongOpening(JobId id, bytes32 computed, bytes32 expected);

    /**
     * @notice Demands that a piece of an output is shown on chain.
     *
     * @dev Pulls the payment from the caller. Emits {OutputDemanded}. Upholds JE-1.
     *
     * Requirements:
     * - the job is delivered, its window is not over, and its price is still in escrow;
     * - no demand of the same kind is unanswered, nor was made less than an increment of the class ago;
     * - the piece is aligned, at most 4 KiB, and of a delivered unit;
     * - the caller's claims and allowance cover the payment.
     *
     * @param id The job.
     * @param job Its current state.
     * @param piece What must be shown.
     */
    function demandOutput(JobId id, Job calldata job, Piece calldata piece) external;

    /**
     * @notice Shows a piece that was demanded; anyone may call.
     *
     * @dev The payment goes to the provider. Emits {OutputShown}. Upholds JE-1.
     *
     * Requirements:
     * - a demand of this kind is unanswered and its time is not over;
     * - the opening leads to the job's output root.
     *
     * @param id The job.
     * @param job Its current state.
     * @param kind Which demand is answered.
     * @param opening The piece with its openings.
     */
    function showOutput(JobId id, Job calldata job, DemandKind kind, Opening calldata opening) external;

    /**
     * @notice Ends a demand whose time is over; anyone may call.
     *
     * @dev The payment goes back, and the whole price to the client if it is still in escrow; bond and contest stay.
     * Emits {OutputWithheld}. Upholds JE-1.
     *
     * Requirements:
     * - a demand of this kind is unanswered, and its time is over.
     *
     * @param id The job.
     * @param job Its current state.
     * @param kind Which demand lapsed.
     */
    function lapseDemand(JobId id, Job calldata job, DemandKind kind) external;

    /// @notice The unanswered demand of this kind on a job; if there is none, all zero but the time of the last one.
    function demand(JobId id, DemandKind kind) external view returns (Demand memory demand_);
}
