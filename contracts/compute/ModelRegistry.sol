// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ListFrontier} from "../common/libraries/ListFrontier.sol";
import {ModelId, ModelIdLib} from "../common/types/ModelId.sol";
import {TensorHeader} from "../common/types/TensorHeader.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {ProgramDrafts} from "./libraries/ProgramDrafts.sol";
import {ProgramValidator} from "./libraries/ProgramValidator.sol";
import {ShapeTable} from "./libraries/ShapeTable.sol";
import {NodeHead} from "./types/NodeHead.sol";
import {ProgramDraft, ProgramProgress} from "./types/ProgramDraft.sol";

/// @title ModelRegistry
contract ModelRegistry is IModelRegistry {
    using ListFrontier for bytes32[17];
    using ProgramDrafts for ProgramDraft;
    using SafeCast for uint256;

    mapping(ModelId modelId => Model model) private _models;
    mapping(address author => bytes32 draftHash) private _drafts;
    mapping(bytes32 commitment => uint256 timestamp) private _commitments;

    /// @inheritdoc IModelRegistry
    function register(bytes32[4][] calldata nodes, Card calldata card) external returns (ModelId modelId) {
        ProgramProgress memory progress;
        return _register(progress, ShapeTable.allocate(nodes.length), nodes, card);
    }

    /// @inheritdoc IModelRegistry
    function extend(
        bytes32[4][] calldata nodes,
        ProgramDraft calldata draft
    ) external returns (ProgramDraft memory next) {
        (ProgramProgress memory progress, bytes memory table) = _open(draft, nodes.length);
        ProgramValidator.extend(progress, table, nodes);
        bytes32 draftHash;
        (next, draftHash) = ProgramDrafts.close(progress, table, draft);
        _drafts[msg.sender] = draftHash;
        emit DraftExtended(msg.sender, progress.nodes, draftHash);
    }

    /// @inheritdoc IModelRegistry
    function finish(
        bytes32[4][] calldata nodes,
        ProgramDraft calldata draft,
        Card calldata card
    ) external returns (ModelId modelId) {
        (ProgramProgress memory progress, bytes memory table) = _open(draft, nodes.length);
        delete _drafts[msg.sender];
        return _register(progress, table, nodes, card);
    }

    /// @inheritdoc IModelRegistry
    function setCard(ModelId modelId, Card calldata card) external {
        address author = _requireModel(modelId).author;
        require(msg.sender == author, ModelRegistryNotAuthor(modelId, msg.sender, author));
        _emitCard(modelId, card);
    }

    /// @inheritdoc IModelRegistry
    function commit(bytes32 commitment) external {
        uint256 timestamp = _commitments[commitment];
        require(timestamp == 0, ModelRegistryCommitmentTaken(commitment, timestamp));
        _commitments[commitment] = block.timestamp;
        emit Committed(commitment);
    }

    /// @inheritdoc IModelRegistry
    function claim(ModelId modelId, bytes32 salt, Card calldata card) external {
        Model storage model = _requireModel(modelId);
        bytes32 commitment = commitmentOf(msg.sender, modelId, salt);
        uint256 timestamp = _commitments[commitment];
        (address previous, uint256 authoredAt) = (model.author, model.authoredAt);
        require(timestamp != 0, ModelRegistryCommitmentUnknown(commitment));
        // INVARIANT MR-5: a tie keeps the author of record, so nobody can win by copying within a block.
        require(timestamp < authoredAt, ModelRegistryCommitmentLate(commitment, timestamp, authoredAt));

        model.author = msg.sender;
        model.authoredAt = timestamp.toUint48();
        emit AuthorshipClaimed(modelId, previous, msg.sender, timestamp);
        _emitCard(modelId, card);
    }

    /// @inheritdoc IModelRegistry
    function modelOf(ModelId modelId) external view returns (Model memory) {
        return _requireModel(modelId);
    }

    /// @inheritdoc IModelRegistry
    function isRegistered(ModelId modelId) external view returns (bool) {
        return _models[modelId].author != address(0);
    }

    /// @inheritdoc IModelRegistry
    function headersOf(ModelId modelId) external view returns (TensorHeader input, TensorHeader output) {
        Model storage model = _models[modelId];
        // A registered model has an input, whose header is not zero.
        (uint72 input_, uint72 output_) = (model.input, model.output);
        require(input_ != 0, ModelRegistryModelUnknown(modelId));
        return (TensorHeader.wrap(input_), TensorHeader.wrap(output_));
    }

    /// @inheritdoc IModelRegistry
    function draftOf(address author) external view returns (bytes32) {
        return _drafts[author];
    }

    /// @inheritdoc IModelRegistry
    function committedAt(bytes32 commitment) external view returns (uint256) {
        return _commitments[commitment];
    }

    /// @inheritdoc IModelRegistry
    function commitmentOf(address author, ModelId modelId, bytes32 salt) public pure returns (bytes32) {
        return keccak256(abi.encode(author, modelId, salt));
    }

    /// @dev Reads the caller's draft. INVARIANT MR-4: a draft with nodes continues only if the chain kept its hash.
    function _open(
        ProgramDraft calldata draft,
        uint256 more
    ) private view returns (ProgramProgress memory progress, bytes memory table) {
        if (draft.progress.nodes != 0) {
            (bytes32 given, bytes32 kept) = (draft.hash(), _drafts[msg.sender]);
            require(given == kept, ModelRegistryDraftMismatch(msg.sender, given, kept));
        }
        return draft.open(more);
    }

    function _register(
        ProgramProgress memory progress,
        bytes memory table,
        bytes32[4][] calldata nodes,
        Card calldata card
    ) private returns (ModelId modelId) {
        ProgramValidator.extend(progress, table, nodes);
        NodeHead last = NodeHead.wrap(uint256(nodes[nodes.length - 1][0]));
        ProgramValidator.finish(progress, table, last);
        modelId = _record(progress, last.header());
        _emitCard(modelId, card);
    }

    function _record(ProgramProgress memory progress, TensorHeader output) private returns (ModelId modelId) {
        bytes32 root = progress.frontier.root(progress.nodes);
        modelId = ModelIdLib.toModelId(root, progress.nodes, progress.work, progress.traceBytes);
        Model storage model = _models[modelId];
        address author = model.author;
        // INVARIANT MR-2: an id stands for one program for ever.
        require(author == address(0), ModelRegistryModelTaken(modelId, author));

        model.programRoot = root;
        model.author = msg.sender;
        model.authoredAt = block.timestamp.toUint48();
        model.nodes = progress.nodes.toUint24();
        // SAFETY: valid headers have 72 bits.
        model.input = uint72(TensorHeader.unwrap(progress.input));
        model.output = uint72(TensorHeader.unwrap(output));

        emit ModelRegistered(
            modelId,
            msg.sender,
            root,
            progress.nodes,
            progress.work,
            progress.traceBytes,
            progress.input,
            output
        );
    }

    function _emitCard(ModelId modelId, Card calldata card) private {
        emit CardSet(modelId, card.uri, card.digest, card.weightsUri);
    }

    function _requireModel(ModelId modelId) private view returns (Model storage model) {
        model = _models[modelId];
        require(model.author != address(0), ModelRegistryModelUnknown(modelId));
    }
}
