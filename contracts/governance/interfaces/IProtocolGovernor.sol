// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/**
 * @title IProtocolGovernor
 * @notice Where holders of the protocol's token vote on what the protocol's timelock does.
 * @dev OpenZeppelin's Governor with votes for, against and abstain, weighted as they were when voting began; for and
 * abstain count towards the quorum. Each number that votes may change stays within a bound in code (invariant GV-5):
 *
 * | number | least | most |
 * | --- | --- | --- |
 * | voting delay, seconds | 1 day | 3 days |
 * | voting period, seconds | 3 days | 7 days |
 * | proposal threshold, units of the token | 0 | 1 % of the supply |
 * | quorum, per cent of the supply | 2 | 20 |
 * | extension after a late quorum, seconds | 0 | 3 days |
 *
 * With the timelock's 14 days that is less than 28 days from a proposal to what it does: a lost bond, which the escrow
 * holds for 30, can be given back by vote.
 *
 * The guardian may cancel, and nothing else (invariant GV-6). Without a guardian the proposer may cancel.
 */
interface IProtocolGovernor {
    /**
     * @notice How the governor starts. Each number has the bounds above.
     * @param votingDelay From a proposal to its vote, in seconds.
     * @param votingPeriod How long a vote lasts, in seconds.
     * @param proposalThreshold The votes that a proposer needs, in units of the token.
     * @param quorumPercent What has to vote for or abstain, in per cent of the supply.
     * @param voteExtension How long a vote goes on at least after it reached the quorum, in seconds.
     * @param guardian Who may cancel; the zero address for nobody.
     */
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint256 proposalThreshold;
        uint256 quorumPercent;
        uint48 voteExtension;
        address guardian;
    }

    /// @notice The voting delay is outside of its bounds, in seconds.
    error ProtocolGovernorInvalidVotingDelay(uint256 delay, uint256 least, uint256 most);

    /// @notice The voting period is outside of its bounds, in seconds.
    error ProtocolGovernorInvalidVotingPeriod(uint256 period, uint256 least, uint256 most);

    /// @notice The proposal threshold is above its bound, in units of the token.
    error ProtocolGovernorInvalidThreshold(uint256 threshold, uint256 most);

    /// @notice The quorum is outside of its bounds, in per cent of the supply.
    error ProtocolGovernorInvalidQuorum(uint256 percent, uint256 least, uint256 most);

    /// @notice A proposal calls an address that has no code.
    error ProtocolGovernorTargetWithoutCode(address target);

    /// @notice The governor keeps its timelock; the timelock may give its roles to another governor.
    error ProtocolGovernorTimelockFixed(address timelock);

    /// @notice The guardian cannot stop a vote that does nothing but replace it.
    error ProtocolGovernorGuardianReplaced(address guardian);
}
