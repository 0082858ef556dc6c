// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ModelId} from "../../common/types/ModelId.sol";
import {IJobEscrow} from "../../compute/interfaces/IJobEscrow.sol";
import {Job} from "../../compute/types/Job.sol";
import {JobId} from "../../compute/types/JobId.sol";
import {Ask} from "../../compute/types/Order.sol";
import {Epoch} from "../types/Epoch.sol";
import {Valuation} from "../types/Valuation.sol";

/**
 * @title IEpochs
 * @notice Valuations of a dataset, one after the other, each by a job of the market.
 * @dev The owner of a pool of test points commits to the pool and to a seed, and the host to another seed, before contributions
 * close. Once the host has closed the epoch, which says that it has the data, both show their seeds, which together with the
 * `prevrandao` of the block of the first of them choose a segment of the pool. Points and test points make the input of a chained job that the dataset buys; the
 * output that its worker delivered counts once the job has ended well. A side that is silent loses its bond to the pot.
 */
interface IEpochs {
    /// @notice An epoch takes contributions until `closesAt`, in seconds.
    event EpochOpened(uint256 indexed epochId, bytes32 poolRoot, uint8 segments, uint8 segmentRows, uint256 closesAt);

    /// @notice The host committed to a seed.
    event EpochJoined(uint256 indexed epochId);

    /// @notice `count` slots are to be valued.
    event EpochClosed(uint256 indexed epochId, bytes32 pointsRoot, uint256 count);

    /// @notice A side showed its seed.
    event SeedShown(uint256 indexed epochId, address indexed account, bytes32 seed);

    /// @notice The test points were drawn: a segment of the pool, and what the root of their block is.
    event TestsDrawn(uint256 indexed epochId, uint256 segment, bytes32 testsRoot);

    /// @notice A job values the epoch.
    event ValuationBought(uint256 indexed epochId, JobId indexed jobId, bytes32 inputId);

    /// @notice The job's worker delivered.
    event ValuesDelivered(uint256 indexed epochId, bytes32 outputRoot);

    /// @notice The epoch ended without values; `forfeited` payment-token units of seeds' bonds went to the next pot.
    event EpochVoided(uint256 indexed epochId, uint256 forfeited);

    /// @notice Who keeps the data, who owns the pool, and what each bonds for its seed, in payment-token units.
    event RolesSet(address host, address poolOwner, uint112 seedBond);

    /// @notice How valuations are bought from now on.
    event ValuationSet(Valuation valuation);

    /// @notice The epoch is in another phase.
    error EpochsWrongStatus(uint256 epochId, uint8 status);

    /// @notice The call is not that of the one who has to make it.
    error EpochsUnauthorized(address caller, address expected);

    /// @notice An epoch closes from `least` to `most`, in seconds.
    error EpochsInvalidClosing(uint256 closesAt, uint256 least, uint256 most);

    /// @notice The pool has too many segments, or its segments too many rows; all are binary logarithms.
    error EpochsInvalidPool(uint256 segments, uint256 mostSegments, uint256 segmentRows, uint256 mostRows);

    /// @notice Nobody can show a seed that it did not commit to.
    error EpochsSeedMissing();

    /// @notice Host and pool's owner are two accounts.
    error EpochsInvalidRoles(address host, address poolOwner);

    /// @notice The host committed to a seed before.
    error EpochsJoined(uint256 epochId);

    /// @notice Valuations need a model and a verifier.
    error EpochsValuerUnnamed(ModelId modelId, address verifier);

    /// @notice A turnaround is above 0 and at most `most`, in seconds.
    error EpochsInvalidTurnaround(uint256 maxTurnaround, uint256 most);

    /// @notice Valuations need a price and a bond, in payment-token units.
    error EpochsNothingPaid(uint256 maxUnitPrice, uint256 minUnitBond);

    /// @notice The call can be made from `from` to `until`, in seconds.
    error EpochsNotNow(uint256 epochId, uint256 from, uint256 until);

    /// @notice A job may still give the epoch its values.
    error EpochsJobRuns(uint256 epochId, JobId jobId);

    /// @notice The seed is not the one that was committed to, or was shown before.
    error EpochsWrongSeed(uint256 epochId, address account);

    /// @notice The rows are not a segment of the pool.
    error EpochsInvalidSegment(uint256 epochId);

