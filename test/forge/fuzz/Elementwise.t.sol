// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {MapFn} from "../../../contracts/compute/types/NodeHead.sol";
import {Elementwise} from "../../../contracts/verification/libraries/Elementwise.sol";

/// @dev Against whole numbers without bounds, and divisions that are rounded down by hand.
contract ElementwiseFuzzTest is Test {
    uint256 private constant MOST_SHIFT = 62;

    function testFuzz_Add(int256 a, int256 b) public pure {
        (a, b) = (_operand(a), _operand(b));
        assertEq(Elementwise.apply_(MapFn.ADD, a, b, 0), _wrapped(a + b));
    }

    function testFuzz_Sub(int256 a, int256 b) public pure {
        (a, b) = (_operand(a), _operand(b));
        assertEq(Elementwise.apply_(MapFn.SUB, a, b, 0), _wrapped(a - b));
    }

    function testFuzz_Mul(int256 a, int256 b, uint256 shift) public pure {
        (a, b, shift) = (_operand(a), _operand(b), bound(shift, 0, MOST_SHIFT));
        assertEq(Elementwise.apply_(MapFn.MUL, a, b, shift), _product(a, b, shift));
    }

    function testFuzz_Mul_AtEveryShift(int256 a, int256 b) public pure {
        (a, b) = (_operand(a), _operand(b));
        for (uint256 shift = 0; shift <= MOST_SHIFT; ++shift) {
            assertEq(Elementwise.apply_(MapFn.MUL, a, b, shift), _product(a, b, shift));
        }
    }

    function testFuzz_MinAndMax(int256 a, int256 b) public pure {
        (a, b) = (_operand(a), _operand(b));
        (int256 least, int256 most) = a < b ? (a, b) : (b, a);
        assertEq(Elementwise.apply_(MapFn.MIN, a, b, 0), least);
        assertEq(Elementwise.apply_(MapFn.MAX, a, b, 0), most);
    }

    /// @dev a / b + 1/2 rounded down is (2a + b) / 2b rounded down.
    function testFuzz_Div(int256 a, int256 b) public pure {
        (a, b) = (_operand(a), _operand(b));
        int256 expected = b <= 0 ? int256(0) : _floorDiv(2 * a + b, 2 * b);
        assertEq(Elementwise.apply_(MapFn.DIV, a, b, 0), expected);
    }

    function testFuzz_Sqrt(int256 a, int256 b) public pure {
        a = _operand(a);
        int256 root = Elementwise.apply_(MapFn.SQRT, a, b, 0);
        if (a <= 0) assertEq(root, 0);
        else assertTrue(root > 0 && root * root <= a && (root + 1) * (root + 1) > a);
    }

    function test_AtTheLimits() public pure {
        (int256 least, int256 most) = (type(int32).min, type(int32).max);
        assertEq(Elementwise.apply_(MapFn.ADD, most, 1, 0), least);
        assertEq(Elementwise.apply_(MapFn.SUB, least, 1, 0), most);
        assertEq(Elementwise.apply_(MapFn.MUL, least, least, 0), 0);
        assertEq(Elementwise.apply_(MapFn.MUL, least, least, 31), least);
        assertEq(Elementwise.apply_(MapFn.MUL, least, least, 62), 1);
        assertEq(Elementwise.apply_(MapFn.MUL, -1, 1, 1), 0);
        assertEq(Elementwise.apply_(MapFn.MUL, -3, 1, 1), -1);
        assertEq(Elementwise.apply_(MapFn.DIV, least, 1, 0), least);
        assertEq(Elementwise.apply_(MapFn.DIV, least, -1, 0), 0);
        assertEq(Elementwise.apply_(MapFn.DIV, least, most, 0), -1);
        assertEq(Elementwise.apply_(MapFn.DIV, -1, 2, 0), 0);
        assertEq(Elementwise.apply_(MapFn.DIV, most, 0, 0), 0);
        assertEq(Elementwise.apply_(MapFn.SQRT, most, 0, 0), 46_340);
    }

    /// @dev Any value of 32 bits; every other one is near a limit, a power of two or zero.
    function _operand(int256 raw) private pure returns (int256) {
        uint256 kind = uint256(raw) % 8;
        int256 power = int256(1 << ((uint256(raw) >> 8) % 32));
        int256 near = int256((uint256(raw) >> 16) % 3) - 1;
        if (kind == 0) return _clamped(power + near);
        if (kind == 1) return _clamped(near - power);
        if (kind == 2) return near;
        if (kind == 3) return _clamped(type(int32).min + near);
        return int32(raw >> 24);
    }

    function _clamped(int256 value) private pure returns (int256) {
        if (value > type(int32).max) return type(int32).max;
        return value < type(int32).min ? int256(type(int32).min) : value;
    }

    function _product(int256 a, int256 b, uint256 shift) private pure returns (int256) {
        if (shift == 0) return _wrapped(a * b);
        int256 divisor = int256(2 ** shift);
        return _wrapped(_floorDiv(2 * a * b + divisor, 2 * divisor));
    }

    function _floorDiv(int256 a, int256 b) private pure returns (int256) {
        return a >= 0 ? a / b : -((-a + b - 1) / b);
    }

    /// @dev The value from -2^31 to 2^31 - 1 that is as much modulo 2^32.
    function _wrapped(int256 value) private pure returns (int256) {
        return value - _floorDiv(value + 2 ** 31, 2 ** 32) * 2 ** 32;
    }
}
