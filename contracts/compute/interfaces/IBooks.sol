// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IBooks
 * @notice What each provider did with each GPU, paid in each token.
 * @dev Entries change only when a job with a verifier is settled or slashed. Counters stop at their largest value
 * instead of overflowing, and nothing that moves money reads them.
 */
interface IBooks {
    /// @param jobs Jobs settled or slashed.
    /// @param kiloMacs Work that was paid for, in 1,000 MACs, rounded down per job.
    /// @param paid Prices paid, fees included, in payment-token units.
    /// @param lost Bonds lost, in payment-token units.
    struct Book {
        uint24 jobs;
        uint64 kiloMacs;
        uint88 paid;
        uint80 lost;
    }

    /// @notice The entry of a provider, GPU (0 for jobs that named none) and token.
    function book(address provider, uint256 gpuId, address token) external view returns (Book memory entry);
}
