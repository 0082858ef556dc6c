// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVerdicts} from "../../../../contracts/compute/interfaces/IVerdicts.sol";
import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../../contracts/compute/types/JobId.sol";
import {Ask, Bid} from "../../../../contracts/compute/types/Order.sol";
import {ILedger} from "../../../../contracts/payments/interfaces/ILedger.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";

/// @dev The part of a market that a dataset sees: jobs of one unit, which end as they are told.
contract MadeUpMarket {
    ILedger public immutable LEDGER;
    address private immutable _token;

    uint256 public jobCount;
    uint256 public price;
    address private _client;
    mapping(JobId id => bytes32) public jobHash;
    mapping(JobId id => bool) public lost;

    constructor(ILedger ledger, address token) {
        (LEDGER, _token) = (ledger, token);
    }

    function fill(Ask calldata ask, bytes calldata, Bid calldata bid, bytes calldata) external returns (JobId id) {
        id = JobId.wrap(++jobCount);
        (jobHash[id], price, _client) = (bid.inputRoot, ask.unitPrice, bid.client);
        if (price != 0) LEDGER.transferFrom(bid.client, address(this), TokenId.fromToken(_token), price);
    }

    /// @dev Ends the last job: with its price kept, with it given back, or doubled.
    function end(bool slashed, uint256 parts) external {
        JobId id = JobId.wrap(jobCount);
        (jobHash[id], lost[id]) = (0, slashed);
        if (parts * price != 0) LEDGER.transfer(_client, TokenId.fromToken(_token), parts * price);
    }

    function isCurrent(JobId id, Job calldata) external view returns (bool) {
        return jobHash[id] != 0;
    }

    function heldBond(JobId id) external view returns (IVerdicts.HeldBond memory bond) {
        if (lost[id]) bond.amount = 1;
    }
}
