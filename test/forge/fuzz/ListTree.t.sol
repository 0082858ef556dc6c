// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ListTree} from "../../../contracts/common/libraries/ListTree.sol";
import {TreeHarness} from "../../../contracts/mocks/TreeHarness.sol";

contract ListTreeFuzzTest is Test {
    TreeHarness private _trees;

    function setUp() public {
        _trees = new TreeHarness();
    }

    function testFuzz_EveryLeafOpensAtItsIndexOnly(bytes32 seed, uint256 length, uint256 index) public view {
        length = bound(length, 1, 65);
        index = bound(index, 0, length - 1);
        bytes32[] memory leaves = _leaves(seed, length);
        bytes32 root = _trees.listRoot(leaves);
        bytes32[] memory siblings = _siblings(leaves, index);
        assertTrue(_trees.listVerify(root, leaves[index], index, length, siblings));
        for (uint256 other = 0; other < length; ++other) {
            if (other == index) continue;
            assertFalse(_trees.listVerify(root, leaves[index], other, length, siblings));
        }
    }

    function testFuzz_AChangedLeafOrSiblingMissesTheRoot(
        bytes32 seed,
        uint256 length,
        uint256 spot,
        bytes32 flip
    ) public view {
        length = bound(length, 2, 65);
        uint256 index = uint256(keccak256(abi.encode(seed))) % length;
        vm.assume(flip != 0);
        bytes32[] memory leaves = _leaves(seed, length);
        bytes32 root = _trees.listRoot(leaves);
        bytes32[] memory siblings = _siblings(leaves, index);
        assertFalse(_trees.listVerify(root, leaves[index] ^ flip, index, length, siblings));
        siblings[spot % siblings.length] ^= flip;
        assertFalse(_trees.listVerify(root, leaves[index], index, length, siblings));
    }

    function testFuzz_RevertsWhen_TheIndexIsPaddingOrBeyond(bytes32 leaf, uint256 length, uint256 index) public {
        length = bound(length, 1, type(uint64).max);
        index = bound(index, length, type(uint256).max);
        bytes32[] memory siblings = new bytes32[](ListTree.depth(length));
        vm.expectRevert(abi.encodeWithSelector(ListTree.ListTreeIndexOutOfBounds.selector, index, length));
        _trees.listProcess(leaf, index, length, siblings);
    }

    function testFuzz_RevertsWhen_TheProofHasAnotherLength(bytes32 leaf, uint256 length, uint256 given) public {
        length = bound(length, 1, type(uint64).max);
        given = bound(given, 0, 80);
        uint256 depth = ListTree.depth(length);
        vm.assume(given != depth);
        vm.expectRevert(abi.encodeWithSelector(ListTree.ListTreeProofLength.selector, given, depth));
        _trees.listProcess(leaf, 0, length, new bytes32[](given));
    }

    function testFuzz_DepthIsTheLeastThatHoldsTheList(uint256 length) public pure {
        length = bound(length, 1, type(uint128).max);
        uint256 depth = ListTree.depth(length);
        assertGe(1 << depth, length);
        if (depth != 0) assertLt(1 << (depth - 1), length);
    }

    function _leaves(bytes32 seed, uint256 length) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) leaves[i] = keccak256(abi.encode(seed, i));
    }

    /// Levels are rebuilt one by one, so that nothing of the library under test is used to make the proof.
    function _siblings(bytes32[] memory leaves, uint256 index) private pure returns (bytes32[] memory siblings) {
        uint256 width = 1;
        uint256 depth = 0;
        for (; width < leaves.length; width *= 2) ++depth;
        bytes32[] memory level = new bytes32[](width);
        for (uint256 i = 0; i < leaves.length; ++i) level[i] = leaves[i];
        siblings = new bytes32[](depth);
        for (uint256 d = 0; d < depth; ++d) {
            siblings[d] = level[index ^ 1];
            index /= 2;
            width /= 2;
            bytes32[] memory parents = new bytes32[](width);
            for (uint256 i = 0; i < width; ++i) parents[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            level = parents;
        }
    }
}
