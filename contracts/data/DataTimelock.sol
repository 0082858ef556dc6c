// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockControllerUpgradeable} from "@openzeppelin/contracts-upgradeable/governance/TimelockControllerUpgradeable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/**
 * @title DataTimelock
 * @notice Owns a dataset and its market; what it does was announced at least a day before.
 * @dev OpenZeppelin's TimelockController as a clone, with a delay that stays between two bounds whatever it is set to.
 */
contract DataTimelock is TimelockControllerUpgradeable {
    uint256 private constant LEAST_DELAY = 1 days;
    uint256 private constant MOST_DELAY = 14 days;

    constructor() {
        _disableInitializers();
    }

    /// @inheritdoc TimelockControllerUpgradeable
    function getMinDelay() public view override returns (uint256) {
        return Math.min(Math.max(super.getMinDelay(), LEAST_DELAY), MOST_DELAY);
    }
}
