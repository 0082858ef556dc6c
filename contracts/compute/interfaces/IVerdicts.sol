// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Job} from "../types/Job.sol";
import {JobId} from "../types/JobId.sol";

/**
 * @title IVerdicts
 * @notice What a job's verifier may do to it: keep it from settling for a time, and take its bond for a proven
 * lie; and what becomes of that bond.
 */
interface IVerdicts {
    /// @notice A lost bond, held before the treasury gets it.
    /// @param provider Who lost it.
    /// @param releasableAt The first second at which it can go to the treasury.
    /// @param staked Whether it came out of the provider's stake, and goes back there.
    /// @param token The payment token.
    /// @param amount What is held, in payment-token units.
    struct HeldBond {
        address provider;
        uint40 releasableAt;
        bool staked;
        address token;
        uint256 amount;
    }

    /// @notice The verifier looks into the job, which cannot settle meanwhile.
    event JobFrozen(JobId indexed id, address indexed provider);

    /// @notice The verifier looks into the job no more.
    event JobUnfrozen(JobId indexed id, address indexed provider);

    /// @notice The job's claim was proved false: `refund` went back to the client, `reward` to the verifier for those who
    /// proved it, and `held` is kept for the treasury, in payment-token units.
    event JobSlashed(
        JobId indexed id,
        address indexed client,
        address indexed provider,
        uint256 refund,
        uint256 reward,
        uint256 held
    );

    /// @notice A lost bond went to the treasury.
    event HeldBondReleased(JobId indexed id, uint256 amount);

    /// @notice A lost bond went back to its provider, by vote.
    event HeldBondRestored(JobId indexed id, address indexed provider, uint256 amount);

    /// @notice The job is frozen already.
    error VerdictsFrozen(JobId id);

    /// @notice The job is not frozen.
    error VerdictsNotFrozen(JobId id);

    /// @notice The time to challenge the job, or to decide about it, is over since `deadline`.
    error VerdictsTooLate(JobId id, uint256 deadline);

    /// @notice The reward is above the share of the bond that outsiders may get, in payment-token units.
    error VerdictsRewardTooHigh(JobId id, uint256 reward, uint256 cap);

    /// @notice No bond is held under this id.
    error VerdictsNothingHeld(JobId id);

    /// @notice The bond cannot be released before `releasableAt`, nor restored from then on.
    error VerdictsHold(JobId id, uint40 releasableAt);

    /**
     * @notice Keeps a delivered job from settling until its verifier unfreezes it, or may not decide about it any more.
     * @dev Emits {JobFrozen}. Requirements:
     * - the caller is the job's verifier;
     * - the job is delivered and not frozen;
     * - its delivery can still be challenged.
     */
    function freeze(JobId id, Job calldata job) external;

    /**
     * @notice Lets a frozen job settle again.
     * @dev Emits {JobUnfrozen}. Requirements: the caller is the job's verifier; the job is frozen.
     */
    function unfreeze(JobId id, Job calldata job) external;

    /**
     * @notice Ends a job whose claim was proved false.
     *
     * @dev The client gets back the price if it is still in escrow. `reward` claims go to the verifier, for challengers;
     * the rest of the bond is held for 30 days. Emits {JobSlashed}. Upholds JE-1, JE-3 and JE-10.
     *
     * Requirements:
     * - the caller is the job's verifier;
     * - the job is frozen, and not for longer than it may be;
     * - the reward is at most a tenth of the bond.
     *
     * @param id The job.
     * @param job Its current state.
     * @param reward What goes to the verifier, in payment-token units.
     */
    function slash(JobId id, Job calldata job, uint256 reward) external;

    /**
     * @notice Sends a held bond to the treasury; anyone may call.
     * @dev Emits {HeldBondReleased}. Requirements: a bond is held under `id`, and its 30 days are over.
     */
    function releaseHeldBond(JobId id) external;

    /**
     * @notice Gives a held bond back to its provider, after a fault of the protocol.
     * @dev Emits {HeldBondRestored}. Requirements: the caller has the role of this function; a bond is held under `id`,
     * and its 30 days are not over.
     */
    function restoreHeldBond(JobId id) external;

    /// @notice The number of frozen jobs of a provider.
    function frozenJobs(address provider) external view returns (uint256 count);

    /// @notice The bond held under a job's id; all zero if there is none.
    function heldBond(JobId id) external view returns (HeldBond memory bond);
}
