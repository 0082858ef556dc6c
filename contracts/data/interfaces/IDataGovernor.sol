// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IDataGovernor
 * @notice Where contributors to a dataset vote on what its timelock does.
 * @dev OpenZeppelin's Governor as a clone, with the votes of {IDataShares} as they were when voting began. It begins with the first
 * number of each row; votes may change it within the bounds:
 *
 * | number | at first | least | most |
 * | --- | --- | --- | --- |
 * | voting delay, seconds | 1 day | 1 day | 7 days |
 * | voting period, seconds | 5 days | 3 days | 14 days |
 * | proposal threshold, shares of a million an epoch | 1,000 | 0 | 10,000 |
 * | quorum, per cent of all shares | 10 | 2 | 30 |
 * | extension after a late quorum, seconds | 2 days | 0 | 3 days |
 *
 * The guardian may cancel, and nothing else.
 */
interface IDataGovernor {
    /// @notice A number that a vote sets is outside of its bounds.
    error DataGovernorOutOfBounds(uint256 value, uint256 least, uint256 most);

    /// @notice A proposal calls an address that has no code.
    error DataGovernorTargetWithoutCode(address target);

    /// @notice The governor keeps its timelock.
    error DataGovernorTimelockFixed();

    /// @notice Sets up a clone, once. A guardian of zero stands for nobody.
    function initialize(address shares, address timelock, address guardian) external;
}
