// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A worker's commitment to the results of all nodes of one unit. The verifier stores its hash only.
struct Trace {
    bytes32 root; // list root of the results' tensor ids
    bytes32 programRoot; // list root of the program's nodes
    uint256 nodes; // length of both lists
    uint256 committedAt; // seconds
}

using TraceLib for Trace global;

/// @notice What follows from a trace's fields.
library TraceLib {
    /// @notice The word that stands for a trace in storage.
    function hash(Trace memory self) internal pure returns (bytes32 result) {
        // SAFETY: all fields are value types, so the struct is 4 consecutive words in memory.
        assembly ("memory-safe") {
            result := keccak256(self, 128)
        }
    }
}
