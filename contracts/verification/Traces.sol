// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ListTree} from "../common/libraries/ListTree.sol";
import {Signatures} from "../common/libraries/Signatures.sol";
import {ModelIdLib} from "../common/types/ModelId.sol";
import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {Job} from "../compute/types/Job.sol";
import {JobId} from "../compute/types/JobId.sol";
import {JobStatus} from "../compute/types/JobState.sol";
import {ITraces} from "./interfaces/ITraces.sol";
import {Trace} from "./types/Trace.sol";

/// @notice Owns the commitments to traces.
abstract contract Traces is ITraces, EIP712 {
    bytes32 private constant TRACE_TYPE_HASH = keccak256(
        "TraceCommitment(uint256 job,uint64 unit,bytes32 root,address worker)"
    );

    /// @dev The escrow whose jobs this contract judges.
    IJobEscrow internal immutable _escrow;

    mapping(JobId id => mapping(uint64 unit => bytes32 hash)) private _traces;

    constructor(IJobEscrow escrow) {
        _escrow = escrow;
    }

    /// @inheritdoc ITraces
    function commitTrace(JobId id, Job calldata job, TraceClaim calldata claim, bytes calldata signature) external {
        _requireJob(id, job);
        (uint64 unit, bytes32 outputId) = (claim.unit, claim.outputId);
        _requireWorker(id, unit, claim.root, job.worker, signature);
        // INVARIANT OV-3: a unit has one trace.
        require(_traces[id][unit] == 0, TracesCommitted(id, unit));
        (bytes32 programRoot, uint256 nodes) = (claim.programRoot, claim.nodes);
        require(
            ModelIdLib.programDigest(programRoot, nodes) == job.modelId.digest(),
            TracesWrongProgram(id, programRoot, nodes)
        );
        require(
            ListTree.verify(job.outputRoot, outputId, unit, job.state.units(), claim.unitProof),
            TracesWrongUnit(id, unit, outputId)
        );
        // The trace must end in the output that is disputed, or it would prove nothing about it.
        require(
            ListTree.verify(claim.root, outputId, nodes - 1, nodes, claim.outputProof),
            TracesWrongOutput(id, unit, outputId)
        );

        _traces[id][unit] = Trace(claim.root, programRoot, nodes, block.timestamp).hash();

        emit TraceCommitted(id, unit, claim.root, programRoot, nodes, block.timestamp);
    }

    /// @inheritdoc ITraces
    function traceHash(JobId id, uint64 unit) external view returns (bytes32) {
        return _traceHash(id, unit);
    }

    /// @inheritdoc ITraces
    function traceDigest(JobId id, uint64 unit, bytes32 root, address worker) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(TRACE_TYPE_HASH, id, unit, root, worker)));
    }

    function _traceHash(JobId id, uint64 unit) internal view returns (bytes32) {
        return _traces[id][unit];
    }

    /// @dev A delivered job of this verifier, as the escrow has it.
    function _requireJob(JobId id, Job calldata job) internal view {
        require(
            job.verifier == address(this) && job.state.status() == JobStatus.Delivered && _escrow.isCurrent(id, job),
            TracesForeignJob(id)
        );
    }

    function _requireWorker(
        JobId id,
        uint64 unit,
        bytes32 root,
        address worker,
        bytes calldata signature
    ) private view {
        if (msg.sender == worker) return;
        bytes32 digest = traceDigest(id, unit, root, worker);
        require(Signatures.isSignedBy(worker, digest, signature), TracesUnauthorized(id, worker, digest));
    }
}
