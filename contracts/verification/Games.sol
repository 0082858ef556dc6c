// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListTree} from "../common/libraries/ListTree.sol";
import {Signatures} from "../common/libraries/Signatures.sol";
import {TensorTree} from "../common/libraries/TensorTree.sol";
import {TensorHeader} from "../common/types/TensorHeader.sol";
import {Job} from "../compute/types/Job.sol";
import {NodeHead, Op} from "../compute/types/NodeHead.sol";
import {Reveals} from "./Reveals.sol";
import {Traces} from "./Traces.sol";
import {IGames} from "./interfaces/IGames.sol";
import {ITensorStep} from "./interfaces/ITensorStep.sol";
import {Elements} from "./libraries/Elements.sol";
import {Rounds} from "./libraries/Rounds.sol";
import {Descent} from "./types/Descent.sol";
import {Game, GameLib} from "./types/Game.sol";
import {GameId} from "./types/GameId.sol";
import {GameState, Stage} from "./types/GameState.sol";
import {Trace} from "./types/Trace.sol";

/// @notice Owns the commitments to games, and carries out the moves of challengers.
abstract contract Games is IGames, Reveals, Traces {
    bytes32 private constant MOVE_TYPE_HASH = keccak256(
        "Move(bytes32 game,uint256 height,uint256 index,bytes32 node,uint256 element)"
    );

    /// @dev Computes elements.
    ITensorStep internal immutable _tensorStep;

    mapping(GameId id => bytes32 hash) private _hashes;

    constructor(ITensorStep tensorStep) {
        _tensorStep = tensorStep;
    }

    /// @inheritdoc IGames
    function pick(Game calldata given, Descent calldata descent, bytes calldata signature) external {
        Game memory game = _loadFor(given, descent, 0, signature);
        Stage stage = game.state.stage();
        bool inUnits = stage == Stage.Units && game.state.height() != 0;
        require(inUnits || stage == Stage.Tensor, GamesWrongStage(game.id, stage));
        _requireRound(game, game.state.height(), descent.height);
        if (stage == Stage.Tensor) require(descent.height != 0, GamesWrongHeight(game.id, 0));
        TensorHeader top = game.topHeader();
        uint256 answeredAt = _answeredInTree(game, top);

        _descend(game, descent, top);

        _move(game, answeredAt);
    }

    /// @inheritdoc IGames
    function pickInTrace(
        Game calldata given,
        Trace calldata trace,
        Descent calldata descent,
        bytes calldata signature
    ) external {
        Game memory game = _loadFor(given, descent, 0, signature);
        uint256 answeredAt = _enterTrace(game, trace, descent);
        require(descent.height != 0, GamesWrongHeight(game.id, 0));
        uint256 first = descent.index << descent.height;
        require(first < trace.nodes, GamesOutOfBounds(game.id, first, trace.nodes));

        (game.state, game.node) = (game.state.movedTo(Stage.Trace, descent.height, descent.index), descent.node);
        _move(game, answeredAt);
    }

    /// @inheritdoc IGames
    function pickNode(
        Game calldata given,
        Trace calldata trace,
        Descent calldata descent,
        NodeOpening calldata opening,
        bytes calldata signature
    ) external {
        Game memory game = _loadFor(given, descent, 0, signature);
        uint256 answeredAt = _enterTrace(game, trace, descent);
        require(descent.height == 0, GamesWrongHeight(game.id, descent.height));
        NodeHead head = NodeHead.wrap(uint256(opening.node[0]));
        bytes32 programNode = keccak256(abi.encode(opening.node));
        // INVARIANT OV-4: a leaf is held against the node that the program has at its index, and no other.
        require(
            head.op() != Op.INPUT &&
                ListTree.verify(trace.programRoot, programNode, descent.index, trace.nodes, opening.proof),
            GamesWrongNode(game.id, programNode)
        );

        if (head.op() == Op.CONST) {
            _decideLeaf(game, descent, TensorTree.tensorId(head.header(), opening.node[1]));
        } else {
            (game.programNode, game.header, game.node) = (programNode, head.header(), descent.node);
            game.state = game.state.movedTo(Stage.Tensor, game.header.depth(), 0);

            emit NodePicked(game.id, descent.index, programNode, game.header);
        }
        _move(game, answeredAt);
    }

    /// @inheritdoc IGames
    function pickInput(
        Game calldata given,
        Trace calldata trace,
        Descent calldata descent,
        Job calldata job,
        bytes32 inputId,
        bytes32[] calldata inputProof,
        bytes calldata signature
    ) external {
        Game memory game = _loadFor(given, descent, 0, signature);
        uint256 answeredAt = _enterTrace(game, trace, descent);
        require(descent.height == 0, GamesWrongHeight(game.id, descent.height));
        require(descent.index == 0, GamesOutOfBounds(game.id, descent.index, 1));
        _requireJob(game.id.jobId(), job);
        _requireInput(game, job, inputId, inputProof);

        _decideLeaf(game, descent, inputId);
        _move(game, answeredAt);
    }

    /// @inheritdoc IGames
    function step(
        Game calldata given,
        Trace calldata trace,
        Descent calldata descent,
        Witness calldata witness,
        bytes calldata signature
    ) external {
        Game memory game = _loadFor(given, descent, witness.element, signature);
        require(game.state.stage() == Stage.Tensor, GamesWrongStage(game.id, game.state.stage()));
        require(descent.height == 0, GamesWrongHeight(game.id, descent.height));
        bytes32 programNode = keccak256(abi.encode(witness.node));
        require(programNode == game.programNode, GamesWrongNode(game.id, programNode));
        _requireTrace(game, trace);
        TensorHeader top = game.topHeader();
        uint256 answeredAt = _answeredInTree(game, top);
        TensorHeader header = game.header;

        _descend(game, descent, top);
        _decideElement(game, header, trace, witness);
        _move(game, answeredAt);
    }

    /// @inheritdoc IGames
    function gameHash(GameId id) external view returns (bytes32) {
        return _hashes[id];
    }

    /// @inheritdoc IGames
    function moveDigest(
        bytes32 game,
        uint256 height,
        uint256 index,
        bytes32 node,
        uint256 element
    ) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(MOVE_TYPE_HASH, game, height, index, node, element)));
    }

    /// @dev Loads a game that its caller brought, if it is current.
    function _load(Game calldata given) internal view returns (Game memory game) {
        uint256 size = GameLib.SIZE;
        // SAFETY: a copy with dirty bits cannot have a stored hash, since what is stored was built field by field.
        assembly ("memory-safe") {
            game := mload(0x40)
            mstore(0x40, add(game, size))
            calldatacopy(game, given, size)
        }
        (bytes32 hash, bytes32 stored) = (game.hash(), _hashes[game.id]);
        // INVARIANT OV-1: only the state that is stored can be played on.
        require(hash == stored, GamesStale(game.id, hash, stored));
    }

    function _store(Game memory game) internal {
        _hashes[game.id] = game.hash();
    }

    /// @dev INVARIANT OV-1: a game ends once; its id is never stored again.
    function _endGame(GameId id) internal {
        delete _hashes[id];
    }

    function _requireChallenger(Game memory game, bytes32 digest, bytes calldata signature) internal view {
        address challenger = game.challenger;
        require(Signatures.isSignedBy(challenger, digest, signature), GamesUnauthorized(game.id, challenger, digest));
    }

    /// @dev When the worker answered the challenger's last move, in seconds; 0 = not yet. `trace` is looked at only where
    /// the answer is a trace.
    function _answeredAt(Game memory game, Trace calldata trace) internal view returns (uint256) {
        GameState state = game.state;
        if (state.stage() != Stage.Units || state.height() != 0) return _answeredInTree(game, game.topHeader());
        if (_traceHash(game.id.jobId(), state.unit()) == 0) return 0;
        _requireTrace(game, trace);
        uint256 children = Rounds.children(ListTree.depth(trace.nodes));
        uint256 revealTime = _revealTime(trace.root, TensorHeader.wrap(0), children);
        if (revealTime == 0) return 0;
        return revealTime > trace.committedAt ? revealTime : trace.committedAt;
    }

    /// @dev Goes down to a node of the same tree; `top` is what {GameLib-topHeader} says of the current one.
    function _descend(Game memory game, Descent calldata descent, TensorHeader top) internal pure {
        GameState state = game.state;
        _requireStart(game, descent, state.height(), state.index(), top);
        game.node = descent.node;
        game.state = state.movedTo(state.stage(), descent.height, descent.index);
        if (state.stage() == Stage.Units) _placeUnit(game);
    }

    /// @dev Notes the unit that was picked. Behind the units there is padding only: else two lists of the same outputs
    /// could have two roots.
    function _placeUnit(Game memory game) internal pure {
        uint256 height = game.state.height();
        uint256 first = game.state.index() << height;
        if (first >= game.units) {
            require(game.node != ListTree.padding(height), GamesOutOfBounds(game.id, first, game.units));
            game.state = game.state.decided(true);
        } else if (height == 0) {
            game.state = game.state.withUnit(first);
        }
    }

    /// @dev Stores the game after a move of its challenger, which must be in time.
    function _move(Game memory game, uint256 answeredAt) private {
        uint256 deadline = game.state.challengerUntil(answeredAt);
        require(block.timestamp <= deadline, GamesTooLate(game.id, deadline));

        // A decided game does not depend on the time, so that the move that decides it and {resolve} fit one transaction.
        game.state =
            game.state.stage() < Stage.Proved
                ? game.state.moved(answeredAt, block.timestamp)
                : game.state.answered(answeredAt);
        _store(game);

        emit Moved(game.id, game.state, game.node);
    }

    function _decideLeaf(Game memory game, Descent calldata descent, bytes32 expected) private {
        game.state = game.state.movedTo(Stage.Trace, 0, descent.index).decided(descent.node != expected);
        game.node = descent.node;

        emit LeafCompared(game.id, descent.index, descent.node, expected);
    }

    /// @dev The game stands at a word of a tensor with this header.
    function _decideElement(
        Game memory game,
        TensorHeader header,
        Trace calldata trace,
        Witness calldata witness
    ) private {
        uint256 size = header.elementSize();
        uint256 element = witness.element;
        require(element < 32 / size, GamesNoElement(game.id, element));
        uint256 rowDepth = header.rowDepth();
        uint256 row = game.state.index() >> rowDepth;
        uint256 col = ((game.state.index() & ((1 << rowDepth) - 1)) * 32) / size + element;
        int256 claimed = Elements.inWord(game.node, element, size);
        int256 computed;
        // Around rows and columns there are zeros only: else two tensors with the same elements could have two ids.
        if (row < header.rows() && col < header.cols()) {
            computed = _compute(game, row * header.cols() + col, trace, witness);
        }

        game.state = game.state.decided(claimed != computed);

        emit ElementComputed(game.id, row, col, claimed, computed);
    }

    function _compute(
        Game memory game,
        uint256 index,
        Trace calldata trace,
        Witness calldata witness
    ) private view returns (int256 computed) {
        (bytes32 idA, bytes32 idB) = (bytes32(0), bytes32(0));
        try _tensorStep.computeElement(witness.node, index, witness.a, witness.b) returns (
            int256 value,
            bytes32 first,
            bytes32 second
        ) {
            (computed, idA, idB) = (value, first, second);
        } catch Panic(uint256) {
            revert GamesWrongHeaders(game.id, witness.a.header, witness.b.header);
        }
        NodeHead head = NodeHead.wrap(uint256(witness.node[0]));
        // INVARIANT OV-4: operands are those of the trace, at the indices that the program's node names.
        if (idA != 0) _requireOperand(game.id, trace, head.a(), idA, witness.proofA);
        if (idB != 0) _requireOperand(game.id, trace, head.b(), idB, witness.proofB);
    }

    function _requireOperand(
        GameId id,
        Trace calldata trace,
        uint256 node,
        bytes32 tensorId,
        bytes32[] calldata proof
    ) private pure {
        require(ListTree.verify(trace.root, tensorId, node, trace.nodes, proof), GamesWrongOperand(id, node, tensorId));
    }

    /// @dev Loads a game for a move of its challenger.
    function _loadFor(
        Game calldata given,
        Descent calldata descent,
        uint256 element,
        bytes calldata signature
    ) private view returns (Game memory game) {
        game = _load(given);
        if (msg.sender == game.challenger) return game;
        bytes32 digest = moveDigest(game.hash(), descent.height, descent.index, descent.node, element);
        _requireChallenger(game, digest, signature);
    }

    /// @dev Checks a way down the trace of a game that has come to a unit or is in the trace already.
    function _enterTrace(
        Game memory game,
        Trace calldata trace,
        Descent calldata descent
    ) private view returns (uint256 answeredAt) {
        GameState state = game.state;
        bool atUnit = state.stage() == Stage.Units && state.height() == 0;
        require(atUnit || state.stage() == Stage.Trace, GamesWrongStage(game.id, state.stage()));
        _requireTrace(game, trace);
        answeredAt = _answeredAt(game, trace);
        uint256 height = state.height();
        uint256 index = state.index();
        if (atUnit) {
            (height, index, game.node) = (ListTree.depth(trace.nodes), 0, trace.root);
        }
        _requireRound(game, height, descent.height);
        _requireStart(game, descent, height, index, TensorHeader.wrap(0));
    }

    /// @dev When the worker revealed the round below the current node, in seconds; 0 = not yet.
    function _answeredInTree(Game memory game, TensorHeader top) private view returns (uint256) {
        return _revealTime(game.node, top, Rounds.children(game.state.height()));
    }

    function _requireTrace(Game memory game, Trace calldata trace) private view {
        (bytes32 hash, bytes32 stored) = (trace.hash(), _traceHash(game.id.jobId(), game.state.unit()));
        require(hash == stored, GamesWrongTrace(game.id, hash, stored));
    }

    /// @dev The unit's input: in a chained job the output of the unit before.
    function _requireInput(Game memory game, Job calldata job, bytes32 inputId, bytes32[] calldata proof) private pure {
        uint256 unit = game.state.unit();
        bool right;
        if (!job.terms.chained()) {
            right = ListTree.verify(job.inputRoot, inputId, unit, job.state.unitsAsked(), proof);
        } else if (unit == 0) {
            right = inputId == job.inputRoot;
        } else {
            right = ListTree.verify(job.outputRoot, inputId, unit - 1, game.units, proof);
        }
        require(right, GamesWrongInput(game.id, inputId));
    }

    /// @dev A pick goes down a whole round at the least, so that a game has few of them.
    function _requireRound(Game memory game, uint256 from, uint256 to) private pure {
        require(to <= from - Rounds.levels(from), GamesWrongHeight(game.id, to));
    }

    function _requireStart(
        Game memory game,
        Descent calldata descent,
        uint256 height,
        uint256 index,
        TensorHeader header
    ) private pure {
        bytes32 node = descent.start(height, index);
        if (TensorHeader.unwrap(header) != 0) node = TensorTree.tensorId(header, node);
        require(node == game.node, GamesWrongDescent(game.id, node, game.node));
    }
}
