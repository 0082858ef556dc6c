// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IModelRegistry} from "../../../contracts/compute/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../../../contracts/compute/ModelRegistry.sol";
import {ProgramDraft} from "../../../contracts/compute/types/ProgramDraft.sol";
import {ModelRegistryHandler} from "./ModelRegistryHandler.sol";

contract ModelRegistryInvariantTest is Test {
    ModelRegistry private _registry;
    ModelRegistryHandler private _handler;

    function setUp() public {
        _registry = new ModelRegistry();
        _handler = new ModelRegistryHandler(_registry);
        targetContract(address(_handler));
    }

    function invariant_MR2_AnIdStandsForOneProgram() public view {
        assertFalse(_handler.idReused());
        for (uint256 i = 0; i < _handler.PROGRAMS(); ++i) {
            bool registered = _registry.isRegistered(_handler.modelId(i));
            assertEq(registered, _handler.author(i) != address(0));
            if (registered) assertEq(_handler.recordOf(_handler.modelId(i)), _handler.firstRecord(i));
        }
    }

    function invariant_MR4_ADraftGoesOnOnlyFromTheLast() public view {
        assertFalse(_handler.draftStolen());
        for (uint256 i = 0; i < _handler.ACTORS(); ++i) {
            address account = _handler.actor(i);
            ProgramDraft memory draft = _handler.draftOf(account);
            bytes32[] memory pages = new bytes32[](draft.pages.length);
            for (uint256 j = 0; j < pages.length; ++j) pages[j] = keccak256(draft.pages[j]);
            bytes32 expected = draft.progress.nodes == 0 ? bytes32(0) : keccak256(abi.encode(draft.progress, pages));
            assertEq(_registry.draftOf(account), expected);
        }
    }

    function invariant_MR5_TheEarliestCommitmentIsTheAuthor() public view {
        assertFalse(_handler.claimedLate());
        for (uint256 i = 0; i < _handler.PROGRAMS(); ++i) {
            if (_handler.author(i) == address(0)) continue;
            IModelRegistry.Model memory model = _registry.modelOf(_handler.modelId(i));
            assertEq(model.author, _handler.author(i));
            assertEq(model.authoredAt, _handler.authoredAt(i));
        }
    }
}
