// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ask, Bid} from "../types/Order.sol";

/// @notice EIP-712 struct hashes of what makers and clients sign.
/// @dev The calldata of a struct of value types is its EIP-712 encoding, so it is hashed as it came: an encoding with
/// dirty bits has a hash that nobody signed.
library OrderHash {
    bytes32 internal constant ASK_TYPEHASH = keccak256(
        "Ask(address provider,address worker,uint256 gpuId,bytes32 modelId,address token,uint128 unitPrice,"
        "uint128 unitBond,uint64 maxUnits,uint32 turnaround,uint16 cancelShareBps,address verifier,"
        "uint8 termsClass,uint64 nonce,uint40 expiry,bool open)"
    );

    bytes32 internal constant BID_TYPEHASH = keccak256(
        "Bid(address client,address provider,uint256 gpuId,bytes32 modelId,bool chained,bytes32 inputRoot,"
        "bytes32 inputUriHash,uint64 units,address token,uint128 maxUnitPrice,uint128 minUnitBond,"
        "uint32 maxTurnaround,address verifier,uint8 termsClass,uint64 nonce,uint40 expiry,bool open)"
    );

    bytes32 internal constant APPROVAL_TYPEHASH = keccak256("Approval(bytes32 jobId,bytes32 outputRoot,uint64 units)");

    /// @notice The struct hash of an ask.
    function hash(Ask calldata ask) internal pure returns (bytes32) {
        uint256 offset;
        // SAFETY: reads where the struct lies in calldata.
        assembly ("memory-safe") {
            offset := ask
        }
        return _hash(ASK_TYPEHASH, offset, 480);
    }

    /// @notice The struct hash of a bid.
    function hash(Bid calldata bid) internal pure returns (bytes32) {
        uint256 offset;
        // SAFETY: reads where the struct lies in calldata.
        assembly ("memory-safe") {
            offset := bid
        }
        return _hash(BID_TYPEHASH, offset, 544);
    }

    /// @notice The struct hash of a client's approval of an output.
    function hashApproval(uint256 jobId, bytes32 outputRoot, uint64 units) internal pure returns (bytes32) {
        return keccak256(abi.encode(APPROVAL_TYPEHASH, jobId, outputRoot, units));
    }

    /// @dev SAFETY: writes beyond the free memory pointer only.
    function _hash(bytes32 typehash, uint256 offset, uint256 size) private pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let memory_ := mload(0x40)
            mstore(memory_, typehash)
            calldatacopy(add(memory_, 0x20), offset, size)
            result := keccak256(memory_, add(size, 0x20))
        }
    }
}
