// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ListTree} from "../../../contracts/common/libraries/ListTree.sol";
import {ModelId, ModelIdLib} from "../../../contracts/common/types/ModelId.sol";
import {IModelRegistry} from "../../../contracts/compute/interfaces/IModelRegistry.sol";
import {ModelRegistry} from "../../../contracts/compute/ModelRegistry.sol";
import {ProgramValidator} from "../../../contracts/compute/libraries/ProgramValidator.sol";
import {ProgramDraft} from "../../../contracts/compute/types/ProgramDraft.sol";

/// Each property is checked against the rule written down again in the plainest way, with loops and wide integers.
contract ProgramValidatorFuzzTest is Test {
    uint256 private constant INPUT = 0;
    uint256 private constant CONST = 1;
    uint256 private constant DOT = 2;
    uint256 private constant MAP = 3;
    uint256 private constant VIEW = 5;
    uint256 private constant TAKE = 6;
    uint256 private constant SQRT = 6;

    struct Shape {
        uint256 size;
        uint256 rows;
        uint256 cols;
    }

    struct Loop {
        uint256 extent;
        uint256 axis;
        int256 stride;
    }

    ModelRegistry private _registry;
    IModelRegistry.Card private _card;

    function setUp() public {
        _registry = new ModelRegistry();
        _card = IModelRegistry.Card("", bytes32(0), "");
    }

    function testFuzz_CommittedBytesAreAtMost2Pow30(uint256 size, uint256 rows, uint256 cols) public {
        Shape memory shape = Shape(1 << bound(size, 0, 2), _magnitude(rows), _magnitude(cols));
        bytes32[4][] memory nodes = new bytes32[4][](2);
        nodes[0] = _node(INPUT, 0, Shape(1, 1, 1), 0, 0, 0);
        nodes[1] = _node(MAP, SQRT, shape, 0, 0, 0);
        uint256 committed = _committedBytes(shape);
        (bool accepted, ModelId id) = _register(nodes);
        assertEq(accepted, committed <= 1 << 30);
        if (!accepted) return;
        assertEq(id.traceBytes(), committed);
        assertEq(id.work(), shape.rows * shape.cols);
    }

    /// Starts from a product that fits and, in two of three runs, moves one of its numbers.
    function testFuzz_DotFollowsItsRule(uint256 seed, uint256 move) public {
        uint256 groupsOfB = 1 + (seed % 4);
        uint256 groups = groupsOfB * (1 + ((seed >> 8) % 3));
        uint256 n = 1 + ((seed >> 16) % 6);
        uint256 cols = _columns(seed >> 24);
        Shape memory a = Shape(1 << ((seed >> 64) % 3), groups * (1 + ((seed >> 72) % 5)), cols);
        Shape memory b = Shape(1 << ((seed >> 80) % 3), groupsOfB * n, cols);
        uint256 count = a.rows * n;
        uint256 by = 1 + ((move >> 8) % 3);
        if (move % 12 == 0) a.rows += by;
        if (move % 12 == 1) b.rows += by;
        if (move % 12 == 2) b.cols += by;
        if (move % 12 == 3) count += by;
        if (move % 12 == 4) groups += by;
        if (move % 12 == 5) groups -= groups < by ? groups : by;
        if (move % 12 == 6) count = 1 + (count % by);
        if (move % 12 == 7) groups *= by;
        bytes32[4][] memory nodes = new bytes32[4][](3);
        nodes[0] = _node(INPUT, 0, a, 0, 0, 0);
        nodes[1] = _node(CONST, 0, b, 0, 0, 0);
        nodes[2] = _node(DOT, 0, Shape(4, 1, count), 0, 1, groups);
        (bool accepted, ModelId id) = _register(nodes);
        assertEq(accepted, _dotIsValid(a, b, count, groups));
        if (accepted) assertEq(id.work(), count * cols);
    }

    function testFuzz_TakeFollowsItsRule(uint256 a, uint256 b, uint256 chunk, uint256 count) public {
        (uint256 countA, uint256 countB) = (1 + (a % 60), 1 + (b % 60));
        chunk = chunk % 12;
        count = count % 2 == 0 && chunk != 0 ? countB * chunk : 1 + (count % 700);
        bytes32[4][] memory nodes = new bytes32[4][](3);
        nodes[0] = _node(INPUT, 0, Shape(1, 1, countA), 0, 0, 0);
        nodes[1] = _node(CONST, 0, Shape(1, countB, 1), 0, 0, 0);
        nodes[2] = _node(TAKE, 0, Shape(1, 1, count), 0, 1, chunk);
        (bool accepted, ModelId id) = _register(nodes);
        assertEq(accepted, chunk != 0 && countA % chunk == 0 && count == countB * chunk);
        if (accepted) assertEq(id.work(), count);
    }

    function testFuzz_ViewStaysIn32Bits(
        int32[4] calldata offsets,
        uint32[8] calldata extents,
        uint8[8] calldata axes,
        int24[8] calldata strides,
        uint256 length
    ) public {
        Loop[] memory loops = new Loop[](length % 9);
        uint256 count = 1;
        for (uint256 i = 0; i < loops.length; ++i) {
            uint256 room = (1 << 24) / count;
            uint256 extent = 1 + (extents[i] % (room < 4096 ? room : 4096));
            loops[i] = Loop(extent, axes[i] % 4, strides[i]);
            count *= extent;
        }
        bytes32[4][] memory nodes = new bytes32[4][](3);
        nodes[0] = _node(INPUT, 0, Shape(1, 1, 1), 0, 0, 0);
        nodes[1] = _view(Shape(1, 1, count), offsets, loops);
        nodes[2] = _node(MAP, SQRT, Shape(1, 1, 1), 1, 0, 0);
        (bool accepted, ) = _register(nodes);
        assertEq(accepted, _viewIsValid(offsets, loops));
    }

    function testFuzz_RootIsThatOfTheListOfNodes(uint256 seed, uint256 length) public {
        bytes32[4][] memory nodes = _chain(seed, bound(length, 2, 70));
        bytes32[] memory leaves = new bytes32[](nodes.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = keccak256(abi.encode(nodes[i]));
        (bool accepted, ModelId id) = _register(nodes);
        assertTrue(accepted);
        uint256 instructions = nodes.length - 1;
        ModelId expected = ModelIdLib.toModelId(ListTree.root(leaves), nodes.length, instructions, 32 * instructions);
        assertEq(ModelId.unwrap(id), ModelId.unwrap(expected));
    }

    function testFuzz_AnySplitGivesTheSameId(uint256 seed, uint256 length, uint256 step) public {
        bytes32[4][] memory nodes = _chain(seed, bound(length, 300, 700));
        (bool accepted, ModelId id) = _register(nodes);
        assertTrue(accepted);
        ModelRegistry other = new ModelRegistry();
        ProgramDraft memory draft;
        step = bound(step, 40, 299);
        uint256 from = 0;
        for (; from + step < nodes.length; from += step) {
            draft = _closeOld(other.extend(_slice(nodes, from, from + step), draft));
        }
        ModelId split = other.finish(_slice(nodes, from, nodes.length), draft, _card);
        assertEq(ModelId.unwrap(split), ModelId.unwrap(id));
    }

    function testFuzz_AFlippedBitNeverKeepsTheId(uint256 seed, uint256 length, uint256 bit) public {
        bytes32[4][] memory nodes = _chain(seed, bound(length, 2, 40));
        (, ModelId id) = _register(nodes);
        bit %= nodes.length * 1024;
        nodes[bit / 1024][(bit / 256) % 4] ^= bytes32(1 << (bit % 256));
        (bool accepted, ModelId changed) = _register(nodes);
        if (accepted) assertFalse(id == changed);
    }

    function test_TheLargestProgramRegistersInParts() public {
        uint256 total = 65_536;
        uint256 step = 2_048;
        ProgramDraft memory draft;
        for (uint256 from = 0; from < total - step; from += step) {
            draft = this.extendByPart(from, step, draft);
        }
        bytes32[4][] memory over = _part(total - step, step + 1);
        vm.expectRevert(abi.encodeWithSelector(ProgramValidator.ProgramNodeCountOutOfRange.selector, total + 1));
        _registry.finish(over, draft, _card);
        ModelId id = _registry.finish(_part(total - step, step), draft, _card);
        assertEq(_registry.modelOf(id).nodes, total);
        assertEq(id.work(), total - 1);
        assertEq(id.traceBytes(), 32 * (total - 1));
    }

    /// Called from outside, so that the memory of each part is given back.
    function extendByPart(
        uint256 from,
        uint256 length,
        ProgramDraft calldata draft
    ) external returns (ProgramDraft memory) {
        return _closeOld(_registry.extend(_part(from, length), draft));
    }

    function _register(bytes32[4][] memory nodes) private returns (bool accepted, ModelId id) {
        try _registry.register(nodes, _card) returns (ModelId registered) {
            return (true, registered);
        } catch {
            return (false, id);
        }
    }

    /// Nodes of 1x1 tensors, each reading the one before it and one of the last 64.
    function _chain(uint256 seed, uint256 length) private pure returns (bytes32[4][] memory nodes) {
        nodes = new bytes32[4][](length);
        Shape memory one = Shape(1, 1, 1);
        nodes[0] = _node(INPUT, 0, one, 0, 0, 0);
        for (uint256 i = 1; i < length; ++i) {
            uint256 back = 1 + (uint256(keccak256(abi.encode(seed, i))) % (i < 64 ? i : 64));
            nodes[i] = _node(MAP, seed % 2, one, i - 1, i - back, 0);
        }
    }

    /// Nodes of one chain in which each reads the one before it twice.
    function _part(uint256 from, uint256 length) private pure returns (bytes32[4][] memory nodes) {
        nodes = new bytes32[4][](length);
        Shape memory one = Shape(1, 1, 1);
        for (uint256 i = 0; i < length; ++i) {
            uint256 index = from + i;
            nodes[i] = index == 0 ? _node(INPUT, 0, one, 0, 0, 0) : _node(MAP, 0, one, index - 1, index - 1, 0);
        }
    }

    /// Replaces all pages but the last two by their hashes.
    function _closeOld(ProgramDraft memory draft) private pure returns (ProgramDraft memory) {
        for (uint256 i = 0; i + 2 < draft.pages.length; ++i) {
            if (draft.pages[i].length != 32) draft.pages[i] = abi.encode(keccak256(draft.pages[i]));
        }
        return draft;
    }

    function _slice(
        bytes32[4][] memory nodes,
        uint256 from,
        uint256 to
    ) private pure returns (bytes32[4][] memory part) {
        part = new bytes32[4][](to - from);
        for (uint256 i = 0; i < part.length; ++i) part[i] = nodes[from + i];
    }

    function _node(
        uint256 op,
        uint256 fn,
        Shape memory shape,
        uint256 a,
        uint256 b,
        uint256 immediate
    ) private pure returns (bytes32[4] memory node) {
        uint256 head = (op << 248) | (fn << 240) | (shape.size << 232) | (shape.rows << 160) | (shape.cols << 128);
        node[0] = bytes32(head | (a << 96) | (b << 64) | (immediate << 32));
    }

    function _view(
        Shape memory shape,
        int32[4] calldata offsets,
        Loop[] memory loops
    ) private pure returns (bytes32[4] memory node) {
        node = _node(VIEW, 0, shape, 0, 0, 0);
        node[0] |= bytes32(loops.length << 224);
        bytes memory dims = abi.encodePacked(uint32(1), uint32(1), uint32(1), uint32(1));
        node[1] = bytes32(abi.encodePacked(dims, offsets[0], offsets[1], offsets[2], offsets[3]));
        for (uint256 i = 0; i < loops.length; ++i) {
            uint256 loop = (loops[i].extent << 32) | (loops[i].axis << 24) | uint24(int24(loops[i].stride));
            node[2 + i / 4] |= bytes32(loop << (192 - 64 * (i % 4)));
        }
    }

    function _dotIsValid(Shape memory a, Shape memory b, uint256 count, uint256 groups) private pure returns (bool) {
        uint256 limit = a.size == 1 && b.size == 1 ? 16_384 : 4_096;
        if (a.cols != b.cols || a.cols > limit || count % a.rows != 0) return false;
        uint256 n = count / a.rows;
        if (b.rows % n != 0 || groups == 0) return false;
        return a.rows % groups == 0 && groups % (b.rows / n) == 0;
    }

    function _viewIsValid(int32[4] calldata offsets, Loop[] memory loops) private pure returns (bool) {
        for (uint256 axis = 0; axis < 4; ++axis) {
            (int256 low, int256 high) = (offsets[axis], offsets[axis]);
            for (uint256 i = 0; i < loops.length; ++i) {
                if (loops[i].axis != axis) continue;
                int256 reach = int256(loops[i].extent - 1) * loops[i].stride;
                if (reach < 0) low += reach;
                else high += reach;
            }
            if (low < type(int32).min || high > type(int32).max) return false;
        }
        return true;
    }

    function _committedBytes(Shape memory shape) private pure returns (uint256 committed) {
        committed = 32;
        while (committed < shape.cols * shape.size) committed *= 2;
        uint256 rows = 1;
        while (rows < shape.rows) rows *= 2;
        committed *= rows;
    }

    /// Mostly small columns, often near the limits of DOT.
    function _columns(uint256 seed) private pure returns (uint256) {
        uint256 kind = seed % 4;
        if (kind == 0) return 4_095 + ((seed >> 8) % 3);
        if (kind == 1) return 16_383 + ((seed >> 8) % 3);
        return 1 + ((seed >> 8) % 80);
    }

    /// A number below 2^32, near a power of two as often as not.
    function _magnitude(uint256 seed) private pure returns (uint256) {
        uint256 power = 1 << ((seed >> 8) % 32);
        if (seed % 2 == 0) return power + ((seed >> 16) % power);
        uint256 near = power + ((seed >> 16) % 3);
        return near > 1 ? near - 1 : 1;
    }
}
