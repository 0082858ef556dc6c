// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Deployed as it is; the import makes the compiler build it.
// solhint-disable-next-line no-unused-import
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
