// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Descent, DescentLib} from "../../../contracts/verification/types/Descent.sol";

contract DescentFuzzTest is Test {
    /// @dev A tree of 32 leaves below node `index` of the level `base + 5`, and a way down it.
    uint256 private constant DEPTH = 5;

    function testFuzz_StartsAtTheNodeAboveIt(
        bytes32 seed,
        uint256 base,
        uint64 index,
        uint256 levels,
        uint256 place
    ) public view {
        (base, levels) = (bound(base, 0, 200), bound(levels, 0, DEPTH));
        (bytes32 root, Descent memory descent) = _descent(seed, base, index, levels, place);
        assertEq(this.start(descent, base + DEPTH, index), root);
    }

    function testFuzz_StartsElsewhereWithAnotherNodeOrSibling(
        bytes32 seed,
        uint64 index,
        uint256 levels,
        uint256 place,
        bytes32 other
    ) public view {
        levels = bound(levels, 1, DEPTH);
        (bytes32 root, Descent memory descent) = _descent(seed, 0, index, levels, place);
        bytes32 kept = descent.node;
        vm.assume(other != kept);
        descent.node = other;
        assertNotEq(this.start(descent, DEPTH, index), root);
        descent.node = kept;
        uint256 changed = place % levels;
        descent.siblings[changed] = ~descent.siblings[changed];
        assertNotEq(this.start(descent, DEPTH, index), root);
    }

    function testFuzz_RevertsWhen_ItEndsAtAnotherHeight(
        bytes32 seed,
        uint64 index,
        uint256 levels,
        uint256 height,
        uint256 from
    ) public {
        levels = bound(levels, 0, DEPTH);
        (, Descent memory descent) = _descent(seed, 0, index, levels, 0);
        (descent.height, from) = (bound(height, 0, 2 * DEPTH), bound(from, 0, 2 * DEPTH));
        vm.assume(from < levels || descent.height != from - levels);
        _expectMisplaced(descent);
        this.start(descent, from, index);
    }

    function testFuzz_RevertsWhen_ItIsBelowAnotherNode(
        bytes32 seed,
        uint64 index,
        uint256 levels,
        uint256 place,
        uint256 other
    ) public {
        levels = bound(levels, 0, DEPTH);
        (, Descent memory descent) = _descent(seed, 0, index, levels, place);
        vm.assume(other >> levels != index);
        descent.index = other;
        _expectMisplaced(descent);
        this.start(descent, DEPTH, index);
    }

    function start(Descent calldata descent, uint256 height, uint256 index) external pure returns (bytes32) {
        return descent.start(height, index);
    }

    function _expectMisplaced(Descent memory descent) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                DescentLib.DescentMisplaced.selector,
                descent.height,
                descent.index,
                descent.siblings.length
            )
        );
    }

    /// @dev The way down `levels` levels, to the node at `place` among those that are there.
    function _descent(
        bytes32 seed,
        uint256 base,
        uint256 index,
        uint256 levels,
        uint256 place
    ) private pure returns (bytes32, Descent memory descent) {
        place %= 1 << levels;
        bytes32[] memory level = new bytes32[](1 << levels);
        for (uint256 i = 0; i < level.length; ++i) level[i] = keccak256(abi.encode(seed, i));
        descent = Descent(base + DEPTH - levels, (index << levels) | place, level[place], new bytes32[](levels));
        for (uint256 d = 0; d < levels; ++d) {
            descent.siblings[d] = level[place ^ 1];
            bytes32[] memory parents = new bytes32[](level.length / 2);
            for (uint256 i = 0; i < parents.length; ++i) {
                parents[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
            (level, place) = (parents, place / 2);
        }
        return (level[0], descent);
    }
}
