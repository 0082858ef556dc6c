// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";
import {Job} from "../../compute/types/Job.sol";
import {Descent} from "../types/Descent.sol";
import {Game} from "../types/Game.sol";
import {GameId} from "../types/GameId.sol";
import {GameState, Stage} from "../types/GameState.sol";
import {Trace} from "../types/Trace.sol";
import {ITensorStep} from "./ITensorStep.sol";

/**
 * @title IGames
 * @notice The moves of a challenger, from the outputs of a job down to one element that the chain computes.
 *
 * @dev A game is a descent through three trees: the list of the units' outputs, the trace of one unit, and the tensor of one
 * node. Where the challenger stands, the worker must show what is below: {IReveals-reveal} the descendants of the next
 * round or, below a unit's output, commit to the unit's trace ({ITraces-commitTrace}) and reveal its first round. Then the
 * challenger picks one of them. Each pick accepts what is left of it in the trace. A challenger that can prove a longer way
 * down without the worker's help may take it at any time.
 *
 * A game is stored as one word; callers bring the game, which the events since {IOptimisticVerifier-Challenged} give. A
 * move is the challenger's own call, or anyone's who brings its signature of `moveDigest`.
 */
interface IGames {
    /// @notice A node of the program with the siblings of its hash below the program's root, bottom up.
    struct NodeOpening {
        bytes32[4] node;
        bytes32[] proof;
    }

    /// @notice What shows that an element of a tensor is right or wrong.
    /// @param node The four words of the program's node.
    /// @param element The element of the word, counted from 0 at its most significant end.
    /// @param a Opening of the first operand.
    /// @param proofA The siblings of its tensor id below the trace's root, bottom up.
    /// @param b Opening of the second operand.
    /// @param proofB The siblings of its tensor id below the trace's root, bottom up.
    struct Witness {
        bytes32[4] node;
        uint256 element;
        ITensorStep.Operand a;
        bytes32[] proofA;
        ITensorStep.Operand b;
        bytes32[] proofB;
    }

    /// @notice The challenger moved: where the game stands now.
    event Moved(GameId indexed id, GameState state, bytes32 node);

    /// @notice The game goes on in the tensor of this node of the program, counted from 0; `programNode` is its hash and
    /// `header` that of the tensor.
    event NodePicked(GameId indexed id, uint256 indexed index, bytes32 programNode, TensorHeader header);

    /// @notice The result of an input or a constant was compared with what it must be.
    event LeafCompared(GameId indexed id, uint256 indexed node, bytes32 claimed, bytes32 expected);

    /// @notice An element was computed; one outside rows and columns is padding, and must be 0.
    event ElementComputed(GameId indexed id, uint256 row, uint256 col, int256 claimed, int256 computed);

    /// @notice The game does not hash to what is stored: it is out of date, foreign, or over (`stored` is zero).
    error GamesStale(GameId id, bytes32 given, bytes32 stored);

    /// @notice The game is in another tree than the move is for, or decided.
    error GamesWrongStage(GameId id, Stage stage);

    /// @notice The caller is not the challenger, and brings no signature of it over `digest`.
    error GamesUnauthorized(GameId id, address challenger, bytes32 digest);

    /// @notice The challenger could move until `deadline`.
    error GamesTooLate(GameId id, uint256 deadline);

    /// @notice The pick ends above or below the heights that it may end at.
    error GamesWrongHeight(GameId id, uint256 height);

    /// @notice The way down does not begin at the current node.
    error GamesWrongDescent(GameId id, bytes32 computed, bytes32 expected);

    /// @notice The list has no such unit or node; in the list of units, what stands there is padding as it must be.
    error GamesOutOfBounds(GameId id, uint256 index, uint256 length);

    /// @notice The trace is not the one that the worker committed to for this unit.
    error GamesWrongTrace(GameId id, bytes32 given, bytes32 stored);

    /// @notice The node is not that of the program, or not the one that the game is about.
    error GamesWrongNode(GameId id, bytes32 node);

    /// @notice The given input is not the unit's.
    error GamesWrongInput(GameId id, bytes32 inputId);

    /// @notice Operands with these headers are none of the node's: nothing can be computed from them.
    error GamesWrongHeaders(GameId id, TensorHeader a, TensorHeader b);

    /// @notice The opening is not that of the operand: the trace has another tensor there.
    error GamesWrongOperand(GameId id, uint256 node, bytes32 tensorId);

    /// @notice The word has no such element.
    error GamesNoElement(GameId id, uint256 element);