    /// @notice The pot would be `missing` payment-token units short.
    error EpochsPotTooLow(uint256 missing);

    /// @notice A job that may still give the values was bought already.
    error EpochsValuationBought(uint256 epochId, JobId jobId);

    /// @notice The job is not the epoch's, or not a delivery of all its units.
    error EpochsWrongDelivery(uint256 epochId, JobId jobId);

    /**
     * @notice Opens an epoch, and commits to a pool of test points and to a seed.
     * @dev Emits {EpochOpened}. Requirements: no epoch runs; the caller owns the pool, and has the seed's bond as claims; it closes
     * in an hour to 90 days.
     * @param poolRoot The root of the rows of all test points, in a form of the dataset's shape.
     * @param segments The binary logarithm of the number of segments.
     * @param segmentRows The binary logarithm of the rows of a segment, each of which is a unit of the job.
     * @param seedHash keccak256 of the caller and its seed, ABI-encoded.
     * @param closesAt The second from which on contributions wait until the host has closed it.
     */
    function open(
        bytes32 poolRoot,
        uint8 segments,
        uint8 segmentRows,
        bytes32 seedHash,
        uint40 closesAt
    ) external returns (uint256 epochId);

    /// @notice Commits the host to a seed, like {open}. Emits {EpochJoined}. Requirements: the epoch is open, before it
    /// closes; the caller is not its pool's owner, too.
    function join(bytes32 seedHash) external;

    /// @notice Closes the epoch: its points are those of now, and the host has them. Emits {EpochClosed}. Requirements: the caller is
    /// the host, which joined; the time has come, and is not over.
    function close() external;

    /// @notice Shows the caller's seed, and gives a host its bond back. Emits {SeedShown}. Requirements: the seed fits; it is in time.
    function showSeed(bytes32 seed) external;

    /**
     * @notice Draws the test points, and gives the pool's owner its bond back; anyone may call.
     * @dev Emits {TestsDrawn}. Requirements: both seeds were shown, a day ago at most.
     * @param segmentRoot The root of the drawn segment's rows.
     * @param siblings The siblings from it to the pool's root, bottom-up.
     */
    function draw(bytes32 segmentRoot, bytes32[] calldata siblings) external;

    /**
     * @notice Buys the valuation from whoever signed an ask that the dataset's terms allow; anyone may call.
     * @dev Emits {ValuationBought}. Requirements: test points were drawn; no job runs that was bought before; the pot pays the price;
     * a turnaround and three days are left to value the epoch.
     */
    function buyValuation(Ask calldata ask, bytes calldata askSignature) external returns (JobId jobId);

    /// @notice Takes down what the job's worker delivered, while the job is there to show it; anyone may call. Emits
    /// {ValuesDelivered}. Requirements: the job is the epoch's, is current, and all its units are delivered.
    function recordDelivery(Job calldata job) external;

    /// @notice Ends an epoch in which somebody was silent for too long; anyone may call. Emits {EpochVoided}. Requirements: the time
    /// of its phase is over, and no job of it runs.
    function voidEpoch() external;

    /// @notice Names the host and the pool's owner, from the next epoch on. Emits {RolesSet}. Requirements: the caller is the owner.
    function setRoles(address host, address poolOwner, uint112 seedBond) external;

    /// @notice Sets how valuations are bought. Emits {ValuationSet}. Requirements: the caller is the owner; it names a model, a verifier,
    /// a price and a bond; a turnaround of at most 14 days.
    function setValuation(Valuation calldata valuation) external;

    /// @notice An epoch.
    function epochOf(uint256 epochId) external view returns (Epoch memory);

    /// @notice Epochs that were ever opened; the last one may run.
    function epochCount() external view returns (uint256);

    /// @notice How valuations are bought.
    function valuation() external view returns (Valuation memory);

    /// @notice The id of the state that an epoch's job begins with, once test points are drawn.
    function inputIdOf(uint256 epochId) external view returns (bytes32);

    /// @notice Who keeps the data.
    function host() external view returns (address);

    /// @notice Who owns the pool of test points.
    function poolOwner() external view returns (address);

    /// @notice What each of them bonds for its seed, in payment-token units.
    function seedBond() external view returns (uint112);

    /// @notice The market.
    function ESCROW() external view returns (IJobEscrow);
}
