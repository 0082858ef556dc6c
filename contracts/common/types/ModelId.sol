// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A model: 160 bits of program digest, 56 bits of work in MACs, 40 bits of trace bytes, both per unit.
/// @dev Whoever holds an id knows the work of a unit without a look-up; only the model registry vouches that it is true.
type ModelId is bytes32;

using ModelIdLib for ModelId global;
using {_equals as ==} for ModelId global;

function _equals(ModelId a, ModelId b) pure returns (bool) {
    return ModelId.unwrap(a) == ModelId.unwrap(b);
}

/// @notice Packs and reads model ids.
library ModelIdLib {
    /// @notice Largest work of a unit that an id can hold, in MACs.
    uint256 internal constant MAX_WORK = type(uint56).max;

    /// @notice Largest trace of a unit that an id can hold, in bytes.
    uint256 internal constant MAX_TRACE_BYTES = type(uint40).max;

    error ModelIdWorkOutOfRange(uint256 work);
    error ModelIdTraceBytesOutOfRange(uint256 traceBytes);

    /// @notice Forms the id of a program.
    /// @param programRoot List root of the program's nodes
    /// @param nodes Number of nodes
    /// @param unitWork Work of a unit, in MACs
    /// @param unitTraceBytes Trace of a unit, in bytes
    function toModelId(
        bytes32 programRoot,
        uint256 nodes,
        uint256 unitWork,
        uint256 unitTraceBytes
    ) internal pure returns (ModelId) {
        require(unitWork <= MAX_WORK, ModelIdWorkOutOfRange(unitWork));
        require(unitTraceBytes <= MAX_TRACE_BYTES, ModelIdTraceBytesOutOfRange(unitTraceBytes));
        return ModelId.wrap(bytes32(programDigest(programRoot, nodes)) | bytes32((unitWork << 40) | unitTraceBytes));
    }

    /// @notice First 160 bits of the hash of a program's root and length: what its id begins with.
    /// @param programRoot List root of the program's nodes
    /// @param nodes Number of nodes
    function programDigest(bytes32 programRoot, uint256 nodes) internal pure returns (bytes20) {
        return bytes20(keccak256(abi.encode(programRoot, nodes)));
    }

    /// @notice First 160 bits of the hash of the program's root and length.
    function digest(ModelId id) internal pure returns (bytes20) {
        return bytes20(ModelId.unwrap(id));
    }

    /// @notice Work of a unit in MACs, below 2^56.
    function work(ModelId id) internal pure returns (uint256) {
        return uint56(uint256(ModelId.unwrap(id)) >> 40);
    }

    /// @notice Trace of a unit in bytes, below 2^40.
    function traceBytes(ModelId id) internal pure returns (uint256) {
        return uint40(uint256(ModelId.unwrap(id)));
    }
}
