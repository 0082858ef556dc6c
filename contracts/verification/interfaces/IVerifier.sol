// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IJobEscrow} from "../../compute/interfaces/IJobEscrow.sol";
import {JobId} from "../../compute/types/JobId.sol";
import {TermsClass} from "../../compute/types/TermsClass.sol";

/**
 * @title IVerifier
 * @notice What every contract that a job can name as its verifier says about itself.
 * @dev The escrow never calls a verifier: a verifier calls the escrow, to freeze a job while it looks into it, and to report
 * what it found. Governance reads `longestGame` when it lists a verifier.
 */
interface IVerifier {
    /// @notice The escrow whose jobs it judges.
    function ESCROW() external view returns (IJobEscrow escrow);

    /// @notice The longest that it can take from a challenge to its verdict, in seconds.
    function longestGame(TermsClass termsClass) external view returns (uint256 duration);

    /// @notice The number of challenges of a job that are not over.
    function liveGames(JobId id) external view returns (uint256 count);
}
