// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

import {MerkleTree} from "../common/libraries/MerkleTree.sol";
import {ModelId} from "../common/types/ModelId.sol";
import {IJobEscrow} from "../compute/interfaces/IJobEscrow.sol";
import {Job} from "../compute/types/Job.sol";
import {JobId} from "../compute/types/JobId.sol";
import {JobStatus} from "../compute/types/JobState.sol";
import {Ask, Bid} from "../compute/types/Order.sol";
import {TokenId} from "../payments/types/TokenId.sol";
import {Contributions} from "./Contributions.sol";
import {IEpochs} from "./interfaces/IEpochs.sol";
import {Epoch, EpochStatus, Party} from "./types/Epoch.sol";
import {Valuation} from "./types/Valuation.sol";

/// @notice Owns epochs, and buys their valuations.
abstract contract Epochs is Contributions, OwnableUpgradeable, IEpochs {
    uint256 private constant OPEN_LEAST = 1 hours;
    uint256 private constant OPEN_MOST = 90 days;
    uint256 private constant CLOSE_TIME = 2 days;
    uint256 private constant SHOW_TIME = 1 days;
    uint256 private constant DRAW_TIME = 1 days;
    /// @dev Shorter than a lost bond is held, so that a job that was found false can be told from one that ended well.
    uint256 private constant VALUE_TIME = 29 days;
    /// @dev A delivery can be challenged for a day, a demand made at its end is answered within another, and a third is left to settle.
    uint256 private constant SETTLE_TIME = 3 days;
    uint256 private constant TURNAROUND_MOST = 14 days;
    uint256 private constant SEGMENTS_MOST = 20;

    /// @inheritdoc IEpochs
    IJobEscrow public immutable ESCROW;

    /// @inheritdoc IEpochs
    address public host;

    /// @inheritdoc IEpochs
    address public poolOwner;

    /// @inheritdoc IEpochs
    uint112 public seedBond;

    /// @inheritdoc IEpochs
    uint256 public epochCount;

    Valuation private _valuation;
    mapping(uint256 epochId => Epoch) internal _epochs;

    /// @inheritdoc IEpochs
    function open(
        bytes32 poolRoot,
        uint8 segments,
        uint8 segmentRows,
        bytes32 seedHash,
        uint40 closesAt
    ) external returns (uint256 epochId) {
        _requireCaller(poolOwner);
        require(_isOver(epochCount), EpochsWrongStatus(epochCount, uint8(_epochs[epochCount].status)));
        (uint256 least, uint256 most) = (block.timestamp + OPEN_LEAST, block.timestamp + OPEN_MOST);
        require(closesAt >= least && closesAt <= most, EpochsInvalidClosing(closesAt, least, most));
        bool fits = segments <= SEGMENTS_MOST && segmentRows <= _shape.rows();
        require(fits, EpochsInvalidPool(segments, SEGMENTS_MOST, segmentRows, _shape.rows()));
        require(seedHash != 0, EpochsSeedMissing());
        epochId = ++epochCount;
        Epoch storage epoch = _epochs[epochId];
        (epoch.status, epoch.segments, epoch.segmentRows) = (EpochStatus.Open, segments, segmentRows);
        (epoch.closesAt, epoch.deadline) = (closesAt, uint40(closesAt + CLOSE_TIME));
        (epoch.poolRoot, epoch.seedBond) = (poolRoot, seedBond);
        epoch.poolOwner = Party(msg.sender, false, seedHash);
        emit EpochOpened(epochId, poolRoot, segments, segmentRows, closesAt);
        _takeSeedBond(epoch);
    }

    /// @inheritdoc IEpochs
    function join(bytes32 seedHash) external {
        _requireCaller(host);
        Epoch storage epoch = _running(EpochStatus.Open);
        address owner = epoch.poolOwner.account;
        require(msg.sender != owner, EpochsInvalidRoles(msg.sender, owner));
        require(epoch.host.seedHash == 0, EpochsJoined(epochCount));
        require(seedHash != 0, EpochsSeedMissing());
        require(block.timestamp < epoch.closesAt, EpochsNotNow(epochCount, 0, epoch.closesAt - 1));
        epoch.host = Party(msg.sender, false, seedHash);
        emit EpochJoined(epochCount);
        _takeSeedBond(epoch);
    }

    /// @inheritdoc IEpochs
    function close() external {
        Epoch storage epoch = _running(EpochStatus.Open);
        _requireCaller(epoch.host.account);
        _requireWithin(epoch.closesAt, epoch.deadline);
        uint256 count = slotCount();
        (epoch.status, epoch.deadline) = (EpochStatus.Closed, uint40(block.timestamp + SHOW_TIME));
        // SAFETY: there are at most 2^12 slots.
        (epoch.pointsRoot, epoch.count) = (pointsRoot, uint16(count));
        emit EpochClosed(epochCount, pointsRoot, count);
    }

    /// @inheritdoc IEpochs
    function showSeed(bytes32 seed) external {
        Epoch storage epoch = _running(EpochStatus.Closed);
        _requireWithin(0, epoch.deadline);
        Party storage party = msg.sender == epoch.host.account ? epoch.host : epoch.poolOwner;
        bytes32 seedHash = keccak256(abi.encode(msg.sender, seed));
        require(!party.shown && party.seedHash == seedHash, EpochsWrongSeed(epochCount, msg.sender));
        party.shown = true;
        bool both = epoch.host.shown && epoch.poolOwner.shown;
        // SAFETY: both orders give the same, so who sees the other seed on its way gains nothing by passing it in its block.
        epoch.seed ^= both ? seed : seed ^ bytes32(block.prevrandao);
        if (both) (epoch.status, epoch.deadline) = (EpochStatus.Seeded, uint40(block.timestamp + DRAW_TIME));
        emit SeedShown(epochCount, msg.sender, seed);
        if (msg.sender == epoch.host.account) _returnSeedBond(epoch, msg.sender);
    }

    /// @inheritdoc IEpochs
    function draw(bytes32 segmentRoot, bytes32[] calldata siblings) external {
        Epoch storage epoch = _running(EpochStatus.Seeded);
        _requireWithin(0, epoch.deadline);
        uint256 segment = uint256(epoch.seed) & ((1 << epoch.segments) - 1);
        bool valid =
            siblings.length == epoch.segments && MerkleTree.climb(segmentRoot, segment, siblings) == epoch.poolRoot;
        require(valid, EpochsInvalidSegment(epochCount));
        (epoch.status, epoch.deadline) = (EpochStatus.Drawn, uint40(block.timestamp + VALUE_TIME));
        epoch.testsRoot = _shape.padded(segmentRoot, epoch.segmentRows);
        emit TestsDrawn(epochCount, segment, epoch.testsRoot);
        _returnSeedBond(epoch, epoch.poolOwner.account);
    }

    /// @inheritdoc IEpochs
    function buyValuation(Ask calldata ask, bytes calldata askSignature) external returns (JobId jobId) {
        Epoch storage epoch = _running(EpochStatus.Drawn);
        _requireWithin(0, epoch.deadline - SETTLE_TIME - _valuation.maxTurnaround);
        require(_hasNoJob(epoch), EpochsValuationBought(epochCount, epoch.jobId));
        Bid memory bid = _bidFor(epoch);
        uint256 price = uint256(bid.maxUnitPrice) * bid.units;
        LEDGER.approve(address(ESCROW), TokenId.fromToken(_token), price);
        jobId = ESCROW.fill(ask, askSignature, bid, "");
        LEDGER.approve(address(ESCROW), TokenId.fromToken(_token), 0);
        // INVARIANT DD-1: a valuation is paid out of the pot only.
        _requirePot();
        (epoch.jobId, epoch.outputRoot) = (jobId, 0);
        emit ValuationBought(epochCount, jobId, bid.inputRoot);
    }

    /// @inheritdoc IEpochs
    function recordDelivery(Job calldata job) external {
        Epoch storage epoch = _running(EpochStatus.Drawn);
        bool whole =
            ESCROW.isCurrent(epoch.jobId, job) &&
                job.state.status() == JobStatus.Delivered &&
                job.state.units() == job.state.unitsAsked();
        require(whole, EpochsWrongDelivery(epochCount, epoch.jobId));
        epoch.outputRoot = job.outputRoot;
        emit ValuesDelivered(epochCount, job.outputRoot);
    }

    /// @inheritdoc IEpochs
    function voidEpoch() external {
        Epoch storage epoch = _epochs[epochCount];
        EpochStatus status = epoch.status;
        require(!_isOver(epochCount), EpochsWrongStatus(epochCount, uint8(status)));
        _requireWithin(uint256(epoch.deadline) + 1, type(uint256).max);
        bool idle = JobId.unwrap(epoch.jobId) == 0 || ESCROW.jobHash(epoch.jobId) == 0;
        require(idle, EpochsJobRuns(epochCount, epoch.jobId));
        (epoch.status, epoch.endedAt) = (EpochStatus.Void, uint40(block.timestamp));
        emit EpochVoided(epochCount, _punishSilence(epoch, status));
    }

    /// @inheritdoc IEpochs
    function setRoles(address host_, address poolOwner_, uint112 seedBond_) external onlyOwner {
        _setRoles(host_, poolOwner_, seedBond_);
    }

    /// @inheritdoc IEpochs
    function setValuation(Valuation calldata valuation_) external onlyOwner {
        _setValuation(valuation_);
    }

    /// @inheritdoc IEpochs
    function epochOf(uint256 epochId) external view returns (Epoch memory) {
        return _epochs[epochId];
    }

    /// @inheritdoc IEpochs
    function valuation() external view returns (Valuation memory) {
        return _valuation;
    }

    /// @inheritdoc IEpochs
    function inputIdOf(uint256 epochId) public view returns (bytes32) {
        Epoch storage epoch = _epochs[epochId];
        return _shape.inputId(epoch.pointsRoot, epoch.testsRoot);
    }

    function _setRoles(address host_, address poolOwner_, uint112 seedBond_) internal {
        bool two = host_ != address(0) && poolOwner_ != address(0) && host_ != poolOwner_;
        require(two, EpochsInvalidRoles(host_, poolOwner_));
        (host, poolOwner, seedBond) = (host_, poolOwner_, seedBond_);
        emit RolesSet(host_, poolOwner_, seedBond_);
    }

    function _setValuation(Valuation memory valuation_) internal {
        bool named = ModelId.unwrap(valuation_.modelId) != 0 && valuation_.verifier != address(0);
        require(named, EpochsValuerUnnamed(valuation_.modelId, valuation_.verifier));
        uint256 turnaround = valuation_.maxTurnaround;
        bool bounded = turnaround != 0 && turnaround <= TURNAROUND_MOST;
        require(bounded, EpochsInvalidTurnaround(turnaround, TURNAROUND_MOST));
        // a job that is found false is told by the bond that it lost
        bool paid = valuation_.maxUnitPrice != 0 && valuation_.minUnitBond != 0;
        require(paid, EpochsNothingPaid(valuation_.maxUnitPrice, valuation_.minUnitBond));
        _valuation = valuation_;
        emit ValuationSet(valuation_);
    }

    /// @dev The running epoch, in a phase.
    function _running(EpochStatus status) internal view returns (Epoch storage epoch) {
        epoch = _epochs[epochCount];
        require(epoch.status == status, EpochsWrongStatus(epochCount, uint8(epoch.status)));
    }

    /// @dev Whether a delivered output can count: its job is gone, and its bond was not lost.
    function _endedWell(Epoch storage epoch) internal view returns (bool) {
        return epoch.outputRoot != 0 && ESCROW.jobHash(epoch.jobId) == 0 && ESCROW.heldBond(epoch.jobId).amount == 0;
    }

    /// @inheritdoc Contributions
    function _host() internal view override returns (address) {
        return host;
    }

    /// @inheritdoc Contributions
    function _requireOpen() internal view override {
        Epoch storage epoch = _epochs[epochCount];
        bool closing = epoch.status == EpochStatus.Open && block.timestamp >= epoch.closesAt;
        require(!closing || block.timestamp > epoch.deadline, ContributionsClosed(epochCount));
    }

    /// @inheritdoc Contributions
    function _epochThatCounts(uint256 index) internal view override returns (uint256) {
        Epoch storage epoch = _epochs[epochCount];
        bool counted = !_isOver(epochCount) && epoch.status != EpochStatus.Open && index < epoch.count;
        return counted ? epochCount : 0;
    }

    /// @inheritdoc Contributions
    function _endOf(uint256 epochId) internal view override returns (uint256) {
        return _isOver(epochId) ? _epochs[epochId].endedAt : type(uint256).max;
    }

    function _requirePot() internal view virtual;

    function _bidFor(Epoch storage epoch) private view returns (Bid memory bid) {
        Valuation memory terms = _valuation;
        (bid.client, bid.modelId, bid.chained) = (address(this), terms.modelId, true);
        bid.inputRoot = inputIdOf(epochCount);
        (bid.units, bid.token, bid.verifier) = (uint64(1 << epoch.segmentRows), _token, terms.verifier);
        (bid.maxUnitPrice, bid.minUnitBond) = (terms.maxUnitPrice, terms.minUnitBond);
        (bid.maxTurnaround, bid.termsClass, bid.expiry) = (terms.maxTurnaround, terms.termsClass, type(uint40).max);
    }

    /// @dev Whether a valuation can be bought: none was, or it ended without values.
    function _hasNoJob(Epoch storage epoch) private view returns (bool) {
        if (JobId.unwrap(epoch.jobId) == 0) return true;
        return ESCROW.jobHash(epoch.jobId) == 0 && !_endedWell(epoch);
    }

    function _isOver(uint256 epochId) private view returns (bool) {
        EpochStatus status = _epochs[epochId].status;
        return status == EpochStatus.None || status == EpochStatus.Settled || status == EpochStatus.Void;
    }

    function _takeSeedBond(Epoch storage epoch) private {
        _owed += epoch.seedBond;
        _pull(msg.sender, _token, epoch.seedBond);
    }

    function _returnSeedBond(Epoch storage epoch, address to) private {
        _owed -= epoch.seedBond;
        _push(to, _token, epoch.seedBond);
    }

    /// @dev Keeps the bonds of those whose turn it was, and gives back that of the pool's owner if the host was silent first.
    /// Returns what was kept.
    function _punishSilence(Epoch storage epoch, EpochStatus status) private returns (uint256 forfeited) {
        if (status == EpochStatus.Drawn) return 0;
        bool hostSilent = !epoch.host.shown && epoch.host.seedHash != 0;
        bool ownerSilent = status == EpochStatus.Seeded || (status == EpochStatus.Closed && !epoch.poolOwner.shown);
        uint256 silent = (hostSilent ? 1 : 0) + (ownerSilent ? 1 : 0);
        forfeited = silent * epoch.seedBond;
        _owed -= uint128(forfeited);
        if (!ownerSilent) _returnSeedBond(epoch, epoch.poolOwner.account);
    }

    function _requireCaller(address expected) private view {
        require(msg.sender == expected, EpochsUnauthorized(msg.sender, expected));
    }

    function _requireWithin(uint256 from, uint256 until) private view {
        bool within = block.timestamp >= from && block.timestamp <= until;
        require(within, EpochsNotNow(epochCount, from, until));
    }
}
