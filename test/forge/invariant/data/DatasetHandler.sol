// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Job} from "../../../../contracts/compute/types/Job.sol";
import {JobStateLib} from "../../../../contracts/compute/types/JobState.sol";
import {Ask} from "../../../../contracts/compute/types/Order.sol";
import {IRewards} from "../../../../contracts/data/interfaces/IRewards.sol";
import {Contribution} from "../../../../contracts/data/types/Contribution.sol";
import {Epoch, EpochStatus} from "../../../../contracts/data/types/Epoch.sol";
import {TokenId} from "../../../../contracts/payments/types/TokenId.sol";
import {TreeLib} from "../Tree.sol";
import {DatasetWorld} from "./DatasetWorld.sol";

/// @dev Makes only calls of which it knows how they end, and keeps its own books of bonds, parts and votes.
contract DatasetHandler is DatasetWorld {
    uint256 public bonds;
    uint256 public seedBonds;
    uint256 public minted;
    mapping(uint256 epochId => uint256) public prize;
    mapping(uint256 epochId => uint256) public claimed;
    mapping(uint256 epochId => uint256) public votes;
    mapping(uint256 epochId => bool) public honest;
    mapping(uint256 epochId => bool) public carried;
    mapping(uint256 epochId => bool) public foundFalse;
    mapping(uint256 epochId => bytes32) public closedRoot;
    mapping(uint256 epochId => mapping(bytes32 slot => uint256)) public charged;
    mapping(uint256 epochId => mapping(bytes32 slot => uint256)) public payments;

    mapping(uint256 epochId => mapping(bytes32 slot => bool)) private _voted;
    bytes32 private _values;
    uint256 private _nonce;

    function pass(uint24 duration) external {
        _time += duration;
    }

    function donate(uint64 amount, uint8 shift) external acting {
        LEDGER.transfer(address(DAO), TokenId.fromToken(address(TOKEN)), amount >> (shift % 64));
    }

    function contribute(uint8 who) external acting {
        if (slots.length == SLOTS || _isClosing()) return;
        address owner = address(uint160(1 + (who % 3)) << 32);
        bytes32[] memory siblings = new bytes32[](1);
        siblings[0] = keccak256(abi.encode("row", ++_nonce));
        vm.prank(owner);
        bytes32 slot = DAO.contribute(siblings, 1, "", "");
        _leaves[slots.length] = slot;
        slots.push(slot);
        owners.push(owner);
        bonds += BOND;
    }

    function withdrawContribution(uint8 index) external acting {
        if (slots.length == 0) return;
        uint256 i = index % slots.length;
        if (DAO.contributionOf(slots[i]).leftAt != 0) return;
        DAO.withdrawContribution(slots[i], TreeLib.over(_leaves).siblings(0, i, 3));
        _leaves[i] = _shape().emptySlot();
    }

    function release(uint8 index) external acting {
        if (slots.length == 0) return;
        bytes32 slot = slots[index % slots.length];
        Contribution memory contribution = DAO.contributionOf(slot);
        if (contribution.leftAt == 0 || contribution.lostPpm == 1_000_000) return;
        uint256 from = contribution.leftAt;
        if (contribution.leftIn != 0) from = DAO.epochOf(contribution.leftIn).endedAt;
        if (from == 0) return;
        if (_time < from + 7 days) _pass(from + 7 days - _time);
        uint256 before = claimsOf(contribution.owner);
        DAO.releaseBond(slot);
        bonds -= claimsOf(contribution.owner) - before;
    }

    /// @dev The next steps of an epoch, or a silence that ends it.
    function advance(uint8 way, uint8 steps, uint256 seed) external acting {
        for (uint256 i = 0; i <= steps % 8; ++i) _step(way, seed);
    }

    function claim(uint8 epochSeed, uint8 index) external acting {
        (uint256 epochId, bytes32 slot, int256 value) = _settled(epochSeed, index);
        uint256 part = _partOf(epochId, value);
        if (value <= 0 || payments[epochId][slot] != 0 || DAO.epochOf(epochId).total == 0) return;
        if (part > DAO.epochOf(epochId).unclaimed || _isAboveTotal(epochId, value)) {
            _expectWrongTotal(epochId, slot);
            DAO.claim(epochId, slot, _opening(epochId, index % slots.length));
            return;
        }
        payments[epochId][slot] = 1;
        address owner = DAO.contributionOf(slot).owner;
        uint256 before = claimsOf(owner);
        assertEq(DAO.claim(epochId, slot, _opening(epochId, index % slots.length)), part, "DD-3");
        assertEq(claimsOf(owner) - before, part, "DD-3");
        claimed[epochId] += part;
        assertTrue(part == 0 || !carried[epochId], "DD-4");
    }

    function claimShares(uint8 epochSeed, uint8 index) external acting {
        (uint256 epochId, bytes32 slot, int256 value) = _settled(epochSeed, index);
        if (value <= 0 || DAO.epochOf(epochId).total == 0) return;
        if (_voted[epochId][slot]) {
            try DAO.claimShares(epochId, slot, _opening(epochId, index % slots.length)) {
                assertTrue(false, "DD-5");
            } catch {}
            return;
        }
        if (_isAboveTotal(epochId, value)) {
            _expectWrongTotal(epochId, slot);
            DAO.claimShares(epochId, slot, _opening(epochId, index % slots.length));
            return;
        }
        _voted[epochId][slot] = true;
        uint256 amount = DAO.claimShares(epochId, slot, _opening(epochId, index % slots.length));
        votes[epochId] += amount;
        minted += amount;
    }

    function charge(uint8 epochSeed, uint8 index) external acting {
        (uint256 epochId, bytes32 slot, int256 value) = _settled(epochSeed, index);
        if (value >= 0 || payments[epochId][slot] != 0) return;
        payments[epochId][slot] = 1;
        uint256 amount = DAO.charge(epochId, slot, _opening(epochId, index % slots.length));
        charged[epochId][slot] = amount;
        bonds -= amount;
    }

    /// @dev What was taken once is not taken again, by either way.
    function again(uint8 epochSeed, uint8 index) external acting {
        (uint256 epochId, bytes32 slot, ) = _settled(epochSeed, index);
        if (epochId == 0 || payments[epochId][slot] == 0) return;
        uint256 before = DAO.nextPot() + claimsOf(DAO.contributionOf(slot).owner);
        try DAO.claim(epochId, slot, _opening(epochId, index % slots.length)) {
            assertTrue(false, "DD-5");
        } catch {}
        try DAO.charge(epochId, slot, _opening(epochId, index % slots.length)) {
            assertTrue(false, "DD-5");
        } catch {}
        assertEq(DAO.nextPot() + claimsOf(DAO.contributionOf(slot).owner), before, "DD-5");
    }

    function carryOver(uint8 epochSeed) external acting {
        uint256 count = DAO.epochCount();
        if (count == 0) return;
        uint256 epochId = 1 + (epochSeed % count);
        Epoch memory epoch = DAO.epochOf(epochId);
        if (epoch.status != EpochStatus.Settled || epoch.unclaimed == 0) return;
        uint256 from = uint256(epoch.endedAt) + 365 days;
        if (_time < from) _pass(from - _time);
        DAO.carryOver(epochId);
        claimed[epochId] += epoch.unclaimed;
        carried[epochId] = true;
    }

    function _step(uint8 way, uint256 seed) private {
        Epoch memory epoch = DAO.epochOf(DAO.epochCount());
        if (_isOver(epoch.status)) return _open();
        if (way % 16 == 0 && epoch.status != EpochStatus.Drawn) return _void(epoch);
        if (epoch.status == EpochStatus.Open) return _close(epoch);
        if (_time > epoch.deadline) return _void(epoch);
        if (epoch.status == EpochStatus.Closed) return _show(epoch, way);
        if (epoch.status == EpochStatus.Seeded) return _draw(epoch);
        _value(epoch, way, seed);
    }

    function _open() private {
        bytes32 root = keccak256(abi.encode(keccak256("segment 0"), keccak256("segment 1")));
        vm.prank(POOL_OWNER);
        DAO.open(root, 1, 0, _seedHash(POOL_OWNER), uint40(_time + 1 hours));
        DAO.join(_seedHash(address(this)));
        seedBonds += 2 * SEED_BOND;
    }

    function _close(Epoch memory epoch) private {
        if (_time < epoch.closesAt) _pass(epoch.closesAt - _time);
        if (_time > epoch.deadline) return _void(epoch);
        DAO.close();
        closedRoot[DAO.epochCount()] = TreeLib.over(_leaves).root();
    }

    function _show(Epoch memory epoch, uint8 way) private {
        bool byHost = epoch.poolOwner.shown || (way & 1 == 0 && !epoch.host.shown);
        if (!byHost) vm.prank(POOL_OWNER);
        DAO.showSeed(keccak256("seed"));
        if (byHost) seedBonds -= SEED_BOND;
    }

    function _draw(Epoch memory epoch) private {
        bool second = uint256(epoch.seed) & 1 == 1;
        bytes32[] memory siblings = new bytes32[](1);
        siblings[0] = second ? keccak256("segment 0") : keccak256("segment 1");
        DAO.draw(second ? keccak256("segment 1") : keccak256("segment 0"), siblings);
        seedBonds -= SEED_BOND;
    }

    /// @dev Buys a job if there is money, delivers values and ends it, well or not; then settles the epoch.
    function _value(Epoch memory epoch, uint8 way, uint256 seed) private {
        Ask memory ask;
        ask.unitPrice = uint128(seed % (Math.min(MAX_PRICE, DAO.nextPot() / 2) + 1));
        if (_time > epoch.deadline - 3 days - 1 hours) return _void(epoch);
        DAO.buyValuation(ask, "");
        uint256 epochId = DAO.epochCount();
        honest[epochId] = way & 2 == 0;
        _values = _makeUp(epochId, seed, honest[epochId]);
        if (way & 4 == 0) DAO.recordDelivery(_delivered());
        bool slashed = way & 8 != 0;
        MARKET.end(slashed, slashed ? 1 : 0);
        foundFalse[epochId] = slashed || way & 4 != 0;
        if (!foundFalse[epochId]) return _settle(epochId);
        bytes32 inputs = keccak256("inputs");
        try DAO.settleEpoch(inputs, 0, _values, new bytes32[](0), _opening(epochId, SLOTS)) {
            assertTrue(false, "DD-8");
        } catch {}
    }

    function _settle(uint256 epochId) private {
        uint256 pot = DAO.nextPot();
        DAO.settleEpoch(keccak256("inputs"), 0, _values, new bytes32[](0), _opening(epochId, SLOTS));
        prize[epochId] = DAO.epochOf(epochId).total == 0 ? 0 : pot;
    }

    function _delivered() private view returns (Job memory job) {
        job.state = JobStateLib.opened(1).delivered(1, block.timestamp);
        job.outputRoot = _outputRoot(keccak256("inputs"), 0, _values);
    }

    function _void(Epoch memory epoch) private {
        if (_time <= epoch.deadline) _pass(epoch.deadline + 1 - _time);
        uint256 pot = DAO.nextPot();
        uint256 before = claimsOf(POOL_OWNER);
        DAO.voidEpoch();
        seedBonds -= DAO.nextPot() - pot + claimsOf(POOL_OWNER) - before;
    }

    function _settled(uint8 epochSeed, uint8 index) private view returns (uint256 epochId, bytes32 slot, int256 value) {
        uint256 count = DAO.epochCount();
        if (count == 0 || slots.length == 0) return (0, 0, 0);
        epochId = count - (epochSeed % Math.min(count, 4));
        while (epochId != 0 && DAO.epochOf(epochId).status != EpochStatus.Settled) --epochId;
        if (epochId == 0) return (0, 0, 0);
        slot = slots[index % slots.length];
        value = valueAt(epochId, index % slots.length);
    }

    /// @dev A lie about the total that nobody found: what is above it is neither paid nor given votes.
    function _isAboveTotal(uint256 epochId, int256 value) private view returns (bool) {
        return uint256(value) > DAO.epochOf(epochId).total;
    }

    function _expectWrongTotal(uint256 epochId, bytes32 slot) private {
        vm.expectRevert(abi.encodeWithSelector(IRewards.RewardsWrongTotal.selector, epochId, slot));
    }

    function _partOf(uint256 epochId, int256 value) private view returns (uint256) {
        Epoch memory epoch = DAO.epochOf(epochId);
        return value <= 0 || epoch.total == 0 ? 0 : (uint256(epoch.pot) * uint256(value)) / epoch.total;
    }

    function _isClosing() private view returns (bool) {
        Epoch memory epoch = DAO.epochOf(DAO.epochCount());
        return epoch.status == EpochStatus.Open && _time >= epoch.closesAt && _time <= epoch.deadline;
    }

    function _isOver(EpochStatus status) private pure returns (bool) {
        return status == EpochStatus.None || status == EpochStatus.Settled || status == EpochStatus.Void;
    }

    function _seedHash(address account) private pure returns (bytes32) {
        return keccak256(abi.encode(account, keccak256("seed")));
    }
}
