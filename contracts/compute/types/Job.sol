// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {TermsClass} from "./TermsClass.sol";

/// @notice Where a job stands. A job that ended is no longer stored, so no job has the status {None}.
enum JobStatus {
    None,
    Open,
    Delivered
}

/// @notice Which side called `fill`.
enum Filler {
    Matcher,
    Client,
    Provider
}

/// @notice Where the price of a delivered job is.
enum Price {
    Escrowed,
    Paid,
    Refunded
}

/// @notice A job: terms, fixed when it opens, and state. The escrow stores its hash only; callers carry the rest.
struct Job {
    address client;
    address provider;
    uint256 gpuId;
    ModelId modelId;
    bytes32 inputRoot;
    address token;
    uint128 unitPrice; // payment-token units
    uint128 unitBond; // payment-token units
    uint64 askNonce; // of a recorded ask; 0 = the ask left no record
    address askDelegate; // who signed the ask for the provider; 0 = the provider
    address verifier; // 0 = none
    uint32 longestGame; // seconds, of the verifier in this class
    uint32 turnaround; // seconds
    uint40 openedAt;
    uint16 feeBps;
    uint16 cancelShareBps;
    TermsClass termsClass;
    bool chained;
    Filler filler;
    // state
    address worker;
    uint64 units; // asked while open, delivered afterwards
    JobStatus status;
    Price price;
    bool frozen; // the verifier has a live game
    uint8 demands; // bit k = a demand of kind k is unanswered
    uint40 deliveredAt;
    bytes32 outputRoot;
}

using JobLib for Job global;

/// @notice What follows from a job's fields.
library JobLib {
    /// @notice The word that stands for a job in storage.
    function hash(Job memory job) internal pure returns (bytes32 result) {
        // SAFETY: all fields are value types, so the struct is 27 consecutive words in memory.
        assembly ("memory-safe") {
            result := keccak256(job, 864)
        }
    }

    /// @notice The price of all units, in payment-token units.
    function totalPrice(Job memory job) internal pure returns (uint256) {
        return uint256(job.unitPrice) * job.units;
    }

    /// @notice The bond of all units, in payment-token units.
    function totalBond(Job memory job) internal pure returns (uint256) {
        return uint256(job.unitBond) * job.units;
    }

    /// @notice The last second at which the job can be delivered.
    function deadline(Job memory job) internal pure returns (uint256) {
        return uint256(job.openedAt) + job.turnaround;
    }

    /// @notice The last second at which the delivery can be challenged.
    function contestableUntil(Job memory job) internal pure returns (uint256) {
        return uint256(job.deliveredAt) + job.termsClass.window();
    }

    /// @notice The last second at which a frozen job waits for its verifier.
    function frozenUntil(Job memory job) internal pure returns (uint256) {
        uint256 slack = job.longestGame / 4 > 1 days ? job.longestGame / 4 : 1 days;
        return contestableUntil(job) + job.longestGame + slack;
    }
}
