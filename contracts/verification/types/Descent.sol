// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleTree} from "../../common/libraries/MerkleTree.sol";

/// @notice A way down a tree: the node it leads to, and the siblings that prove it.
struct Descent {
    uint256 height; // levels below the node reached
    uint256 index; // its position among the nodes of its level
    bytes32 node;
    bytes32[] siblings; // from the node reached up to the one it starts from, without the latter
}

using DescentLib for Descent global;

/// @notice Climbs {Descent}s back up.
library DescentLib {
    /// @notice The way down does not start where it should.
    error DescentMisplaced(uint256 height, uint256 index, uint256 siblings);

    /// @notice The node that a descent starts from.
    /// @dev Requirements: it starts `height` levels above the leaves, at position `index`.
    /// @param height Levels below the node it must start from
    /// @param index That node's position among the nodes of its level
    function start(Descent calldata self, uint256 height, uint256 index) internal pure returns (bytes32) {
        uint256 levels = self.siblings.length;
        require(
            levels <= height && self.height == height - levels && self.index >> levels == index,
            DescentMisplaced(self.height, self.index, levels)
        );
        return MerkleTree.climb(self.node, self.index, self.siblings);
    }
}
