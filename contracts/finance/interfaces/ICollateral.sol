// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LoanId} from "../types/LoanId.sol";

/**
 * @title ICollateral
 * @notice GPUs that are pledged to the book, and their auctions after a default.
 * @dev A price falls in a straight line from 150 % to 10 % of the GPU's depreciated value at the default, over 3 days,
 * and then begins again from the top. A GPU that the curve says is worth less than a tenth of its attested value is
 * sold as if it were worth that.
 */
interface ICollateral {
    /// @param id The loan; zero = none.
    /// @param value What was attested; since a default what the auction goes by. Payment-token units.
    /// @param madeAt When it was attested, in seconds.
    struct Pledge {
        LoanId id;
        uint112 value;
        uint40 madeAt;
    }

    /// @notice A loan was drawn on a GPU that is worth `value` payment-token units now.
    event GpuTaken(LoanId indexed id, uint256 indexed gpuId, uint256 attested, uint256 value);

    /// @notice A GPU went back to its owner.
    event GpuReturned(uint256 indexed gpuId);

    /// @notice A GPU is for sale, by its value in payment-token units.
    event GpuOffered(LoanId indexed id, uint256 indexed gpuId, uint256 value);

    /// @notice A GPU was sold to `to` for `price` payment-token units of `buyer`.
    event GpuSold(LoanId indexed id, uint256 indexed gpuId, address indexed buyer, address to, uint256 price);

    /// @notice The GPU serves a loan.
    error CollateralTaken(uint256 gpuId, LoanId id);

    /// @notice The GPU is not pledged to the book.
    error CollateralNotPledged(uint256 gpuId, address pledgee);

    /// @notice The GPU is another account's.
    error CollateralNotOwned(uint256 gpuId, address owner);

    /// @notice The GPU's jobs pay another account.
    error CollateralNotOperated(uint256 gpuId, address operator);

    /// @notice The GPU is too old, or its class has no curve.
    error CollateralWorthless(uint256 gpuId);

    /// @notice The GPU is not for sale for this loan.
    error CollateralNotForSale(LoanId id, uint256 gpuId);

    /// @notice The price is above the highest that the buyer wants to pay, in payment-token units.
    error CollateralPriceTooHigh(uint256 gpuId, uint256 price, uint256 maxPrice);

    /**
     * @notice Ends the pledge of a GPU that serves no loan, or no live one.
     * @dev Emits {GpuReturned}. Upholds LN-6.
     *
     * Requirements:
     * - the GPU is pledged to the book, and the caller owns it;
     * - it never served a loan, or its loan is closed.
     *
     * @param gpuId The GPU.
     */
    function releaseGpu(uint256 gpuId) external;

    /// @notice What a GPU serves as collateral for.
    function pledgeOf(uint256 gpuId) external view returns (Pledge memory pledge);

    /// @notice The price of a GPU now, in payment-token units, rounded up; zero if it is not for sale.
    function auctionPrice(uint256 gpuId) external view returns (uint256 price);
}
