// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ViewLoops} from "../../../contracts/verification/libraries/ViewLoops.sol";

contract ViewLoopsFuzzTest is Test {
    struct Loop {
        uint32 extent;
        uint8 axis;
        int24 stride;
    }

    uint256 private constant AXES = 4;
    uint256 private constant MOST_LOOPS = 8;

    /// @dev Every element of the result, counted by nested loops instead of divisions.
    function testFuzz_ReadsWhereNestedLoopsRead(uint256 seed, uint256 loopCount) public view {
        loopCount = bound(loopCount, 0, 4);
        uint256[AXES] memory dims;
        int256[AXES] memory offsets;
        for (uint256 x = 0; x < AXES; ++x) {
            dims[x] = 1 + (_draw(seed, x) % 6);
            offsets[x] = int256(_draw(seed, 8 + x) % 9) - 3;
        }
        Loop[] memory loops = new Loop[](loopCount);
        uint256 count = 1;
        for (uint256 i = 0; i < loopCount; ++i) {
            loops[i].extent = uint32(1 + (_draw(seed, 16 + i) % 4));
            loops[i].axis = uint8(_draw(seed, 24 + i) % AXES);
            loops[i].stride = int24(int256(_draw(seed, 32 + i) % 7) - 3);
            count *= loops[i].extent;
        }
        uint256[] memory digits = new uint256[](loopCount);
        for (uint256 index = 0; index < count; ++index) {
            _check(dims, offsets, loops, digits, index);
            _advance(loops, digits);
        }
    }

    /// @dev Fields as wide as the registry lets them be, at one element. Eight loops that each reach 2^27 far from an offset
    /// of 2^30 stay in 32 bits.
    function testFuzz_ReadsWhereTheDigitsSay(
        uint32[AXES] memory rawDims,
        int32[AXES] memory rawOffsets,
        Loop[MOST_LOOPS] memory rawLoops,
        uint256 loopCount,
        uint256 index
    ) public view {
        Loop[] memory loops = new Loop[](bound(loopCount, 0, MOST_LOOPS));
        uint256[] memory digits = new uint256[](loops.length);
        (uint256 count, uint256 most) = (1, 1 << 27);
        for (uint256 i = 0; i < loops.length; ++i) {
            uint256 extent = bound(rawLoops[i].extent, 1, most);
            int256 widest = int256(Math.min(2 ** 23 - 1, 2 ** 27 / extent));
            int24 stride = int24(
                bound(int256(rawLoops[i].stride), -widest - (extent < 16 ? int256(1) : int256(0)), widest)
            );
            loops[i] = Loop(uint32(extent), rawLoops[i].axis % uint8(AXES), stride);
            (count, most) = (count * extent, most / extent);
        }
        index = bound(index, 0, count - 1);
        uint256 rest = index;
        for (uint256 i = loops.length; i > 0; --i) {
            digits[i - 1] = rest % loops[i - 1].extent;
            rest /= loops[i - 1].extent;
        }
        uint256[AXES] memory dims;
        int256[AXES] memory offsets;
        most = 1 << 30;
        for (uint256 x = 0; x < AXES; ++x) {
            dims[x] = bound(rawDims[x], 1, most);
            most /= dims[x];
            offsets[x] = rawOffsets[x] / 2;
        }
        _check(dims, offsets, loops, digits, index);
    }

    function source(bytes32[4] calldata node, uint256 index) external pure returns (bool inside, uint256 read) {
        return ViewLoops.source(node, index);
    }

    function _check(
        uint256[AXES] memory dims,
        int256[AXES] memory offsets,
        Loop[] memory loops,
        uint256[] memory digits,
        uint256 index
    ) private view {
        bool expectedInside = true;
        uint256 expected;
        for (uint256 x = 0; x < AXES; ++x) {
            int256 position = offsets[x];
            for (uint256 i = 0; i < loops.length; ++i) {
                if (loops[i].axis == x) position += int256(digits[i]) * loops[i].stride;
            }
            if (position < 0 || position >= int256(dims[x])) expectedInside = false;
            else expected = expected * dims[x] + uint256(position);
        }
        (bool inside, uint256 read) = this.source(_node(dims, offsets, loops), index);
        assertEq(inside, expectedInside);
        assertEq(read, expectedInside ? expected : 0);
    }

    /// @dev Counts on: the last loop is the fastest.
    function _advance(Loop[] memory loops, uint256[] memory digits) private pure {
        for (uint256 i = loops.length; i > 0; --i) {
            if (++digits[i - 1] < loops[i - 1].extent) return;
            digits[i - 1] = 0;
        }
    }

    function _node(
        uint256[AXES] memory dims,
        int256[AXES] memory offsets,
        Loop[] memory loops
    ) private pure returns (bytes32[4] memory node) {
        bytes memory places = "";
        for (uint256 x = 0; x < AXES; ++x) places = abi.encodePacked(places, uint32(dims[x]));
        for (uint256 x = 0; x < AXES; ++x) places = abi.encodePacked(places, int32(offsets[x]));
        bytes memory packed = "";
        for (uint256 i = 0; i < MOST_LOOPS; ++i) {
            Loop memory loop = i < loops.length ? loops[i] : Loop(0, 0, 0);
            packed = abi.encodePacked(packed, loop.extent, loop.axis, loop.stride);
        }
        (node[2], node[3]) = abi.decode(packed, (bytes32, bytes32));
        node[1] = bytes32(places);
        node[0] = bytes32(abi.encodePacked(uint24(0x050004), uint8(loops.length)));
    }

    function _draw(uint256 seed, uint256 salt) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }
}
