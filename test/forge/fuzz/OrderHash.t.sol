// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {ModelId} from "../../../contracts/common/types/ModelId.sol";
import {OrderHash} from "../../../contracts/compute/libraries/OrderHash.sol";
import {Ask, Bid} from "../../../contracts/compute/types/Order.sol";
import {TermsClass} from "../../../contracts/compute/types/TermsClass.sol";

contract OrderHashHarness {
    function ofAsk(Ask calldata ask) external pure returns (bytes32) {
        return OrderHash.hash(ask);
    }

    function ofBid(Bid calldata bid) external pure returns (bytes32) {
        return OrderHash.hash(bid);
    }

    function ofApproval(uint256 jobId, bytes32 outputRoot, uint64 units) external pure returns (bytes32) {
        return OrderHash.hashApproval(jobId, outputRoot, units);
    }
}

/// @dev The oracle encodes field by field, after types written out here.
contract OrderHashFuzzTest is Test {
    string private constant ASK_TYPE =
        "Ask(address provider,address worker,uint256 gpuId,bytes32 modelId,address token,uint128 unitPrice,"
        "uint128 unitBond,uint64 maxUnits,uint32 turnaround,uint16 cancelShareBps,address verifier,uint8 termsClass,"
        "uint64 nonce,uint40 expiry,bool open)";
    string private constant BID_TYPE =
        "Bid(address client,address provider,uint256 gpuId,bytes32 modelId,bool chained,bytes32 inputRoot,"
        "bytes32 inputUriHash,uint64 units,address token,uint128 maxUnitPrice,uint128 minUnitBond,uint32 maxTurnaround,"
        "address verifier,uint8 termsClass,uint64 nonce,uint40 expiry,bool open)";

    OrderHashHarness private _hashes;

    function setUp() public {
        _hashes = new OrderHashHarness();
    }

    function testFuzz_AskIsHashedAsTypedData(uint256[15] memory words) public view {
        Ask memory ask = _ask(words);
        bytes memory head = abi.encode(
            keccak256(bytes(ASK_TYPE)),
            ask.provider,
            ask.worker,
            ask.gpuId,
            ask.modelId,
            ask.token,
            ask.unitPrice,
            ask.unitBond
        );
        bytes memory tail = abi.encode(
            ask.maxUnits,
            ask.turnaround,
            ask.cancelShareBps,
            ask.verifier,
            ask.termsClass,
            ask.nonce,
            ask.expiry,
            ask.open
        );
        assertEq(_hashes.ofAsk(ask), keccak256(bytes.concat(head, tail)));
    }

    function testFuzz_BidIsHashedAsTypedData(uint256[17] memory words) public view {
        Bid memory bid = _bid(words);
        bytes memory head = abi.encode(
            keccak256(bytes(BID_TYPE)),
            bid.client,
            bid.provider,
            bid.gpuId,
            bid.modelId,
            bid.chained,
            bid.inputRoot,
            bid.inputUriHash,
            bid.units
        );
        bytes memory tail = abi.encode(
            bid.token,
            bid.maxUnitPrice,
            bid.minUnitBond,
            bid.maxTurnaround,
            bid.verifier,
            bid.termsClass,
            bid.nonce,
            bid.expiry,
            bid.open
        );
        assertEq(_hashes.ofBid(bid), keccak256(bytes.concat(head, tail)));
    }

    function testFuzz_ApprovalIsHashedAsTypedData(uint256 jobId, bytes32 outputRoot, uint64 units) public view {
        bytes32 typehash = keccak256("Approval(bytes32 jobId,bytes32 outputRoot,uint64 units)");
        bytes32 expected = keccak256(abi.encode(typehash, bytes32(jobId), outputRoot, uint256(units)));
        assertEq(_hashes.ofApproval(jobId, outputRoot, units), expected);
    }

    /// @dev Bits above a field's type are hashed as they come, so that nobody signed them.
    function testFuzz_DirtyBitsChangeTheHash(uint256[15] memory words, uint8 dirt) public view {
        vm.assume(dirt != 0);
        Ask memory ask = _ask(words);
        bytes memory data = abi.encodeCall(_hashes.ofAsk, (ask));
        data[4 + 13 * 32] = bytes1(dirt);
        (bool success, bytes memory result) = address(_hashes).staticcall(data);
        assertTrue(!success || abi.decode(result, (bytes32)) != _hashes.ofAsk(ask));
    }

    function _ask(uint256[15] memory words) private pure returns (Ask memory ask) {
        ask.provider = address(uint160(words[0]));
        ask.worker = address(uint160(words[1]));
        ask.gpuId = words[2];
        ask.modelId = ModelId.wrap(bytes32(words[3]));
        ask.token = address(uint160(words[4]));
        ask.unitPrice = uint128(words[5]);
        ask.unitBond = uint128(words[6]);
        ask.maxUnits = uint64(words[7]);
        ask.turnaround = uint32(words[8]);
        ask.cancelShareBps = uint16(words[9]);
        ask.verifier = address(uint160(words[10]));
        ask.termsClass = TermsClass(words[11] % 3);
        ask.nonce = uint64(words[12]);
        ask.expiry = uint40(words[13]);
        ask.open = words[14] % 2 == 1;
    }

    function _bid(uint256[17] memory words) private pure returns (Bid memory bid) {
        bid.client = address(uint160(words[0]));
        bid.provider = address(uint160(words[1]));
        bid.gpuId = words[2];
        bid.modelId = ModelId.wrap(bytes32(words[3]));
        bid.chained = words[4] % 2 == 1;
        bid.inputRoot = bytes32(words[5]);
        bid.inputUriHash = bytes32(words[6]);
        bid.units = uint64(words[7]);
        bid.token = address(uint160(words[8]));
        bid.maxUnitPrice = uint128(words[9]);
        bid.minUnitBond = uint128(words[10]);
        bid.maxTurnaround = uint32(words[11]);
        bid.verifier = address(uint160(words[12]));
        bid.termsClass = TermsClass(words[13] % 3);
        bid.nonce = uint64(words[14]);
        bid.expiry = uint40(words[15]);
        bid.open = words[16] % 2 == 1;
    }
}
