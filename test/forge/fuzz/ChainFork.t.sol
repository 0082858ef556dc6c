// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {IJobEscrow} from "../../../contracts/compute/interfaces/IJobEscrow.sol";
import {IOrders} from "../../../contracts/compute/interfaces/IOrders.sol";
import {Job} from "../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../contracts/compute/types/JobId.sol";
import {Ask, Bid} from "../../../contracts/compute/types/Order.sol";
import {TermsClass} from "../../../contracts/compute/types/TermsClass.sol";
import {MarketWorld} from "../invariant/market/MarketWorld.sol";

/// @dev A chain that splits in two: both have the contracts, claims and allowances, and one of them a new chain id.
contract ChainForkTest is Test, MarketWorld {
    address private _client;
    address private _provider;

    function setUp() public {
        vm.warp(time);
        (_client, _provider) = (actors[0], actors[1]);
    }

    function testFuzz_AForkFillsNoBidOfItsPast(uint64 forkId) public {
        Bid memory bid = _bid();
        (bytes memory signature, Ask memory ask) = (_sign(_client, BOOK.bidDigest(bid)), _ask(0));
        _fork(forkId);
        bytes32 digest = BOOK.bidDigest(bid);
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrdersInvalidSignature.selector, _client, digest));
        vm.prank(_provider);
        ESCROW.fill(ask, "", bid, signature);

        bytes memory renewed = _sign(_client, digest);
        vm.prank(_provider);
        ESCROW.fill(ask, "", bid, renewed);
    }

    function testFuzz_AForkFillsNoAskOfItsPast(uint64 forkId) public {
        (Ask memory ask, Bid memory bid) = (_ask(7), _bid());
        bytes memory signature = _sign(_provider, BOOK.askDigest(ask));
        bid.nonce = 0;
        _fork(forkId);
        bytes32 digest = BOOK.askDigest(ask);
        vm.expectRevert(abi.encodeWithSelector(IOrders.OrdersInvalidSignature.selector, _provider, digest));
        vm.prank(_client);
        ESCROW.fill(ask, signature, bid, "");

        bytes memory renewed = _sign(_provider, digest);
        vm.prank(_client);
        ESCROW.fill(ask, renewed, bid, "");
    }

    function testFuzz_AForkPaysNoApprovalOfItsPast(uint64 forkId, bytes32 outputRoot) public {
        (JobId id, Job memory job) = _deliver(outputRoot);
        bytes memory approval = _sign(_client, ESCROW.approvalDigest(id, outputRoot, 3));
        _fork(forkId);
        bytes32 digest = ESCROW.approvalDigest(id, outputRoot, 3);
        vm.expectRevert(abi.encodeWithSelector(IJobEscrow.JobEscrowInvalidApproval.selector, id, _client, digest));
        ESCROW.approve(id, job, approval);

        ESCROW.approve(id, job, _sign(_client, digest));
    }

    function _fork(uint64 forkId) private {
        vm.assume(forkId != block.chainid && forkId != 0);
        vm.chainId(forkId);
    }

    /// @dev A delivered job of three units between the two.
    function _deliver(bytes32 outputRoot) private returns (JobId id, Job memory job) {
        Bid memory bid = _bid();
        bytes memory signature = _sign(_client, BOOK.bidDigest(bid));
        vm.recordLogs();
        vm.startPrank(_provider);
        id = ESCROW.fulfil(_ask(0), "", bid, signature, outputRoot, "");
        vm.stopPrank();
        job = abi.decode(vm.getRecordedLogs()[0].data, (Job));
        job.state = job.state.delivered(3, time);
        job.outputRoot = outputRoot;
        assertTrue(ESCROW.isCurrent(id, job));
    }

    function _ask(uint64 nonce) private view returns (Ask memory ask) {
        (ask.provider, ask.worker, ask.modelId) = (_provider, _provider, MODEL);
        (ask.token, ask.unitPrice, ask.unitBond, ask.maxUnits) = (tokens[0], 1_000, 5_000, 3);
        (ask.turnaround, ask.verifier, ask.termsClass) = (1 hours, address(verifiers[0]), TermsClass.Standard);
        (ask.nonce, ask.expiry) = (nonce, type(uint40).max);
    }

    function _bid() private view returns (Bid memory bid) {
        (bid.client, bid.modelId, bid.units) = (_client, MODEL, 3);
        (bid.token, bid.maxUnitPrice, bid.maxTurnaround) = (tokens[0], 1_000, 1 hours);
        (bid.verifier, bid.termsClass) = (address(verifiers[0]), TermsClass.Standard);
        (bid.nonce, bid.expiry) = (7, type(uint40).max);
    }
}
