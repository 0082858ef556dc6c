// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {JobId} from "../../compute/types/JobId.sol";

/// @notice A game: the job it is about, and above 32 bits its number among that job's games, counted from 1.
type GameId is uint256;

using GameIdLib for GameId global;

/// @notice Packs and reads {GameId}.
library GameIdLib {
    /// @notice The id of a job's game.
    function toGameId(JobId job, uint32 number) internal pure returns (GameId) {
        return GameId.wrap((JobId.unwrap(job) << 32) | number);
    }

    /// @notice The job that the game is about.
    function jobId(GameId self) internal pure returns (JobId) {
        return JobId.wrap(GameId.unwrap(self) >> 32);
    }
}
