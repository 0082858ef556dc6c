// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {DataDAO} from "../../../contracts/data/DataDAO.sol";
import {Contribution} from "../../../contracts/data/types/Contribution.sol";
import {Epoch, EpochStatus} from "../../../contracts/data/types/Epoch.sol";
import {DatasetHandler} from "./data/DatasetHandler.sol";

/// @dev The handler makes only calls that must succeed, so none of them may revert.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.depth = 128
/// forge-config: default.invariant.show-metrics = false
/// forge-config: nightly.invariant.fail-on-revert = true
contract DataDaoInvariantTest is Test {
    DatasetHandler private _handler;
    DataDAO private _dao;

    function setUp() public {
        _handler = new DatasetHandler();
        _dao = _handler.DAO();
        targetContract(address(_handler));
    }

    /// @dev DD-1 and DD-2: all claims but the next pot are bonds, seeds' bonds and what was not claimed, to the unit.
    function invariant_DD1_DD2_ADatasetHoldsWhatItOwes() public view {
        uint256 owed = _handler.bonds() + _handler.seedBonds();
        for (uint256 i = 1; i <= _dao.epochCount(); ++i) owed += _dao.epochOf(i).unclaimed;
        uint256 claims = _handler.claimsOf(address(_dao));
        assertGe(claims, owed, "DD-1");
        assertEq(claims - _dao.nextPot(), owed, "DD-2");
    }

    /// @dev DD-3 and DD-4: parts of a pot and what is left of it are the pot, and end when it is carried over.
    function invariant_DD3_DD4_PartsAddUpToThePot() public view {
        for (uint256 i = 1; i <= _dao.epochCount(); ++i) {
            Epoch memory epoch = _dao.epochOf(i);
            assertEq(_handler.claimed(i) + epoch.unclaimed, _handler.prize(i), "DD-3");
            if (_handler.carried(i)) assertEq(uint256(epoch.pot) + epoch.unclaimed, 0, "DD-4");
        }
    }

    /// @dev DD-6: a bond loses at most a twentieth in an epoch, and only what did harm in it.
    function invariant_DD6_ABondLosesAtMostATwentieth() public view {
        for (uint256 i = 0; i < _handler.slotCount(); ++i) {
            bytes32 slot = _handler.slots(i);
            uint256 sum;
            for (uint256 id = 1; id <= _dao.epochCount(); ++id) {
                uint256 amount = _handler.charged(id, slot);
                assertLe(amount, _handler.BOND() / 20 + 1, "DD-6");
                if (amount != 0) assertLt(_handler.valueAt(id, i), 0, "DD-6");
                sum += amount;
            }
            Contribution memory contribution = _dao.contributionOf(slot);
            assertLe(contribution.lostPpm, 1_000_000, "DD-6");
            assertLe(sum, _handler.BOND(), "DD-6");
        }
    }

    /// @dev DD-7: votes come from settled values only, at most a million an epoch whose total is that of its values.
    function invariant_DD7_AnEpochMakesAMillionVotesAtMost() public view {
        for (uint256 i = 1; i <= _dao.epochCount(); ++i) {
            if (_handler.honest(i)) assertLe(_handler.votes(i), 1e24, "DD-7");
            if (_dao.epochOf(i).status != EpochStatus.Settled) assertEq(_handler.votes(i), 0, "DD-7");
        }
        assertEq(_handler.SHARES().totalSupply(), _handler.minted(), "DD-7");
    }

    /// @dev DD-8: an epoch is never settled by a job that lost its bond, or of which no delivery was recorded.
    function invariant_DD8_OnlyWhatEndedWellCounts() public view {
        for (uint256 i = 1; i <= _dao.epochCount(); ++i) {
            bool settled = _dao.epochOf(i).status == EpochStatus.Settled;
            assertFalse(settled && _handler.foundFalse(i), "DD-8");
        }
    }

    /// @dev DD-9 and DD-10: the points are those of all contributions that did not leave; a closed epoch keeps its own.
    function invariant_DD9_DD10_PointsAreThoseOfContributions() public view {
        assertEq(_dao.pointsRoot(), _handler.pointsRoot(), "DD-9");
        assertEq(_dao.slotCount(), _handler.slotCount(), "DD-9");
        for (uint256 i = 1; i <= _dao.epochCount(); ++i) {
            assertEq(_dao.epochOf(i).pointsRoot, _handler.closedRoot(i), "DD-10");
        }
    }
}
