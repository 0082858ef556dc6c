// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {TensorTree} from "../../../contracts/common/libraries/TensorTree.sol";
import {TensorHeader, TensorHeaderLib} from "../../../contracts/common/types/TensorHeader.sol";
import {TreeHarness} from "../../../contracts/mocks/TreeHarness.sol";

contract TensorTreeFuzzTest is Test {
    TreeHarness private _trees;

    function setUp() public {
        _trees = new TreeHarness();
    }

    function testFuzz_EveryAlignedRunOpens(
        bytes32 seed,
        uint256 rows,
        uint256 cols,
        uint256 spot,
        uint256 height
    ) public view {
        TensorHeader header = _header(seed, rows, cols);
        uint256 depth = header.depth();
        height = bound(height, 0, depth);
        uint256 first = bound(spot, 0, (1 << (depth - height)) - 1) << height;
        bytes32[] memory words = _words(seed, 1 << depth);
        (bytes32 root, bytes32[] memory siblings) = _open(words, first >> height, height);
        bytes32[] memory run = _slice(words, first, 1 << height);

        assertEq(_trees.tensorProcess(header, first, run, siblings), root);
        assertTrue(_trees.tensorVerify(_trees.tensorId(header, root), header, first, run, siblings));

        run[spot % run.length] ^= bytes32(uint256(1));
        assertFalse(_trees.tensorVerify(_trees.tensorId(header, root), header, first, run, siblings));
    }

    function testFuzz_RevertsWhen_TheRunIsNoAlignedPowerOfTwo(bytes32 seed, uint256 count, uint256 first) public {
        TensorHeader header = TensorHeaderLib.toTensorHeader(4, 5, 17); // 8 rows of 4 words
        count = bound(count, 0, 40);
        bytes32[] memory words = _words(seed, count);
        if (count == 0 || count > 32 || count & (count - 1) != 0) {
            vm.expectRevert(abi.encodeWithSelector(TensorTree.TensorTreeWordCount.selector, count, 32));
        } else {
            first = first < 64 ? first : bound(first, 32, type(uint256).max);
            vm.assume(first >= 32 || first % count != 0);
            vm.expectRevert(abi.encodeWithSelector(TensorTree.TensorTreeWordIndex.selector, first, count, 32));
        }
        _trees.tensorProcess(header, first, words, new bytes32[](5));
    }

    function testFuzz_RevertsWhen_TheProofHasAnotherLength(uint256 height, uint256 given) public {
        TensorHeader header = TensorHeaderLib.toTensorHeader(4, 5, 17);
        height = bound(height, 0, 5);
        given = bound(given, 0, 12);
        vm.assume(given != 5 - height);
        vm.expectRevert(abi.encodeWithSelector(TensorTree.TensorTreeProofLength.selector, given, 5 - height));
        _trees.tensorProcess(header, 0, new bytes32[](1 << height), new bytes32[](given));
    }

    function testFuzz_ValidHeadersFixTheLeastTreeOfWords(uint256 size, uint256 rows, uint256 cols) public view {
        size = 1 << bound(size, 0, 2);
        cols = bound(cols, 1, (1 << 30) / size);
        uint256 words = 1;
        while (words * 32 < cols * size) words *= 2;
        rows = bound(rows, 1, (1 << 25) / words);
        TensorHeader header = _trees.headerOf(size, rows, cols);
        (uint256 size_, uint256 rows_, uint256 cols_, uint256 rowDepth, uint256 depth) = _trees.headerFields(header);
        assertEq(size_, size);
        assertEq(rows_, rows);
        assertEq(cols_, cols);
        assertEq(1 << rowDepth, words);
        uint256 padded = 1;
        while (padded < rows) padded *= 2;
        assertEq(1 << depth, padded * words);
    }

    function testFuzz_RevertsWhen_TheHeaderIsInvalid(uint256 raw, uint256 kind) public {
        uint256 size = raw >> 64;
        kind %= 3;
        if (kind == 0 && (size == 1 || size == 2 || size == 4)) raw += 7 << 64;
        if (kind == 1) raw = (1 << 64) | uint32(raw);
        if (kind == 2) raw = (2 << 64) | ((1 + (raw % ((1 << 32) - 1))) << 32);
        vm.expectRevert(abi.encodeWithSelector(TensorHeaderLib.TensorHeaderInvalid.selector, raw));
        _trees.tensorProcess(TensorHeader.wrap(raw), 0, new bytes32[](1), new bytes32[](0));
    }

    function _header(bytes32 seed, uint256 rows, uint256 cols) private pure returns (TensorHeader) {
        return TensorHeaderLib.toTensorHeader(1 << (uint256(seed) % 3), bound(rows, 1, 9), bound(cols, 1, 70));
    }

    function _words(bytes32 seed, uint256 count) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) words[i] = keccak256(abi.encode(seed, i));
    }

    function _slice(bytes32[] memory words, uint256 first, uint256 count) private pure returns (bytes32[] memory run) {
        run = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) run[i] = words[first + i];
    }

    /// Root of all words and the siblings of the node at an index of the level `height` above them.
    function _open(
        bytes32[] memory level,
        uint256 index,
        uint256 height
    ) private pure returns (bytes32 root, bytes32[] memory siblings) {
        uint256 depth = 0;
        while (1 << depth < level.length) ++depth;
        siblings = new bytes32[](depth - height);
        for (uint256 d = 0; d < depth; ++d) {
            if (d >= height) {
                siblings[d - height] = level[index ^ 1];
                index /= 2;
            }
            bytes32[] memory parents = new bytes32[](level.length / 2);
            for (uint256 i = 0; i < parents.length; ++i) {
                parents[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
            level = parents;
        }
        return (level[0], siblings);
    }
}
