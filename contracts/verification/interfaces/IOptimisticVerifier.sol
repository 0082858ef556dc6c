// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatch} from "../../common/interfaces/IBatch.sol";
import {IModelRegistry} from "../../compute/interfaces/IModelRegistry.sol";
import {Job} from "../../compute/types/Job.sol";
import {JobId} from "../../compute/types/JobId.sol";
import {Descent} from "../types/Descent.sol";
import {Game} from "../types/Game.sol";
import {GameId} from "../types/GameId.sol";
import {Trace} from "../types/Trace.sol";
import {IGames} from "./IGames.sol";
import {IReveals} from "./IReveals.sol";
import {ITensorStep} from "./ITensorStep.sol";
import {ITraces} from "./ITraces.sol";
import {IVerifier} from "./IVerifier.sol";

/**
 * @title IOptimisticVerifier
 * @notice Takes every delivery for right until a challenger proves one number of it wrong.
 *
 * @dev Anyone may challenge a delivered job within its window, with a bond in the job's payment token; a game is then played
 * to its end, beside any others. Whoever delivered the truth cannot lose a game that it answers in time, and whoever did
 * not cannot win one against a challenger that plays in time.
 *
 * A proven lie takes the job's bond. Of the tenth of it that goes to outsiders, the game that proved it gets at least half;
 * every other game that is live gets its bond back and a fee for the answers that it got, all of them together no more
 * than the other half. A lost challenge pays the worker 1/32 of its bond for each answer, and the treasury the rest.
 *
 * Nobody owns this contract and nothing in it can be set: no one can decide, extend or void a game.
 */
interface IOptimisticVerifier is IVerifier, IGames, IReveals, ITraces, IBatch {
    /// @notice What is known of the games of a job.
    /// @param games How many began.
    /// @param live How many are not over.
    /// @param slashed Whether one of them proved the claim false.
    /// @param othersReward What each other game that was live then gets at most, in payment-token units.
    struct Dispute {
        uint32 games;
        uint32 live;
        bool slashed;
        uint184 othersReward;
    }

    /// @notice How a game ended.
    enum Outcome {
        Proved, // the claim was false, and the job was slashed
        Refuted, // the challenge was lost
        Conceded, // the challenger gave up
        Superseded, // another game proved the claim false
        Lapsed // the claim was false, but the job had been accepted before
    }

    /// @notice Somebody challenged a job: the game as it begins.
    event Challenged(GameId indexed id, JobId indexed job, address indexed challenger, Game game);

    /// @notice A game is over. `toChallenger` includes its bond; the rest of what there was is the treasury's. In
    /// payment-token units.
    event GameOver(GameId indexed id, Outcome indexed outcome, uint256 toChallenger, uint256 toWorker);

    /// @notice No model is registered under the job's model id, so nobody vouches for its program.
    error OptimisticVerifierUnknownModel(JobId id);

    /// @notice The job could be challenged until `deadline`.
    error OptimisticVerifierTooLate(JobId id, uint256 deadline);

    /// @notice A challenge needs a higher bond than the caller would post, in payment-token units.
    error OptimisticVerifierBondTooHigh(JobId id, uint256 bond, uint256 most);

    /// @notice The job can be challenged until `contestableUntil`, and stays frozen until then.
    error OptimisticVerifierTooEarly(JobId id, uint256 contestableUntil);

    /// @notice `live` games about the job are not over.
    error OptimisticVerifierLiveGames(JobId id, uint256 live);

    /// @notice Neither side has lost yet.
    error OptimisticVerifierUndecided(GameId id);

    /// @notice The game is decided by a move, or because a side is out of time: it is resolved, not conceded.
    error OptimisticVerifierDecided(GameId id);

    /**
     * @notice Challenges a delivered job.
     *
     * @dev Pulls the bond from the caller. Freezes the job unless it is frozen. A way down that ends behind all units at
     * what is no padding proves the claim false at once. Emits {Challenged}. Upholds OV-5.
     *
     * Requirements:
     * - the job is current, delivered, names this verifier, and its window is not over;
     * - its model is registered;
     * - the way down begins at the job's output root and does not end at padding;
     * - the bond is not above `maxBond`, and the caller's claims and allowance cover it.
     *
     * @param id The job.
     * @param job Its current state.
     * @param descent The way down from the output root, as far as the caller can prove it; with the root itself and no
     * siblings it begins there.
     * @param maxBond The highest bond that the caller will post, in payment-token units.
     * @return gameId The game.
     */
    function challenge(
        JobId id,
        Job calldata job,
        Descent calldata descent,
        uint256 maxBond
    ) external returns (GameId gameId);

    /**
     * @notice Gives up a challenge: costs a quarter of the bond, rounded up, while the game is about units, else all of it.
     * @dev Unfreezes the job as {resolve} does. Emits {GameOver}. Requirements: the game is current and not decided, and
     * no side is out of time; the job is current; the caller is the challenger, or brings its signature of
     * `concessionDigest`.
     * @param game The game as it is now.
     * @param trace The unit's trace, if there is one.
     * @param job The job's current state.
     * @param signature The challenger's; empty if it calls.
     */
    function concede(Game calldata game, Trace calldata trace, Job calldata job, bytes calldata signature) external;

    /**
     * @notice Ends a game that is decided: by a move, or because a side is out of time. Anyone may call.
     *
     * @dev Slashes the job if its claim was proved false. Unfreezes it if no game is live any more and its window is over; if
     * the window is not over, {unfreeze} does that afterwards. Emits {GameOver}. Upholds OV-5 to OV-9.
     *
     * Requirements:
     * - the game is current, and decided, or the job was slashed;
     * - the job, unless it ended, is current.
     *
     * @param game The game as it is now.
     * @param trace The unit's trace, if there is one.
     * @param job The job's current state; anything once it ended.
     */
    function resolve(Game calldata game, Trace calldata trace, Job calldata job) external;

    /**
     * @notice Lets a job settle whose challenges were all lost before its window was over. Anyone may call.
     * @dev Requirements: no game about the job is live; its window is over; the job is current and frozen.
     * @param id The job.
     * @param job Its current state.
     */
    function unfreeze(JobId id, Job calldata job) external;

    /// @notice The bond of the next challenge of a job, in payment-token units.
    function challengeBond(JobId id, Job calldata job) external view returns (uint256 bond);

    /// @notice The EIP-712 digest that a challenger signs to let anyone concede for it.
    /// @param game The hash of the game as it is now.
    function concessionDigest(bytes32 game) external view returns (bytes32 digest);

    /// @notice What is known of the games of a job.
    function dispute(JobId id) external view returns (Dispute memory dispute_);

    /// @notice The registry that vouches for programs.
    function MODEL_REGISTRY() external view returns (IModelRegistry registry);

    /// @notice The contract that computes elements.
    function TENSOR_STEP() external view returns (ITensorStep tensorStep);
}
