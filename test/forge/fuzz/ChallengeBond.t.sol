// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {ChallengeBond} from "../../../contracts/verification/libraries/ChallengeBond.sol";
import {Rounds} from "../../../contracts/verification/libraries/Rounds.sol";

contract ChallengeBondFuzzTest is Test {
    /// @dev Each of the lower bounds is met, and one of them to the unit.
    function testFuzz_Amount_IsTheLargestOfItsBounds(
        uint256 price,
        uint256 bond,
        uint256 floor,
        uint256 live
    ) public pure {
        (price, bond, floor) = (_money(price), _money(bond), _money(floor));
        live = bound(live, 0, 70);
        uint256 factor =
            live < 4
                ? 1
                : live < 8
                    ? 2
                    : 4;
        uint256 amount = ChallengeBond.amount(price, bond, floor, live);
        uint256 leastOfJob = floor < bond ? floor : bond;
        // Twentieths and two hundredths, rounded up before they are raised.
        uint256 byFloor = factor * (leastOfJob / 20 + (leastOfJob % 20 == 0 ? 0 : 1));
        uint256 byValue = factor * ((price + bond) / 200 + ((price + bond) % 200 == 0 ? 0 : 1));
        uint256 byCrowd = live < 64 ? 0 : bond;
        assertTrue(amount >= byFloor && amount >= byValue && amount >= byCrowd);
        assertTrue(amount == byFloor || amount == byValue || amount == byCrowd);
    }

    function testFuzz_Amount_NeverFallsAsGamesOrMoneyGrow(
        uint256 price,
        uint256 bond,
        uint256 floor,
        uint256 live,
        uint256 more
    ) public pure {
        (price, bond, floor, more) = (_money(price), _money(bond), _money(floor), _money(more));
        live = bound(live, 0, 100);
        uint256 amount = ChallengeBond.amount(price, bond, floor, live);
        assertGe(ChallengeBond.amount(price, bond, floor, live + 1), amount);
        assertGe(ChallengeBond.amount(price + more, bond, floor, live), amount);
        assertGe(ChallengeBond.amount(price, bond + more, floor, live), amount);
        assertGe(ChallengeBond.amount(price, bond, floor + more, live), amount);
    }

    function test_Amount_StepsAtFourEightAndSixtyFourGames() public pure {
        uint256[6] memory live = [uint256(0), 3, 4, 7, 8, 63];
        uint256[6] memory expected = [uint256(1_005), 1_005, 2_010, 2_010, 4_020, 4_020];
        for (uint256 i = 0; i < live.length; ++i) {
            assertEq(ChallengeBond.amount(1_000, 200_000, 0, live[i]), expected[i]);
        }
        assertEq(ChallengeBond.amount(1_000, 200_000, 0, 64), 200_000);
        assertEq(ChallengeBond.amount(1_000_000_000, 200_000, 0, 64), 4 * 5_001_000);
    }

    /// @dev All answers that a game can have cost less than its bond.
    function testFuzz_Fees_AreAThirtySecondForEachAnswer(uint256 bond, uint256 answers) public pure {
        (bond, answers) = (_money(bond), bound(answers, 0, Rounds.MOST_ROUNDS));
        uint256 fees = ChallengeBond.fees(bond, answers);
        assertTrue(32 * fees <= bond * answers && 32 * (fees + 1) > bond * answers);
        assertTrue(bond == 0 || fees < bond);
    }

    function testFuzz_Reward_IsATenth(uint256 bond) public pure {
        bond = _money(bond);
        uint256 reward = ChallengeBond.reward(bond);
        assertTrue(10 * reward <= bond && 10 * (reward + 1) > bond);
    }

    /// @dev Of any size up to a 128-bit amount for each of 2^64 units, small ones as often as large ones.
    function _money(uint256 raw) private pure returns (uint256) {
        return (raw >> 64) >> ((raw % 24) * 8);
    }
}
