// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {TensorHeader} from "../../../contracts/common/types/TensorHeader.sol";
import {JobId} from "../../../contracts/compute/types/JobId.sol";
import {TermsClass} from "../../../contracts/compute/types/TermsClass.sol";
import {Game} from "../../../contracts/verification/types/Game.sol";
import {GameId, GameIdLib} from "../../../contracts/verification/types/GameId.sol";
import {GameState, GameStateLib, Stage} from "../../../contracts/verification/types/GameState.sol";
import {Trace} from "../../../contracts/verification/types/Trace.sol";

contract GameWordsFuzzTest is Test {
    struct Fields {
        uint40 movedAt;
        uint24 workerClock;
        uint24 challengerClock;
        uint8 answers;
        uint8 stage;
        uint8 termsClass;
        uint8 height;
        uint64 index;
        uint64 unit;
    }

    function testFuzz_HashIsThatOfTheEncodedGame(Game memory game) public pure {
        assertEq(game.hash(), keccak256(abi.encode(game)));
    }

    function testFuzz_HashIsThatOfTheEncodedTrace(Trace memory trace) public pure {
        assertEq(trace.hash(), keccak256(abi.encode(trace)));
    }

    function testFuzz_GameIdsHoldTheirJob(uint256 job, uint32 number) public pure {
        job = bound(job, 0, (1 << 224) - 1);
        GameId id = GameIdLib.toGameId(JobId.wrap(job), number);
        assertEq(JobId.unwrap(id.jobId()), job);
        assertEq(uint32(GameId.unwrap(id)), number);
    }

    /// @dev A header stands beside the root only at the top of its tensor.
    function testFuzz_TopHeaderIsThatOfTheTensorsRoot(uint8 height, uint8 size, uint32 rows, uint32 cols) public pure {
        Game memory game;
        rows = uint32(bound(rows, 1, 1 << 12));
        cols = uint32(bound(cols, 1, 1 << 12));
        game.header = TensorHeader.wrap((uint256(1) << (64 + (size % 3))) | (uint256(rows) << 32) | cols);
        uint256 depth = game.header.depth();
        game.state = game.state.movedTo(Stage.Tensor, depth, 0);
        assertEq(TensorHeader.unwrap(game.topHeader()), TensorHeader.unwrap(game.header));
        vm.assume(height != depth);
        game.state = game.state.movedTo(Stage.Tensor, height, 0);
        assertEq(TensorHeader.unwrap(game.topHeader()), 0);
    }

    function testFuzz_FieldsComeBackAsTheyLieSideBySide(Fields memory given) public pure {
        _assertFields(_pack(given), given);
    }

    function testFuzz_ANewGame(uint8 termsClass, uint8 height, uint40 timestamp) public pure {
        TermsClass class = TermsClass(termsClass % 3);
        uint24 clock = uint24(
            class == TermsClass.Fast
                ? 3 hours
                : class == TermsClass.Standard
                    ? 12 hours
                    : 84 hours
        );
        Fields memory expected = Fields(timestamp, clock, clock, 0, 0, uint8(class), height, 0, 0);
        _assertFields(GameStateLib.opened(class, height, timestamp), expected);
    }

    function testFuzz_ChangesLeaveTheRest(Fields memory given, Fields memory other) public pure {
        GameState state = _pack(given);
        Fields memory expected = _copy(given);
        other.stage %= 5;
        (expected.stage, expected.height, expected.index) = (other.stage, other.height, other.index);
        _assertFields(state.movedTo(Stage(other.stage), other.height, other.index), expected);

        expected = _copy(given);
        expected.unit = other.unit;
        _assertFields(state.withUnit(other.unit), expected);

        expected = _copy(given);
        expected.stage = uint8(Stage.Proved);
        _assertFields(state.decided(true), expected);
        expected.stage = uint8(Stage.Refuted);
        _assertFields(state.decided(false), expected);
    }

    function _copy(Fields memory fields) private pure returns (Fields memory) {
        return abi.decode(abi.encode(fields), (Fields));
    }

    /// @dev The first field is the lowest, and nothing is above the last.
    function _pack(Fields memory given) private pure returns (GameState) {
        (given.stage, given.termsClass) = (given.stage % 5, given.termsClass % 3);
        bytes memory high = abi.encodePacked(given.unit, given.index, given.height, given.termsClass, given.stage);
        bytes memory low = abi.encodePacked(given.answers, given.challengerClock, given.workerClock, given.movedAt);
        return GameState.wrap(uint256(bytes32(abi.encodePacked(new bytes(32 - high.length - low.length), high, low))));
    }

    function _assertFields(GameState state, Fields memory fields) private pure {
        assertEq(GameState.unwrap(state), GameState.unwrap(_pack(fields)));
        assertEq(state.movedAt(), fields.movedAt);
        assertEq(state.workerClock(), fields.workerClock);
        assertEq(state.challengerClock(), fields.challengerClock);
        assertEq(state.answersBy(0), fields.answers);
        assertEq(uint8(state.stage()), fields.stage);
        assertEq(uint8(state.class()), fields.termsClass);
        assertEq(state.height(), fields.height);
        assertEq(state.index(), fields.index);
        assertEq(state.unit(), fields.unit);
    }
}
