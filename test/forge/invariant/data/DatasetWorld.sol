// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {TensorHeader, TensorHeaderLib} from "../../../../contracts/common/types/TensorHeader.sol";
import {TensorTree} from "../../../../contracts/common/libraries/TensorTree.sol";
import {ModelId} from "../../../../contracts/common/types/ModelId.sol";
import {IJobEscrow} from "../../../../contracts/compute/interfaces/IJobEscrow.sol";
import {DataDAO} from "../../../../contracts/data/DataDAO.sol";
import {DataShares} from "../../../../contracts/data/DataShares.sol";
import {IDataDAO} from "../../../../contracts/data/interfaces/IDataDAO.sol";
import {IRewards} from "../../../../contracts/data/interfaces/IRewards.sol";
import {Shape} from "../../../../contracts/data/types/Shape.sol";
import {MockERC20} from "../../../../contracts/mocks/tokens/MockERC20.sol";
import {Ledger} from "../../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {Tree} from "../Tree.sol";
import {TreeLib} from "../Tree.sol";
import {MadeUpMarket} from "./MadeUpMarket.sol";

/// @dev A dataset of eight slots of two rows of two words, in a market that does as it is told; this contract is its host.
abstract contract DatasetWorld is CommonBase, StdAssertions {
    uint112 public constant BOND = 1_000_003;
    uint112 public constant SEED_BOND = 70_001;
    uint256 public constant SLOTS = 8;
    address public constant POOL_OWNER = address(0xB001);
    uint128 internal constant MAX_PRICE = 1 << 60;
    uint256 private constant FUNDS = 1 << 100;

    Ledger public immutable LEDGER;
    MockERC20 public immutable TOKEN;
    MadeUpMarket public immutable MARKET;
    DataDAO public immutable DAO;
    DataShares public immutable SHARES;

    bytes32[] public slots;
    address[] public owners;
    bytes32[] internal _leaves;
    uint256 internal _time = 1_800_000_000;
    mapping(uint256 epochId => bytes32[]) internal _words;

    modifier acting() {
        vm.warp(_time);
        _;
    }

    constructor() {
        LEDGER = new Ledger();
        TOKEN = new MockERC20("Token", "TKN", 18);
        MARKET = new MadeUpMarket(LEDGER, address(TOKEN));
        DAO = DataDAO(Clones.clone(address(new DataDAO(IJobEscrow(address(MARKET))))));
        SHARES = DataShares(Clones.clone(address(new DataShares())));
        SHARES.initialize(address(DAO), "Data");
        DAO.initialize(_setup());
        _fund(address(this));
        _fund(POOL_OWNER);
        _fund(address(MARKET));
        for (uint160 i = 1; i <= 3; ++i) _fund(address(i << 32));
        Shape memory shape = _shape();
        for (uint256 i = 0; i < SLOTS; ++i) _leaves.push(shape.emptySlot());
    }

    function slotCount() external view returns (uint256) {
        return slots.length;
    }

    /// @dev The root of what is in the dataset.
    function pointsRoot() external view returns (bytes32) {
        return TreeLib.over(_leaves).root();
    }

    function claimsOf(address account) public view returns (uint256) {
        return LEDGER.balanceOf(account, TokenId.fromToken(address(TOKEN)));
    }

    /// @dev The value of a row in an epoch's block of values.
    function valueAt(uint256 epochId, uint256 row) public view returns (int256) {
        return int32(uint32(uint256(_words[epochId][row << 1]) >> 224));
    }

    function _pass(uint256 duration) internal {
        _time += duration;
        vm.warp(_time);
    }

    /// @dev Makes up the values of an epoch; returns their root.
    function _makeUp(uint256 epochId, uint256 seed, bool honest) internal returns (bytes32) {
        bytes32[] memory words = new bytes32[](32);
        uint256 total;
        for (uint256 i = 0; i < slots.length; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            int32 value = roll % 4 == 0 ? int32(0) : int32(int256((roll >> 8) % 2_000_001) - 1_000_000);
            if (value > 0) total += uint32(value);
            words[i << 1] = bytes32(uint256(uint32(value)) << 224);
        }
        if (!honest) total = uint256(keccak256(abi.encode(seed))) % (total + 2);
        words[SLOTS << 1] = bytes32(total << 224);
        _words[epochId] = words;
        return TreeLib.over(words).root();
    }

    function _opening(uint256 epochId, uint256 row) internal view returns (IRewards.Opening memory opening) {
        Tree memory tree = TreeLib.over(_words[epochId]);
        (opening.word, opening.siblings) = (_words[epochId][row << 1], tree.siblings(0, row << 1, 5));
    }

    /// @dev The output of a job of one unit: the id of its state.
    function _outputRoot(bytes32 inputs, bytes32 sums, bytes32 values) internal pure returns (bytes32) {
        TensorHeader header = TensorHeaderLib.toTensorHeader(4, 64, 16);
        bytes32 outputs = keccak256(abi.encode(sums, values));
        return TensorTree.tensorId(header, keccak256(abi.encode(inputs, outputs)));
    }

    function _shape() internal pure returns (Shape memory) {
        return Shape(3, 1, 1);
    }

    function _setup() private view returns (IDataDAO.Setup memory setup) {
        (setup.owner, setup.host, setup.poolOwner) = (address(this), address(this), POOL_OWNER);
        (setup.shares, setup.token, setup.shape) = (address(SHARES), address(TOKEN), _shape());
        (setup.contributionBond, setup.seedBond) = (BOND, SEED_BOND);
        (setup.valuation.modelId, setup.valuation.verifier) = (ModelId.wrap(bytes32(uint256(1))), address(1));
        (setup.valuation.maxTurnaround, setup.valuation.maxUnitPrice) = (1 hours, MAX_PRICE);
        setup.valuation.minUnitBond = 1;
    }

    function _fund(address account) private {
        TOKEN.mint(address(this), FUNDS);
        TOKEN.approve(address(LEDGER), FUNDS);
        LEDGER.deposit(address(TOKEN), FUNDS, account);
        vm.prank(account);
        LEDGER.approve(address(DAO), TokenId.fromToken(address(TOKEN)), type(uint256).max);
    }
}
