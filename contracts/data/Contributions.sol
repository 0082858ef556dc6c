// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MerkleTree} from "@openzeppelin/contracts/utils/structs/MerkleTree.sol";

import {Signatures} from "../common/libraries/Signatures.sol";
import {Claims} from "../payments/Claims.sol";
import {IContributions} from "./interfaces/IContributions.sol";
import {Contribution} from "./types/Contribution.sol";
import {Shape} from "./types/Shape.sol";

/// @notice Owns contributions, their tree and their bonds.
abstract contract Contributions is Claims, EIP712, Nonces, IContributions {
    using MerkleTree for MerkleTree.Bytes32PushTree;

    bytes32 private constant CONTRIBUTION_TYPEHASH = keccak256(
        "Contribution(address owner,bytes32 slot,uint256 count,bytes32 schema,string uri,uint256 nonce,uint256 deadline)"
    );

    /// @dev How long after a contribution left it can still be charged.
    uint256 internal constant HOLD = 7 days;
    uint256 internal constant WHOLE_PPM = 1_000_000;

    MerkleTree.Bytes32PushTree private _tree;
    mapping(bytes32 slot => Contribution) internal _contributions;

    /// @inheritdoc IContributions
    bytes32 public pointsRoot;

    address internal _token; // ┐
    Shape internal _shape; // ┘

    /// @dev All that is not the next pot: bonds, seeds' bonds and what was not claimed, in payment-token units.
    uint128 internal _owed; // ┐
    /// @inheritdoc IContributions
    uint112 public contributionBond; // ┘

    /// @inheritdoc IContributions
    function contribute(
        bytes32[] calldata siblings,
        uint256 count,
        bytes32 schema,
        string calldata uri
    ) external returns (bytes32) {
        return _add(msg.sender, _slotOf(msg.sender, siblings), count, schema, uri);
    }

    /// @inheritdoc IContributions
    function contributeFor(
        address owner,
        bytes32[] calldata siblings,
        uint256 count,
        bytes32 schema,
        string calldata uri,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 slot) {
        slot = _slotOf(owner, siblings);
        bytes32 contribution = keccak256(
            abi.encode(
                CONTRIBUTION_TYPEHASH,
                owner,
                slot,
                count,
                schema,
                keccak256(bytes(uri)),
                _useNonce(owner),
                deadline
            )
        );
        bool signed = Signatures.isSignedBy(owner, _hashTypedDataV4(contribution), signature);
        require(signed && block.timestamp <= deadline, ContributionsUnsigned(owner, deadline));
        return _add(owner, slot, count, schema, uri);
    }

    /// @inheritdoc IContributions
    function withdrawContribution(bytes32 slot, bytes32[] calldata siblings) external {
        Contribution storage stored = _contributions[slot];
        Contribution memory contribution = stored;
        require(contribution.owner != address(0) && contribution.leftAt == 0, ContributionsUnknown(slot));
        bool allowed = msg.sender == contribution.owner || msg.sender == _host();
        require(allowed, ContributionsUnauthorized(slot, msg.sender));
        pointsRoot = _rootWithout(slot, contribution.index, siblings);

        // SAFETY: 32 bits of seconds reach until 2106, and an epoch takes more than an hour.
        (stored.leftAt, stored.leftIn) = (uint32(block.timestamp), uint24(_epochThatCounts(contribution.index)));
        emit ContributionLeft(slot, msg.sender);
    }

    /// @inheritdoc IContributions
    function releaseBond(bytes32 slot) external {
        Contribution storage stored = _contributions[slot];
        Contribution memory contribution = stored;
        require(contribution.leftAt != 0 && contribution.lostPpm < WHOLE_PPM, ContributionsUnknown(slot));
        uint256 chargeableFrom = contribution.leftIn == 0 ? contribution.leftAt : _endOf(contribution.leftIn);
        uint256 releasableAt = Math.saturatingAdd(chargeableFrom, HOLD);
        require(block.timestamp >= releasableAt, ContributionsBondHeld(slot, releasableAt));

        uint256 left = contributionBond - _lost(contribution.lostPpm);
        stored.lostPpm = uint24(WHOLE_PPM);
        _owed -= uint128(left);
        emit BondReleased(slot, left);
        _push(contribution.owner, _token, left);
    }

    /// @inheritdoc IContributions
    function contributionOf(bytes32 slot) external view returns (Contribution memory) {
        return _contributions[slot];
    }

    /// @inheritdoc IContributions
    function slotCount() public view returns (uint256) {
        return _tree._nextLeafIndex;
    }

    function _setUpTree() internal {
        pointsRoot = _tree.setup(_shape.slots, _shape.emptySlot(), Hashes.efficientKeccak256);
    }

    /// @dev Who keeps the data, and drops what it has not got.
    function _host() internal view virtual returns (address);

    /// @dev Reverts while contributions wait for an epoch to be closed.
    function _requireOpen() internal view virtual;

    /// @dev The running epoch, if it counts the contribution of that index already; 0 = none.
    function _epochThatCounts(uint256 index) internal view virtual returns (uint256);

    /// @dev When an epoch ended, in seconds; the largest value while it runs.
    function _endOf(uint256 epochId) internal view virtual returns (uint256);

    /// @dev So many millionths of a bond, in payment-token units, rounded down.
    function _lost(uint256 ppm) internal view returns (uint256) {
        return (contributionBond * ppm) / WHOLE_PPM;
    }

    function _add(
        address owner,
        bytes32 slot,
        uint256 count,
        bytes32 schema,
        string calldata uri
    ) private returns (bytes32) {
        _requireOpen();
        uint256 most = (1 << _shape.slotRows) - 1;
        require(count != 0 && count <= most, ContributionsInvalidCount(count, most));
        require(_contributions[slot].owner == address(0), ContributionsDuplicate(slot));
        require(slotCount() < 1 << _shape.slots, ContributionsFull(1 << _shape.slots));
        uint256 index;
        (index, pointsRoot) = _tree.push(slot, Hashes.efficientKeccak256);

        // SAFETY: there are at most 2^12 slots.
        _contributions[slot] = Contribution(owner, uint16(index), 0, 0, 0);
        _owed += contributionBond;
        emit Contributed(slot, owner, index, count, schema, uri);
        _pull(owner, _token, contributionBond);
        return slot;
    }

    /// @dev The dataset's root with nothing in a slot.
    function _rootWithout(bytes32 slot, uint256 index, bytes32[] calldata siblings) private returns (bytes32 newRoot) {
        require(siblings.length == _shape.slots, ContributionsSiblings(siblings.length, _shape.slots));
        bytes32 oldRoot;
        (oldRoot, newRoot) = _tree.update(index, slot, _shape.emptySlot(), siblings, Hashes.efficientKeccak256);
        require(oldRoot == pointsRoot, ContributionsInvalidProof(slot));
    }

    function _slotOf(address owner, bytes32[] calldata siblings) private view returns (bytes32) {
        Shape memory shape = _shape;
        require(siblings.length == shape.slotRows, ContributionsSiblings(siblings.length, shape.slotRows));
        return shape.slotRoot(owner, siblings);
    }
}
