// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

import {MerkleTree} from "../common/libraries/MerkleTree.sol";
import {TensorTree} from "../common/libraries/TensorTree.sol";
import {TensorHeader} from "../common/types/TensorHeader.sol";
import {IReveals} from "./interfaces/IReveals.sol";
import {Rounds} from "./libraries/Rounds.sol";

/// @notice Owns the record of what was revealed, and when.
abstract contract Reveals is IReveals {
    mapping(bytes32 key => uint256 timestamp) private _revealedAt;

    /// @inheritdoc IReveals
    function reveal(TensorHeader header, bytes32[] calldata children) external {
        uint256 count = children.length;
        require(count != 0 && count <= 1 << Rounds.MOST_LEVELS && count & (count - 1) == 0, RevealsInvalidCount(count));
        bytes32 node = MerkleTree.foldCopy(children);
        if (TensorHeader.unwrap(header) != 0) node = TensorTree.tensorId(header, node);
        bytes32 key = _key(node, header, count);
        if (_revealedAt[key] != 0) return;

        _revealedAt[key] = block.timestamp;

        emit Revealed(key, _isPlainTransaction() ? children[:0] : children);
    }

    /// @inheritdoc IReveals
    function revealedAt(bytes32 node, TensorHeader header, uint256 count) external view returns (uint256) {
        return _revealTime(node, header, count);
    }

    function _revealTime(bytes32 node, TensorHeader header, uint256 count) internal view returns (uint256) {
        return _revealedAt[_key(node, header, count)];
    }

    /// @dev Whether whoever reads the transaction's data reads this call's: code between the two could hide it. Decides
    /// about an event only.
    function _isPlainTransaction() private view returns (bool) {
        // solhint-disable-next-line avoid-tx-origin
        return msg.sender == tx.origin && msg.sender.code.length == 0;
    }

    /// @dev A header comes from anybody and may have any bits, so it shares no word with the number of children.
    function _key(bytes32 node, TensorHeader header, uint256 count) private pure returns (bytes32) {
        bytes32 named = Hashes.efficientKeccak256(node, bytes32(TensorHeader.unwrap(header)));
        return Hashes.efficientKeccak256(named, bytes32(count));
    }
}
