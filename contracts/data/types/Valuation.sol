// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {TermsClass} from "../../compute/types/TermsClass.sol";

/// @notice How a dataset buys its valuations.
struct Valuation {
    ModelId modelId; // the program of the dataset's shape
    address verifier;
    TermsClass termsClass;
    uint32 maxTurnaround; // seconds
    uint128 maxUnitPrice; // payment-token units for one test point
    uint128 minUnitBond; // payment-token units for one test point
}
