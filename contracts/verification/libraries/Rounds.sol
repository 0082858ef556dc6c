// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice How a descent is cut into rounds: as few as there can be of at most 64 children, and as equal as they can be.
library Rounds {
    /// @notice The most levels of one round: 64 children.
    uint256 internal constant MOST_LEVELS = 6;

    /// @notice The most rounds of a game: of a list of 2^64 units, a trace of 65,536 nodes, and a tensor of 2^25 words.
    uint256 internal constant MOST_ROUNDS = 11 + 3 + 5;

    /// @notice The levels of the next round of a descent.
    /// @param height Levels that are left
    function levels(uint256 height) internal pure returns (uint256) {
        if (height <= MOST_LEVELS) return height;
        return Math.ceilDiv(height, Math.ceilDiv(height, MOST_LEVELS));
    }

    /// @notice The children that the next round reveals.
    /// @param height Levels that are left
    function children(uint256 height) internal pure returns (uint256) {
        return 1 << levels(height);
    }
}
