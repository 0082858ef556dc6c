// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {JobEscrow} from "../../../contracts/compute/JobEscrow.sol";
import {Job} from "../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../contracts/compute/types/JobId.sol";
import {Ledger} from "../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../contracts/payments/types/TokenId.sol";
import {OptimisticVerifier} from "../../../contracts/verification/OptimisticVerifier.sol";
import {IOptimisticVerifier} from "../../../contracts/verification/interfaces/IOptimisticVerifier.sol";
import {DisputeHandler} from "./disputes/DisputeHandler.sol";

/// @dev The handler foretells whether each of its calls succeeds, so none of its calls may revert.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.depth = 128
/// forge-config: default.invariant.show-metrics = false
/// forge-config: nightly.invariant.fail-on-revert = true
contract OptimisticVerifierInvariantTest is Test {
    DisputeHandler private _handler;
    JobEscrow private _escrow;
    Ledger private _ledger;
    OptimisticVerifier private _verifier;

    function setUp() public {
        _handler = new DisputeHandler();
        (_escrow, _ledger, _verifier) = (_handler.ESCROW(), _handler.LEDGER(), _handler.VERIFIER());
        targetContract(address(_handler));
        targetSelector(FuzzSelector({addr: address(_handler), selectors: _actions()}));
    }

    /// @dev One campaign for all, since forge tries the same calls for each invariant.
    function invariant_OV_DisputesFollowTheirRules() public view {
        _assertGames();
        for (uint256 id = 1; id <= _handler.jobCount(); ++id) {
            _assertDispute(id);
            _assertMoney(id);
            _assertVerdict(id);
        }
        for (uint256 i = 0; i < _handler.TOKENS(); ++i) _assertAccounts(_handler.tokens(i));
    }

    /// @dev At the end of each run: every game ends, then every job, and the verifier holds nothing.
    function afterInvariant() public {
        _handler.finish();
        assertEq(_handler.liveCount(), 0, "OV-1");
        invariant_OV_DisputesFollowTheirRules();
        for (uint256 i = 0; i < _handler.TOKENS(); ++i) {
            assertEq(_claims(address(_verifier), _handler.tokens(i)), 0, "OV-5");
        }
    }

    /// @dev What the campaign relies on: such calls come to every move and every end.
    function test_EveryMoveAndEveryEndIsReached() public {
        vm.pauseGasMetering();
        bytes4[] memory actions = _actions();
        for (uint256 i = 0; i < 4_000; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            (bool success, ) = address(_handler).call(abi.encodeWithSelector(actions[seed % actions.length], seed));
            assertTrue(success);
        }
        bytes32[23] memory events = [
            bytes32("answers"),
            "challenged",
            "challenged oneself",
            "pick",
            "pickInTrace",
            "pickInput",
            "pickConst",
            "pickNode",
            "pickInTensor",
            "step",
            "proved",
            "worker late",
            "refuted",
            "challenger late",
            "refuted after the job",
            "conceded in units",
            "conceded",
            "superseded",
            "superseded with fees",
            "superseded at most",
            "lapsed",
            "unfrozen",
            "hunted"
        ];
        for (uint256 i = 0; i < events.length; ++i) {
            assertGt(_handler.count(events[i]), 0, string(abi.encodePacked(events[i])));
        }
        invariant_OV_DisputesFollowTheirRules();
    }

    /// @dev OV-1: what is stored of each game is where it stands; nothing of one that is over. That nothing can be done with
    /// a game as it was is asserted by the handler.
    function _assertGames() private view {
        for (uint256 i = 0; i < _handler.playCount(); ++i) {
            DisputeHandler.Play memory play = _handler.playOf(i);
            bytes32 expected = play.over ? bytes32(0) : keccak256(abi.encode(play.game));
            assertEq(_verifier.gameHash(play.game.id), expected, "OV-1");
        }
    }

    /// @dev OV-7: a job is frozen while a game about it is live, and slashed once, which ends it.
    function _assertDispute(uint256 id) private view {
        IOptimisticVerifier.Dispute memory dispute = _verifier.dispute(JobId.wrap(id));
        assertEq(dispute.games, _handler.begun(id), "OV-1");
        assertEq(dispute.live, _handler.liveGames(id), "OV-1");
        assertEq(_verifier.liveGames(JobId.wrap(id)), _handler.liveGames(id), "OV-1");
        assertEq(dispute.slashed, _handler.slashed(id), "OV-7");
        assertEq(dispute.othersReward, _handler.share(id), "OV-6");
        Job memory job = _handler.jobOf(id);
        bool live = _handler.isLive(id);
        assertEq(_escrow.isCurrent(JobId.wrap(id), job), live, "OV-7");
        if (live && dispute.live != 0) assertTrue(job.state.frozen(), "OV-7");
        assertFalse(live && dispute.slashed, "OV-7");
    }

    /// @dev OV-5, OV-8 and OV-6: the account of a job's games holds what their states say. Nobody but the treasury gains by a
    /// dispute, and all accounts together lose nine tenths of a bond that is lost, whoever challenged.
    function _assertMoney(uint256 id) private view {
        assertEq(_handler.inGames(id), _handler.owedToGames(id), "OV-8");
        Job memory job = _handler.jobOf(id);
        uint256 bond = uint256(job.unitBond) * job.state.units();
        assertLe(_handler.swing(id), _handler.slashed(id) ? int256(bond / 10) : int256(0), "OV-6");
    }

    /// @dev OV-9 and OV-4: a job that counts as accepted keeps its bond, and one that is true and answered in time counts as
    /// that.
    function _assertVerdict(uint256 id) private view {
        assertEq(abi.encode(_escrow.heldBond(JobId.wrap(id))), abi.encode(_handler.heldOf(id)), "OV-9");
        if (!_handler.slashed(id)) assertEq(_handler.heldOf(id).amount, 0, "OV-9");
        if (_handler.isHonest(id) && _handler.diligent(id)) assertFalse(_handler.slashed(id), "OV-4");
    }

    /// @dev OV-5 and OV-8: the verifier holds these accounts, and everybody gained and lost what was paid from and to them.
    function _assertAccounts(address token) private view {
        uint256 owed;
        for (uint256 id = 1; id <= _handler.jobCount(); ++id) {
            if (_handler.jobOf(id).token == token) owed += _handler.inGames(id);
        }
        assertEq(_claims(address(_verifier), token), owed, "OV-5");
        address[] memory accounts = _handler.accounts();
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint256 funds = i < _handler.ACTORS() ? _handler.FUNDS() : 0;
            int256 gained = int256(_claims(accounts[i], token)) - int256(funds);
            assertEq(gained, _handler.gain(accounts[i], token), "OV-8");
        }
        for (uint256 i = 0; i < _handler.ACTORS(); ++i) {
            address provider = _handler.actors(i);
            assertEq(_escrow.frozenJobs(provider), _handler.frozenJobs(provider), "OV-7");
        }
    }

    function _claims(address account, address token) private view returns (uint256) {
        return _ledger.balanceOf(account, TokenId.fromToken(token));
    }

    /// @dev All but those of a verifier that says what it is told.
    function _actions() private view returns (bytes4[] memory actions) {
        bytes4[28] memory all = [
            _handler.open.selector,
            _handler.openAndDeliver.selector,
            _handler.deliver.selector,
            _handler.deliverAnother.selector,
            _handler.expire.selector,
            _handler.replaceWorker.selector,
            _handler.approve.selector,
            _handler.settle.selector,
            _handler.demandOutput.selector,
            _handler.lapseDemand.selector,
            _handler.releaseHeldBond.selector,
            _handler.restoreHeldBond.selector,
            _handler.moveFloor.selector,
            _handler.challenge.selector,
            _handler.challengeAnother.selector,
            _handler.answer.selector,
            _handler.move.selector,
            _handler.moveAnother.selector,
            _handler.concede.selector,
            _handler.resolve.selector,
            _handler.unfreezeCalm.selector,
            _handler.toggle.selector,
            _handler.playOn.selector,
            _handler.playOn.selector,
            _handler.hunt.selector,
            _handler.crowd.selector,
            _handler.replay.selector,
            _handler.warp.selector
        ];
        actions = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; ++i) actions[i] = all[i];
    }
}
