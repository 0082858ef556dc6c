// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdUtils} from "forge-std/StdUtils.sol";

import {ModelId} from "../../../contracts/common/types/ModelId.sol";
import {IModelRegistry} from "../../../contracts/compute/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../../../contracts/compute/ModelRegistry.sol";
import {ProgramDraft} from "../../../contracts/compute/types/ProgramDraft.sol";

/// @dev Three accounts that commit to, register, draft and claim the same four programs; it keeps what the registry
/// should answer.
contract ModelRegistryHandler is CommonBase, StdUtils {
    uint256 public constant ACTORS = 3;
    uint256 public constant PROGRAMS = 4;

    ModelRegistry public immutable REGISTRY;

    /// @dev By program: the model as it was when registered first, its author, and since when.
    mapping(uint256 program => ModelId) public modelId;
    mapping(uint256 program => bytes32) public firstRecord;
    mapping(uint256 program => address) public author;
    mapping(uint256 program => uint256) public authoredAt;

    /// @dev By account: the last draft that the registry returned to it, and the program that it belongs to.
    mapping(address account => ProgramDraft) private _drafts;
    mapping(address account => uint256) private _drafted;

    mapping(address account => mapping(uint256 program => uint256)) private _committedAt;

    /// @dev Set once an id was given twice or wrongly, a draft was taken that the caller did not have, or a claim was
    /// allowed without an earlier commitment of the claimant.
    bool public idReused;
    bool public draftStolen;
    bool public claimedLate;

    constructor(ModelRegistry registry) {
        REGISTRY = registry;
        for (uint256 i = 0; i < PROGRAMS; ++i) modelId[i] = _idOf(i);
    }

    function register(uint256 caller, uint256 program) external {
        program %= PROGRAMS;
        vm.prank(actor(caller));
        ModelId id = REGISTRY.register(_nodes(program, 0, _length(program)), _card());
        _note(caller, program, id);
    }

    function extend(uint256 caller, uint256 owner, uint256 program, uint256 length) external {
        program %= PROGRAMS;
        ProgramDraft memory draft = _drafts[actor(owner)];
        uint256 from = draft.progress.nodes;
        if (from == 0) _drafted[actor(owner)] = program;
        program = _drafted[actor(owner)];
        if (from >= _length(program)) return;
        length = bound(length, 1, _length(program) - from);
        vm.prank(actor(caller));
        ProgramDraft memory next = REGISTRY.extend(_nodes(program, from, from + length), draft);
        draftStolen = draftStolen || (from != 0 && !_isOwn(caller, draft));
        _drafts[actor(caller)] = next;
        _drafted[actor(caller)] = program;
    }

    function finish(uint256 caller, uint256 owner) external {
        ProgramDraft memory draft = _drafts[actor(owner)];
        (uint256 from, uint256 program) = (draft.progress.nodes, _drafted[actor(owner)]);
        if (from >= _length(program)) return;
        vm.prank(actor(caller));
        ModelId id = REGISTRY.finish(_nodes(program, from, _length(program)), draft, _card());
        draftStolen = draftStolen || (from != 0 && !_isOwn(caller, draft));
        delete _drafts[actor(caller)];
        _note(caller, program, id);
    }

    function commit(uint256 sender, uint256 committer, uint256 program) external {
        program %= PROGRAMS;
        bytes32 commitment = REGISTRY.commitmentOf(actor(committer), modelId[program], bytes32(0));
        vm.prank(actor(sender));
        REGISTRY.commit(commitment);
        _committedAt[actor(committer)][program] = block.timestamp;
    }

    function claim(uint256 caller, uint256 program) external {
        program %= PROGRAMS;
        vm.prank(actor(caller));
        REGISTRY.claim(modelId[program], bytes32(0), _card());
        uint256 committedAt = _committedAt[actor(caller)][program];
        claimedLate = claimedLate || committedAt == 0 || committedAt >= authoredAt[program];
        (author[program], authoredAt[program]) = (actor(caller), committedAt);
    }

    function wait(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 1 days));
    }

    function draftOf(address account) external view returns (ProgramDraft memory) {
        return _drafts[account];
    }

    function actor(uint256 index) public pure returns (address) {
        return address(uint160(0xA000 + (index % ACTORS)));
    }

    /// @dev What must never change of a model.
    function recordOf(ModelId id) public view returns (bytes32) {
        IModelRegistry.Model memory model = REGISTRY.modelOf(id);
        return keccak256(abi.encode(model.programRoot, model.nodes, model.input, model.output));
    }

    /// @dev Whether the account has the same draft itself.
    function _isOwn(uint256 caller, ProgramDraft memory draft) private view returns (bool) {
        return keccak256(abi.encode(_drafts[actor(caller)])) == keccak256(abi.encode(draft));
    }

    function _note(uint256 caller, uint256 program, ModelId id) private {
        idReused = idReused || !(id == modelId[program]) || author[program] != address(0);
        firstRecord[program] = recordOf(id);
        (author[program], authoredAt[program]) = (actor(caller), block.timestamp);
    }

    /// @dev The id that a registry without history gives the program.
    function _idOf(uint256 program) private returns (ModelId) {
        return (new ModelRegistry()).register(_nodes(program, 0, _length(program)), _card());
    }

    function _length(uint256 program) private pure returns (uint256) {
        return 3 + 5 * program;
    }

    /// @dev Part of a chain of MAPs on tensors of one row, as long as the program's number.
    function _nodes(uint256 program, uint256 from, uint256 to) private pure returns (bytes32[4][] memory nodes) {
        nodes = new bytes32[4][](to - from);
        uint256 header = (1 << 232) | (1 << 160) | ((program + 1) << 128);
        for (uint256 i = from; i < to; ++i) {
            nodes[i - from][0] = bytes32(i == 0 ? header : header | (3 << 248) | ((i - 1) << 96) | ((i - 1) << 64));
        }
    }

    function _card() private pure returns (IModelRegistry.Card memory) {
        return IModelRegistry.Card("", bytes32(0), "");
    }
}
