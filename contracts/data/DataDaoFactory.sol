// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {DataTimelock} from "./DataTimelock.sol";
import {DataShares} from "./DataShares.sol";
import {IAccessMarket} from "./interfaces/IAccessMarket.sol";
import {IDataDAO} from "./interfaces/IDataDAO.sol";
import {IDataDaoFactory} from "./interfaces/IDataDaoFactory.sol";
import {IDataGovernor} from "./interfaces/IDataGovernor.sol";

/// @title DataDaoFactory
contract DataDaoFactory is IDataDaoFactory {
    uint256 private constant TIMELOCK_DELAY = 2 days;

    address private immutable DATASET;
    address private immutable SHARES;
    address private immutable GOVERNOR;
    address private immutable TIMELOCK;
    address private immutable MARKET;

    /// @inheritdoc IDataDaoFactory
    mapping(address account => bool) public isDataset;

    constructor(Dao memory implementations_) {
        DATASET = implementations_.dataset;
        SHARES = implementations_.shares;
        GOVERNOR = implementations_.governor;
        TIMELOCK = implementations_.timelock;
        MARKET = implementations_.market;
    }

    /// @inheritdoc IDataDaoFactory
    function createDao(Plan calldata plan) external returns (Dao memory dao) {
        require(plan.token.code.length != 0, FactoryInvalidToken(plan.token));
        dao = _clones();
        isDataset[dao.dataset] = true;
        emit DaoCreated(dao.dataset, msg.sender, dao.shares, dao.governor, dao.timelock, dao.market);
        _setUpGovernance(plan, dao);
        IDataDAO(dao.dataset).initialize(_setupOf(plan, dao));
        IAccessMarket(dao.market).initialize(dao.timelock, dao.dataset, plan.token, plan.name, plan.sale);
    }

    /// @inheritdoc IDataDaoFactory
    function implementations() external view returns (Dao memory) {
        return Dao(DATASET, SHARES, GOVERNOR, TIMELOCK, MARKET);
    }

    function _clones() private returns (Dao memory dao) {
        (dao.dataset, dao.shares) = (Clones.clone(DATASET), Clones.clone(SHARES));
        (dao.governor, dao.timelock) = (Clones.clone(GOVERNOR), Clones.clone(TIMELOCK));
        dao.market = Clones.clone(MARKET);
    }

    function _setUpGovernance(Plan calldata plan, Dao memory dao) private {
        DataShares(dao.shares).initialize(dao.dataset, plan.name);
        IDataGovernor(dao.governor).initialize(dao.shares, dao.timelock, plan.guardian);
        (address[] memory proposers, address[] memory executors) = (new address[](1), new address[](1));
        // anybody executes what is due
        proposers[0] = dao.governor;
        DataTimelock(payable(dao.timelock)).initialize(TIMELOCK_DELAY, proposers, executors, address(0));
    }

    function _setupOf(Plan calldata plan, Dao memory dao) private pure returns (IDataDAO.Setup memory setup) {
        (setup.owner, setup.shares, setup.token, setup.shape) = (dao.timelock, dao.shares, plan.token, plan.shape);
        (setup.contributionBond, setup.seedBond) = (plan.contributionBond, plan.seedBond);
        (setup.host, setup.poolOwner, setup.valuation) = (plan.host, plan.poolOwner, plan.valuation);
    }
}
