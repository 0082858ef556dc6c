// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Batch} from "../common/Batch.sol";
import {ListTree} from "../common/libraries/ListTree.sol";
import {TensorHeader} from "../common/types/TensorHeader.sol";
import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {IMarketTerms} from "../compute/interfaces/IMarketTerms.sol";
import {IModelRegistry} from "../compute/interfaces/IModelRegistry.sol";
import {Job} from "../compute/types/Job.sol";
import {JobId} from "../compute/types/JobId.sol";
import {TermsClass} from "../compute/types/TermsClass.sol";
import {VerifierTerms} from "../compute/types/VerifierTerms.sol";
import {ILedger} from "../payments/interfaces/ILedger.sol";
import {TokenId} from "../payments/types/TokenId.sol";
import {Games} from "./Games.sol";
import {Traces} from "./Traces.sol";
import {IOptimisticVerifier} from "./interfaces/IOptimisticVerifier.sol";
import {ITensorStep} from "./interfaces/ITensorStep.sol";
import {IVerifier} from "./interfaces/IVerifier.sol";
import {ChallengeBond} from "./libraries/ChallengeBond.sol";
import {Rounds} from "./libraries/Rounds.sol";
import {Descent} from "./types/Descent.sol";
import {Game} from "./types/Game.sol";
import {GameId, GameIdLib} from "./types/GameId.sol";
import {GameStateLib, Side, Stage} from "./types/GameState.sol";
import {Trace} from "./types/Trace.sol";

