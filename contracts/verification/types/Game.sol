// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";
import {GameId} from "./GameId.sol";
import {GameState} from "./GameState.sol";

/// @notice A game about one delivered job. The verifier stores its hash only; callers carry the rest.
struct Game {
    GameId id;
    address challenger;
    address token; // the job's payment token
    uint256 bond; // the challenger's, payment-token units
    uint256 units; // units delivered
    // state
    GameState state;
    bytes32 node; // current node: an inner node, a unit's output id, or a tensor id
    bytes32 programNode; // hash of the program's node whose tensor the game is in; 0 before
    TensorHeader header; // header of that tensor; 0 before
}

using GameLib for Game global;

/// @notice What follows from a game's fields.
library GameLib {
    /// @notice The size of a game in memory and calldata, in bytes.
    uint256 internal constant SIZE = 288;

    /// @notice The word that stands for a game in storage.
    function hash(Game memory self) internal pure returns (bytes32 result) {
        uint256 size = SIZE;
        // SAFETY: all fields are value types, so the struct is 9 consecutive words in memory.
        assembly ("memory-safe") {
            result := keccak256(self, size)
        }
    }

    /// @notice The header that stands beside the root in the current node: 0 if that is no tensor's id.
    function topHeader(Game memory self) internal pure returns (TensorHeader) {
        bool atTop = self.state.height() == self.header.depth();
        return atTop ? self.header : TensorHeader.wrap(0);
    }
}
