// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ListTree} from "../common/libraries/ListTree.sol";
import {TensorTree} from "../common/libraries/TensorTree.sol";
import {TensorHeader} from "../common/types/TensorHeader.sol";
import {Jobs} from "./Jobs.sol";
import {IOutputDemands} from "./interfaces/IOutputDemands.sol";
import {Job} from "./types/Job.sol";
import {JobId} from "./types/JobId.sol";
import {JobStatus, Price} from "./types/JobState.sol";
import {TermsClass} from "./types/TermsClass.sol";

/// @notice Owns the demands for pieces of outputs, and the payments made for them.
abstract contract OutputDemands is Jobs, IOutputDemands {
    uint8 private constant MOST_WORDS_LOG2 = 7;

    mapping(JobId id => mapping(DemandKind kind => Demand)) private _demands;

    /// @inheritdoc IOutputDemands
    function demandOutput(JobId id, Job calldata given, Piece calldata piece) external {
        Job memory job = _load(id, given, JobStatus.Delivered);
        require(job.state.price() == Price.Escrowed && block.timestamp <= job.contestableUntil(), DemandsClosed(id));
        DemandKind kind = msg.sender == job.client ? DemandKind.Client : DemandKind.Challenger;
        require(job.state.demands() & _bit(kind) == 0, DemandsPending(id, kind));
        require(
            piece.unit < job.state.units() &&
                piece.wordsLog2 <= MOST_WORDS_LOG2 &&
                piece.firstWord & ((1 << piece.wordsLog2) - 1) == 0,
            DemandsInvalidPiece(id, piece)
        );
        uint256 from = _demandableFrom(id, job, kind);
        require(block.timestamp >= from, DemandsTooSoon(id, kind, from));
        uint80 payment = ORDER_BOOK.demandPrice(job.token, job.terms.termsClass());
        uint40 answerBy = uint40(block.timestamp) + job.terms.termsClass().answerTime();

        job.state = job.state.withDemands(job.state.demands() | _bit(kind));
        _store(id, job);
        _demands[id][kind] = Demand(msg.sender, answerBy, payment, piece);

        emit OutputDemanded(id, kind, msg.sender, piece, payment, answerBy);

        _pull(msg.sender, job.token, payment);
    }

    /// @inheritdoc IOutputDemands
    function showOutput(JobId id, Job calldata given, DemandKind kind, Opening calldata opening) external {
        (Job memory job, Demand memory pending) = _takeDemand(id, given, kind);
        require(block.timestamp <= pending.answerBy, DemandsTooLate(id, pending.answerBy));
        _requireOpening(id, job, pending.piece, opening);

        emit OutputShown(id, kind, TensorHeader.unwrap(opening.header), opening.words);

        _push(job.provider, job.token, pending.payment);
    }

    /// @inheritdoc IOutputDemands
    function lapseDemand(JobId id, Job calldata given, DemandKind kind) external {
        (Job memory job, Demand memory pending) = _takeDemand(id, given, kind);
        require(block.timestamp > pending.answerBy, DemandsTooEarly(id, pending.answerBy));
        uint256 refund = job.state.price() == Price.Escrowed ? job.totalPrice() : 0;
        if (refund != 0) {
            job.state = job.state.withPrice(Price.Refunded);
            _store(id, job);
        }

        emit OutputWithheld(id, kind, refund);

        _push(pending.demander, job.token, pending.payment);
        _push(job.client, job.token, refund);
    }

    /// @inheritdoc IOutputDemands
    function demand(JobId id, DemandKind kind) external view returns (Demand memory) {
        return _demands[id][kind];
    }

    /// @dev Pays back the demands that are unanswered when a job ends early.
    function _returnDemands(JobId id, Job memory job) internal {
        for (uint8 i = 0; i <= uint8(type(DemandKind).max); ++i) {
            DemandKind kind = DemandKind(i);
            if (job.state.demands() & _bit(kind) == 0) continue;
            Demand memory pending = _demands[id][kind];
            _close(id, kind, pending.answerBy);
            _push(pending.demander, job.token, pending.payment);
        }
    }

    /// @dev Closes an unanswered demand; the caller decides who gets its payment.
    function _takeDemand(
        JobId id,
        Job calldata given,
        DemandKind kind
    ) private returns (Job memory job, Demand memory pending) {
        job = _load(id, given, JobStatus.Delivered);
        require(job.state.demands() & _bit(kind) != 0, DemandsNotPending(id, kind));
        pending = _demands[id][kind];

        _close(id, kind, pending.answerBy);
        job.state = job.state.withDemands(job.state.demands() & ~_bit(kind));
        _store(id, job);
    }

    /// @dev Keeps nothing of a demand but its time.
    function _close(JobId id, DemandKind kind, uint40 answerBy) private {
        delete _demands[id][kind];
        _demands[id][kind].answerBy = answerBy;
    }

    /// @dev The first second at which the next demand of a kind can be made. Whoever could change the stored job with every
    /// block could keep others from acting upon it.
    function _demandableFrom(JobId id, Job memory job, DemandKind kind) private view returns (uint256) {
        uint256 answerBy = _demands[id][kind].answerBy;
        TermsClass class = job.terms.termsClass();
        return answerBy == 0 ? 0 : answerBy - class.answerTime() + class.increment();
    }

    function _requireOpening(JobId id, Job memory job, Piece memory piece, Opening calldata opening) private pure {
        bytes32 tensorId = TensorTree.tensorId(opening.header, opening.root);
        bytes32 outputRoot = ListTree.process(tensorId, piece.unit, job.state.units(), opening.unitProof);
        require(outputRoot == job.outputRoot, DemandsWrongOpening(id, outputRoot, job.outputRoot));

        opening.header.requireValid();
        uint256 available = 1 << opening.header.depth();
        uint256 wanted = 1 << piece.wordsLog2;
        if (wanted > available) wanted = available;
        if (piece.firstWord >= available) wanted = 0;
        require(opening.words.length == wanted, DemandsWrongWordCount(id, opening.words.length, wanted));
        if (wanted == 0) return;

        bytes32 root = TensorTree.process(opening.header, piece.firstWord, opening.words, opening.wordProof);
        require(root == opening.root, DemandsWrongOpening(id, root, opening.root));
    }

    function _bit(DemandKind kind) private pure returns (uint256) {
        return 1 << uint8(kind);
    }
}
