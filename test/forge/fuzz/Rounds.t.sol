// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ListFrontier} from "../../../contracts/common/libraries/ListFrontier.sol";
import {ListTree} from "../../../contracts/common/libraries/ListTree.sol";
import {TensorHeaderLib} from "../../../contracts/common/types/TensorHeader.sol";
import {Rounds} from "../../../contracts/verification/libraries/Rounds.sol";

contract RoundsTest is Test {
    uint256 private constant HIGHEST = 64;

    function test_ARoundGoesDownOneToSixLevels() public pure {
        for (uint256 height = 1; height <= HIGHEST; ++height) {
            uint256 levels = Rounds.levels(height);
            assertTrue(levels >= 1 && levels <= 6 && levels <= height);
            assertEq(Rounds.children(height), 2 ** levels);
        }
        assertEq(Rounds.levels(0), 0);
        assertEq(Rounds.children(0), 1);
    }

    function test_RoundsAreAsFewAndAsEqualAsCanBe() public pure {
        for (uint256 height = 1; height <= HIGHEST; ++height) {
            (uint256 count, uint256 least, uint256 most) = (0, 6, 0);
            for (uint256 left = height; left != 0; ++count) {
                uint256 levels = Rounds.levels(left);
                (least, most) = (Math.min(least, levels), Math.max(most, levels));
                left -= levels;
            }
            assertEq(count, (height + 5) / 6);
            assertLe(most - least, 1);
        }
    }

    /// @dev INVARIANT OV-2: a pick that goes farther down than a round leaves no more rounds than one that does not.
    function test_NoPickLeavesMoreRoundsThanTheShortest() public pure {
        uint256[] memory most = _mostRounds();
        for (uint256 height = 1; height <= HIGHEST; ++height) assertEq(most[height], (height + 5) / 6);
    }

    /// @dev INVARIANT OV-2: a game through the largest list of units, trace and tensor takes this many rounds, and none more.
    function test_MostRoundsIsTheBound() public pure {
        uint256[] memory most = _mostRounds();
        uint256 units = ListTree.depth(type(uint64).max);
        uint256 trace = ListTree.depth(ListFrontier.MAX_LENGTH);
        assertEq(most[units] + most[trace] + most[TensorHeaderLib.MAX_DEPTH], Rounds.MOST_ROUNDS);
        for (uint256 height = 0; height <= HIGHEST; ++height) {
            if (height <= units) assertLe(most[height], most[units]);
            if (height <= trace) assertLe(most[height], most[trace]);
            // A tensor of one word is shown in a round of its own.
            if (height <= TensorHeaderLib.MAX_DEPTH) {
                assertLe(Math.max(most[height], 1), most[TensorHeaderLib.MAX_DEPTH]);
            }
        }
    }

    /// @dev The most rounds from each height down, over all picks that go down a round or more.
    function _mostRounds() private pure returns (uint256[] memory most) {
        most = new uint256[](HIGHEST + 1);
        for (uint256 height = 1; height <= HIGHEST; ++height) {
            for (uint256 to = 0; to + Rounds.levels(height) <= height; ++to) {
                most[height] = Math.max(most[height], 1 + most[to]);
            }
        }
    }
}
