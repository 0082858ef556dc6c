// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Job} from "../../compute/types/Job.sol";
import {JobId} from "../../compute/types/JobId.sol";

/**
 * @title ITraces
 * @notice Workers' commitments to how they came to the output of a unit: one for each job and unit.
 */
interface ITraces {
    /// @notice What a worker commits to.
    /// @param unit The unit, counted from 0.
    /// @param outputId The tensor id of its output: a leaf of the job's output root, and the trace's last leaf.
    /// @param unitProof The siblings of `outputId` below the job's output root, bottom up.
    /// @param root List root of the ids of all nodes' results.
    /// @param outputProof The siblings of `outputId` below `root`, bottom up.
    /// @param programRoot List root of the program's nodes.
    /// @param nodes The number of nodes.
    struct TraceClaim {
        uint64 unit;
        bytes32 outputId;
        bytes32[] unitProof;
        bytes32 root;
        bytes32[] outputProof;
        bytes32 programRoot;
        uint256 nodes;
    }

    /// @notice The worker committed to the trace of a unit.
    event TraceCommitted(
        JobId indexed id,
        uint64 indexed unit,
        bytes32 root,
        bytes32 programRoot,
        uint256 nodes,
        uint256 committedAt
    );

    /// @notice The job is not as the escrow has it, not delivered, or of another verifier.
    error TracesForeignJob(JobId id);

    /// @notice The caller is not the job's worker, and brings no signature of it over `digest`.
    error TracesUnauthorized(JobId id, address worker, bytes32 digest);

    /// @notice There is a trace of this unit.
    error TracesCommitted(JobId id, uint64 unit);

    /// @notice Root and number of nodes are not those of the job's model.
    error TracesWrongProgram(JobId id, bytes32 programRoot, uint256 nodes);

    /// @notice The output is not the one of this unit that the job committed to.
    error TracesWrongUnit(JobId id, uint64 unit, bytes32 outputId);

    /// @notice The output is not the trace's last leaf.
    error TracesWrongOutput(JobId id, uint64 unit, bytes32 outputId);

    /**
     * @notice Commits to the trace of a unit.
     *
     * @dev Emits {TraceCommitted}. Upholds OV-3.
     *
     * Requirements:
     * - the job is current and delivered, and names this verifier;
     * - the caller is its worker, or brings the worker's signature of `traceDigest`;
     * - the unit has no trace yet;
     * - the program is the job's model's;
     * - the output is that of the unit, and the trace's last leaf.
     *
     * @param id The job.
     * @param job Its current state.
     * @param claim What the worker commits to.
     * @param signature The worker's; empty if it calls.
     */
    function commitTrace(JobId id, Job calldata job, TraceClaim calldata claim, bytes calldata signature) external;

    /// @notice The EIP-712 digest that a job's present worker signs to commit to a trace.
    function traceDigest(JobId id, uint64 unit, bytes32 root, address worker) external view returns (bytes32 digest);

    /// @notice The hash of a unit's trace; 0 = there is none.
    function traceHash(JobId id, uint64 unit) external view returns (bytes32 hash);
}
