// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ask, Bid} from "../types/Order.sol";

/// @notice EIP-712 struct hashes of what makers and clients sign.
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
        return keccak256(abi.encode(ASK_TYPEHASH, ask));
    }

    /// @notice The struct hash of a bid.
    function hash(Bid calldata bid) internal pure returns (bytes32) {
        return keccak256(abi.encode(BID_TYPEHASH, bid));
    }

    /// @notice The struct hash of a client's approval of an output.
    function hashApproval(uint256 jobId, bytes32 outputRoot, uint64 units) internal pure returns (bytes32) {
        return keccak256(abi.encode(APPROVAL_TYPEHASH, jobId, outputRoot, units));
    }
}
