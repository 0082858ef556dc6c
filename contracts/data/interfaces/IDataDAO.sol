// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Shape} from "../types/Shape.sol";
import {Valuation} from "../types/Valuation.sol";
import {IContributions} from "./IContributions.sol";
import {IEpochs} from "./IEpochs.sol";
import {IRewards} from "./IRewards.sol";

/**
 * @title IDataDAO
 * @notice A dataset that many own: who gives data, what they are worth epoch by epoch, and what is paid for it.
 * @dev A clone for each dataset. All claims that it has and does not owe, whoever sent them, are the next pot. Its owner is the
 * timelock of its own governor, whose votes are {IRewards-shares}.
 */
interface IDataDAO is IContributions, IEpochs, IRewards {
    /// @notice What a dataset begins with.
    /// @param owner Who may change it: its timelock.
    /// @param shares The votes that contributors get.
    /// @param token The payment token.
    /// @param shape The shape of the valuation's state.
    /// @param contributionBond What each contribution bonds, in payment-token units.
    /// @param seedBond What host and pool's owner bond for a seed, in payment-token units.
    /// @param host Who keeps the data.
    /// @param poolOwner Who owns the pool of test points.
    /// @param valuation How valuations are bought.
    struct Setup {
        address owner;
        address shares;
        address token;
        Shape shape;
        uint112 contributionBond;
        uint112 seedBond;
        address host;
        address poolOwner;
        Valuation valuation;
    }

    /// @notice The dataset has its shape, token and bond for good.
    event DatasetSetUp(address token, Shape shape, uint112 contributionBond, address shares);

    /// @notice There is no program of this shape.
    error DataDaoInvalidShape(Shape shape);

    /// @notice A dataset keeps an owner.
    error DataDaoOwnerRequired();

    /// @notice Sets up a clone, once.
    function initialize(Setup calldata setup) external;

    /// @notice The shape of the valuation's state.
    function shape() external view returns (Shape memory);

    /// @notice The payment token.
    function token() external view returns (address);
}
