// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Contribution} from "../types/Contribution.sol";

/**
 * @title IContributions
 * @notice Data of many owners as a tree of salted commitments.
 * @dev A contribution is a slot of the valuation's points, see {Shape}. Its root is computed from the owner and the siblings of the
 * header's row, so the owner is part of what is valued: the same siblings under another name make a slot whose points are not its
 * owner's, which the program takes for empty. The first commitment to a datum keeps its place, since the program counts nothing
 * that lies near an earlier point.
 */
interface IContributions {
    /// @notice `owner` gave `count` points, of which `schema` and `uri` say what they are and where they are found.
    event Contributed(
        bytes32 indexed slot,
        address indexed owner,
        uint256 index,
        uint256 count,
        bytes32 schema,
        string uri
    );

    /// @notice A contribution left the dataset: its owner withdrew it, or the host, which has not got it, dropped it.
    event ContributionLeft(bytes32 indexed slot, address by);

    /// @notice What is left of a contribution's bond went back, in payment-token units.
    event BondReleased(bytes32 indexed slot, uint256 amount);

    /// @notice The way to a root has as many siblings as there are levels.
    error ContributionsSiblings(uint256 given, uint256 expected);

    /// @notice A contribution has at least one point, and at most as many as a slot has rows but its header.
    error ContributionsInvalidCount(uint256 count, uint256 most);

    /// @notice The owner gave the same slot before.
    error ContributionsDuplicate(bytes32 slot);

    /// @notice Every slot is taken.
    error ContributionsFull(uint256 slots);

    /// @notice Contributions wait until the epoch is closed, or void.
    error ContributionsClosed(uint256 epochId);

    /// @notice The signature is not the owner's, or its deadline is over.
    error ContributionsUnsigned(address owner, uint256 deadline);

    /// @notice There is no such contribution in the dataset, or none whose bond is left.
    error ContributionsUnknown(bytes32 slot);

    /// @notice The call is neither the owner's nor the host's.
    error ContributionsUnauthorized(bytes32 slot, address caller);

    /// @notice The siblings do not lead from the contribution to the dataset's root. On levels that the tree keeps itself,
    /// OpenZeppelin's `MerkleTreeUpdateInvalidProof` says the same.
    error ContributionsInvalidProof(bytes32 slot);

    /// @notice The bond is held until `releasableAt`, in seconds; the largest value stands for an epoch that runs.
    error ContributionsBondHeld(bytes32 slot, uint256 releasableAt);

    /**
     * @notice Adds a contribution of the caller.
     * @dev Emits {Contributed}. Requirements: contributions are open; there is a free slot; the same was not given before; the
     * caller has the bond as claims, and lets this contract pull them.
     * @param siblings The siblings of the header's row in its slot, bottom-up.
     * @param count Points in the slot.
     * @param schema What the data are, as the community names it.
     * @param uri Where they are found.
     * @return slot The root of the slot, which names the contribution.
     */
    function contribute(
        bytes32[] calldata siblings,
        uint256 count,
        bytes32 schema,
        string calldata uri
    ) external returns (bytes32 slot);

    /**
     * @notice Like {contribute}, for an owner that signed it; the bond is the owner's.
     * @dev The signature is EIP-712, over `Contribution(address owner,bytes32 slot,uint256 count,bytes32 schema,string uri,uint256
     * nonce,uint256 deadline)` with the owner's next nonce.
     * @param owner Whose data they are.
     * @param deadline The last second at which the signature counts.
     */
    function contributeFor(
        address owner,
        bytes32[] calldata siblings,
        uint256 count,
        bytes32 schema,
        string calldata uri,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 slot);

    /**
     * @notice Takes a contribution out of the dataset; an epoch that was closed still counts it.
     * @dev Emits {ContributionLeft}. Requirements: the caller is its owner, or the host.
     * @param slot The contribution.
     * @param siblings The siblings from the slot to the dataset's root, bottom-up.
     */
    function withdrawContribution(bytes32 slot, bytes32[] calldata siblings) external;

    /**
     * @notice Gives back what is left of the bond of a contribution that left; anyone may call.
     * @dev Emits {BondReleased}. Requirements: it left seven days ago, and so did the last epoch that counts it end.
     */
    function releaseBond(bytes32 slot) external;

    /// @notice The contribution that a slot's root names.
    function contributionOf(bytes32 slot) external view returns (Contribution memory);

    /// @notice Slots that were ever taken.
    function slotCount() external view returns (uint256);

    /// @notice The root of all points.
    function pointsRoot() external view returns (bytes32);

    /// @notice What each contribution bonds, in payment-token units.
    function contributionBond() external view returns (uint112);
}
