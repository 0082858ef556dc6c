// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {ListTree} from "../../common/libraries/ListTree.sol";
import {MerkleTree} from "../../common/libraries/MerkleTree.sol";
import {TensorTree} from "../../common/libraries/TensorTree.sol";
import {TensorHeader, TensorHeaderLib} from "../../common/types/TensorHeader.sol";

/// @notice The shape of the state of a valuation: each number is a binary logarithm.
/// @dev The state is an i32 tensor of four blocks of equally many rows: points, test points, sums, values. A row of points is the
/// bytes of an embedding, a label, and a tag in its last word: 20 bytes of owner, 12 of salt. A slot is what one contribution
/// fills of the points; its first row is a header, all zero but for the owner.
struct Shape {
    uint8 slots;
    uint8 slotRows;
    uint8 rowWords;
}

using ShapeLib for Shape global;

/// @notice Roots and ids of a valuation's state.
library ShapeLib {
    uint256 private constant OWNER_OFFSET = 96;
    uint256 private constant ELEMENT_BYTES = 4;
    uint256 private constant BLOCKS_LOG2 = 2;
    uint256 private constant ROWS_CAP = 12;
    uint256 private constant ROW_WORDS_CAP = 6;

    /// @notice Whether a program of the shape can exist: at most 4,096 rows, of 2 to 64 words, and 2 rows or more in a slot.
    function isSound(Shape memory self) internal pure returns (bool) {
        bool rows = self.slotRows >= 1 && uint256(self.slots) + self.slotRows <= ROWS_CAP;
        return rows && self.slots >= 1 && self.rowWords >= 1 && self.rowWords <= ROW_WORDS_CAP;
    }

    /// @notice The binary logarithm of the rows of a block.
    function rows(Shape memory self) internal pure returns (uint256) {
        return uint256(self.slots) + self.slotRows;
    }

    /// @notice The siblings on the way from a word of a block to the block's root.
    function depth(Shape memory self) internal pure returns (uint256) {
        return self.rows() + self.rowWords;
    }

    /// @notice The root of a slot whose header names `owner`.
    /// @param siblings Of the header's row, bottom-up, one for each level of a slot
    function slotRoot(
        Shape memory self,
        address owner,
        bytes32[] calldata siblings
    ) internal pure returns (bytes32 root) {
        root = bytes32(uint256(uint160(owner)) << OWNER_OFFSET);
        bytes32 empty;
        for (uint256 level = 0; level < self.rowWords; ++level) {
            root = Hashes.efficientKeccak256(empty, root);
            empty = Hashes.efficientKeccak256(empty, empty);
        }
        return MerkleTree.climb(root, 0, siblings);
    }

    /// @notice The root of a slot without anything in it.
    function emptySlot(Shape memory self) internal pure returns (bytes32) {
        return ListTree.padding(uint256(self.slotRows) + self.rowWords);
    }

    /// @notice The root of a block that begins with a subtree of `2^rows_` rows, and is zero otherwise.
    function padded(Shape memory self, bytes32 root, uint256 rows_) internal pure returns (bytes32) {
        bytes32 empty = ListTree.padding(rows_ + self.rowWords);
        for (uint256 level = rows_; level < self.rows(); ++level) {
            root = Hashes.efficientKeccak256(root, empty);
            empty = Hashes.efficientKeccak256(empty, empty);
        }
        return root;
    }

    /// @notice The id of the state of which only the first two blocks are not zero.
    function inputId(Shape memory self, bytes32 points, bytes32 tests) internal pure returns (bytes32) {
        bytes32 empty = ListTree.padding(self.depth() + 1);
        return self.stateId(Hashes.efficientKeccak256(points, tests), empty);
    }

    /// @notice The id of a state.
    /// @param inputs The node above points and test points
    /// @param outputs The node above sums and values
    function stateId(Shape memory self, bytes32 inputs, bytes32 outputs) internal pure returns (bytes32) {
        uint256 cols = (32 / ELEMENT_BYTES) << self.rowWords;
        TensorHeader header = TensorHeaderLib.toTensorHeader(ELEMENT_BYTES, 1 << (self.rows() + BLOCKS_LOG2), cols);
        return TensorTree.tensorId(header, Hashes.efficientKeccak256(inputs, outputs));
    }
}
