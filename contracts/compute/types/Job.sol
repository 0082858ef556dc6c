// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {JobState} from "./JobState.sol";
import {JobTerms} from "./JobTerms.sol";

/// @notice A job: terms, fixed when it opens, and state. The escrow stores its hash only; callers carry the rest.
struct Job {
    address client;
    address provider;
    uint256 gpuId; // 0 = none named
    ModelId modelId;
    bytes32 inputRoot;
    address token;
    uint128 unitPrice; // payment-token units
    uint128 unitBond; // payment-token units
    address askDelegate; // who signed the ask for the provider; 0 = the provider
    address verifier; // 0 = none
    JobTerms terms;
    // state
    address worker;
    JobState state;
    bytes32 outputRoot;
}

using JobLib for Job global;

/// @notice What follows from a job's fields.
library JobLib {
    /// @notice The size of a job in memory and calldata, in bytes.
    uint256 internal constant SIZE = 448;

    /// @notice The word that stands for a job in storage.
    function hash(Job memory job) internal pure returns (bytes32 result) {
        uint256 size = SIZE;
        // SAFETY: all fields are value types, so the struct is 14 consecutive words in memory.
        assembly ("memory-safe") {
            result := keccak256(job, size)
        }
    }

    /// @notice The price of all units, in payment-token units.
    function totalPrice(Job memory job) internal pure returns (uint256) {
        return uint256(job.unitPrice) * job.state.units();
    }

    /// @notice The bond of all units, in payment-token units.
    function totalBond(Job memory job) internal pure returns (uint256) {
        return uint256(job.unitBond) * job.state.units();
    }

    /// @notice The last second at which the job can be delivered.
    function deadline(Job memory job) internal pure returns (uint256) {
        return job.terms.openedAt() + job.terms.turnaround();
    }

    /// @notice The last second at which the delivery can be challenged.
    function contestableUntil(Job memory job) internal pure returns (uint256) {
        return job.state.deliveredAt() + job.terms.termsClass().window();
    }

    /// @notice The first second at which the worker can be replaced. A provider that could change the stored job with every
    /// block could keep others from acting upon it.
    function replaceableFrom(Job memory job) internal pure returns (uint256) {
        uint256 last = job.state.replacedAt();
        return last == 0 ? 0 : last + job.terms.termsClass().increment();
    }

    /// @notice The last second at which a frozen job waits for its verifier.
    function frozenUntil(Job memory job) internal pure returns (uint256) {
        uint256 longest = job.terms.longestGame();
        uint256 slack = longest / 4 > 1 days ? longest / 4 : 1 days;
        return contestableUntil(job) + longest + slack;
    }
}
