// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {NodeHead} from "../../compute/types/NodeHead.sol";

/// @notice Where a VIEW reads.
library ViewLoops {
    uint256 private constant AXES = 4;

    /// @notice The element of its operand that a VIEW reads for an element of its result.
    /// @param node The four words of the node, which the model registry checked
    /// @param index The element of the result
    /// @return inside Whether there is one; else the element is the node's padding
    /// @return read It, counted row by row
    function source(bytes32[4] calldata node, uint256 index) internal pure returns (bool inside, uint256 read) {
        int256[AXES] memory position = _position(node, index);
        uint256 dims = uint256(node[1]) >> 128;
        // SAFETY: positions and dimensions have at most 32 bits, and their product is the operand's count.
        unchecked {
            for (uint256 x = 0; x < AXES; ++x) {
                uint256 dim = uint32(dims >> (32 * (AXES - 1 - x)));
                if (position[x] < 0 || uint256(position[x]) >= dim) return (false, 0);
                read = read * dim + uint256(position[x]);
            }
        }
        return (true, read);
    }

    /// @dev The offsets, and to each axis what its loops add.
    function _position(bytes32[4] calldata node, uint256 index) private pure returns (int256[AXES] memory position) {
        (uint256 offsets, uint256 loops) = (uint256(node[1]), NodeHead.wrap(uint256(node[0])).loops());
        // SAFETY: offsets and strides have at most 32 bits, and the model registry checked that no sum leaves them.
        unchecked {
            for (uint256 x = 0; x < AXES; ++x) {
                position[x] = int32(uint32(offsets >> (32 * (AXES - 1 - x))));
            }
            for (uint256 i = loops; i != 0; --i) {
                // Four loops to a word; the last loop of all is the fastest.
                uint256 word = uint256(i > 4 ? node[3] : node[2]);
                uint256 loop = uint64(word >> (64 * ((8 - i) % 4)));
                uint256 extent = loop >> 32;
                position[uint8(loop >> 24)] += int256(index % extent) * int24(uint24(loop));
                index /= extent;
            }
        }
    }
}