    /**
     * @notice Picks a node below the current one in the list of units or in a tensor.
     *
     * @dev A node behind all units that is no padding proves the claim false at once. Emits {Moved}. Upholds OV-1 and OV-2.
     *
     * Requirements:
     * - the game is in the list of units, above its leaves, or in a tensor;
     * - the pick goes down at least one round, in a tensor not to a word;
     * - in the list of units it does not end at padding;
     * - it is the challenger's move, and in time.
     *
     * @param game The game as it is now.
     * @param descent The way down from the current node.
     * @param signature The challenger's; empty if it calls.
     */
    function pick(Game calldata game, Descent calldata descent, bytes calldata signature) external;

    /**
     * @notice Picks an inner node of the trace.
     * @dev Emits {Moved}. Requirements: the game has come to a unit with this trace, or is in it; the pick goes down at least
     * one round, ends above the leaves, and is above a node of the program; it is the challenger's move, and in time.
     * @param game The game as it is now.
     * @param trace The unit's trace.
     * @param descent The way down from the current node, or from the trace's root.
     * @param signature The challenger's; empty if it calls.
     */
    function pickInTrace(
        Game calldata game,
        Trace calldata trace,
        Descent calldata descent,
        bytes calldata signature
    ) external;

    /**
     * @notice Picks the result of a node. That of a constant decides the game; that of an instruction leads into its tensor.
     *
     * @dev Emits {Moved}, and before it {LeafCompared} for a constant, else {NodePicked}. Upholds OV-1 and OV-4.
     *
     * Requirements:
     * - the game has come to a unit with this trace, or is in it;
     * - the pick ends at a leaf of the trace, which is not the input's;
     * - the node is the program's at the same index;
     * - it is the challenger's move, and in time.
     *
     * @param game The game as it is now.
     * @param trace The unit's trace.
     * @param descent The way down from the current node, or from the trace's root.
     * @param opening The program's node.
     * @param signature The challenger's; empty if it calls.
     */
    function pickNode(
        Game calldata game,
        Trace calldata trace,
        Descent calldata descent,
        NodeOpening calldata opening,
        bytes calldata signature
    ) external;

    /**
     * @notice Picks the trace's first leaf, which must be the unit's input; that decides the game.
     *
     * @dev The input of a unit is a leaf of the job's input root. In a chained job only that of unit 0 is given, and that of
     * every other is the output of the unit before. Emits {LeafCompared} and {Moved}. Upholds OV-1 and OV-4.
     *
     * Requirements:
     * - the game has come to a unit with this trace, or is in it;
     * - the pick ends at leaf 0;
     * - the job is current, and the input is the unit's;
     * - it is the challenger's move, and in time.
     *
     * @param game The game as it is now.
     * @param trace The unit's trace.
     * @param descent The way down from the current node, or from the trace's root.
     * @param job The job's current state.
     * @param inputId The tensor id of the unit's input.
     * @param inputProof Its siblings below the input root, or below the output root, bottom up.
     * @param signature The challenger's; empty if it calls.
     */
    function pickInput(
        Game calldata game,
        Trace calldata trace,
        Descent calldata descent,
        Job calldata job,
        bytes32 inputId,
        bytes32[] calldata inputProof,
        bytes calldata signature
    ) external;

    /**
     * @notice Lets the chain compute one element of the tensor; that decides the game.
     *
     * @dev The claim is false if the element in the tensor is another, or if the tensor has anything but zeros around its
     * rows and columns. Emits {ElementComputed} and {Moved}. Upholds OV-1 and OV-4.
     *
     * Requirements:
     * - the game is in a tensor;
     * - the way down ends at a word, which has the element;
     * - the node is the one that the game is about;
     * - each operand is the one that the trace has at the index that the node names;
     * - it is the challenger's move, and in time.
     *
     * @param game The game as it is now.
     * @param trace The unit's trace.
     * @param descent The way down from the current node to the word.
     * @param witness The element, and openings of the operands.
     * @param signature The challenger's; empty if it calls.
     */
    function step(
        Game calldata game,
        Trace calldata trace,
        Descent calldata descent,
        Witness calldata witness,
        bytes calldata signature
    ) external;

    /// @notice The EIP-712 digest that a challenger signs to let anyone make its move.
    /// @dev The hash of the game stands for chain, job, number of the game and all moves before.
    /// @param game The hash of the game as it is now.
    /// @param height The height at which the pick ends; 0 for a step.
    /// @param index The position at which it ends.
    /// @param node What stands there.
    /// @param element The element of a step, else 0.
    function moveDigest(
        bytes32 game,
        uint256 height,
        uint256 index,
        bytes32 node,
        uint256 element
    ) external view returns (bytes32 digest);

    /// @notice The stored hash of a game; 0 if it is over or never began.
    function gameHash(GameId id) external view returns (bytes32 hash);
}
