// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {TermsClass} from "../../../contracts/compute/types/TermsClass.sol";
import {Rounds} from "../../../contracts/verification/libraries/Rounds.sol";
import {GameState, GameStateLib, Side, Stage} from "../../../contracts/verification/types/GameState.sol";

/// @dev Against two clocks that tick second by second.
contract GameClocksFuzzTest is Test {
    uint256 private constant BEGUN = 1_000_000;
    uint256 private constant INCREMENT = 600; // of the fast class

    struct Turn {
        uint256 worker; // seconds on its clock
        uint256 challenger; // seconds on its clock
        uint256 answeredAt; // 0 = not yet
        uint256 now;
    }

    function testFuzz_Late_IsWhatTickingClocksSay(Turn memory turn) public pure {
        _bound(turn);
        (uint256 byWorker, uint256 byChallenger) = _ticks(turn);
        Side expected = Side.None;
        if (byWorker > turn.worker && byWorker > INCREMENT) expected = Side.Worker;
        else if (byChallenger > turn.challenger && byChallenger > INCREMENT) expected = Side.Challenger;
        assertEq(uint8(_state(turn).late(turn.answeredAt, turn.now)), uint8(expected));
    }

    function testFuzz_Moved_TakesWhatTickedOffTheClocks(Turn memory turn, uint8 answers) public pure {
        _bound(turn);
        answers = uint8(bound(answers, 0, Rounds.MOST_ROUNDS));
        (uint256 byWorker, uint256 byChallenger) = _ticks(turn);
        // A challenger that moves without an answer pays for the time itself.
        if (turn.answeredAt == 0) (byWorker, byChallenger) = (0, turn.now - BEGUN);
        GameState state = GameState.wrap(GameState.unwrap(_state(turn)) | (uint256(answers) << 88)).moved(
            turn.answeredAt,
            turn.now
        );
        assertEq(state.movedAt(), turn.now);
        assertEq(state.workerClock(), turn.worker < byWorker ? 0 : turn.worker - byWorker);
        assertEq(state.challengerClock(), turn.challenger < byChallenger ? 0 : turn.challenger - byChallenger);
        assertEq(state.answersBy(0), turn.answeredAt < BEGUN ? answers : answers + 1);
        assertEq(GameState.unwrap(state) >> 96, GameState.unwrap(_state(turn)) >> 96);
    }

    function testFuzz_AnswersBy_CountsOnlyWhatCameAfterTheMove(uint8 answers, uint256 answeredAt) public pure {
        answers = uint8(bound(answers, 0, 254));
        GameState state = GameState.wrap(BEGUN | (uint256(answers) << 88));
        answeredAt = bound(answeredAt, BEGUN, type(uint40).max);
        assertEq(state.answersBy(answeredAt), answers + 1);
        assertEq(state.answersBy(answeredAt % BEGUN), answers);
    }

    /// @dev One second before the end of each turn, at it, and one after.
    function testFuzz_Late_AtTheEndOfEachTurn(Turn memory turn) public pure {
        _bound(turn);
        GameState state = _state(turn);
        uint256 workerUntil = BEGUN + (turn.worker > INCREMENT ? turn.worker : INCREMENT);
        assertEq(uint8(state.late(0, workerUntil - 1)), uint8(Side.None));
        assertEq(uint8(state.late(0, workerUntil)), uint8(Side.None));
        assertEq(uint8(state.late(0, workerUntil + 1)), uint8(Side.Worker));
        assertEq(uint8(state.late(workerUntil, workerUntil)), uint8(Side.None));
        assertEq(uint8(state.late(workerUntil + 1, workerUntil + 1)), uint8(Side.Worker));

        uint256 answeredAt = turn.answeredAt % (workerUntil + 1);
        if (answeredAt == 0) answeredAt = 1;
        uint256 begun = answeredAt < BEGUN ? BEGUN : answeredAt;
        uint256 challengerUntil = begun + (turn.challenger > INCREMENT ? turn.challenger : INCREMENT);
        assertEq(state.challengerUntil(answeredAt), challengerUntil);
        assertEq(uint8(state.late(answeredAt, challengerUntil - 1)), uint8(Side.None));
        assertEq(uint8(state.late(answeredAt, challengerUntil)), uint8(Side.None));
        assertEq(uint8(state.late(answeredAt, challengerUntil + 1)), uint8(Side.Challenger));
    }

    /// @dev INVARIANT OV-2: however both sides use their time, a game of the most rounds is over in time.
    function testFuzz_AGameLastsAtMostItsLongest(uint256 seed, uint8 rawClass, bool slow) public pure {
        TermsClass class = TermsClass(rawClass % 3);
        GameState state = GameStateLib.opened(class, 64, BEGUN);
        uint256 time = BEGUN;
        for (uint256 round = 0; round < Rounds.MOST_ROUNDS; ++round) {
            uint256 most = state.workerClock() > class.increment() ? state.workerClock() : class.increment();
            uint256 answeredAt = time + (slow ? most : _draw(seed, round) % (most + 1));
            assertEq(uint8(state.late(answeredAt, answeredAt)), uint8(Side.None));
            most = state.challengerUntil(answeredAt) - answeredAt;
            time = answeredAt + (slow ? most : _draw(~seed, round) % (most + 1));
            assertEq(uint8(state.late(answeredAt, time)), uint8(Side.None));
            state = state.moved(answeredAt, time).movedTo(Stage.Trace, round, round);
        }
        assertEq(state.answersBy(0), Rounds.MOST_ROUNDS);
        assertLe(time - BEGUN, 2 * (class.clock() + Rounds.MOST_ROUNDS * class.increment()));
        // With all time taken: each clock in the first turn, and an increment in every later one.
        if (slow) assertEq(time - BEGUN, 2 * (class.clock() + (Rounds.MOST_ROUNDS - 1) * class.increment()));
    }

    /// @dev The seconds of this turn that ticked on each clock: on the worker's until it answered.
    function _ticks(Turn memory turn) private pure returns (uint256 byWorker, uint256 byChallenger) {
        for (uint256 second = BEGUN; second < turn.now; ++second) {
            if (turn.answeredAt == 0 || second < turn.answeredAt) ++byWorker;
            else ++byChallenger;
        }
    }

    /// @dev Clocks around the increment; an answer that is missing, older than the move, or since then.
    function _bound(Turn memory turn) private pure {
        turn.worker = bound(turn.worker, 0, 2 * INCREMENT);
        turn.challenger = bound(turn.challenger, 0, 2 * INCREMENT);
        turn.now = bound(turn.now, BEGUN, BEGUN + 5 * INCREMENT);
        uint256 kind = turn.answeredAt % 4;
        if (kind == 0) turn.answeredAt = 0;
        else if (kind == 1) turn.answeredAt = bound(turn.answeredAt, 1, BEGUN - 1);
        else turn.answeredAt = bound(turn.answeredAt, BEGUN, turn.now);
    }

    function _state(Turn memory turn) private pure returns (GameState) {
        return GameState.wrap(BEGUN | (turn.worker << 40) | (turn.challenger << 64) | (uint256(7) << 184));
    }

    function _draw(uint256 seed, uint256 salt) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }
}
