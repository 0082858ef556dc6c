// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Shares} from "../../../contracts/compute/libraries/Shares.sol";

/// @dev The oracle multiplies in 512 bits. Amounts are products of 128-bit unit amounts and 64-bit units.
contract SharesFuzzTest is Test {
    uint256 private constant MOST = uint256(type(uint128).max) * type(uint64).max;

    function testFuzz_BpsAreRoundedUp(uint256 amount, uint16 bps) public pure {
        amount = bound(amount, 0, MOST);
        assertEq(Shares.bpsUp(amount, bps), Math.mulDiv(amount, bps, 10_000, Math.Rounding.Ceil));
    }

    function testFuzz_FractionsAreRoundedUp(uint256 amount, uint32 part, uint32 whole) public pure {
        amount = bound(amount, 0, MOST);
        vm.assume(whole != 0);
        assertEq(Shares.fractionUp(amount, part, whole), Math.mulDiv(amount, part, whole, Math.Rounding.Ceil));
    }

    /// @dev No part of a price is above the price, and a fee never above what it is taken from.
    function testFuzz_SharesOfAPriceNeverExceedIt(uint256 price, uint16 bps, uint32 elapsed, uint32 whole) public pure {
        price = bound(price, 0, MOST);
        vm.assume(whole != 0);
        elapsed = uint32(bound(elapsed, 0, whole));
        uint256 share = Shares.atLeast(Shares.fractionUp(price, elapsed, whole), Shares.bpsUp(price, bps % 10_001));
        assertLe(share, price);
        assertLe(Shares.bpsUp(share, 500), share);
        assertEq(Shares.fractionUp(price, whole, whole), price);
    }

    /// @dev Waiting never makes a share smaller.
    function testFuzz_SharesGrowWithTime(uint256 price, uint32 earlier, uint32 later, uint32 whole) public pure {
        price = bound(price, 0, MOST);
        vm.assume(whole != 0);
        (earlier, later) = earlier < later ? (earlier, later) : (later, earlier);
        assertLe(Shares.fractionUp(price, earlier, whole), Shares.fractionUp(price, later, whole));
    }
}
