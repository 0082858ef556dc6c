// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {TensorHeader} from "../../../../contracts/common/types/TensorHeader.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {IGames} from "../../../../contracts/verification/interfaces/IGames.sol";
import {Game} from "../../../../contracts/verification/types/Game.sol";
import {GameState, Stage} from "../../../../contracts/verification/types/GameState.sol";
import {Trace} from "../../../../contracts/verification/types/Trace.sol";
import {TreeLib} from "../Tree.sol";
import {ClaimModel} from "./ClaimModel.sol";

/// @dev What games must look like: clocks, answers, verdicts, and money, with an account of the games of each job.
abstract contract GameModel is ClaimModel {
    enum Verdict {
        None,
        Proved,
        Refuted
    }

    /// @dev A game as its events say, and what they do not say.
    struct Play {
        uint256 job;
        Game game;
        uint256 node; // of the program, once the game is in its tensor
        uint256 workerClock;
        uint256 challengerClock;
        uint256 movedAt;
        uint256 answers;
        Verdict verdict;
        bool over;
    }

    Play[] internal _plays;
    uint256[] public livePlays;
    Game[] internal _formerGames;

    mapping(uint256 job => mapping(uint256 unit => Trace)) internal _traceOf;
    mapping(bytes32 ask => uint256 timestamp) internal _shownAt;

    /// @dev By job: games that are live, whether it was slashed, and what each other game gets then at most.
    mapping(uint256 job => uint256) public liveGames;
    mapping(uint256 job => uint256) public begun;
    mapping(uint256 job => bool) public slashed;
    mapping(uint256 job => uint256) public share;

    /// @dev By job: what the account of its games holds, and what the six accounts got by calls to the verifier, less what
    /// they paid, without refunds of the price.
    mapping(uint256 job => uint256) public inGames;
    mapping(uint256 job => int256) public swing;

    /// @dev How often something happened.
    mapping(bytes32 event_ => uint256) public count;

    function playCount() external view returns (uint256) {
        return _plays.length;
    }

    function playOf(uint256 index) external view returns (Play memory) {
        return _plays[index];
    }

    /// @dev What a job's games must hold, by their states alone.
    function owedToGames(uint256 job) external view returns (uint256 sum) {
        for (uint256 i = 0; i < livePlays.length; ++i) {
            Play storage play = _plays[livePlays[i]];
            if (play.job == job) sum += play.game.bond + share[job];
        }
    }

    /// @dev Calls the verifier about a job; what the accounts gain by it is taken down.
    function _play(uint256 job, address caller, bytes memory data, bool allowed) internal returns (Vm.Log[] memory) {
        uint256 before = _wealth(_jobs[job].token);
        vm.recordLogs();
        _sendBatched(address(VERIFIER), caller, data, allowed);
        swing[job] += int256(_wealth(_jobs[job].token)) - int256(before);
        return vm.getRecordedLogs();
    }

    /// @dev Carries a move over into the model: where it led is known from the events, what follows from it from the rules.
    function _moved(uint256 index, Verdict verdict, Vm.Log[] memory logs) internal {
        Play storage play = _plays[index];
        _formerGames.push(play.game);
        uint256 answered = _answeredAt(play);
        if (verdict == Verdict.None) {
            uint256 begins = Math.max(answered, play.movedAt);
            play.workerClock = Math.saturatingSub(play.workerClock, begins - play.movedAt);
            play.challengerClock = Math.saturatingSub(play.challengerClock, time - begins);
        }
        play.answers = _answers(play);
        if (verdict == Verdict.None) play.movedAt = time;
        play.verdict = verdict;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IGames.Moved.selector) {
                (play.game.state, play.game.node) = abi.decode(logs[i].data, (GameState, bytes32));
            } else if (logs[i].topics[0] == IGames.NodePicked.selector) {
                (play.game.programNode, play.game.header) = abi.decode(logs[i].data, (bytes32, TensorHeader));
                play.node = uint256(logs[i].topics[2]);
            }
        }
    }

    function _stake(Play memory play) internal {
        inGames[play.job] += play.game.bond;
        gain[play.game.challenger][play.game.token] -= int256(play.game.bond);
        gain[address(VERIFIER)][play.game.token] += int256(play.game.bond);
    }

    /// @dev Ends a game that pays its challenger and the worker, and the treasury what is left of `available`.
    function _end(uint256 index, uint256 toChallenger, uint256 toWorker, uint256 available) internal {
        Play storage play = _plays[index];
        _award(play, play.game.challenger, toChallenger);
        _award(play, _jobs[play.job].worker, toWorker);
        _award(play, TREASURY, available - toChallenger - toWorker);
        _formerGames.push(play.game);
        play.over = true;
        --liveGames[play.job];
        for (uint256 i = 0; i < livePlays.length; ++i) {
            if (livePlays[i] != index) continue;
            livePlays[i] = livePlays[livePlays.length - 1];
            livePlays.pop();
        }
    }

    /// @dev When the worker showed what it was asked for last; 0 = not yet.
    function _answeredAt(Play memory play) internal view returns (uint256) {
        bool atUnit = _isAtUnit(play);
        uint256 committedAt = _traceOf[play.job][play.game.state.unit()].committedAt;
        if (atUnit && committedAt == 0) return 0;
        uint256 shown = _shownAt[_askOf(play)];
        return atUnit && shown != 0 ? Math.max(shown, committedAt) : shown;
    }

    /// @dev What a worker with a trace is asked to show.
    function _askOf(Play memory play) internal view returns (bytes32) {
        (bytes32 node, uint256 height) = (play.game.node, play.game.state.height());
        if (_isAtUnit(play)) {
            Trace memory trace = _traceOf[play.job][play.game.state.unit()];
            (node, height) = (trace.root, TreeLib.over(new bytes32[](trace.nodes)).depth());
        }
        return _askKey(node, _headerAtTop(play), 1 << _levels(height));
    }

    function _askKey(bytes32 node, TensorHeader header, uint256 children) internal pure returns (bytes32) {
        return keccak256(abi.encode(node, header, children));
    }

    /// @dev The header of the tensor whose root the game is at, else 0.
    function _headerAtTop(Play memory play) internal pure returns (TensorHeader) {
        bool atTop = play.game.state.stage() == Stage.Tensor && play.game.state.height() == play.game.header.depth();
        return atTop ? play.game.header : TensorHeader.wrap(0);
    }

    function _isAtUnit(Play memory play) internal pure returns (bool) {
        return play.game.state.stage() == Stage.Units && play.game.state.height() == 0;
    }

    function _isLate(Play memory play) internal view returns (bool worker, bool challenger) {
        uint256 answered = _answeredAt(play);
        uint256 until = _workerUntil(play);
        if (answered == 0 ? time > until : answered > until) return (true, false);
        return (false, answered != 0 && time > _challengerUntil(play));
    }

    function _workerUntil(Play memory play) internal view returns (uint256) {
        return play.movedAt + Math.max(play.workerClock, _increment(_classOf(play)));
    }

    function _challengerUntil(Play memory play) internal view returns (uint256) {
        return Math.max(_answeredAt(play), play.movedAt) + Math.max(play.challengerClock, _increment(_classOf(play)));
    }

    /// @dev The worker's turns. What was shown before the challenger came there counts for nothing.
    function _answers(Play memory play) internal view returns (uint256) {
        if (play.verdict != Verdict.None) return play.answers;
        uint256 answered = _answeredAt(play);
        return answered != 0 && answered >= play.movedAt ? play.answers + 1 : play.answers;
    }

    function _classOf(Play memory play) internal view returns (uint256) {
        return uint256(_jobs[play.job].terms.termsClass());
    }

    /// @dev The levels of the next round: at most six, in the fewest rounds, as equal as they can be.
    function _levels(uint256 height) internal pure returns (uint256 levels) {
        uint256 rounds = (height + 5) / 6;
        while (levels * rounds < height) ++levels;
    }

    /// @dev The claims of the six accounts in a token.
    function _wealth(address token) private view returns (uint256 sum) {
        for (uint256 i = 0; i < ACTORS; ++i) sum += LEDGER.balanceOf(actors[i], TokenId.fromToken(token));
    }

    function _award(Play memory play, address to, uint256 amount) private {
        inGames[play.job] -= amount;
        gain[to][play.game.token] += int256(amount);
        gain[address(VERIFIER)][play.game.token] -= int256(amount);
    }
}
