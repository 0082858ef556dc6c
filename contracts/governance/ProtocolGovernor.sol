// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorPreventLateQuorum} from "@openzeppelin/contracts/governance/extensions/GovernorPreventLateQuorum.sol";
import {GovernorProposalGuardian} from "@openzeppelin/contracts/governance/extensions/GovernorProposalGuardian.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

import {ProtocolTimelock} from "./ProtocolTimelock.sol";
import {IErgonToken} from "./interfaces/IErgonToken.sol";
import {IProtocolGovernor} from "./interfaces/IProtocolGovernor.sol";

/// @title ProtocolGovernor
contract ProtocolGovernor is
    GovernorVotesQuorumFraction,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorPreventLateQuorum,
    GovernorProposalGuardian,
    GovernorTimelockControl,
    IProtocolGovernor
{
    uint256 private constant VOTING_DELAY_MIN = 1 days;
    uint256 private constant VOTING_DELAY_MAX = 3 days;
    uint256 private constant VOTING_PERIOD_MIN = 3 days;
    uint256 private constant VOTING_PERIOD_MAX = 7 days;
    uint256 private constant QUORUM_MIN_PERCENT = 2;
    uint256 private constant QUORUM_MAX_PERCENT = 20;
    uint256 private constant VOTE_EXTENSION_MAX = 3 days;
    /// @dev One part in so many of the supply.
    uint256 private constant THRESHOLD_MAX_PART = 100;

    /// @dev Of the token; it never changes (GV-4).
    uint256 private immutable SUPPLY;

    constructor(
        IErgonToken votes,
        ProtocolTimelock protocolTimelock,
        Settings memory settings
    )
        Governor("Ergon Governor")
        GovernorVotes(votes)
        GovernorVotesQuorumFraction(settings.quorumPercent)
        GovernorSettings(settings.votingDelay, settings.votingPeriod, settings.proposalThreshold)
        GovernorPreventLateQuorum(settings.voteExtension)
        GovernorTimelockControl(protocolTimelock)
    {
        SUPPLY = votes.totalSupply();
        _setProposalGuardian(settings.guardian);
    }

    /// @inheritdoc IGovernor
    function cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) public override returns (uint256) {
        address guardian = proposalGuardian();
        // INVARIANT GV-6: whoever may stop every vote can be replaced by one.
        require(
            _msgSender() != guardian || !_onlyReplacesGuardian(targets, calldatas),
            ProtocolGovernorGuardianReplaced(guardian)
        );
        return super.cancel(targets, values, calldatas, descriptionHash);
    }

    /// @dev Always reverts: a timelock that does not know the governor would end all votes.
    function updateTimelock(TimelockController) public view override {
        revert ProtocolGovernorTimelockFixed(timelock());
    }

    /**
     * @notice The token's clock, which is `block.timestamp`.
     * @dev Not asked of the token: a vote would ask four times.
     */
    function clock() public view override(Governor, GovernorVotes) returns (uint48) {
        return Time.timestamp();
    }

    /// @inheritdoc IGovernor
    function quorum(uint256 timepoint) public view override(Governor, GovernorVotesQuorumFraction) returns (uint256) {
        // SAFETY: a supply of votes is below 2^208, and both factors are at most 100.
        return (SUPPLY * quorumNumerator(timepoint)) / quorumDenominator();
    }

    /// @inheritdoc IGovernor
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @inheritdoc IGovernor
    function proposalDeadline(
        uint256 proposalId
    ) public view override(Governor, GovernorPreventLateQuorum) returns (uint256) {
        return super.proposalDeadline(proposalId);
    }

    /// @inheritdoc IGovernor
    function proposalNeedsQueuing(
        uint256 proposalId
    ) public view override(Governor, GovernorTimelockControl) returns (bool) {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc IGovernor
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256) {
        for (uint256 i = 0; i < targets.length; ++i) {
            require(targets[i].code.length != 0, ProtocolGovernorTargetWithoutCode(targets[i]));
        }
        return super._propose(targets, values, calldatas, description, proposer);
    }

    function _setVotingDelay(uint48 delay) internal override {
        // INVARIANT GV-5
        require(
            delay >= VOTING_DELAY_MIN && delay <= VOTING_DELAY_MAX,
            ProtocolGovernorInvalidVotingDelay(delay, VOTING_DELAY_MIN, VOTING_DELAY_MAX)
        );
        super._setVotingDelay(delay);
    }

    function _setVotingPeriod(uint32 period) internal override {
        // INVARIANT GV-5
        require(
            period >= VOTING_PERIOD_MIN && period <= VOTING_PERIOD_MAX,
            ProtocolGovernorInvalidVotingPeriod(period, VOTING_PERIOD_MIN, VOTING_PERIOD_MAX)
        );
        super._setVotingPeriod(period);
    }

    function _setProposalThreshold(uint256 threshold) internal override {
        uint256 most = IERC20(address(token())).totalSupply() / THRESHOLD_MAX_PART;
        // INVARIANT GV-5
        require(threshold <= most, ProtocolGovernorInvalidThreshold(threshold, most));
        super._setProposalThreshold(threshold);
    }

    function _updateQuorumNumerator(uint256 percent) internal override {
        // INVARIANT GV-5
        require(
            percent >= QUORUM_MIN_PERCENT && percent <= QUORUM_MAX_PERCENT,
            ProtocolGovernorInvalidQuorum(percent, QUORUM_MIN_PERCENT, QUORUM_MAX_PERCENT)
        );
        super._updateQuorumNumerator(percent);
    }

    function _tallyUpdated(uint256 proposalId) internal override(Governor, GovernorPreventLateQuorum) {
        super._tallyUpdated(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    function _validateCancel(
        uint256 proposalId,
        address caller
    ) internal view override(Governor, GovernorProposalGuardian) returns (bool) {
        return super._validateCancel(proposalId, caller);
    }

    /// @dev INVARIANT GV-5: at most the least voting period, so an extension never exceeds a vote.
    function _maxLateQuorumVoteExtension() internal pure override returns (uint256) {
        return VOTE_EXTENSION_MAX;
    }

    function _onlyReplacesGuardian(address[] memory targets, bytes[] memory calldatas) private view returns (bool) {
        return
            targets.length == 1 &&
            calldatas.length == 1 &&
            targets[0] == address(this) &&
            bytes4(calldatas[0]) == this.setProposalGuardian.selector;
    }
}
