// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ModelId} from "../../../contracts/common/types/ModelId.sol";
import {Filler} from "../../../contracts/compute/types/Filler.sol";
import {Job} from "../../../contracts/compute/types/Job.sol";
import {JobState, JobStateLib, JobStatus, Price} from "../../../contracts/compute/types/JobState.sol";
import {JobTerms, JobTermsLib} from "../../../contracts/compute/types/JobTerms.sol";
import {TermsClass, TermsClassLib} from "../../../contracts/compute/types/TermsClass.sol";

contract JobWordsFuzzTest is Test {
    struct Terms {
        uint64 askNonce;
        uint40 openedAt;
        uint32 turnaround;
        uint32 longestGame;
        uint16 feeBps;
        uint16 cancelShareBps;
        uint8 termsClass;
        uint8 filler;
        bool chained;
        bool staked;
    }

    function testFuzz_TermsComeBackAsTheyWerePacked(Terms memory given) public pure {
        (given.termsClass, given.filler) = (given.termsClass % 3, given.filler % 3);
        JobTerms terms = _pack(given);
        assertEq(terms.askNonce(), given.askNonce);
        assertEq(terms.openedAt(), given.openedAt);
        assertEq(terms.turnaround(), given.turnaround);
        assertEq(terms.longestGame(), given.longestGame);
        assertEq(terms.feeBps(), given.feeBps);
        assertEq(terms.cancelShareBps(), given.cancelShareBps);
        assertEq(uint8(terms.termsClass()), given.termsClass);
        assertEq(uint8(terms.filler()), given.filler);
        assertEq(terms.chained(), given.chained);
        assertEq(terms.staked(), given.staked);
    }

    /// @dev The layout that callers outside rely on: fields next to each other, the first one lowest, nothing above.
    function testFuzz_TermsLieSideBySide(Terms memory given) public pure {
        (given.termsClass, given.filler) = (given.termsClass % 3, given.filler % 3);
        bytes memory high = abi.encodePacked(
            given.staked,
            given.chained,
            given.filler,
            given.termsClass,
            given.cancelShareBps
        );
        bytes memory low = abi.encodePacked(
            given.feeBps,
            given.longestGame,
            given.turnaround,
            given.openedAt,
            given.askNonce
        );
        bytes memory packed = abi.encodePacked(new bytes(32 - high.length - low.length), high, low);
        assertEq(JobTerms.unwrap(_pack(given)), uint256(bytes32(packed)));
    }

    function testFuzz_StateKeepsWhatIsNotChanged(
        uint64 units,
        uint40 deliveredAt,
        uint8 price,
        uint8 demands,
        bool frozen,
        uint8 again
    ) public pure {
        JobState state = JobStateLib.opened(units / 2).delivered(units, deliveredAt).withReplacedAt(deliveredAt / 3);
        state = state.withPrice(Price(price % 3)).withDemands(demands).withFrozen(frozen);
        _assertState(state, units, deliveredAt, price % 3, demands, frozen);
        _assertState(state.withPrice(Price(again % 3)), units, deliveredAt, again % 3, demands, frozen);
        _assertState(state.withDemands(again), units, deliveredAt, price % 3, again, frozen);
        _assertState(state.withFrozen(!frozen), units, deliveredAt, price % 3, demands, !frozen);
    }

    function testFuzz_StateOfANewJob(uint64 units) public pure {
        JobState state = JobStateLib.opened(units);
        assertEq(state.units(), units);
        assertEq(uint8(state.status()), uint8(JobStatus.Open));
        assertEq(JobState.unwrap(state) >> 112, uint256(units) << 24);
        assertEq(state.deliveredAt(), 0);
        assertEq(state.unitsAsked(), units);
        assertEq(state.replacedAt(), 0);
    }

    function testFuzz_HashIsThatOfTheEncodedJob(Job memory job) public pure {
        assertEq(job.hash(), keccak256(abi.encode(job)));
    }

    /// @dev A job waits for its verifier for window, longest game and a day or a quarter of the game.
    function testFuzz_FrozenUntil(uint24 longestGame, uint40 deliveredAt, uint8 class) public pure {
        Job memory job;
        Terms memory terms;
        (terms.longestGame, terms.termsClass) = (longestGame, class % 3);
        (job.terms, job.state) = (_pack(terms), JobStateLib.opened(1).delivered(1, deliveredAt));
        uint256 window =
            class % 3 == 0
                ? 1800
                : class % 3 == 1
                    ? 21_600
                    : 86_400;
        assertEq(job.contestableUntil(), uint256(deliveredAt) + window);
        assertEq(job.frozenUntil(), uint256(deliveredAt) + window + longestGame + Math.max(86_400, longestGame / 4));
    }

    /// @dev A check runs all units of a chained job and at most 64 of another, at 200 million MACs and 20 million trace
    /// bytes a second, each rounded up to seconds.
    function testFuzz_CheckTime(uint56 work, uint40 traceBytes, uint64 units, bool chained) public pure {
        ModelId id = ModelId.wrap(bytes32((uint256(work) << 40) | traceBytes));
        uint256 n = chained ? units : Math.min(units, 64);
        uint256 expected = Math.ceilDiv(uint256(work) * n, 2e8) + Math.ceilDiv(uint256(traceBytes) * n, 2e7);
        assertEq(TermsClassLib.checkTime(id, units, chained), expected);
    }

    function testFuzz_AClassCoversWhatFitsItsWindow(uint8 class, uint256 checkTime) public pure {
        uint256 window =
            class % 3 == 0
                ? 30 minutes
                : class % 3 == 1
                    ? 6 hours
                    : 24 hours;
        checkTime = bound(checkTime, window - 1, window + 1);
        assertEq(TermsClass(class % 3).covers(checkTime), checkTime <= window);
    }

    function _pack(Terms memory given) private pure returns (JobTerms) {
        return
            JobTermsLib.pack(
                given.askNonce,
                given.openedAt,
                given.turnaround,
                given.longestGame,
                given.feeBps,
                given.cancelShareBps,
                TermsClass(given.termsClass),
                Filler(given.filler),
                given.chained,
                given.staked
            );
    }

    function _assertState(
        JobState state,
        uint64 units,
        uint40 deliveredAt,
        uint8 price,
        uint8 demands,
        bool frozen
    ) private pure {
        assertEq(state.units(), units);
        assertEq(state.deliveredAt(), deliveredAt);
        assertEq(uint8(state.status()), uint8(JobStatus.Delivered));
        assertEq(uint8(state.price()), price);
        assertEq(state.demands(), demands);
        assertEq(state.frozen(), frozen);
        assertEq(state.unitsAsked(), units / 2);
        assertEq(state.replacedAt(), deliveredAt / 3);
    }
}
