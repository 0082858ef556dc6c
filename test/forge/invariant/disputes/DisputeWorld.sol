// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TensorHeader, TensorHeaderLib} from "../../../../contracts/common/types/TensorHeader.sol";
import {ModelRegistry} from "../../../../contracts/compute/ModelRegistry.sol";
import {IModelRegistry} from "../../../../contracts/compute/interfaces/IModelRegistry.sol";
import {ModelId} from "../../../../contracts/common/types/ModelId.sol";
import {Op} from "../../../../contracts/compute/types/NodeHead.sol";
import {VerifierTerms} from "../../../../contracts/compute/types/VerifierTerms.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {OptimisticVerifier} from "../../../../contracts/verification/OptimisticVerifier.sol";
import {TensorStep} from "../../../../contracts/verification/TensorStep.sol";
import {JobActions} from "../market/JobActions.sol";
import {VerdictActions} from "../market/VerdictActions.sol";
import {Tree, TreeLib} from "../Tree.sol";

/// @dev The market with an {OptimisticVerifier} and two programs. A program adds a constant to its input, node by node, and
/// at last the input to that, in every row of its output. One has three nodes and one row; the other so many of both that
/// trace and output take two rounds each.
abstract contract DisputeWorld is JobActions, VerdictActions {
    struct Program {
        ModelId id;
        uint256 nodes;
        uint256 rows;
        bytes32[4][] words;
        Tree tree;
    }

    uint256 internal constant PROGRAMS = 2;
    uint256 internal constant LARGE = 1;

    /// @dev A row is one word with this many elements of one byte, and padding.
    uint256 internal constant COLUMNS = 3;
    bytes32 internal constant CONSTANT = bytes32(bytes3(0x01ff10));

    uint256 private constant MULTIPLE_BPS = 25_000;
    uint16 private constant FEE_BPS = 250;

    /// @dev Of the bond floor, which the authority moves.
    uint8 private constant SCALE = 60;
    uint32 internal constant HIGHEST_FLOOR = 5;

    OptimisticVerifier public immutable VERIFIER;
    Program[PROGRAMS] private _programs;
    uint256 internal floor;

    constructor() {
        IModelRegistry registry = new ModelRegistry();
        VERIFIER = new OptimisticVerifier(ESCROW, registry, new TensorStep());
        _register(registry, 0, 3, 1);
        _register(registry, LARGE, 67, 100);
        BOOK.setFee(feeBps = FEE_BPS);
        for (uint256 i = 0; i < TOKENS; ++i) {
            _setFloor(i, 1);
            for (uint256 j = 0; j < ACTORS; ++j) {
                vm.prank(actors[j]);
                LEDGER.approve(address(VERIFIER), TokenId.fromToken(tokens[i]), type(uint256).max);
            }
        }
    }

    /// @dev The authority changes what a challenge must bond at the least, for all tokens.
    function moveFloor(uint256 seed) external acting(seed) {
        _setFloors(uint32(_draw(seed, "floor", HIGHEST_FLOOR + 1)));
    }

    function accounts() public view override returns (address[] memory all) {
        address[] memory others = super.accounts();
        all = new address[](others.length + 1);
        for (uint256 i = 0; i < others.length; ++i) all[i] = others[i];
        all[others.length] = address(VERIFIER);
    }

    function _setFloors(uint32 units) internal {
        for (uint256 i = 0; i < TOKENS; ++i) _setFloor(i, units);
    }

    function _program(uint256 kind) internal view returns (Program memory) {
        return _programs[kind];
    }

    function _kindOf(ModelId id) internal view returns (uint256) {
        return id == _programs[LARGE].id ? LARGE : 0;
    }

    /// @dev The least bond of a unit, whatever the floor is.
    function _unitBond(uint256 unitPrice) internal pure returns (uint128) {
        return uint128(_up(unitPrice, MULTIPLE_BPS, 10_000) + (uint256(HIGHEST_FLOOR) << SCALE));
    }

    /// @dev Two clocks and 38 increments.
    function _longestGame(uint256 class) internal pure override returns (uint256) {
        return 2 * _clock(class) + 38 * _increment(class);
    }

    function _clock(uint256 class) internal pure returns (uint256) {
        if (class == 0) return 3 hours;
        return class == 1 ? 12 hours : 84 hours;
    }

    function _headerOf(Program memory program, uint256 node) internal pure returns (TensorHeader) {
        return TensorHeaderLib.toTensorHeader(1, node == program.nodes - 1 ? program.rows : 1, COLUMNS);
    }

    /// @dev The operands of an instruction.
    function _operands(Program memory program, uint256 node) internal pure returns (uint256 a, uint256 b) {
        if (node == program.nodes - 1) return (node - 1, 0);
        return (node == 2 ? 0 : node - 1, 1);
    }

    function _setFloor(uint256 token, uint32 units) private {
        floor = uint256(units) << SCALE;
        VerifierTerms memory terms;
        (terms.listed, terms.scale, terms.bondMultipleBps) = (true, SCALE, uint24(MULTIPLE_BPS));
        (terms.longestGameFast, terms.longestGameStandard, terms.longestGameHigh) = (
            uint24(_longestGame(0)),
            uint24(_longestGame(1)),
            uint24(_longestGame(2))
        );
        (terms.bondFloorFast, terms.bondFloorStandard, terms.bondFloorHigh) = (units, units, units);
        terms.fastPriceCap = type(uint32).max;
        BOOK.setVerifierTerms(tokens[token], address(VERIFIER), terms);
    }

    function _register(IModelRegistry registry, uint256 kind, uint256 nodes, uint256 rows) private {
        Program memory program;
        (program.nodes, program.rows, program.words) = (nodes, rows, new bytes32[4][](nodes));
        bytes32[] memory hashes = new bytes32[](nodes);
        for (uint256 i = 0; i < nodes; ++i) {
            uint256 op =
                i == 0
                    ? Op.INPUT
                    : i == 1
                        ? Op.CONST
                        : Op.MAP;
            // Element size, rows and columns stand in a node as in a header, but for a gap after the first.
            uint256 shape = uint64(TensorHeader.unwrap(_headerOf(program, i)));
            uint256 head = (op << 248) | (1 << 232) | (shape << 128);
            if (op == Op.MAP) {
                (uint256 a, uint256 b) = _operands(program, i);
                head |= (a << 96) | (b << 64);
            }
            program.words[i][0] = bytes32(head);
            if (op == Op.CONST) program.words[i][1] = CONSTANT;
            hashes[i] = keccak256(abi.encode(program.words[i]));
        }
        program.tree = TreeLib.over(hashes);
        program.id = registry.register(program.words, IModelRegistry.Card("", 0, ""));
        _programs[kind] = program;
    }
}
