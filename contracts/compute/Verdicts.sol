// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Books} from "./Books.sol";
import {OutputDemands} from "./OutputDemands.sol";
import {Stakes} from "./Stakes.sol";
import {IVerdicts} from "./interfaces/IVerdicts.sol";
import {Job} from "./types/Job.sol";
import {JobId} from "./types/JobId.sol";
import {JobStatus, Price} from "./types/JobState.sol";

/// @notice Owns the counts of frozen jobs and the bonds that were lost, and carries out what verifiers report.
abstract contract Verdicts is AccessManaged, OutputDemands, Stakes, Books, IVerdicts {
    /// @dev The share of a lost bond that outsiders may get at most.
    uint256 private constant REWARD_CAP_BPS = 1_000;
    uint40 private constant HOLD = 30 days;

    mapping(address provider => uint256 count) private _frozenJobs;
    mapping(JobId id => HeldBond) private _heldBonds;

    /// @inheritdoc IVerdicts
    function freeze(JobId id, Job calldata given) external {
        Job memory job = _loadForVerifier(id, given);
        require(!job.state.frozen(), VerdictsFrozen(id));
        require(block.timestamp <= job.contestableUntil(), VerdictsTooLate(id, job.contestableUntil()));

        job.state = job.state.withFrozen(true);
        _store(id, job);
        ++_frozenJobs[job.provider];

        emit JobFrozen(id, job.provider);
    }

    /// @inheritdoc IVerdicts
    function unfreeze(JobId id, Job calldata given) external {
        Job memory job = _loadForVerifier(id, given);
        require(job.state.frozen(), VerdictsNotFrozen(id));

        job.state = job.state.withFrozen(false);
        _store(id, job);
        _countUnfrozen(job.provider);

        emit JobUnfrozen(id, job.provider);
    }

    /// @inheritdoc IVerdicts
    function slash(JobId id, Job calldata given, uint256 reward) external {
        Job memory job = _loadForVerifier(id, given);
        require(job.state.frozen(), VerdictsNotFrozen(id));
        require(block.timestamp <= job.frozenUntil(), VerdictsTooLate(id, job.frozenUntil()));
        (uint256 bond, uint256 refund) = (job.totalBond(), job.state.price() == Price.Escrowed ? job.totalPrice() : 0);
        // INVARIANT JE-10: at most a tenth of a lost bond goes to outsiders.
        require(
            reward <= (bond * REWARD_CAP_BPS) / 10_000,
            VerdictsRewardTooHigh(id, reward, (bond * REWARD_CAP_BPS) / 10_000)
        );
        uint256 held = bond - reward;

        _end(id);
        _countUnfrozen(job.provider);
        _returnBond(job, bond, 0);
        if (held != 0) {
            _heldBonds[id] = HeldBond(
                job.provider,
                uint40(block.timestamp) + HOLD,
                job.terms.staked(),
                job.token,
                held
            );
        }
        _enter(job, 0, bond);

        emit JobSlashed(id, job.client, job.provider, refund, reward, held);

        _returnDemands(id, job);
        _push(job.client, job.token, refund);
        _push(msg.sender, job.token, reward);
    }

    /// @inheritdoc IVerdicts
    function releaseHeldBond(JobId id) external {
        HeldBond memory bond = _takeHeldBond(id);
        require(block.timestamp >= bond.releasableAt, VerdictsHold(id, bond.releasableAt));
        emit HeldBondReleased(id, bond.amount);
        _push(TREASURY, bond.token, bond.amount);
    }

    /// @inheritdoc IVerdicts
    function restoreHeldBond(JobId id) external restricted {
        HeldBond memory bond = _takeHeldBond(id);
        require(block.timestamp < bond.releasableAt, VerdictsHold(id, bond.releasableAt));
        emit HeldBondRestored(id, bond.provider, bond.amount);
        if (bond.staked) _restoreStake(bond.provider, bond.token, bond.amount);
        else _push(bond.provider, bond.token, bond.amount);
    }

    /// @inheritdoc IVerdicts
    function frozenJobs(address provider) external view returns (uint256) {
        return _frozenJobs[provider];
    }

    /// @inheritdoc IVerdicts
    function heldBond(JobId id) external view returns (HeldBond memory) {
        return _heldBonds[id];
    }

    /// @dev One frozen job of a provider less.
    function _countUnfrozen(address provider) internal {
        --_frozenJobs[provider];
    }

    function _takeHeldBond(JobId id) private returns (HeldBond memory bond) {
        bond = _heldBonds[id];
        require(bond.amount != 0, VerdictsNothingHeld(id));
        delete _heldBonds[id];
    }

    function _loadForVerifier(JobId id, Job calldata given) private view returns (Job memory job) {
        job = _load(id, given, JobStatus.Delivered);
        require(msg.sender == job.verifier, JobsUnauthorized(id, msg.sender));
    }
}
