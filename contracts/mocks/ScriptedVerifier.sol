// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerdicts} from "../compute/interfaces/IVerdicts.sol";
import {Job} from "../compute/types/Job.sol";
import {JobId} from "../compute/types/JobId.sol";

/// @notice A verifier that says whatever anyone tells it to say.
contract ScriptedVerifier {
    IVerdicts private immutable _escrow;

    constructor(IVerdicts escrow) {
        _escrow = escrow;
    }

    /// @notice Freezes a job.
    function freeze(JobId id, Job calldata job) external {
        _escrow.freeze(id, job);
    }

    /// @notice Lets a frozen job settle again.
    function unfreeze(JobId id, Job calldata job) external {
        _escrow.unfreeze(id, job);
    }

    /// @notice Takes a frozen job's bond; `reward` claims come here.
    function slash(JobId id, Job calldata job, uint256 reward) external {
        _escrow.slash(id, job, reward);
    }
}
