// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {JobEscrow} from "../../../contracts/compute/JobEscrow.sol";
import {IStakes} from "../../../contracts/compute/interfaces/IStakes.sol";
import {TokenId} from "../../../contracts/payments/types/TokenId.sol";
import {StakesHandler} from "./stakes/StakesHandler.sol";

/// @dev The handler foretells whether each of its calls succeeds, so none of its calls may revert.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.depth = 128
/// forge-config: default.invariant.show-metrics = false
/// forge-config: nightly.invariant.fail-on-revert = true
contract StakesInvariantTest is Test {
    StakesHandler private _handler;
    JobEscrow private _escrow;

    function setUp() public {
        _handler = new StakesHandler();
        _escrow = _handler.ESCROW();
        targetContract(address(_handler));
    }

    /// @dev ST-1, ST-2 and ST-3: what is locked, free and owed of each stake is what the calls made of it.
    function invariant_ST_StakesFollowTheirJobs() public view {
        for (uint256 i = 0; i < _handler.ACCOUNTS(); ++i) {
            address account = _handler.accounts(i);
            IStakes.Stake memory stored = _escrow.stakeOf(account, address(_handler.TOKEN()));
            assertEq(stored.locked, _handler.lockedOf(account), "ST-1");
            assertEq(stored.free, _handler.free(account), "ST-2");
            assertEq(_escrow.rentOwed(account, address(_handler.TOKEN())), _handler.rentOwed(account), "ST-3");
        }
    }

    /// @dev ST-6: a stake that lost something bonds nothing before its account resumes it, which the handler foretells.
    function invariant_ST6_StakesAreSuspendedByLosses() public view {
        for (uint256 i = 0; i < _handler.ACCOUNTS(); ++i) {
            address account = _handler.accounts(i);
            IStakes.Stake memory stored = _escrow.stakeOf(account, address(_handler.TOKEN()));
            assertEq(stored.suspended, _handler.suspended(account), "ST-6");
        }
    }

    /// @dev JE-1 and ST-5: the escrow holds stakes, prices and lost bonds, and took nothing else.
    function invariant_JE1_TheEscrowHoldsTheStakes() public view {
        uint256 owed = _handler.prices() + _handler.held();
        for (uint256 i = 0; i < _handler.ACCOUNTS(); ++i) {
            address account = _handler.accounts(i);
            owed += _handler.free(account) + _handler.lockedOf(account);
        }
        uint256 claims = _handler.LEDGER().balanceOf(address(_escrow), TokenId.fromToken(address(_handler.TOKEN())));
        assertEq(claims, owed, "JE-1 and ST-5");
    }
}
