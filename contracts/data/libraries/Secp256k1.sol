// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Secp256k1
/// @notice Which bytes are a public key of the curve y² = x³ + 7, in the compressed form of SEC 1, section 2.3.3.
library Secp256k1 {
    uint256 private constant LENGTH = 33;
    uint256 private constant EVEN = 0x02;
    uint256 private constant ODD = 0x03;
    uint256 private constant P = type(uint256).max - (1 << 32) - 976;

    /// @notice Whether `key` is 2 or 3, for the parity of y, and the x of a point.
    function isCompressedPoint(bytes calldata key) internal view returns (bool) {
        if (key.length != LENGTH) return false;
        uint256 parity = uint8(key[0]);
        uint256 x = uint256(bytes32(key[1:]));
        if ((parity != EVEN && parity != ODD) || x >= P) return false;
        uint256 square = addmod(mulmod(x, mulmod(x, x, P), P), 7, P);
        // Euler's criterion; it is never 0, as the curve has an odd number of points.
        return Math.modExp(square, P >> 1, P) == 1;
    }
}
