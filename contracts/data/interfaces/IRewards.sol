// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDataShares} from "./IDataShares.sol";

/**
 * @title IRewards
 * @notice What contributions are worth in an epoch, and what their owners get or pay for it.
 * @dev A value is a word of the output of the epoch's job: 32 bits of two's complement at its top. Its unit is that of the program; all
 * that counts is its part of the sum of all positive values, which the output says too. All amounts are rounded down.
 */
interface IRewards {
    /// @notice What an opened row of the block of values says.
    struct Opening {
        bytes32 word;
        bytes32[] siblings; // from the word to the block's root, bottom-up
    }

    /// @notice An epoch has values: `pot` payment-token units are for those whose value is positive, which are `total` together.
    event EpochSettled(uint256 indexed epochId, bytes32 valuesRoot, uint32 total, uint256 pot);

    /// @notice A contribution's owner got its part of a pot, in payment-token units.
    event Claimed(uint256 indexed epochId, bytes32 indexed slot, address indexed owner, uint256 amount);

    /// @notice A contribution's owner got its part of an epoch's votes.
    event SharesClaimed(uint256 indexed epochId, bytes32 indexed slot, address indexed owner, uint256 shares);

    /// @notice A contribution that did harm lost `amount` payment-token units of its bond to the next pot.
    event BondCharged(uint256 indexed epochId, bytes32 indexed slot, uint256 amount);

    /// @notice What nobody claimed went to the next pot, in payment-token units.
    event PotCarriedOver(uint256 indexed epochId, uint256 amount);

    /// @notice The job has not ended well, or it is too late.
    error RewardsNoValues(uint256 epochId);

    /// @notice The proof does not lead to the epoch's values.
    error RewardsInvalidProof(uint256 epochId);

    /// @notice The contribution's value has the other sign, or is nothing.
    error RewardsNothing(uint256 epochId, bytes32 slot, int256 value);

    /// @notice The epoch's total is a lie that was never found: a value is above it, or what others took leaves too little.
    error RewardsWrongTotal(uint256 epochId, bytes32 slot);

    /// @notice It was taken before.
    error RewardsTaken(uint256 epochId, bytes32 slot);

    /// @notice What is left can be carried over from `from` on, in seconds, once.
    error RewardsNotOver(uint256 epochId, uint256 from);

    /**
     * @notice Gives an epoch its values, once its job has ended well; anyone may call. The pot is all that the dataset has and
     * does not owe.
     * @dev Emits {EpochSettled}. Requirements: a delivery was recorded, its job is settled, and it is in time.
     * @param inputs The node above points and test points in the last unit's output.
     * @param sums The root of its block of sums.
     * @param unitSiblings The siblings from the last unit's output to the job's output root, bottom-up.
     * @param total The row below those of all slots, which has the sum of all positive values.
     * @param valuesRoot The root of the block of values.
     */
    function settleEpoch(
        bytes32 inputs,
        bytes32 sums,
        bytes32 valuesRoot,
        bytes32[] calldata unitSiblings,
        Opening calldata total
    ) external;

    /// @notice Pays a contribution's owner its part of an epoch's pot; anyone may call. Emits {Claimed}. Requirements: its value is
    /// positive, and it was not paid before; the epoch's total is true.
    function claim(uint256 epochId, bytes32 slot, Opening calldata value) external returns (uint256 amount);

    /// @notice Gives a contribution's owner its part of the million votes of an epoch; anyone may call. Emits {SharesClaimed}.
    /// Requirements: as for {claim}, once.
    function claimShares(uint256 epochId, bytes32 slot, Opening calldata value) external returns (uint256 shares);

    /// @notice Takes from a contribution's bond what it would have got for as much positive value, at most a twentieth; anyone may call.
    /// Emits {BondCharged}. Requirements: its value is negative, and it was not charged before.
    function charge(uint256 epochId, bytes32 slot, Opening calldata value) external returns (uint256 amount);

    /// @notice Puts into the next pot what was not claimed in a year; anyone may call. Emits {PotCarriedOver}.
    function carryOver(uint256 epochId) external;

    /// @notice What the next pot would be now, in payment-token units.
    function nextPot() external view returns (uint256);

    /// @notice The votes that contributors get.
    function shares() external view returns (IDataShares);
}
