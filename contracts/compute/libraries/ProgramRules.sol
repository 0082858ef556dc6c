// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader, TensorHeaderLib} from "../../common/types/TensorHeader.sol";
import {MapFn, NodeHead, ReduceFn} from "../types/NodeHead.sol";
import {NodeShape} from "../types/NodeShape.sol";

/// @notice The rules that a node obeys given the shapes of its operands, one function per operation.
/// @dev Every field has at most 32 bits and every shape at most 2^30 elements, which bounds each product below: all
/// arithmetic is exact, and `unchecked` is safe throughout. Every error names the node by its index.
library ProgramRules {
    uint256 internal constant MAX_DOT_COLUMNS_I8 = 16_384;
    uint256 internal constant MAX_DOT_COLUMNS_WIDE = 4_096;
    uint256 internal constant MAX_REDUCE_COLUMNS = 16_384;
    uint256 internal constant MAX_SHIFT = 62;
    uint256 internal constant MAX_LOOPS = 8;

    // Fields of the first word of a node. HEADER is op, element bytes, rows and columns, which every node uses.
    uint256 private constant HEADER = (0xff00ff00 << 224) | (0xffffffffffffffff << 128);
    uint256 private constant FN = 0xff << 240;
    uint256 private constant LOOPS = 0xff << 224;
    uint256 private constant A = 0xffffffff << 96;
    uint256 private constant B = 0xffffffff << 64;
    uint256 private constant IMMEDIATE = 0xffffffff << 32;
    uint256 private constant PAD = 0xffffffff;

    error ProgramElementTypeUnknown(uint256 node, uint256 elementSize);
    error ProgramShapeEmpty(uint256 node, uint256 rows, uint256 cols);
    error ProgramTensorTooLarge(uint256 node, uint256 rows, uint256 cols);
    error ProgramUnusedFieldSet(uint256 node);
    error ProgramFunctionUnknown(uint256 node, uint256 fn);
    error ProgramColumnsAboveLimit(uint256 node, uint256 cols, uint256 limit);
    error ProgramDotColumnsDiffer(uint256 node, uint256 colsA, uint256 colsB);
    error ProgramDotRowsIndivisible(uint256 node, uint256 rowsA, uint256 rowsB);
    error ProgramDotGroupsIndivisible(uint256 node, uint256 groups);
    error ProgramMapShiftAboveLimit(uint256 node, uint256 shift);
    error ProgramReduceCountMismatch(uint256 node, uint256 count, uint256 rowsA);
    error ProgramViewLoopsAboveLimit(uint256 node, uint256 loops);
    error ProgramViewAxisUnknown(uint256 node, uint256 loop, uint256 axis);
    error ProgramViewExtentsMismatch(uint256 node, uint256 extents, uint256 count);
    error ProgramViewDimsMismatch(uint256 node, uint256 dims, uint256 countA);
    error ProgramViewRangeExceeded(uint256 node, uint256 axis);
    error ProgramTakeChunkIndivisible(uint256 node, uint256 chunk, uint256 countA);
    error ProgramTakeCountMismatch(uint256 node, uint256 count, uint256 expected);

    /// @notice Checks element type and shape of a node's result.
    /// @return depth Depth of the tree of the result's words
    function checkHeader(uint256 index, TensorHeader header) internal pure returns (uint256 depth) {
        uint256 size = header.elementSize();
        require(size == 1 || size == 2 || size == 4, ProgramElementTypeUnknown(index, size));
        (uint256 rows, uint256 cols) = (header.rows(), header.cols());
        require(rows != 0 && cols != 0, ProgramShapeEmpty(index, rows, cols));
        depth = header.depth();
        require(depth <= TensorHeaderLib.MAX_DEPTH, ProgramTensorTooLarge(index, rows, cols));
    }

    /// @notice Checks the input.
    function checkInput(uint256 index, NodeHead head, bytes32[4] calldata node) internal pure {
        _requireOnly(index, head, HEADER);
        checkBody(index, node);
    }

    /// @notice Checks a constant.
    function checkConst(uint256 index, NodeHead head, bytes32[4] calldata node) internal pure {
        _requireOnly(index, head, HEADER);
        require(node[2] | node[3] == 0, ProgramUnusedFieldSet(index));
    }

    /// @notice Checks that a node uses its first word only, as all but CONST and VIEW do.
    function checkBody(uint256 index, bytes32[4] calldata node) internal pure {
        require(node[1] | node[2] | node[3] == 0, ProgramUnusedFieldSet(index));
    }

    /// @notice Checks DOT.
    /// @return work Multiply-accumulates
    function checkDot(uint256 index, NodeHead head, NodeShape a, NodeShape b) internal pure returns (uint256 work) {
        _requireOnly(index, head, HEADER | A | B | IMMEDIATE);
        uint256 cols = a.cols();
        require(cols == b.cols(), ProgramDotColumnsDiffer(index, cols, b.cols()));
        uint256 limit = a.elementSize() == 1 && b.elementSize() == 1 ? MAX_DOT_COLUMNS_I8 : MAX_DOT_COLUMNS_WIDE;
        require(cols <= limit, ProgramColumnsAboveLimit(index, cols, limit));
        // SAFETY: a tensor has rows, counts are below 2^32, and what divides is not 0 by the requirements before.
        unchecked {
            (uint256 rowsA, uint256 rowsB, uint256 count) = (a.rows(), b.rows(), head.count());
            // n rows of b meet each row of a. It is 0 only if a has more rows than the result has elements.
            uint256 n = count / rowsA;
            require(n * rowsA == count && rowsB % n == 0, ProgramDotRowsIndivisible(index, rowsA, rowsB));
            uint256 groups = head.immediate();
            require(
                groups != 0 && groups % (rowsB / n) == 0 && rowsA % groups == 0,
                ProgramDotGroupsIndivisible(index, groups)
            );
            return count * cols;
        }
    }

    /// @notice Checks MAP; any operand shapes are legal.
    /// @return work Elements computed
    function checkMap(uint256 index, NodeHead head) internal pure returns (uint256 work) {
        uint256 fn = head.fn();
        require(fn <= MapFn.SQRT, ProgramFunctionUnknown(index, fn));
        if (fn == MapFn.MUL) {
            _requireOnly(index, head, HEADER | FN | A | B | IMMEDIATE);
            uint256 shift = head.immediate();
            require(shift <= MAX_SHIFT, ProgramMapShiftAboveLimit(index, shift));
        } else {
            _requireOnly(index, head, fn == MapFn.SQRT ? HEADER | FN | A : HEADER | FN | A | B);
        }
        return head.count();
    }

    /// @notice Checks REDUCE.
    /// @return work Elements read
    function checkReduce(uint256 index, NodeHead head, NodeShape a) internal pure returns (uint256 work) {
        uint256 fn = head.fn();
        require(fn <= ReduceFn.ARGMAX, ProgramFunctionUnknown(index, fn));
        _requireOnly(index, head, HEADER | FN | A);
        uint256 count = head.count();
        require(count == a.rows(), ProgramReduceCountMismatch(index, count, a.rows()));
        uint256 cols = a.cols();
        require(cols <= MAX_REDUCE_COLUMNS, ProgramColumnsAboveLimit(index, cols, MAX_REDUCE_COLUMNS));
        return a.count();
    }

    /// @notice Checks TAKE.
    /// @return work Elements computed
    function checkTake(uint256 index, NodeHead head, NodeShape a, NodeShape b) internal pure returns (uint256 work) {
        _requireOnly(index, head, HEADER | A | B | IMMEDIATE);
        (uint256 chunk, uint256 countA) = (head.immediate(), a.count());
        require(chunk != 0 && countA % chunk == 0, ProgramTakeChunkIndivisible(index, chunk, countA));
        work = head.count();
        // SAFETY: count and chunk are below 2^32.
        unchecked {
            uint256 expected = b.count() * chunk;
            require(work == expected, ProgramTakeCountMismatch(index, work, expected));
        }
    }

    /// @notice Checks VIEW.
    function checkView(uint256 index, NodeHead head, bytes32[4] calldata node, NodeShape a) internal pure {
        _requireOnly(index, head, HEADER | LOOPS | A | PAD);
        (uint256 extents, uint256 below, uint256 above) = _walkLoops(index, head.loops(), node);
        uint256 count = head.count();
        require(extents == count, ProgramViewExtentsMismatch(index, extents, count));
        uint256 axes = uint256(node[1]);
        // SAFETY: four dimensions below 2^32 multiply to less than 2^128, and reaches are below 2^58.
        unchecked {
            uint256 dims = (axes >> 224) * uint32(axes >> 192) * uint32(axes >> 160) * uint32(axes >> 128);
            require(dims == a.count(), ProgramViewDimsMismatch(index, dims, a.count()));
            for (uint256 axis = 0; axis < 4; ++axis) {
                int256 offset = int32(uint32(axes >> (96 - 32 * axis)));
                int256 low = offset - int256(uint256(uint64(below >> (64 * axis))));
                int256 high = offset + int256(uint256(uint64(above >> (64 * axis))));
                require(low >= type(int32).min && high <= type(int32).max, ProgramViewRangeExceeded(index, axis));
            }
        }
    }

    /// @dev Product of the extents, and how far the loops reach below and above the offset on each axis: four lanes of
    /// 64 bits, that of axis 0 lowest.
    function _walkLoops(
        uint256 index,
        uint256 loops,
        bytes32[4] calldata node
    ) private pure returns (uint256 extents, uint256 below, uint256 above) {
        require(loops <= MAX_LOOPS, ProgramViewLoopsAboveLimit(index, loops));
        uint256 rest = uint256(node[2]);
        extents = 1;
        // SAFETY: eight extents below 2^32 multiply to less than 2^256; eight reaches below 2^55 fit a lane.
        unchecked {
            for (uint256 i = 0; i < loops; ++i) {
                uint256 extent = rest >> 224;
                uint256 axis = uint8(rest >> 216);
                int256 stride = int24(uint24(rest >> 192));
                require(axis < 4, ProgramViewAxisUnknown(index, i, axis));
                rest = i == 3 ? uint256(node[3]) : rest << 64;
                extents *= extent;
                if (extent < 2) continue;
                if (stride < 0) below += ((extent - 1) * uint256(-stride)) << (64 * axis);
                else above += ((extent - 1) * uint256(stride)) << (64 * axis);
            }
        }
        require(rest == 0 && (loops > 3 || node[3] == 0), ProgramUnusedFieldSet(index));
    }

    function _requireOnly(uint256 index, NodeHead head, uint256 fields) private pure {
        require(NodeHead.unwrap(head) & ~fields == 0, ProgramUnusedFieldSet(index));
    }
}
