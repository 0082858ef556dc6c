// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {TermsClass} from "./TermsClass.sol";

/// @notice An offer to run a model, filled in part until its units are used up.
struct Ask {
    address provider; // bonds and is paid
    address worker; // delivers, hands back and plays disputes
    uint256 gpuId; // a GPU that the provider operates; 0 = none named
    ModelId modelId;
    address token;
    uint128 unitPrice; // payment-token units per unit of work
    uint128 unitBond; // payment-token units per unit of work
    uint64 maxUnits;
    uint32 turnaround; // seconds from fill to deadline, > 0
    uint16 cancelShareBps; // least share of the price that a cancelling client pays, basis points
    address verifier; // 0 = none
    TermsClass termsClass;
    uint64 nonce; // 0 when the maker calls itself
    uint40 expiry; // last second at which the order can be filled
    bool open; // fillable by a third party
}

/// @notice A request to run a model on given inputs, filled once.
struct Bid {
    address client;
    address provider; // 0 = any
    uint256 gpuId; // 0 = any
    ModelId modelId;
    bool chained; // the output of a unit is the input of the next
    bytes32 inputRoot; // list root of the units' input ids; chained: the input id of unit 0
    bytes32 inputUriHash; // keccak256 of the URI where the inputs are found
    uint64 units; // > 0
    address token;
    uint128 maxUnitPrice; // payment-token units
    uint128 minUnitBond; // payment-token units
    uint32 maxTurnaround; // seconds
    address verifier; // 0 = none; then the bid must name its provider
    TermsClass termsClass;
    uint64 nonce; // 0 when the maker calls itself
    uint40 expiry; // last second at which the order can be filled
    bool open; // fillable by a third party
}
