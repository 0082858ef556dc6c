// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader} from "../../common/types/TensorHeader.sol";

/// @notice First word of a program node.
/// @dev From the most significant bit: op 8, fn 8, element bytes 8, loops 8, zero 32, rows 32, columns 32, a 32, b 32,
/// immediate 32, pad 32.
type NodeHead is uint256;

using NodeHeadLib for NodeHead global;

/// @notice Codes of operations: the first two are leaves, the others instructions.
library Op {
    uint256 internal constant INPUT = 0;
    uint256 internal constant CONST = 1;
    uint256 internal constant DOT = 2;
    uint256 internal constant MAP = 3;
    uint256 internal constant REDUCE = 4;
    uint256 internal constant VIEW = 5;
    uint256 internal constant TAKE = 6;
}

/// @notice Codes of the functions of MAP.
library MapFn {
    uint256 internal constant ADD = 0;
    uint256 internal constant SUB = 1;
    uint256 internal constant MUL = 2;
    uint256 internal constant MIN = 3;
    uint256 internal constant MAX = 4;
    uint256 internal constant DIV = 5;
    uint256 internal constant SQRT = 6;
}

/// @notice Codes of the functions of REDUCE.
library ReduceFn {
    uint256 internal constant SUM = 0;
    uint256 internal constant MAX = 1;
    uint256 internal constant ARGMAX = 2;
}

/// @notice Reads the fields of a node's first word.
library NodeHeadLib {
    /// @notice Code of the operation.
    function op(NodeHead head) internal pure returns (uint256) {
        return NodeHead.unwrap(head) >> 248;
    }

    /// @notice Code of the function of MAP or REDUCE.
    function fn(NodeHead head) internal pure returns (uint256) {
        return uint8(NodeHead.unwrap(head) >> 240);
    }

    /// @notice Bytes per element of the result.
    function elementSize(NodeHead head) internal pure returns (uint256) {
        return uint8(NodeHead.unwrap(head) >> 232);
    }

    /// @notice Number of loops of VIEW.
    function loops(NodeHead head) internal pure returns (uint256) {
        return uint8(NodeHead.unwrap(head) >> 224);
    }

    /// @notice Rows of the result.
    function rows(NodeHead head) internal pure returns (uint256) {
        return uint32(NodeHead.unwrap(head) >> 160);
    }

    /// @notice Columns of the result.
    function cols(NodeHead head) internal pure returns (uint256) {
        return uint32(NodeHead.unwrap(head) >> 128);
    }

    /// @notice Index of the first operand.
    function a(NodeHead head) internal pure returns (uint256) {
        return uint32(NodeHead.unwrap(head) >> 96);
    }

    /// @notice Index of the second operand.
    function b(NodeHead head) internal pure returns (uint256) {
        return uint32(NodeHead.unwrap(head) >> 64);
    }

    /// @notice Groups of DOT, shift of MAP MUL, or chunk of TAKE.
    function immediate(NodeHead head) internal pure returns (uint256) {
        return uint32(NodeHead.unwrap(head) >> 32);
    }

    /// @notice Value of VIEW outside its operand.
    function pad(NodeHead head) internal pure returns (int256) {
        return int32(uint32(NodeHead.unwrap(head)));
    }

    /// @notice Number of elements of the result, below 2^64.
    function count(NodeHead head) internal pure returns (uint256) {
        // SAFETY: both factors are below 2^32.
        unchecked {
            return head.rows() * head.cols();
        }
    }

    /// @notice Header of the result: rows and columns stand side by side in both words.
    function header(NodeHead head) internal pure returns (TensorHeader) {
        return TensorHeader.wrap((head.elementSize() << 64) | uint64(NodeHead.unwrap(head) >> 128));
    }

    /// @notice Whether the node reads a second operand.
    function isBinary(NodeHead head) internal pure returns (bool) {
        uint256 code = head.op();
        return code == Op.DOT || code == Op.TAKE || (code == Op.MAP && head.fn() != MapFn.SQRT);
    }
}
