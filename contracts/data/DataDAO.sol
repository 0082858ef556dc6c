// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {Claims} from "../payments/Claims.sol";
import {Rewards} from "./Rewards.sol";
import {IDataDAO} from "./interfaces/IDataDAO.sol";
import {IDataShares} from "./interfaces/IDataShares.sol";
import {Shape} from "./types/Shape.sol";

/// @title DataDAO
contract DataDAO is Rewards, IDataDAO {
    constructor(IJobEscrow escrow) Claims(escrow.LEDGER()) EIP712("Ergon DataDAO", "1") {
        ESCROW = escrow;
        _disableInitializers();
    }

    /// @inheritdoc IDataDAO
    function initialize(Setup calldata setup) external initializer {
        require(setup.shape.isSound(), DataDaoInvalidShape(setup.shape));
        __Ownable_init(setup.owner);
        (_token, _shape, contributionBond) = (setup.token, setup.shape, setup.contributionBond);
        shares = IDataShares(setup.shares);
        _setUpTree();
        emit DatasetSetUp(setup.token, setup.shape, setup.contributionBond, setup.shares);
        _setRoles(setup.host, setup.poolOwner, setup.seedBond);
        _setValuation(setup.valuation);
    }

    /// @dev Always reverts: a dataset that nobody owns could never name another host.
    function renounceOwnership() public view override onlyOwner {
        revert DataDaoOwnerRequired();
    }

    /// @inheritdoc IDataDAO
    function shape() external view returns (Shape memory) {
        return _shape;
    }

    /// @inheritdoc IDataDAO
    function token() external view returns (address) {
        return _token;
    }
}
