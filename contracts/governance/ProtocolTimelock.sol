// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/**
 * @title ProtocolTimelock
 * @notice Holds the protocol's administration; what it does was announced at least two days before.
 *
 * @dev OpenZeppelin's TimelockController with a delay that stays between two bounds whatever it is set to: long enough to
 * leave, and no longer than the longest pause of entries, so that a fault can be mended by vote while they are closed.
 */
contract ProtocolTimelock is TimelockController {
    uint256 private constant LEAST_DELAY = 2 days;
    uint256 private constant MOST_DELAY = 14 days;

    /**
     * @param minDelay The delay, in seconds; a value outside of the bounds counts as the nearer bound.
     * @param proposers The accounts that may schedule and cancel.
     * @param executors The accounts that may execute; the zero address stands for everybody.
     * @param admin The account that may set up roles at first and has to renounce; the zero address for none.
     */
    constructor(
        uint256 minDelay,
        address[] memory proposers,
        address[] memory executors,
        address admin
    ) TimelockController(minDelay, proposers, executors, admin) {}

    /// @inheritdoc TimelockController
    function getMinDelay() public view override returns (uint256) {
        return Math.min(Math.max(super.getMinDelay(), LEAST_DELAY), MOST_DELAY);
    }
}
