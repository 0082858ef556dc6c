// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBooks} from "./interfaces/IBooks.sol";
import {Job} from "./types/Job.sol";

/// @notice Owns the books.
abstract contract Books is IBooks {
    mapping(address provider => mapping(uint256 gpuId => mapping(address token => Book))) private _books;

    /// @inheritdoc IBooks
    function book(address provider, uint256 gpuId, address token) external view returns (Book memory) {
        return _books[provider][gpuId][token];
    }

    /// @dev Enters the end of a job. INVARIANT JE-12: never reverts, whatever the amounts.
    function _enter(Job memory job, uint256 paid, uint256 lost) internal {
        Book storage stored = _books[job.provider][job.gpuId][job.token];
        Book memory entry = stored;
        // SAFETY: work has 56 bits and units 64; amounts have 192 bits; each cast follows the minimum with the type's maximum.
        unchecked {
            uint256 kiloMacs = paid == 0 ? 0 : (job.modelId.work() * job.state.units()) / 1000;
            entry.jobs = uint24(Math.min(uint256(entry.jobs) + 1, type(uint24).max));
            entry.kiloMacs = uint64(Math.min(entry.kiloMacs + kiloMacs, type(uint64).max));
            entry.paid = uint88(Math.min(entry.paid + paid, type(uint88).max));
            entry.lost = uint80(Math.min(entry.lost + lost, type(uint80).max));
        }
        _books[job.provider][job.gpuId][job.token] = entry;
    }
}