/// @title OptimisticVerifier
/// @notice Begins games and ends them. See {IOptimisticVerifier}.
contract OptimisticVerifier is IOptimisticVerifier, Games, Batch {
    bytes32 private constant CONCESSION_TYPE_HASH = keccak256("Concession(bytes32 game)");

    /// @inheritdoc IOptimisticVerifier
    IModelRegistry public immutable MODEL_REGISTRY;

    ILedger private immutable _ledger;
    IMarketTerms private immutable _marketTerms;
    address private immutable _treasury;

    mapping(JobId id => Dispute) private _disputes;

    constructor(
        IJobEscrow escrow,
        IModelRegistry modelRegistry,
        ITensorStep tensorStep
    ) EIP712("Ergon", "1") Traces(escrow) Games(tensorStep) {
        MODEL_REGISTRY = modelRegistry;
        _ledger = escrow.LEDGER();
        _marketTerms = escrow.ORDER_BOOK();
        _treasury = escrow.TREASURY();
    }

    /// @inheritdoc IOptimisticVerifier
    function challenge(
        JobId id,
        Job calldata job,
        Descent calldata descent,
        uint256 maxBond
    ) external returns (GameId gameId) {
        _requireJob(id, job);
        require(block.timestamp <= job.contestableUntil(), OptimisticVerifierTooLate(id, job.contestableUntil()));
        require(MODEL_REGISTRY.isRegistered(job.modelId), OptimisticVerifierUnknownModel(id));
        Dispute memory known = _disputes[id];
        uint256 bond = _challengeBond(job, known.live);
        require(bond <= maxBond, OptimisticVerifierBondTooHigh(id, bond, maxBond));

        ++known.games;
        ++known.live;
        _disputes[id] = known;
        gameId = GameIdLib.toGameId(id, known.games);
        Game memory game = _begin(gameId, job, descent, bond);
        _store(game);

        emit Challenged(gameId, id, msg.sender, game);

        if (!job.state.frozen()) _escrow.freeze(id, job);
        _ledger.transferFrom(msg.sender, address(this), TokenId.fromToken(job.token), bond);
    }

    /// @inheritdoc IOptimisticVerifier
    function concede(Game calldata given, Trace calldata trace, Job calldata job, bytes calldata signature) external {
        Game memory game = _load(given);
        if (msg.sender != game.challenger) _requireChallenger(game, concessionDigest(game.hash()), signature);
        Stage stage = game.state.stage();
        require(stage < Stage.Proved && _lateSide(game, trace) == Side.None, OptimisticVerifierDecided(game.id));
        JobId id = game.id.jobId();
        _requireJob(id, job);

        Dispute memory known = _close(game);
        uint256 lost = stage == Stage.Units ? ChallengeBond.conceded(game.bond) : game.bond;
        _payLost(game, trace, job, lost, Outcome.Conceded);
        _unfreezeIfOver(id, job, known);
    }

    /// @inheritdoc IOptimisticVerifier
    function resolve(Game calldata given, Trace calldata trace, Job calldata job) external {
        Game memory game = _load(given);
        JobId id = game.id.jobId();
        if (_disputes[id].slashed) {
            _paySuperseded(game, _close(game), _answers(game, trace));
            return;
        }
        bool proved = _isProved(game, trace);
        bool ended = _escrow.jobHash(id) == 0;
        if (!ended) _requireJob(id, job);

        Dispute memory known = _close(game);
        if (proved && !ended && block.timestamp <= job.frozenUntil()) {
            _slash(game, job, known);
            return;
        }
        if (proved) _pay(game, Outcome.Lapsed, game.bond, 0, address(0), game.bond);
        else if (ended) _pay(game, Outcome.Refuted, 0, 0, address(0), game.bond);
        else _payLost(game, trace, job, game.bond, Outcome.Refuted);
        if (!ended) _unfreezeIfOver(id, job, known);
    }

    /// @inheritdoc IOptimisticVerifier
    function unfreeze(JobId id, Job calldata job) external {
        uint256 live = _disputes[id].live;
        require(live == 0, OptimisticVerifierLiveGames(id, live));
        require(block.timestamp > job.contestableUntil(), OptimisticVerifierTooEarly(id, job.contestableUntil()));
        _requireJob(id, job);
        _escrow.unfreeze(id, job);
    }

    /// @inheritdoc IOptimisticVerifier
    function challengeBond(JobId id, Job calldata job) external view returns (uint256) {
        return _challengeBond(job, _disputes[id].live);
    }

    /// @inheritdoc IOptimisticVerifier
    function dispute(JobId id) external view returns (Dispute memory) {
        return _disputes[id];
    }

    /// @inheritdoc IVerifier
    function liveGames(JobId id) external view returns (uint256) {
        return _disputes[id].live;
    }

    /// @inheritdoc IOptimisticVerifier
    function TENSOR_STEP() external view returns (ITensorStep) {
        return _tensorStep;
    }

    /// @inheritdoc IVerifier
    function ESCROW() public view returns (IJobEscrow) {
        return _escrow;
    }

    /// @inheritdoc IOptimisticVerifier
    function concessionDigest(bytes32 game) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(CONCESSION_TYPE_HASH, game)));
    }

    /// @inheritdoc IVerifier
    function longestGame(TermsClass termsClass) external pure returns (uint256) {
        return 2 * (uint256(termsClass.clock()) + Rounds.MOST_ROUNDS * termsClass.increment());
    }

    /// @dev The game that a challenge begins, and where.
    function _begin(
        GameId gameId,
        Job calldata job,
        Descent calldata descent,
        uint256 bond
    ) private view returns (Game memory game) {
        uint64 units = job.state.units();
        uint256 height = ListTree.depth(units);
        (game.id, game.challenger, game.token, game.bond, game.units) = (gameId, msg.sender, job.token, bond, units);
        game.node = job.outputRoot;
        game.state = GameStateLib.opened(job.terms.termsClass(), height, block.timestamp);
        _descend(game, descent, TensorHeader.wrap(0));
    }

    /// @dev Takes a game out of those that are live.
    function _close(Game memory game) private returns (Dispute memory known) {
        known = _disputes[game.id.jobId()];
        --known.live;
        _disputes[game.id.jobId()] = known;
        _endGame(game.id);
    }

    /// @dev Unfreezes a job if no game is live and none can begin. Whoever could freeze and unfreeze a job with every block
    /// could keep others from acting upon it.
    function _unfreezeIfOver(JobId id, Job calldata job, Dispute memory known) private {
        if (known.live == 0 && block.timestamp > job.contestableUntil()) _escrow.unfreeze(id, job);
    }

    /// @dev Takes the job's bond. INVARIANT OV-6: no more than the escrow's share for outsiders is paid to challengers.
    function _slash(Game memory game, Job calldata job, Dispute memory known) private {
        JobId id = game.id.jobId();
        uint256 reward = ChallengeBond.reward(job.totalBond());
        uint256 forOthers;
        if (known.live != 0) {
            known.othersReward = uint184(Math.min(ChallengeBond.othersReward(reward, known.live), type(uint184).max));
            forOthers = uint256(known.othersReward) * known.live;
        }
        known.slashed = true;
        _disputes[id] = known;

        _escrow.slash(id, job, reward);
        uint256 payout = game.bond + reward - forOthers;
        _pay(game, Outcome.Proved, payout, 0, address(0), payout);
    }

    /// @dev The claim was proved false by another game: the challenger was right.
    function _paySuperseded(Game memory game, Dispute memory known, uint256 answers) private {
        uint256 fees = Math.min(ChallengeBond.fees(game.bond, answers), known.othersReward);
        _pay(game, Outcome.Superseded, game.bond + fees, 0, address(0), game.bond + known.othersReward);
    }

    /// @dev Pays the worker for its answers out of what the challenger lost.
    function _payLost(Game memory game, Trace calldata trace, Job calldata job, uint256 lost, Outcome outcome) private {
        uint256 fees = Math.min(ChallengeBond.fees(game.bond, _answers(game, trace)), lost);
        _pay(game, outcome, game.bond - lost, fees, job.worker, game.bond);
    }

    /// @dev Pays out `available`, what the treasury gets included.
    function _pay(
        Game memory game,
        Outcome outcome,
        uint256 toChallenger,
        uint256 toWorker,
        address worker,
        uint256 available
    ) private {
        emit GameOver(game.id, outcome, toChallenger, toWorker);

        _push(game.challenger, game.token, toChallenger);
        _push(worker, game.token, toWorker);
        _push(_treasury, game.token, available - toChallenger - toWorker);
    }

    function _push(address to, address token, uint256 amount) private {
        if (amount != 0) _ledger.transfer(to, TokenId.fromToken(token), amount);
    }

    /// @dev Whether the job's claim was proved false by this game; reverts if neither side has lost.
    function _isProved(Game memory game, Trace calldata trace) private view returns (bool) {
        Stage stage = game.state.stage();
        if (stage >= Stage.Proved) return stage == Stage.Proved;
        Side late = _lateSide(game, trace);
        require(late != Side.None, OptimisticVerifierUndecided(game.id));
        return late == Side.Worker;
    }

    /// @dev The side that is out of time, in a game that no move decided.
    function _lateSide(Game memory game, Trace calldata trace) private view returns (Side) {
        return game.state.late(_answeredAt(game, trace), block.timestamp);
    }

    /// @dev The turns that the worker took.
    function _answers(Game memory game, Trace calldata trace) private view returns (uint256) {
        if (game.state.stage() >= Stage.Proved) return game.state.answersBy(0);
        return game.state.answersBy(_answeredAt(game, trace));
    }

    function _challengeBond(Job calldata job, uint256 live) private view returns (uint256) {
        VerifierTerms memory terms = _marketTerms.verifierTerms(job.token, address(this));
        uint256 floor = terms.bondFloor(job.terms.termsClass());
        return ChallengeBond.amount(job.totalPrice(), job.totalBond(), floor, live);
    }
}
