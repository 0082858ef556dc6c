// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {ListTree} from "../common/libraries/ListTree.sol";
import {MerkleTree} from "../common/libraries/MerkleTree.sol";
import {TokenId} from "../payments/types/TokenId.sol";
import {Epochs} from "./Epochs.sol";
import {IDataShares} from "./interfaces/IDataShares.sol";
import {IRewards} from "./interfaces/IRewards.sol";
import {Contribution} from "./types/Contribution.sol";
import {Epoch, EpochStatus} from "./types/Epoch.sol";
import {Shape} from "./types/Shape.sol";

/// @notice Owns pots, and who took its part of them.
abstract contract Rewards is Epochs, IRewards {
    using BitMaps for BitMaps.BitMap;
    using SafeCast for uint256;

    uint256 private constant CLAIM_TIME = 365 days;
    uint256 private constant CHARGE_CAP_PPM = 50_000;
    uint256 private constant EPOCH_SHARES = 1_000_000e18;
    uint256 private constant VALUE_OFFSET = 224;

    /// @inheritdoc IRewards
    IDataShares public shares;

    mapping(uint256 epochId => BitMaps.BitMap) private _paid;
    mapping(uint256 epochId => BitMaps.BitMap) private _minted;

    /// @inheritdoc IRewards
    function settleEpoch(
        bytes32 inputs,
        bytes32 sums,
        bytes32 valuesRoot,
        bytes32[] calldata unitSiblings,
        Opening calldata total
    ) external {
        Epoch storage epoch = _running(EpochStatus.Drawn);
        require(_endedWell(epoch) && block.timestamp <= epoch.deadline, RewardsNoValues(epochCount));
        uint256 units = 1 << epoch.segmentRows;
        bytes32 id = _shape.stateId(inputs, Hashes.efficientKeccak256(sums, valuesRoot));
        bool proved = ListTree.verify(epoch.outputRoot, id, units - 1, units, unitSiblings);
        require(proved, RewardsInvalidProof(epochCount));

        uint112 pot = nextPot().toUint112();
        int256 sum = _open(epochCount, valuesRoot, 1 << _shape.slots, total);
        // A pot that nobody has a part of stays for the next epoch.
        if (sum <= 0) (pot, sum) = (0, 0);
        (epoch.status, epoch.endedAt) = (EpochStatus.Settled, uint40(block.timestamp));
        // SAFETY: 32 bits were read.
        (epoch.pot, epoch.unclaimed, epoch.total) = (pot, pot, uint32(uint256(sum)));
        epoch.valuesRoot = valuesRoot;
        _owed += pot;
        emit EpochSettled(epochCount, valuesRoot, epoch.total, pot);
    }

    /// @inheritdoc IRewards
    function claim(uint256 epochId, bytes32 slot, Opening calldata value) external returns (uint256 amount) {
        Epoch storage epoch = _epochs[epochId];
        (Contribution memory contribution, uint256 part) = _take(_paid[epochId], epochId, slot, value);
        (uint112 pot, uint112 unclaimed, uint32 total) = (epoch.pot, epoch.unclaimed, epoch.total);
        // INVARIANT DD-3: parts are rounded down, so the pot pays for all of them.
        amount = (pot * part) / total;
        require(amount <= unclaimed, RewardsWrongTotal(epochId, slot));
        epoch.unclaimed = unclaimed - uint112(amount);
        _owed -= uint128(amount);
        emit Claimed(epochId, slot, contribution.owner, amount);
        _push(contribution.owner, _token, amount);
    }

    /// @inheritdoc IRewards
    function claimShares(uint256 epochId, bytes32 slot, Opening calldata value) external returns (uint256 amount) {
        (Contribution memory contribution, uint256 part) = _take(_minted[epochId], epochId, slot, value);
        amount = (EPOCH_SHARES * part) / _epochs[epochId].total;
        emit SharesClaimed(epochId, slot, contribution.owner, amount);
        shares.mint(contribution.owner, amount);
    }

    /// @inheritdoc IRewards
    function charge(uint256 epochId, bytes32 slot, Opening calldata value) external returns (uint256 amount) {
        Contribution storage stored = _contributions[slot];
        Contribution memory contribution = stored;
        int256 worth = _valueOf(epochId, slot, contribution, value);
        require(worth < 0, RewardsNothing(epochId, slot, worth));
        _markOnce(_paid[epochId], epochId, slot, contribution.index);
        Epoch storage epoch = _epochs[epochId];
        uint256 bond = contributionBond;
        uint256 due = epoch.total == 0 ? bond : (uint256(epoch.pot) * uint256(-worth)) / epoch.total;
        uint256 ppm = bond == 0 ? 0 : Math.min(CHARGE_CAP_PPM, Math.mulDiv(due, WHOLE_PPM, bond));
        ppm = Math.min(ppm, WHOLE_PPM - contribution.lostPpm);
        stored.lostPpm = uint24(contribution.lostPpm + ppm);
        amount = _lost(contribution.lostPpm + ppm) - _lost(contribution.lostPpm);
        _owed -= uint128(amount);
        emit BondCharged(epochId, slot, amount);
    }

    /// @inheritdoc IRewards
    function carryOver(uint256 epochId) external {
        Epoch storage epoch = _epochs[epochId];
        uint256 from = _endOf(epochId) == type(uint256).max ? type(uint256).max : epoch.endedAt + CLAIM_TIME;
        uint112 left = epoch.unclaimed;
        require(block.timestamp >= from && left != 0, RewardsNotOver(epochId, from));
        // INVARIANT DD-4: what is carried over can be claimed no more.
        (epoch.pot, epoch.unclaimed) = (0, 0);
        _owed -= left;
        emit PotCarriedOver(epochId, left);
    }

    /// @inheritdoc IRewards
    function nextPot() public view returns (uint256) {
        return _held() - _owed;
    }

    /// @inheritdoc Epochs
    function _requirePot() internal view override {
        uint256 missing = Math.saturatingSub(_owed, _held());
        require(missing == 0, EpochsPotTooLow(missing));
    }

    /// @dev Marks a contribution of positive value, once; gives it and its value.
    function _take(
        BitMaps.BitMap storage taken,
        uint256 epochId,
        bytes32 slot,
        Opening calldata opening
    ) private returns (Contribution memory contribution, uint256 part) {
        contribution = _contributions[slot];
        int256 worth = _valueOf(epochId, slot, contribution, opening);
        require(worth > 0, RewardsNothing(epochId, slot, worth));
        _markOnce(taken, epochId, slot, contribution.index);
        // SAFETY: it is positive.
        part = uint256(worth);
        require(part <= _epochs[epochId].total, RewardsWrongTotal(epochId, slot));
    }

    function _markOnce(BitMaps.BitMap storage taken, uint256 epochId, bytes32 slot, uint256 index) private {
        require(!taken.get(index), RewardsTaken(epochId, slot));
        taken.set(index);
    }

    function _valueOf(
        uint256 epochId,
        bytes32 slot,
        Contribution memory contribution,
        Opening calldata opening
    ) private view returns (int256) {
        require(contribution.owner != address(0), ContributionsUnknown(slot));
        return _open(epochId, _epochs[epochId].valuesRoot, contribution.index, opening);
    }

    /// @dev The value in a row of an epoch's block of values.
    function _open(
        uint256 epochId,
        bytes32 valuesRoot,
        uint256 row,
        Opening calldata opening
    ) private view returns (int256) {
        Shape memory shape = _shape;
        bool proved =
            opening.siblings.length == shape.depth() &&
                MerkleTree.climb(opening.word, row << shape.rowWords, opening.siblings) == valuesRoot;
        require(proved, RewardsInvalidProof(epochId));
        return int32(uint32(uint256(opening.word) >> VALUE_OFFSET));
    }

    function _held() private view returns (uint256) {
        return LEDGER.balanceOf(address(this), TokenId.fromToken(_token));
    }
}
