// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {TensorHeader} from "../../common/types/TensorHeader.sol";
import {ProgramDraft} from "../types/ProgramDraft.sol";

/// @notice Checks whole tensor programs and vouches for their ids.
/// @dev A program is a list of nodes of four words each, given as calldata and nowhere else: whoever wants it reads the
/// transactions that registered it. An id is registered once, whoever asks.
///
/// An id says nothing about its author, so a registration can be copied from the mempool. An author who minds commits
/// first: {commit} fixes a time without showing the program, and {claim} later moves the authorship to the earliest of
/// those times. Everything that an author controls, the card, is set again by the claim, so a copyist gains nothing
/// that lasts.
interface IModelRegistry {
    /// @notice A registered model.
    struct Model {
        bytes32 programRoot; // list root of the node hashes
        address author; // ┐ may set the card
        uint48 authoredAt; // │ when the author committed to the model, or else registered it, in seconds
        uint24 nodes; // ┘ number of nodes
        uint72 input; // ┐ header of the program's input
        uint72 output; // ┘ header of its output
    }

    /// @notice Where a model is described and its weights are found; none of it is checked.
    struct Card {
        string uri; // where the card is
        bytes32 digest; // keccak256 of the card
        string weightsUri; // where the constants are; each is checked against its root in the program
    }

    /// @notice A model was registered.
    event ModelRegistered(
        ModelId indexed modelId,
        address indexed author,
        bytes32 programRoot,
        uint256 nodes,
        uint256 work,
        uint256 traceBytes,
        TensorHeader input,
        TensorHeader output
    );

    /// @notice A part of a program was checked; the draft that the author keeps has this hash.
    event DraftExtended(address indexed author, uint256 nodes, bytes32 draftHash);

    /// @notice A model got a card.
    event CardSet(ModelId indexed modelId, string uri, bytes32 digest, string weightsUri);

    /// @notice A commitment to a model was recorded.
    event Committed(bytes32 indexed commitment);

    /// @notice A model's authorship moved to whoever committed to it first.
    event AuthorshipClaimed(
        ModelId indexed modelId,
        address indexed previousAuthor,
        address indexed author,
        uint256 authoredAt
    );

    error ModelRegistryModelTaken(ModelId modelId, address author);
    error ModelRegistryModelUnknown(ModelId modelId);
    error ModelRegistryNotAuthor(ModelId modelId, address caller, address author);
    error ModelRegistryDraftMismatch(address author, bytes32 given, bytes32 kept);
    error ModelRegistryCommitmentTaken(bytes32 commitment, uint256 committedAt);
    error ModelRegistryCommitmentUnknown(bytes32 commitment);
    error ModelRegistryCommitmentLate(bytes32 commitment, uint256 committedAt, uint256 authoredAt);

    /// @notice Registers a program with the caller as author.
    /// @dev Emits {ModelRegistered} and {CardSet}. MR-1, MR-2, MR-3.
    ///
    /// Requirements:
    /// - the nodes form a valid program: 2 to 65,536 nodes, each obeying the rules of its operation
    /// - its work and trace bytes fit the id, and the work is not zero
    /// - no program is registered under its id
    /// @param nodes The whole program, four words a node
    /// @param card Where the model is described
    /// @return modelId Id of the model
    function register(bytes32[4][] calldata nodes, Card calldata card) external returns (ModelId modelId);

    /// @notice Checks a part of a program too large for one call.
    /// @dev Emits {DraftExtended}. The chain keeps one hash per author; the caller learns the new draft by simulating
    /// the call. MR-4.
    ///
    /// Requirements:
    /// - the draft is the one kept for the caller, or has no nodes and starts a program, dropping one begun before
    /// - the pages of operands of the next nodes are open, and so is the last page unless it is full
    /// - the nodes, at least 1, obey the rules of their operations
    /// @param nodes The next nodes, four words each
    /// @param draft The draft that the last call gave
    /// @return next The new draft
    function extend(
        bytes32[4][] calldata nodes,
        ProgramDraft calldata draft
    ) external returns (ProgramDraft memory next);

    /// @notice Registers the program that a draft and its last nodes form, with the caller as author.
    /// @dev Emits {ModelRegistered} and {CardSet}. MR-1, MR-2, MR-3, MR-4.
    ///
    /// Requirements:
    /// - those of {extend} and {register}
    /// @param nodes The last nodes, four words each
    /// @param draft The draft that the last call gave
    /// @param card Where the model is described
    /// @return modelId Id of the model
    function finish(
        bytes32[4][] calldata nodes,
        ProgramDraft calldata draft,
        Card calldata card
    ) external returns (ModelId modelId);

    /// @notice Replaces the card of a model.
    /// @dev Emits {CardSet}.
    ///
    /// Requirements:
    /// - the caller is the model's author
    /// @param modelId Id of the model
    /// @param card Where the model is described
    function setCard(ModelId modelId, Card calldata card) external;

    /// @notice Records the time of a commitment to a model not shown yet.
    /// @dev Emits {Committed}. Anybody may send a commitment: it names its author inside. To be of use it must be in an
    /// earlier block than any copy of the program.
    ///
    /// Requirements:
    /// - the commitment was not recorded before
    /// @param commitment {commitmentOf} the model
    function commit(bytes32 commitment) external;

    /// @notice Makes the caller the author of a model that it committed to before the author of record did.
    /// @dev Emits {AuthorshipClaimed} and {CardSet}. MR-5.
    ///
    /// Requirements:
    /// - the model is registered
    /// - the caller's commitment is recorded, at an earlier time than the authorship of record
    /// @param modelId Id of the model
    /// @param salt Salt of the commitment
    /// @param card Where the model is described
    function claim(ModelId modelId, bytes32 salt, Card calldata card) external;

    /// @notice A registered model; reverts if there is none.
    /// @param modelId Id of the model
    function modelOf(ModelId modelId) external view returns (Model memory);

    /// @notice Whether a model is registered.
    /// @param modelId Id of the model
    function isRegistered(ModelId modelId) external view returns (bool);

    /// @notice Headers of a model's input and output; reverts if there is no such model. A job may be chained if they are
    /// equal.
    /// @param modelId Id of the model
    function headersOf(ModelId modelId) external view returns (TensorHeader input, TensorHeader output);

    /// @notice Hash of the draft that an author has begun, zero if none.
    /// @param author The author
    function draftOf(address author) external view returns (bytes32);

    /// @notice When a commitment was recorded, in seconds; zero if it was not.
    /// @param commitment The commitment
    function committedAt(bytes32 commitment) external view returns (uint256);

    /// @notice The commitment of an author to a model.
    /// @param author The author
    /// @param modelId Id of the model
    /// @param salt Any 32 bytes that cannot be guessed
    function commitmentOf(address author, ModelId modelId, bytes32 salt) external pure returns (bytes32);
}
