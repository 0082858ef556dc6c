// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SaleTerms} from "../types/SaleTerms.sol";
import {Shape} from "../types/Shape.sol";
import {Valuation} from "../types/Valuation.sol";

/// @title IDataDaoFactory
/// @notice Makes datasets, each with its votes, its governor, its timelock and its market for access, in one transaction.
interface IDataDaoFactory {
    /// @notice What a community decides when it begins. See {IDataDAO-Setup}.
    struct Plan {
        string name; // of the votes, and of the licences
        address token;
        Shape shape;
        uint112 contributionBond;
        uint112 seedBond;
        address host;
        address poolOwner;
        address guardian; // who may cancel proposals; 0 = nobody
        Valuation valuation;
        SaleTerms sale;
    }

    /// @notice The contracts of a dataset.
    struct Dao {
        address dataset;
        address shares;
        address governor;
        address timelock;
        address market;
    }

    /// @notice A dataset was made.
    event DaoCreated(
        address indexed dataset,
        address indexed creator,
        address shares,
        address governor,
        address timelock,
        address market
    );

    /// @notice There is no code at the token's address.
    error FactoryInvalidToken(address token);

    /**
     * @notice Makes a dataset and what governs it; nobody but its votes has a say in it afterwards.
     * @dev Emits {DaoCreated}.
     */
    function createDao(Plan calldata plan) external returns (Dao memory dao);

    /// @notice Whether this factory made a dataset.
    function isDataset(address account) external view returns (bool);

    /// @notice The contracts that clones copy.
    function implementations() external view returns (Dao memory);
}
