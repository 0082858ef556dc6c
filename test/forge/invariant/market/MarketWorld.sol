// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CommonBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IBatch} from "../../../../contracts/common/interfaces/IBatch.sol";
import {ModelId, ModelIdLib} from "../../../../contracts/common/types/ModelId.sol";
import {GpuRegistry} from "../../../../contracts/compute/GpuRegistry.sol";
import {JobEscrow} from "../../../../contracts/compute/JobEscrow.sol";
import {IMarketTerms} from "../../../../contracts/compute/interfaces/IMarketTerms.sol";
import {VerifierTerms} from "../../../../contracts/compute/types/VerifierTerms.sol";
import {IOrderBook} from "../../../../contracts/compute/interfaces/IOrderBook.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {MockERC20} from "../../../../contracts/mocks/tokens/MockERC20.sol";
import {Ledger} from "../../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";

/// @dev A market with six accounts, each of which is client, provider, worker, matcher or delegate as chance has it, two
/// tokens, two verifiers and an authority, which is this contract.
abstract contract MarketWorld is CommonBase, StdAssertions {
    uint256 public constant ACTORS = 6;
    uint256 public constant TOKENS = 2;
    uint256 public constant VERIFIERS = 2;
    uint256 public constant FUNDS = 1 << 120;

    address public constant TREASURY = address(0x7EA5);
    address public constant STRANGER = address(0x57A6);

    /// @dev With the longest games of the three classes, in seconds; the long one makes the slack a quarter of it.
    uint24 private constant GAME_FAST = 7 hours;
    uint24 private constant GAME_STANDARD = 2 days;
    uint24 private constant GAME_HIGH = 12 days;

    Ledger public immutable LEDGER;
    JobEscrow public immutable ESCROW;
    IOrderBook public immutable BOOK;
    ModelId internal immutable MODEL;

    address[ACTORS] public actors;
    address[TOKENS] public tokens;
    ScriptedVerifier[VERIFIERS] public verifiers;

    mapping(address account => uint256) private _keys;
    mapping(address owner => uint256) internal gpuOf;

    /// @dev The time of the run, which does not rely on the test's environment from call to call.
    uint256 internal time = 1_800_000_000;

    /// @dev Whether the call goes through a batch, which must make no difference.
    bool private _batched;

    /// @dev A call ended otherwise than the model says that it must.
    error Differs(bytes4 selector, bool expected, bytes result);

    modifier acting(uint256 seed) {
        vm.warp(time);
        _batched = _draw(seed, "batched", 4) == 0;
        _;
    }

    constructor() {
        GpuRegistry gpus = new GpuRegistry();
        LEDGER = new Ledger();
        ESCROW = new JobEscrow(address(new AccessManager(address(this))), LEDGER, gpus, TREASURY);
        BOOK = ESCROW.ORDER_BOOK();
        MODEL = ModelIdLib.toModelId(keccak256("program"), 2, 1_000_000_007, 1_000_003);
        for (uint256 i = 0; i < VERIFIERS; ++i) {
            verifiers[i] = new ScriptedVerifier(ESCROW);
        }
        for (uint256 i = 0; i < TOKENS; ++i) {
            _list(address(tokens[i] = address(new MockERC20("Token", "TKN", 18))));
        }
        for (uint256 i = 0; i < ACTORS; ++i) {
            _enroll(i, gpus);
        }
    }

    /// @dev Every account whose claims can change, but for the escrow.
    function accounts() public view virtual returns (address[] memory all) {
        all = new address[](ACTORS + VERIFIERS + 2);
        for (uint256 i = 0; i < ACTORS; ++i) {
            all[i] = actors[i];
        }
        for (uint256 i = 0; i < VERIFIERS; ++i) {
            all[ACTORS + i] = address(verifiers[i]);
        }
        (all[ACTORS + VERIFIERS], all[ACTORS + VERIFIERS + 1]) = (TREASURY, STRANGER);
    }

    function bondMultipleBps(address verifier) public view returns (uint24) {
        if (verifier == address(0)) return 10_000;
        return verifier == address(verifiers[0]) ? 12_345 : 211_000;
    }

    /// @dev Makes a call to the escrow, and says so if its outcome is another one.
    function _send(address caller, bytes memory data, bool allowed) internal {
        _sendBatched(address(ESCROW), caller, data, allowed);
    }

    /// @dev Makes a call to a contract that takes batches.
    function _sendBatched(address target, address caller, bytes memory data, bool allowed) internal {
        bytes[] memory calls = new bytes[](1);
        calls[0] = data;
        vm.prank(caller);
        (bool success, bytes memory result) = target.call(_batched ? abi.encodeCall(IBatch.batch, (calls)) : data);
        if (_batched) success = success && abi.decode(result, (uint256)) == 1;
        require(success == allowed, Differs(bytes4(data), allowed, result));
    }

    /// @dev Makes a call to anything else.
    function _sendTo(address target, address caller, bytes memory data, bool allowed) internal {
        vm.prank(caller);
        (bool success, bytes memory result) = target.call(data);
        require(success == allowed, Differs(bytes4(data), allowed, result));
    }

    function _sign(address signer, bytes32 digest) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keys[signer], digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev A number below `n` that depends on the seed and on what it is drawn for.
    function _draw(uint256 seed, bytes32 purpose, uint256 n) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, purpose))) % n;
    }

    /// @dev The account that may sign for this one, as long as the delegation lasts.
    function _delegateOf(address maker) internal view returns (address) {
        for (uint256 i = 0; i < ACTORS; ++i) {
            if (actors[i] == maker) return actors[(i + 1) % ACTORS];
        }
        return STRANGER;
    }

    function _anyone(uint256 seed, bytes32 purpose) internal view returns (address) {
        return actors[_draw(seed, purpose, ACTORS)];
    }

    /// @dev The account that may act, mostly.
    function _mostly(address right, uint256 seed) internal view returns (address) {
        return _draw(seed, "wrong caller", 8) == 0 ? _anyone(seed, "caller") : right;
    }

    function _list(address token) private {
        VerifierTerms memory terms;
        terms.listed = true;
        (terms.longestGameFast, terms.longestGameStandard, terms.longestGameHigh) = (
            GAME_FAST,
            GAME_STANDARD,
            GAME_HIGH
        );
        (terms.scale, terms.fastPriceCap) = (64, type(uint32).max);
        for (uint256 i = 0; i <= VERIFIERS; ++i) {
            address verifier = i == VERIFIERS ? address(0) : address(verifiers[i]);
            terms.bondMultipleBps = bondMultipleBps(verifier);
            BOOK.setVerifierTerms(token, verifier, terms);
        }
        BOOK.setDemandPrices(token, IMarketTerms.DemandPrices(0, 70_001, 1e18));
    }

    function _enroll(uint256 index, GpuRegistry gpus) private {
        uint256 key = 0xA11CE + index;
        address actor = vm.addr(key);
        (actors[index], _keys[actor]) = (actor, key);
        for (uint256 i = 0; i < TOKENS; ++i) {
            MockERC20(tokens[i]).mint(address(this), FUNDS);
            MockERC20(tokens[i]).approve(address(LEDGER), FUNDS);
            LEDGER.deposit(tokens[i], FUNDS, actor);
            vm.prank(actor);
            LEDGER.approve(address(ESCROW), TokenId.fromToken(tokens[i]), type(uint256).max);
        }
        uint256 deviceKey = 0xDE1CE + index;
        (, string memory name, string memory version, uint256 chainId, address verifying, , ) = gpus.eip712Domain();
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256(bytes(version)),
                chainId,
                verifying
            )
        );
        bytes32 typehash = keccak256("GpuRegistration(address owner,bytes32 hardwareClass,uint32 memoryMiB)");
        bytes32 structHash = keccak256(abi.encode(typehash, actor, bytes32("class"), uint32(1)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(deviceKey, MessageHashUtils.toTypedDataHash(domain, structHash));
        vm.prank(actor);
        gpuOf[actor] = gpus.register(vm.addr(deviceKey), "class", 1, "", abi.encodePacked(r, s, v));
    }

    /// @dev The longest game that the listing names for a class, in seconds.
    function _longestGame(uint256 class) internal pure virtual returns (uint256) {
        if (class == 0) return GAME_FAST;
        return class == 1 ? GAME_STANDARD : GAME_HIGH;
    }

    /// @dev The window of a class, in seconds.
    function _increment(uint256 class) internal pure returns (uint256) {
        if (class == 0) return 10 minutes;
        return class == 1 ? 1 hours : 3 hours;
    }

    function _window(uint256 class) internal pure returns (uint256) {
        if (class == 0) return 30 minutes;
        return class == 1 ? 6 hours : 24 hours;
    }
}
