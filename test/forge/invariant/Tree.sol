// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev All levels of a full binary tree, the leaves first.
struct Tree {
    bytes32[][] levels;
}

using TreeLib for Tree global;

library TreeLib {
    /// @dev The tree over leaves, completed with zero words to a power of two.
    function over(bytes32[] memory leaves) internal pure returns (Tree memory tree) {
        uint256 depth_ = 0;
        while (1 << depth_ < leaves.length) ++depth_;
        tree.levels = new bytes32[][](depth_ + 1);
        tree.levels[0] = new bytes32[](1 << depth_);
        for (uint256 i = 0; i < leaves.length; ++i) tree.levels[0][i] = leaves[i];
        for (uint256 height = 1; height <= depth_; ++height) {
            bytes32[] memory below = tree.levels[height - 1];
            bytes32[] memory level = tree.levels[height] = new bytes32[](below.length / 2);
            for (uint256 i = 0; i < level.length; ++i) {
                level[i] = keccak256(abi.encode(below[2 * i], below[2 * i + 1]));
            }
        }
    }

    function depth(Tree memory self) internal pure returns (uint256) {
        return self.levels.length - 1;
    }

    function root(Tree memory self) internal pure returns (bytes32) {
        return self.levels[self.levels.length - 1][0];
    }

    /// @dev The descendants of a node that are `down` levels below it.
    function descendants(
        Tree memory self,
        uint256 height,
        uint256 index,
        uint256 down
    ) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](1 << down);
        for (uint256 i = 0; i < nodes.length; ++i) nodes[i] = self.levels[height - down][(index << down) + i];
    }

    /// @dev The siblings from a node up to its ancestor `up` levels above, without the latter.
    function siblings(
        Tree memory self,
        uint256 height,
        uint256 index,
        uint256 up
    ) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](up);
        for (uint256 i = 0; i < up; ++i) nodes[i] = self.levels[height + i][(index >> i) ^ 1];
    }
}
