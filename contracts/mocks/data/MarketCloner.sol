// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {IAccessMarket} from "../../data/interfaces/IAccessMarket.sol";
import {SaleTerms} from "../../data/types/SaleTerms.sol";

/// @notice Makes and sets up access markets, as a DAO's factory does.
contract MarketCloner {
    /// @notice A market was made.
    event MarketMade(address market);

    /// @notice A clone of `implementation`, set up in the same transaction.
    function make(
        address implementation,
        address owner,
        address dao,
        address token,
        string calldata name,
        SaleTerms calldata terms
    ) external {
        address market = Clones.clone(implementation);
        emit MarketMade(market);
        IAccessMarket(market).initialize(owner, dao, token, name, terms);
    }
}
