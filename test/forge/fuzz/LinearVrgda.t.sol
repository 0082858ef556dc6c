// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {LinearVrgda} from "../../../contracts/data/libraries/LinearVrgda.sol";
import {PriceCurve} from "../../../contracts/data/types/PriceCurve.sol";

/// @dev AM-2: prices of access for any curve, time and number of sales.
contract LinearVrgdaTest is Test {
    /// @dev A sale more never costs less.
    function testFuzz_RisesWithSales(PriceCurve memory curve, uint16 bps, uint40 elapsed, uint64 sold) public pure {
        _bound(curve, bps);
        sold = uint64(bound(sold, 0, type(uint64).max - 1));
        uint96 price = LinearVrgda.priceAt(curve, elapsed, sold);
        assertLe(price, LinearVrgda.priceAt(curve, elapsed, sold + 1), "AM-2");
    }

    /// @dev A second later nothing costs more.
    function testFuzz_FallsWithTime(PriceCurve memory curve, uint16 bps, uint40 elapsed, uint64 sold) public pure {
        _bound(curve, bps);
        elapsed = uint40(bound(elapsed, 0, type(uint40).max - 1));
        uint96 price = LinearVrgda.priceAt(curve, elapsed, sold);
        assertGe(price, LinearVrgda.priceAt(curve, elapsed + 1, sold), "AM-2");
    }

    /// @dev The same where prices move: about as many sales as are on schedule.
    function testFuzz_MovesNearTheSchedule(
        PriceCurve memory curve,
        uint16 bps,
        uint256 rate,
        uint40 elapsed,
        uint256 ahead
    ) public pure {
        _bound(curve, bps);
        curve.ratePerDay = uint96(bound(rate, 1e16, 1e24));
        elapsed = uint40(bound(elapsed, 0, 3_650 days));
        uint256 scheduled = (uint256(elapsed) * curve.ratePerDay) / 1 days / 1e18;
        uint256 sold = scheduled + bound(ahead, 0, (50 * uint256(curve.ratePerDay)) / 1e18);
        uint96 price = LinearVrgda.priceAt(curve, elapsed, uint64(sold));
        assertLe(price, LinearVrgda.priceAt(curve, elapsed, uint64(sold + 1)), "AM-2: sales");
        assertGe(price, LinearVrgda.priceAt(curve, elapsed + 1, uint64(sold)), "AM-2: time");
    }

    /// @dev No time and no number of sales takes a price out of its bounds, or makes it revert.
    function testFuzz_StaysWithinBounds(PriceCurve memory curve, uint16 bps, uint40 elapsed, uint64 sold) public pure {
        _bound(curve, bps);
        uint96 price = LinearVrgda.priceAt(curve, elapsed, sold);
        assertGe(price, curve.reserve, "AM-2: reserve");
        assertLe(price, curve.cap, "AM-2: cap");
    }

    /// @dev What a price loses in a day without a sale is the decay, to a part in 10^9.
    function testFuzz_LosesTheDecayInADay(uint16 bps, uint40 elapsed, uint8 sold) public pure {
        bps = uint16(bound(bps, 100, 9_000));
        elapsed = uint40(bound(elapsed, 0, 10 days));
        PriceCurve memory curve = PriceCurve(1e27, 1, type(uint96).max, 20e18, LinearVrgda.logDecay(bps));
        sold = uint8(bound(sold, 0, 30));
        uint256 price = LinearVrgda.priceAt(curve, elapsed, sold);
        uint256 later = LinearVrgda.priceAt(curve, elapsed + 1 days, sold);
        assertApproxEqRel(later * 10_000, price * (10_000 - bps), 1e9, "a day");
    }

    /// @dev Bounds of the market: 0 < reserve ≤ initial price ≤ cap, a rate, 1 % to 90 % a day.
    function _bound(PriceCurve memory curve, uint16 bps) private pure {
        curve.reserve = uint96(bound(curve.reserve, 1, type(uint96).max));
        curve.initialPrice = uint96(bound(curve.initialPrice, curve.reserve, type(uint96).max));
        curve.cap = uint96(bound(curve.cap, curve.initialPrice, type(uint96).max));
        curve.ratePerDay = uint96(bound(curve.ratePerDay, 1, type(uint96).max));
        curve.logDecay = LinearVrgda.logDecay(uint16(bound(bps, 100, 9_000)));
    }
}
