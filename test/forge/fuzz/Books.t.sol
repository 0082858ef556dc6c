// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Books} from "../../../contracts/compute/Books.sol";
import {IBooks} from "../../../contracts/compute/interfaces/IBooks.sol";
import {Job} from "../../../contracts/compute/types/Job.sol";
import {JobStateLib} from "../../../contracts/compute/types/JobState.sol";
import {ModelId} from "../../../contracts/common/types/ModelId.sol";

contract BooksHarness is Books {
    function enter(Job calldata job, uint256 paid, uint256 lost) external {
        _enter(job, paid, lost);
    }
}

/// @dev The most that a job can be worth, and entries that are full.
contract BooksFuzzTest is Test {
    uint256 private constant MOST = uint256(type(uint128).max) * type(uint64).max;

    BooksHarness private _books;

    function setUp() public {
        _books = new BooksHarness();
    }

    /// @dev JE-12: every counter stops at its largest value, whatever stood there and whatever comes.
    function testFuzz_JE12_CountersStopAtTheirLargestValue(
        uint256 stored,
        Job memory job,
        uint64 units,
        uint256 paid,
        uint256 lost
    ) public {
        (paid, lost) = (bound(paid, 0, MOST), bound(lost, 0, MOST));
        job.state = JobStateLib.opened(units);
        vm.store(address(_books), _slot(job), bytes32(stored));
        IBooks.Book memory before = _books.book(job.provider, job.gpuId, job.token);
        _books.enter(job, paid, lost);
        IBooks.Book memory entry = _books.book(job.provider, job.gpuId, job.token);

        uint256 kiloMacs = paid == 0 ? 0 : (_work(job.modelId) * units) / 1000;
        assertEq(entry.jobs, Math.min(uint256(before.jobs) + 1, type(uint24).max));
        assertEq(entry.kiloMacs, Math.min(before.kiloMacs + kiloMacs, type(uint64).max));
        assertEq(entry.paid, Math.min(before.paid + paid, type(uint88).max));
        assertEq(entry.lost, Math.min(before.lost + lost, type(uint80).max));
    }

    function _work(ModelId id) private pure returns (uint256) {
        return (uint256(ModelId.unwrap(id)) >> 40) & type(uint56).max;
    }

    /// @dev The books are the harness's first storage word, and an entry is one word.
    function _slot(Job memory job) private pure returns (bytes32) {
        bytes32 slot = keccak256(abi.encode(job.provider, uint256(0)));
        slot = keccak256(abi.encode(job.gpuId, slot));
        return keccak256(abi.encode(job.token, slot));
    }
}
