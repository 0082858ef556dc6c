// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TermsClass} from "../../compute/types/TermsClass.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Which tree a game is in, or how it was decided.
enum Stage {
    Units,
    Trace,
    Tensor,
    Proved, // the worker's claim is false
    Refuted // the challenge is
}

/// @notice A side of a game.
enum Side {
    None,
    Worker,
    Challenger
}

/// @notice Where a game stands, in one word. From the lowest bit: moved at (40; when the challenger moved last, seconds),
/// worker's clock (24, seconds left), challenger's clock (24, seconds left), answers (8; turns that the worker took), stage
/// (8), terms class (8), height (8; levels below the current node), index (64; its position in its level), unit (64).
type GameState is uint256;

using GameStateLib for GameState global;

/// @notice Reads and changes {GameState}.
/// @dev Chess clocks with a least time: a turn may take what is left of its side's clock, or the increment of the class if
/// that is more. Every second belongs to one side: to the worker from the challenger's move to its answer, to the
/// challenger from then on; a challenger that moves without an answer is charged for all of it.
library GameStateLib {
    uint256 private constant WORKER_CLOCK = 40;
    uint256 private constant CHALLENGER_CLOCK = 64;
    uint256 private constant ANSWERS = 88;
    uint256 private constant STAGE = 96;
    uint256 private constant CLASS = 104;
    uint256 private constant HEIGHT = 112;
    uint256 private constant INDEX = 120;
    uint256 private constant UNIT = 184;

    /// @notice The state of a game that begins at `timestamp` (seconds) at the root of `height` levels of units.
    function opened(TermsClass class_, uint256 height_, uint256 timestamp) internal pure returns (GameState) {
        uint256 clock = class_.clock();
        uint256 word = uint40(timestamp) | (clock << WORKER_CLOCK) | (clock << CHALLENGER_CLOCK);
        return GameState.wrap(word | (uint256(class_) << CLASS) | (height_ << HEIGHT));
    }

    /// @notice The same game at another node.
    function movedTo(GameState self, Stage stage_, uint256 height_, uint256 index_) internal pure returns (GameState) {
        uint256 word = _with(GameState.unwrap(self), STAGE, 8, uint256(stage_));
        return GameState.wrap(_with(_with(word, HEIGHT, 8, height_), INDEX, 64, index_));
    }

    /// @notice The same game, about one unit.
    function withUnit(GameState self, uint256 unit_) internal pure returns (GameState) {
        return GameState.wrap(_with(GameState.unwrap(self), UNIT, 64, unit_));
    }

    /// @notice The same game, decided.
    function decided(GameState self, bool proved) internal pure returns (GameState) {
        return GameState.wrap(_with(GameState.unwrap(self), STAGE, 8, uint256(proved ? Stage.Proved : Stage.Refuted)));
    }

    /// @notice The same game with the worker's last answer counted.
    /// @param answeredAt When the worker answered the challenger's last move, in seconds; 0 = not yet
    function answered(GameState self, uint256 answeredAt) internal pure returns (GameState) {
        return GameState.wrap(_with(GameState.unwrap(self), ANSWERS, 8, self.answersBy(answeredAt)));
    }

    /// @notice The same game after a move of the challenger at `timestamp`.
    /// @param answeredAt When the worker answered the move before, in seconds; 0 = not yet
    /// @param timestamp The current time, in seconds
    function moved(GameState self, uint256 answeredAt, uint256 timestamp) internal pure returns (GameState) {
        uint256 begun = self.movedAt();
        uint256 begins = answeredAt == 0 ? begun : Math.max(answeredAt, begun);
        uint256 word = _with(GameState.unwrap(self.answered(answeredAt)), 0, 40, timestamp);
        word = _with(word, WORKER_CLOCK, 24, Math.saturatingSub(self.workerClock(), begins - begun));
        word = _with(word, CHALLENGER_CLOCK, 24, Math.saturatingSub(self.challengerClock(), timestamp - begins));
        return GameState.wrap(word);
    }

    /// @notice The side whose time is over at `timestamp`.
    /// @param answeredAt When the worker answered the challenger's last move, in seconds; 0 = not yet
    /// @param timestamp The current time, in seconds
    function late(GameState self, uint256 answeredAt, uint256 timestamp) internal pure returns (Side) {
        uint256 workerUntil = self.movedAt() + Math.max(self.workerClock(), self.class().increment());
        if (answeredAt == 0) return timestamp > workerUntil ? Side.Worker : Side.None;
        if (answeredAt > workerUntil) return Side.Worker;
        return timestamp > self.challengerUntil(answeredAt) ? Side.Challenger : Side.None;
    }

    /// @notice The last second at which the challenger can move.
    /// @param answeredAt When the worker answered its last move, in seconds; 0 = not yet
    function challengerUntil(GameState self, uint256 answeredAt) internal pure returns (uint256) {
        return Math.max(answeredAt, self.movedAt()) + Math.max(self.challengerClock(), self.class().increment());
    }

    /// @notice The turns that the worker took, with the last if it was taken after the challenger's move.
    /// @param answeredAt When the worker answered that move, in seconds; 0 = not yet
    function answersBy(GameState self, uint256 answeredAt) internal pure returns (uint256) {
        uint256 before = uint8(GameState.unwrap(self) >> ANSWERS);
        return answeredAt != 0 && answeredAt >= self.movedAt() ? before + 1 : before;
    }

    /// @notice When the challenger moved last, in seconds.
    function movedAt(GameState self) internal pure returns (uint256) {
        return uint40(GameState.unwrap(self));
    }

    /// @notice What is left of the worker's clock, in seconds.
    function workerClock(GameState self) internal pure returns (uint256) {
        return uint24(GameState.unwrap(self) >> WORKER_CLOCK);
    }

    /// @notice What is left of the challenger's clock, in seconds.
    function challengerClock(GameState self) internal pure returns (uint256) {
        return uint24(GameState.unwrap(self) >> CHALLENGER_CLOCK);
    }

    /// @notice Which tree the game is in, or how it was decided.
    function stage(GameState self) internal pure returns (Stage) {
        return Stage(uint8(GameState.unwrap(self) >> STAGE));
    }

    /// @notice The class of the job's terms.
    function class(GameState self) internal pure returns (TermsClass) {
        return TermsClass(uint8(GameState.unwrap(self) >> CLASS));
    }

    /// @notice Levels below the current node.
    function height(GameState self) internal pure returns (uint256) {
        return uint8(GameState.unwrap(self) >> HEIGHT);
    }

    /// @notice Position of the current node in its level.
    function index(GameState self) internal pure returns (uint256) {
        return uint64(GameState.unwrap(self) >> INDEX);
    }

    /// @notice The unit that the game is about, once it has come to one.
    function unit(GameState self) internal pure returns (uint64) {
        return uint64(GameState.unwrap(self) >> UNIT);
    }

    /// @dev `value` fits in the `bits` bits from `offset` on.
    function _with(uint256 word, uint256 offset, uint256 bits, uint256 value) private pure returns (uint256) {
        return (word & ~(((1 << bits) - 1) << offset)) | (value << offset);
    }
}
