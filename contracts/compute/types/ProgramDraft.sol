// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";

/// @notice What is known of a program after its first nodes.
struct ProgramProgress {
    /// Nodes checked so far.
    uint256 nodes;
    /// How many of them a later node reads.
    uint256 used;
    /// Their work, in MACs.
    uint256 work;
    /// Committed bytes of their results, INPUT and CONST aside.
    uint256 traceBytes;
    /// Header of node 0.
    TensorHeader input;
    /// Frontier of the list of node hashes.
    bytes32[17] frontier;
}

/// @notice A program between two of the calls that register it.
struct ProgramDraft {
    ProgramProgress progress;
    /// Shapes of the nodes, 256 to a page, 8 bytes each. A page that the next nodes do not touch may be replaced by its
    /// hash.
    bytes[] pages;
}
