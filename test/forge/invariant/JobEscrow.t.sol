// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";

import {JobEscrow} from "../../../contracts/compute/JobEscrow.sol";
import {IBooks} from "../../../contracts/compute/interfaces/IBooks.sol";
import {IOrderBook} from "../../../contracts/compute/interfaces/IOrderBook.sol";
import {IOrders} from "../../../contracts/compute/interfaces/IOrders.sol";
import {IVerdicts} from "../../../contracts/compute/interfaces/IVerdicts.sol";
import {Job} from "../../../contracts/compute/types/Job.sol";
import {JobId} from "../../../contracts/compute/types/JobId.sol";
import {Ledger} from "../../../contracts/payments/Ledger.sol";
import {TokenId} from "../../../contracts/payments/types/TokenId.sol";
import {JobEscrowHandler} from "./market/JobEscrowHandler.sol";

/// @dev The handler foretells whether each of its calls succeeds, so none of its calls may revert.
/// forge-config: default.invariant.fail-on-revert = true
/// forge-config: default.invariant.depth = 128
/// forge-config: default.invariant.show-metrics = false
/// forge-config: nightly.invariant.fail-on-revert = true
contract JobEscrowInvariantTest is Test {
    JobEscrowHandler private _handler;
    JobEscrow private _escrow;
    IOrderBook private _book;
    Ledger private _ledger;

    function setUp() public {
        _handler = new JobEscrowHandler();
        (_escrow, _book, _ledger) = (_handler.ESCROW(), _handler.BOOK(), _handler.LEDGER());
        targetContract(address(_handler));
        bytes4[] memory endings = new bytes4[](2);
        (endings[0], endings[1]) = (_handler.finish.selector, _handler.releaseAll.selector);
        excludeSelector(FuzzSelector({addr: address(_handler), selectors: endings}));
    }

    /// @dev One campaign for all, since forge tries the same calls for each invariant.
    function invariant_JE_TheMarketFollowsItsRules() public view {
        _assertMoney();
        _assertJobs();
        _assertNonces();
        _assertUnits();
        _assertDelegations();
        _assertFrozen();
        _assertHeldBonds();
        _assertBooks();
    }

    /// @dev JE-7, at the end of each run: a stranger ends every job, and the escrow owes held bonds only, then nothing.
    function afterInvariant() public {
        _handler.finish();
        assertEq(_handler.liveCount(), 0, "JE-7");
        invariant_JE_TheMarketFollowsItsRules();
        _handler.releaseAll();
        for (uint256 i = 0; i < _handler.TOKENS(); ++i) {
            address token = _handler.tokens(i);
            assertEq(_claims(address(_escrow), token), _handler.gifts(token), "JE-7");
            _assertGains(token);
        }
    }

    /// @dev JE-1, JE-8 and JE-13: each job's account holds what its state says, the escrow holds these accounts, and everybody
    /// else gained and lost what was paid from and to them.
    function _assertMoney() private view {
        uint256[] memory owed = new uint256[](_handler.TOKENS());
        for (uint256 id = 1; id <= _handler.jobCount(); ++id) {
            assertEq(_handler.inJob(id), _handler.owed(id), "JE-8");
            owed[_tokenIndex(_handler.jobOf(id).token)] += _handler.owed(id);
        }
        for (uint256 i = 0; i < owed.length; ++i) {
            address token = _handler.tokens(i);
            assertEq(_claims(address(_escrow), token), owed[i] + _handler.gifts(token), "JE-1");
            _assertGains(token);
        }
    }

    /// @dev JE-2, JE-3 and JE-11: what is stored of each job is its terms at opening and its state now; nothing of one that
    /// ended.
    function _assertJobs() private view {
        assertEq(_book.jobCount(), _handler.jobCount(), "JE-3");
        for (uint256 id = 1; id <= _handler.jobCount() + 1; ++id) {
            Job memory job = _handler.jobOf(id);
            bool live = _handler.isLive(id);
            assertEq(_escrow.jobHash(JobId.wrap(id)), live ? keccak256(abi.encode(job)) : bytes32(0), "JE-2");
            assertEq(_escrow.isCurrent(JobId.wrap(id), job), live, "JE-2");
            if (live) assertEq(job.terms.feeBps(), _handler.feeAtOpening(id), "JE-11");
        }
    }

    /// @dev JE-4 and JE-14: no bid was filled twice, and the bits that were ever set are those that are.
    function _assertNonces() private view {
        assertLe(_handler.mostBidFills(), 1, "JE-4");
        for (uint256 i = 0; i < _handler.ACTORS(); ++i) {
            address maker = _handler.actors(i);
            for (uint256 word = 0; word < 2; ++word) {
                assertEq(_book.nonceBitmap(maker, word), _handler.nonces(maker, word), "JE-14");
            }
        }
    }

    /// @dev JE-5: that no ask is filled beyond its units is asserted at each fill.
    function _assertUnits() private view {
        for (uint256 id = 1; id <= _handler.jobCount(); ++id) {
            Job memory job = _handler.jobOf(id);
            uint64 nonce = job.terms.askNonce();
            assertEq(_book.filledUnits(job.provider, nonce), _handler.filled(job.provider, nonce), "JE-5");
        }
    }

    /// @dev JE-6: that no delegate is beyond its cap is asserted at each fill.
    function _assertDelegations() private view {
        for (uint256 i = 0; i < _handler.ACTORS() ** 2; ++i) {
            (address maker, address delegate) = (_handler.actors(i / 6), _handler.actors(i % 6));
            for (uint256 j = 0; j < _handler.TOKENS(); ++j) {
                address token = _handler.tokens(j);
                IOrders.Delegation memory stored = _book.delegation(maker, delegate, token);
                assertEq(abi.encode(stored), abi.encode(_handler.right(maker, delegate, token)), "JE-6");
            }
        }
    }

    /// @dev JE-9: the frozen jobs that are live are counted.
    function _assertFrozen() private view {
        for (uint256 i = 0; i < _handler.ACTORS(); ++i) {
            address provider = _handler.actors(i);
            assertEq(_escrow.frozenJobs(provider), _handler.frozenJobs(provider), "JE-9");
        }
    }

    /// @dev JE-10: that outsiders get at most a tenth is asserted at each slash; the rest is held.
    function _assertHeldBonds() private view {
        for (uint256 id = 1; id <= _handler.jobCount(); ++id) {
            IVerdicts.HeldBond memory stored = _escrow.heldBond(JobId.wrap(id));
            assertEq(abi.encode(stored), abi.encode(_handler.heldOf(id)), "JE-10");
        }
    }

    /// @dev JE-12: books add up the jobs with a verifier that ended.
    function _assertBooks() private view {
        for (uint256 id = 1; id <= _handler.jobCount(); ++id) {
            Job memory job = _handler.jobOf(id);
            IBooks.Book memory stored = _escrow.book(job.provider, job.gpuId, job.token);
            assertEq(abi.encode(stored), abi.encode(_handler.entry(job.provider, job.gpuId, job.token)), "JE-12");
        }
    }

    function _assertGains(address token) private view {
        address[] memory accounts = _handler.accounts();
        for (uint256 i = 0; i < accounts.length; ++i) {
            uint256 funds = i < _handler.ACTORS() ? _handler.FUNDS() : 0;
            int256 gained = int256(_claims(accounts[i], token)) - int256(funds);
            assertEq(gained, _handler.gain(accounts[i], token), "JE-13");
        }
    }

    function _claims(address account, address token) private view returns (uint256) {
        return _ledger.balanceOf(account, TokenId.fromToken(token));
    }

    function _tokenIndex(address token) private view returns (uint256) {
        return token == _handler.tokens(0) ? 0 : 1;
    }
}
