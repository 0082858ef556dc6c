// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

import {MapFn} from "../../compute/types/NodeHead.sol";
import {Elements} from "./Elements.sol";

/// @notice The functions of MAP, on 32-bit values.
library Elementwise {
    /// @notice A function of one or two values, before it is stored.
    /// @param fn Code of the function, which the model registry checked
    /// @param a First operand
    /// @param b Second operand; ignored by SQRT
    /// @param shift Of MUL: the product is divided by 2^shift and rounded half up
    function apply_(uint256 fn, int256 a, int256 b, uint256 shift) internal pure returns (int256) {
        // SAFETY: values of 32 bits and a shift of at most 62.
        unchecked {
            if (fn == MapFn.ADD) return Elements.wrap(a + b);
            if (fn == MapFn.SUB) return Elements.wrap(a - b);
            if (fn == MapFn.MUL) return Elements.wrap((a * b + int256((1 << shift) >> 1)) >> shift);
            if (fn == MapFn.MIN) return SignedMath.min(a, b);
            if (fn == MapFn.MAX) return SignedMath.max(a, b);
            if (fn == MapFn.DIV) return divide(a, b);
            return a <= 0 ? int256(0) : int256(Math.sqrt(uint256(a)));
        }
    }

    /// @notice a / b rounded half up; 0 if b <= 0.
    function divide(int256 a, int256 b) internal pure returns (int256) {
        if (b <= 0) return 0;
        // SAFETY: values of 32 bits. The remainder is that of the division rounded down, from 0 to b - 1.
        unchecked {
            int256 remainder = ((a % b) + b) % b;
            return (a - remainder) / b + (remainder >= b - remainder ? int256(1) : int256(0));
        }
    }
}
