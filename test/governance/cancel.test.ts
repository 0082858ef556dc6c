import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroAddress } from "ethers";

import {
  FOR,
  STATE,
  beginVote,
  endVote,
  operationOf,
  pass,
  proposalOf,
  propose,
  statesOf,
} from "../shared/votes";
import { DAY, governorFixture } from "./fixture";

/*
ProtocolGovernor.cancel
├── given a guardian: it cancels a proposal in any state before execution
├── given an executed or cancelled proposal: it reverts with GovernorUnexpectedProposalState
├── given the proposer: it cancels before the vote begins, and reverts with GovernorUnableToCancel after
├── given no guardian: the proposer cancels until execution, and nobody else
├── given the guardian and a proposal that only replaces it: it reverts with ProtocolGovernorGuardianReplaced (GV-6)
└── given the guardian and a proposal that replaces it and does more: it cancels
*/
describe("ProtocolGovernor.cancel", () => {
  it("cancels a proposal in any state before execution, given the guardian", async () => {
    const steps = ["Pending", "Active", "Defeated", "Succeeded", "Queued"] as const;
    for (const state of steps) {
      const votes = await loadFixture(governorFixture);
      const { governor, timelock, voter, guardian, proposal } = votes;
      const proposalId = await propose(votes, proposal);
      if (state !== "Pending") await beginVote(votes, proposalId);
      if (state === "Succeeded" || state === "Queued") {
        await governor.connect(voter).castVote(proposalId, FOR);
      }
      if (state !== "Pending" && state !== "Active") await endVote(votes, proposalId);
      if (state === "Queued") await governor.queue(...proposal.named);
      expect(await governor.state(proposalId)).to.equal(STATE[state]);
      await expect(governor.connect(guardian).cancel(...proposal.named))
        .to.emit(governor, "ProposalCanceled")
        .withArgs(proposalId);
      expect(await governor.state(proposalId)).to.equal(STATE.Canceled);
      const operation = await operationOf(governor, timelock, proposal);
      expect(await timelock.isOperation(operation)).to.equal(false);
    }
  });

  it("reverts with GovernorUnexpectedProposalState, given an executed or cancelled proposal", async () => {
    const votes = await loadFixture(governorFixture);
    const { governor, guardian, target, data, proposal } = votes;
    const open = statesOf("Pending", "Active", "Defeated", "Succeeded", "Queued");
    const executed = await pass(votes, proposal);
    await governor.execute(...proposal.named);
    const second = proposalOf([{ target, data }], "Another change");
    const cancelled = await propose(votes, second);
    await governor.connect(guardian).cancel(...second.named);
    for (const [id, { named }, state] of [
      [executed, proposal, STATE.Executed],
      [cancelled, second, STATE.Canceled],
    ] as const) {
      await expect(governor.connect(guardian).cancel(...named))
        .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
        .withArgs(id, state, open);
    }
  });

  it("lets the proposer cancel before the vote begins, and not after", async () => {
    const votes = await loadFixture(governorFixture);
    const { governor, voter, target, data, proposal } = votes;
    const proposalId = await propose(votes, proposal);
    const snapshot = await governor.proposalSnapshot(proposalId);
    const second = proposalOf([{ target, data }], "Another change");
    await propose(votes, second);
    await time.setNextBlockTimestamp(snapshot);
    await governor.connect(voter).cancel(...proposal.named);
    expect(await governor.state(proposalId)).to.equal(STATE.Canceled);
    const late = await governor.hashProposal(...second.named);
    await beginVote(votes, late);
    await expect(governor.connect(voter).cancel(...second.named))
      .to.be.revertedWithCustomError(governor, "GovernorUnableToCancel")
      .withArgs(late, voter.address);
  });

  it("lets the proposer cancel until execution, and nobody else, given no guardian", async () => {
    const votes = await loadFixture(governorFixture);
    const { governor, voter, guardian, proposal } = votes;
    const data = governor.interface.encodeFunctionData("setProposalGuardian", [ZeroAddress]);
    const replacement = proposalOf([{ target: governor, data }]);
    await pass(votes, replacement);
    await governor.execute(...replacement.named);
    const proposalId = await pass(votes, proposal);
    await expect(governor.connect(guardian).cancel(...proposal.named))
      .to.be.revertedWithCustomError(governor, "GovernorUnableToCancel")
      .withArgs(proposalId, guardian.address);
    await governor.connect(voter).cancel(...proposal.named);
    expect(await governor.state(proposalId)).to.equal(STATE.Canceled);
  });

  it("reverts with ProtocolGovernorGuardianReplaced, given the guardian and a proposal that only replaces it (GV-6)", async () => {
    const votes = await loadFixture(governorFixture);
    const { governor, guardian, stranger } = votes;
    const successor: [string] = [stranger.address];
    const data = governor.interface.encodeFunctionData("setProposalGuardian", successor);
    const replacement = proposalOf([{ target: governor, data }]);
    await pass(votes, replacement);
    await expect(governor.connect(guardian).cancel(...replacement.named))
      .to.be.revertedWithCustomError(governor, "ProtocolGovernorGuardianReplaced")
      .withArgs(guardian.address);
    await expect(governor.execute(...replacement.named))
      .to.emit(governor, "ProposalGuardianSet")
      .withArgs(guardian.address, stranger.address);
  });

  it("cancels, given the guardian and a proposal that replaces it and does more", async () => {
    const votes = await loadFixture(governorFixture);
    const { governor, guardian, stranger, target, data } = votes;
    const successor: [string] = [stranger.address];
    const replace = governor.interface.encodeFunctionData("setProposalGuardian", successor);
    const change = governor.interface.encodeFunctionData("setVotingDelay", [2n * DAY]);
    for (const calls of [
      [
        { target: governor, data: replace },
        { target, data },
      ],
      [{ target, data: replace }],
      [{ target: governor, data: change }],
    ]) {
      const proposal = proposalOf(calls);
      const proposalId = await propose(votes, proposal);
      await governor.connect(guardian).cancel(...proposal.named);
      expect(await governor.state(proposalId)).to.equal(STATE.Canceled);
    }
  });
});
