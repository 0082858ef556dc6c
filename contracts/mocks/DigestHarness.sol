// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {ModelId} from "../common/types/ModelId.sol";
import {OrderHash} from "../compute/libraries/OrderHash.sol";
import {Ask, Bid} from "../compute/types/Order.sol";

/// @notice Computes digests of EIP-712 typed data of the market, for any chain and contract.
contract DigestHarness {
    using OrderHash for Ask;
    using OrderHash for Bid;

    struct Domain {
        uint256 chainId;
        address verifyingContract;
    }

    struct Approval {
        uint256 jobId;
        bytes32 outputRoot;
        uint64 units;
    }

    /// @notice What a settled job amounts to, as anyone can make it from the events.
    struct WorkReceipt {
        bytes32 jobId;
        address client;
        address provider;
        address worker;
        uint256 gpuId;
        ModelId modelId;
        bytes32 inputRoot;
        bytes32 outputRoot;
        uint64 units;
        address token;
        uint256 paid;
        address verifier;
        uint64 openedAt;
        uint64 deliveredAt;
    }

    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );

    bytes32 private constant RECEIPT_TYPEHASH = keccak256(
        "WorkReceipt(bytes32 jobId,address client,address provider,address worker,uint256 gpuId,bytes32 modelId,"
        "bytes32 inputRoot,bytes32 outputRoot,uint64 units,address token,uint256 paid,address verifier,"
        "uint64 openedAt,uint64 deliveredAt)"
    );

    function askDigests(
        Domain[] calldata domains,
        Ask[] calldata asks
    ) external pure returns (bytes32[] memory digests) {
        digests = new bytes32[](asks.length);
        for (uint256 i = 0; i < asks.length; ++i) {
            digests[i] = _digest(domains[i], asks[i].hash());
        }
    }

    function bidDigests(
        Domain[] calldata domains,
        Bid[] calldata bids
    ) external pure returns (bytes32[] memory digests) {
        digests = new bytes32[](bids.length);
        for (uint256 i = 0; i < bids.length; ++i) {
            digests[i] = _digest(domains[i], bids[i].hash());
        }
    }

    function approvalDigests(
        Domain[] calldata domains,
        Approval[] calldata approvals
    ) external pure returns (bytes32[] memory digests) {
        digests = new bytes32[](approvals.length);
        for (uint256 i = 0; i < approvals.length; ++i) {
            Approval calldata item = approvals[i];
            digests[i] = _digest(domains[i], OrderHash.hashApproval(item.jobId, item.outputRoot, item.units));
        }
    }

    function receiptDigests(
        Domain[] calldata domains,
        WorkReceipt[] calldata receipts
    ) external pure returns (bytes32[] memory digests) {
        digests = new bytes32[](receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            digests[i] = _digest(domains[i], keccak256(abi.encode(RECEIPT_TYPEHASH, receipts[i])));
        }
    }

    function _digest(Domain calldata domain, bytes32 structHash) private pure returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("Ergon"), keccak256("1"), domain.chainId, domain.verifyingContract)
        );
        return MessageHashUtils.toTypedDataHash(separator, structHash);
    }
}
