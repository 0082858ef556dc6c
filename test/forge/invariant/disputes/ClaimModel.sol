// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorTree} from "../../../../contracts/common/libraries/TensorTree.sol";
import {JobStatus} from "../../../../contracts/compute/types/JobState.sol";
import {Tree, TreeLib} from "../Tree.sol";
import {DisputeWorld} from "./DisputeWorld.sol";

/// @dev What workers claim and what is true. A worker tells the truth, makes one byte of one result false and goes on from
/// there, or commits to a root that has nothing below it.
abstract contract ClaimModel is DisputeWorld {
    enum Kind {
        Truth,
        Lie,
        Nothing
    }

    /// @dev Element `element` in row `row` of the result of node `node` of unit `unit` is false, if anything is. Elements
    /// beyond the columns and rows beyond the last are padding.
    struct Claim {
        Kind kind;
        uint256 unit;
        uint256 node;
        uint256 row;
        uint256 element;
    }

    mapping(uint256 id => Claim) internal _claims;
    mapping(uint256 id => bytes32[]) internal _outputIds;

    /// @dev Whether the worker answers all that it is asked, in time.
    mapping(uint256 id => bool) public diligent;
    mapping(uint256 id => uint256 seed) internal _inputSeed;

    function isHonest(uint256 id) public view returns (bool) {
        return _claims[id].kind == Kind.Truth;
    }

    /// @dev The root of a job's inputs, for an order.
    function _inputRoot(
        Program memory program,
        uint256 seed,
        uint256 units,
        bool chained
    ) internal pure returns (bytes32) {
        return chained ? _inputId(program, seed, 0) : _inputTree(program, seed, units).root();
    }

    function _inputTree(Program memory program, uint256 seed, uint256 units) internal pure returns (Tree memory) {
        bytes32[] memory ids = new bytes32[](units);
        for (uint256 unit = 0; unit < units; ++unit) ids[unit] = _inputId(program, seed, unit);
        return TreeLib.over(ids);
    }

    /// @dev Draws what the worker of a job claims.
    function _outputs(uint256 id, uint256 seed, uint256 units) internal override returns (bytes32, bool) {
        bool open = _jobs[id].state.status() == JobStatus.Open;
        if (!open || units == 0 || units > _jobs[id].state.units()) return (keccak256(abi.encode(seed)), false);
        Program memory program = _program(_kindOf(_jobs[id].modelId));
        Claim storage claim = _claims[id];
        claim.kind = [Kind.Truth, Kind.Lie, Kind.Lie, Kind.Nothing][_draw(seed, "claim", 4)];
        claim.unit = _draw(seed, "false unit", units);
        uint256 place = _draw(seed, "false place", 6);
        if (place < 2) claim.node = place;
        else claim.node = place < 4 ? program.nodes - 1 : _draw(seed, "false node", program.nodes);
        bool last = claim.node == program.nodes - 1;
        claim.row = last ? _draw(seed, "false row", 1 << _headerOf(program, claim.node).depth()) : 0;
        claim.element = _draw(seed, "padding", 4) == 0 ? _draw(seed, "byte", 32) : _draw(seed, "element", COLUMNS);
        delete _outputIds[id];
        for (uint256 unit = 0; unit < units; ++unit) {
            _outputIds[id].push(_resultId(id, program, unit, program.nodes - 1, true));
        }
        return (claim.kind == Kind.Nothing ? keccak256(abi.encode(seed)) : _unitTree(id).root(), false);
    }

    /// @dev The tree of the outputs that a job's worker claims.
    function _unitTree(uint256 id) internal view returns (Tree memory) {
        return TreeLib.over(_outputIds[id]);
    }

    /// @dev The ids of all results of a unit, as claimed or as they should be.
    function _traceIds(uint256 id, uint256 unit, bool claimed) internal view returns (bytes32[] memory ids) {
        Program memory program = _program(_kindOf(_jobs[id].modelId));
        bytes32[] memory rows = _rows(id, program, unit, claimed);
        ids = new bytes32[](program.nodes);
        for (uint256 node = 0; node < program.nodes; ++node) {
            bytes32 root = _tensor(id, program, unit, node, claimed, rows).root();
            ids[node] = TensorTree.tensorId(_headerOf(program, node), root);
        }
    }

    /// @dev The words of one result, as claimed or as they should be.
    function _resultTree(uint256 id, uint256 unit, uint256 node, bool claimed) internal view returns (Tree memory) {
        Program memory program = _program(_kindOf(_jobs[id].modelId));
        return _tensor(id, program, unit, node, claimed, _rows(id, program, unit, claimed));
    }

    /// @dev The id of the input that a unit has: in a chained job the claimed output of the unit before.
    function _unitInputId(uint256 id, uint256 unit) internal view returns (bytes32) {
        if (_jobs[id].terms.chained() && unit != 0) return _outputIds[id][unit - 1];
        return _inputId(_program(_kindOf(_jobs[id].modelId)), _inputSeed[id], unit);
    }

    /// @dev Element by element, the nearest value of eight bits.
    function _sum(bytes32 a, bytes32 b) internal pure returns (bytes32 sum) {
        for (uint256 i = 0; i < COLUMNS; ++i) {
            int256 value = int256(int8(uint8(a[i]))) + int8(uint8(b[i]));
            if (value > 127) value = 127;
            if (value < -128) value = -128;
            sum |= bytes32(bytes1(uint8(int8(value)))) >> (8 * i);
        }
    }

    /// @dev The row that every node's result consists of, but for a lie in the last.
    function _rows(
        uint256 id,
        Program memory program,
        uint256 unit,
        bool claimed
    ) private view returns (bytes32[] memory rows) {
        rows = new bytes32[](program.nodes);
        for (uint256 node = 0; node < rows.length; ++node) {
            if (node == 0) rows[0] = _inputRow(id, program, unit);
            else if (node == 1) rows[1] = CONSTANT;
            else rows[node] = _instruction(program, node, rows);
            if (claimed && node != rows.length - 1) rows[node] ^= _lie(id, unit, node);
        }
    }

    function _inputRow(uint256 id, Program memory program, uint256 unit) private view returns (bytes32) {
        if (!_jobs[id].terms.chained() || unit == 0) return _inputWord(_inputSeed[id], unit);
        uint256 last = program.nodes - 1;
        return _tensor(id, program, unit - 1, last, true, _rows(id, program, unit - 1, true)).levels[0][0];
    }

    function _instruction(Program memory program, uint256 node, bytes32[] memory rows) private pure returns (bytes32) {
        (uint256 a, uint256 b) = _operands(program, node);
        return _sum(rows[a], rows[b]);
    }

    function _tensor(
        uint256 id,
        Program memory program,
        uint256 unit,
        uint256 node,
        bool claimed,
        bytes32[] memory rows
    ) private view returns (Tree memory) {
        bytes32[] memory words = new bytes32[](1 << _headerOf(program, node).depth());
        if (node != program.nodes - 1) {
            words[0] = rows[node];
            return TreeLib.over(words);
        }
        for (uint256 row = 0; row < program.rows; ++row) words[row] = rows[node];
        if (claimed) words[_claims[id].row] ^= _lie(id, unit, node);
        return TreeLib.over(words);
    }

    function _resultId(
        uint256 id,
        Program memory program,
        uint256 unit,
        uint256 node,
        bool claimed
    ) private view returns (bytes32) {
        bytes32[] memory rows = _rows(id, program, unit, claimed);
        return TensorTree.tensorId(_headerOf(program, node), _tensor(id, program, unit, node, claimed, rows).root());
    }

    /// @dev What is false in a row: nothing, or the lowest bit of one byte.
    function _lie(uint256 id, uint256 unit, uint256 node) private view returns (bytes32) {
        Claim memory claim = _claims[id];
        if (claim.kind != Kind.Lie || claim.unit != unit || claim.node != node) return 0;
        return bytes32(bytes1(0x01)) >> (8 * claim.element);
    }

    function _inputId(Program memory program, uint256 seed, uint256 unit) private pure returns (bytes32) {
        return TensorTree.tensorId(_headerOf(program, 0), _inputWord(seed, unit));
    }

    function _inputWord(uint256 seed, uint256 unit) private pure returns (bytes32) {
        return bytes32(bytes3(keccak256(abi.encode(seed, unit))));
    }
}
