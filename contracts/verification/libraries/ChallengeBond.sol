// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What a challenge costs and pays, in payment-token units.
/// @dev SAFETY: amounts are products of 128-bit unit prices or bonds and 64-bit units, far below 2^256.
library ChallengeBond {
    /// @notice Live games of a job from which on a challenge bonds as much as the job did.
    uint256 internal constant CROWD = 64;

    /// @dev The least bond of a job covers the cost of a game twice with the share of it that goes to outsiders, a tenth; so
    /// a twentieth of it covers the cost once.
    uint256 private constant FLOOR_SHARE = 20;
    uint256 private constant VALUE_SHARE = 200;
    uint256 private constant ANSWER_SHARE = 32;
    uint256 private constant CONCESSION_SHARE = 4;
    uint256 private constant REWARD_SHARE = 10;
    uint256 private constant OTHERS_SHARE = 2;

    /// @notice The bond of a challenge, rounded up: 0.5 % of price and bond, at least a twentieth of the job's least bond,
    /// twice that from four live games on and four times from eight on; the job's own bond, if that is more, from 64 on.
    /// @param price The job's price
    /// @param bond The job's bond
    /// @param floor The least bond of a job, as it is now; a job's own bond counts if it is less
    /// @param live Live games of the job
    function amount(uint256 price, uint256 bond, uint256 floor, uint256 live) internal pure returns (uint256) {
        uint256 least = Math.ceilDiv(Math.min(floor, bond), FLOOR_SHARE);
        uint256 base = Math.max(least, Math.ceilDiv(price + bond, VALUE_SHARE));
        uint256 raised = base << Math.min(live / 4, 2);
        return live < CROWD ? raised : Math.max(raised, bond);
    }

    /// @notice What a challenge that failed pays for the worker's answers, rounded down: 1/32 of its bond for each.
    /// @param bond The challenge's bond
    /// @param answers The worker's turns
    function fees(uint256 bond, uint256 answers) internal pure returns (uint256) {
        return (bond * answers) / ANSWER_SHARE;
    }

    /// @notice What a challenge loses that is given up while it is about units, rounded up: a quarter of its bond.
    /// @param bond The challenge's bond
    function conceded(uint256 bond) internal pure returns (uint256) {
        return Math.ceilDiv(bond, CONCESSION_SHARE);
    }

    /// @notice What a proven lie pays to challengers, rounded down: a tenth of the job's bond.
    /// @param bond The job's bond
    function reward(uint256 bond) internal pure returns (uint256) {
        return bond / REWARD_SHARE;
    }

    /// @notice What each other game gets at most out of a reward, rounded down: all of them together half of it.
    /// @param total The reward of a proven lie
    /// @param others The number of other games, not 0
    function othersReward(uint256 total, uint256 others) internal pure returns (uint256) {
        return total / OTHERS_SHARE / others;
    }
}
