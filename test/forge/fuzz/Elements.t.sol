// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {Elements} from "../../../contracts/verification/libraries/Elements.sol";

contract ElementsFuzzTest is Test {
    function testFuzz_InWord_IsWhatWasWritten(int256 value, uint256 place, uint8 kind, bytes32 around) public pure {
        uint256 size = 1 << (kind % 3);
        int256 limit = int256(1 << (8 * size - 1));
        value = bound(value, -limit, limit - 1);
        place = bound(place, 0, 32 / size - 1);
        bytes memory element = new bytes(size);
        for (uint256 i = 0; i < size; ++i) element[i] = bytes1(uint8(uint256(value) / 256 ** (size - 1 - i)));
        bytes memory word = abi.encodePacked(around);
        for (uint256 i = 0; i < size; ++i) word[place * size + i] = element[i];
        assertEq(Elements.inWord(bytes32(word), place, size), value);
    }

    function testFuzz_InWords_GoesOnFromWordToWord(bytes32[] memory words, uint256 place, uint8 kind) public view {
        vm.assume(words.length != 0);
        uint256 size = 1 << (kind % 3);
        uint256 inOne = 32 / size;
        place = bound(place, 0, words.length * inOne - 1);
        assertEq(this.inWords(words, place, size), Elements.inWord(words[place / inOne], place % inOne, size));
    }

    function testFuzz_Saturate_IsTheNearestOfTheType(int256 value, uint256 scale, uint8 kind) public pure {
        uint256 size = 1 << (kind % 3);
        value >>= bound(scale, 0, 255);
        int256 least =
            size == 1
                ? type(int8).min
                : size == 2
                    ? type(int16).min
                    : type(int32).min;
        int256 most =
            size == 1
                ? type(int8).max
                : size == 2
                    ? type(int16).max
                    : type(int32).max;
        int256 stored = Elements.saturate(value, size);
        assertTrue(stored >= least && stored <= most);
        if (value >= least && value <= most) assertEq(stored, value);
        else assertEq(stored, value < 0 ? least : most);
    }

    function test_Saturate_AtTheLimits() public pure {
        for (uint256 size = 1; size <= 4; size *= 2) {
            int256 limit = int256(1 << (8 * size - 1));
            assertEq(Elements.saturate(limit - 1, size), limit - 1);
            assertEq(Elements.saturate(limit, size), limit - 1);
            assertEq(Elements.saturate(-limit, size), -limit);
            assertEq(Elements.saturate(-limit - 1, size), -limit);
        }
    }

    function testFuzz_Wrap_IsCongruentAndOf32Bits(int256 value, uint256 scale) public pure {
        value >>= bound(scale, 1, 255);
        int256 wrapped = Elements.wrap(value);
        assertTrue(wrapped >= -(2 ** 31) && wrapped < 2 ** 31);
        assertEq((value - wrapped) % 2 ** 32, 0);
    }

    function inWords(bytes32[] calldata words, uint256 element, uint256 size) external pure returns (int256) {
        return Elements.inWords(words, element, size);
    }
}
