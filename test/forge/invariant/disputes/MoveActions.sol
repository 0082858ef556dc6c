// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGames} from "../../../../contracts/verification/interfaces/IGames.sol";
import {ITensorStep} from "../../../../contracts/verification/interfaces/ITensorStep.sol";
import {Descent} from "../../../../contracts/verification/types/Descent.sol";
import {Game} from "../../../../contracts/verification/types/Game.sol";
import {Stage} from "../../../../contracts/verification/types/GameState.sol";
import {Trace} from "../../../../contracts/verification/types/Trace.sol";
import {Tree, TreeLib} from "../Tree.sol";
import {WorkerActions} from "./WorkerActions.sol";

/// @dev The moves of challengers that know the truth, and of others.
abstract contract MoveActions is WorkerActions {
    enum Forged {
        Nothing,
        Node,
        Trace,
        Evidence
    }

    /// @dev A move, the verdict that must follow from it, and what is forged about it.
    struct Turn {
        Descent descent;
        uint256 element;
        Verdict verdict;
        bytes32 name;
        Forged forged;
    }

    bytes32 private constant FLIP = bytes32(uint256(1));

    /// @dev Moves on in a game that is not decided, once there is a trace to move in.
    function _move(uint256 seed, uint256 index, bool truthful) internal {
        Play memory play = _plays[index];
        if (play.verdict != Verdict.None || _claims[play.job].kind == Kind.Nothing) return;
        if (_isAtUnit(play) && _traceOf[play.job][play.game.state.unit()].committedAt == 0) return;
        Turn memory turn = _turn(seed, play, truthful);
        Descent memory to = turn.descent;
        bytes32 digest = VERIFIER.moveDigest(_hashOf(play.game), to.height, to.index, to.node, turn.element);
        (address caller, bytes memory signature, bool allowed) = _mover(seed, play, digest);
        allowed = allowed && turn.forged == Forged.Nothing;
        allowed = allowed && time <= _challengerUntil(play) && (turn.name != "pickInput" || isLive[play.job]);
        bytes memory data = _encode(play, turn, signature);
        if (!allowed) _play(play.job, caller, data, false);
        else {
            _moved(index, turn.verdict, _play(play.job, caller, data, true));
            ++count[turn.name];
        }
    }

    /// @dev The challenger, or somebody with its signature, or somebody who has no right to move.
    function _mover(
        uint256 seed,
        Play memory play,
        bytes32 digest
    ) internal view returns (address caller, bytes memory signature, bool authorised) {
        address challenger = play.game.challenger;
        uint256 kind = _draw(seed, "mover", 12);
        if (kind > 4) return (challenger, "", true);
        if (kind > 1) return (STRANGER, _sign(challenger, digest), true);
        if (kind == 1) return (STRANGER, "", false);
        return (STRANGER, _sign(challenger, keccak256(abi.encode(digest))), false);
    }

    function _hashOf(Game memory game) internal pure returns (bytes32) {
        return keccak256(abi.encode(game));
    }

    /// @dev One round down, sometimes straight to the end; a challenger that knows the truth goes where the claim is false
    /// if it is false there, any other somewhere.
    function _turn(uint256 seed, Play memory play, bool truthful) private view returns (Turn memory turn) {
        (Tree memory tree, uint256 height, uint256 position) = _standsIn(play);
        uint256 levels = _draw(seed, "straight", 4) == 0 ? height : _levels(height);
        uint256 leaves = _leavesOf(play);
        uint256 leaf = (position << height) + _draw(seed, "leaf", 1 << height);
        if (truthful) {
            uint256 false_ = _falseLeaf(play, leaves);
            if (false_ >> height == position) leaf = false_;
        }
        // What is beyond the units or the nodes cannot be picked.
        if (leaf >= leaves) leaf = position << height;
        Descent memory to = turn.descent;
        (to.height, to.index) = (height - levels, leaf >> (height - levels));
        to.node = tree.levels[to.height][to.index];
        to.siblings = tree.siblings(to.height, to.index, levels);
        _judge(seed, play, turn, truthful);
        if (_draw(seed, "forge", 12) == 0) _forge(seed, play, turn);
    }

    /// @dev One word of what a move brings is another one than it must be.
    function _forge(uint256 seed, Play memory play, Turn memory turn) private pure {
        turn.forged = Forged(1 + _draw(seed, "forged", 3));
        if (turn.name == "pick" || turn.name == "pickInTensor") turn.forged = Forged.Node;
        // Nothing is opened for an inner node or for padding.
        bool padding = turn.element >= COLUMNS || turn.descent.index >= play.game.header.rows();
        bool unopened = turn.name == "pickInTrace" || (turn.name == "step" && padding);
        if (unopened && turn.forged == Forged.Evidence) turn.forged = Forged.Trace;
        if (turn.forged == Forged.Node) turn.descent.node ^= FLIP;
    }

    /// @dev What the chain must find.
    function _judge(uint256 seed, Play memory play, Turn memory turn, bool truthful) private view {
        Descent memory to = turn.descent;
        uint256 unit = play.game.state.unit();
        Stage stage = play.game.state.stage();
        bool inUnits = stage == Stage.Units && play.game.state.height() != 0;
        if (inUnits || (stage == Stage.Tensor && to.height != 0))
            turn.name = inUnits ? bytes32("pick") : bytes32("pickInTensor");
        else if (stage == Stage.Tensor) {
            turn.name = "step";
            bool known = truthful && _claims[play.job].unit == unit && _claims[play.job].node == play.node;
            turn.element = known ? _claims[play.job].element : _draw(seed, "element", 32);
            turn.verdict = _elementIsFalse(play, to, turn.element) ? Verdict.Proved : Verdict.Refuted;
        } else if (to.height != 0) turn.name = "pickInTrace";
        else if (to.index > 1) turn.name = "pickNode";
        else {
            turn.name = to.index == 0 ? bytes32("pickInput") : bytes32("pickConst");
            bytes32 expected = to.index == 0 ? _unitInputId(play.job, unit) : _traceIds(play.job, unit, false)[1];
            turn.verdict = to.node != expected ? Verdict.Proved : Verdict.Refuted;
        }
    }

    /// @dev Whether an element of a claimed word is another one than the claimed operands give.
    function _elementIsFalse(Play memory play, Descent memory to, uint256 element) private view returns (bool) {
        Program memory program = _program(_kindOf(_jobs[play.job].modelId));
        bytes32 computed;
        if (to.index < _headerOf(program, play.node).rows()) {
            (bytes32 a, bytes32 b) = _operandWords(play, program);
            computed = _sum(a, b);
        }
        return to.node[element] != computed[element];
    }

    function _operandWords(
        Play memory play,
        Program memory program
    ) private view returns (bytes32 wordA, bytes32 wordB) {
        (uint256 a, uint256 b) = _operands(program, play.node);
        uint64 unit = play.game.state.unit();
        return (_resultTree(play.job, unit, a, true).levels[0][0], _resultTree(play.job, unit, b, true).levels[0][0]);
    }

    function _encode(Play memory play, Turn memory turn, bytes memory signature) private view returns (bytes memory) {
        Trace memory trace = _traceOf[play.job][play.game.state.unit()];
        Descent memory to = turn.descent;
        Program memory program = _program(_kindOf(_jobs[play.job].modelId));
        if (turn.forged == Forged.Trace) trace.root ^= FLIP;
        bytes32 evidence = turn.forged == Forged.Evidence ? FLIP : bytes32(0);
        if (turn.name == "step") {
            IGames.Witness memory witness = _witness(play, program, turn.element);
            (turn.element % 2 == 0 ? witness.a : witness.b).words[0] ^= evidence;
            return abi.encodeCall(VERIFIER.step, (play.game, trace, to, witness, signature));
        }
        if (turn.name == "pickInTrace") return abi.encodeCall(VERIFIER.pickInTrace, (play.game, trace, to, signature));
        if (turn.name == "pickNode" || turn.name == "pickConst") {
            IGames.NodeOpening memory opening;
            opening.node = program.words[to.index];
            opening.node[3] ^= evidence;
            opening.proof = program.tree.siblings(0, to.index, program.tree.depth());
            return abi.encodeCall(VERIFIER.pickNode, (play.game, trace, to, opening, signature));
        }
        if (turn.name != "pickInput") return abi.encodeCall(VERIFIER.pick, (play.game, to, signature));
        (bytes32 inputId, bytes32[] memory proof) = _inputOpening(play, program);
        inputId ^= evidence;
        return abi.encodeCall(VERIFIER.pickInput, (play.game, trace, to, _jobs[play.job], inputId, proof, signature));
    }

    function _inputOpening(
        Play memory play,
        Program memory program
    ) private view returns (bytes32 inputId, bytes32[] memory proof) {
        uint64 unit = play.game.state.unit();
        inputId = _unitInputId(play.job, unit);
        bool chained = _jobs[play.job].terms.chained();
        if (chained && unit == 0) return (inputId, proof);
        Tree memory tree =
            chained
                ? _unitTree(play.job)
                : _inputTree(program, _inputSeed[play.job], _jobs[play.job].state.unitsAsked());
        proof = tree.siblings(0, chained ? unit - 1 : unit, tree.depth());
    }

    function _witness(
        Play memory play,
        Program memory program,
        uint256 element
    ) private view returns (IGames.Witness memory witness) {
        Tree memory trace = TreeLib.over(_traceIds(play.job, play.game.state.unit(), true));
        (uint256 a, uint256 b) = _operands(program, play.node);
        (bytes32 wordA, bytes32 wordB) = _operandWords(play, program);
        (witness.node, witness.element) = (program.words[play.node], element);
        (witness.a, witness.b) = (_opening(program, a, wordA), _opening(program, b, wordB));
        witness.proofA = trace.siblings(0, a, trace.depth());
        witness.proofB = trace.siblings(0, b, trace.depth());
    }

    /// @dev Operands have one word.
    function _opening(
        Program memory program,
        uint256 node,
        bytes32 word
    ) private pure returns (ITensorStep.Operand memory operand) {
        operand.header = _headerOf(program, node);
        operand.words = new bytes32[](1);
        operand.words[0] = word;
    }

    /// @dev How many leaves of the tree that the game is in can be picked.
    function _leavesOf(Play memory play) private view returns (uint256) {
        Stage stage = play.game.state.stage();
        if (stage == Stage.Tensor) return 1 << play.game.header.depth();
        if (stage == Stage.Units && !_isAtUnit(play)) return play.game.units;
        return _program(_kindOf(_jobs[play.job].modelId)).nodes;
    }

    /// @dev The leaf that somebody who knows the truth goes for, or none, beyond all leaves.
    function _falseLeaf(Play memory play, uint256 none) private view returns (uint256) {
        Claim memory claim = _claims[play.job];
        if (claim.kind != Kind.Lie) return none;
        Stage stage = play.game.state.stage();
        if (stage == Stage.Units && !_isAtUnit(play)) return claim.unit;
        if (claim.unit != play.game.state.unit()) return none;
        if (stage != Stage.Tensor) return claim.node;
        return claim.node == play.node ? claim.row : none;
    }
}
