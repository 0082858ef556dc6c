import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { TIMELOCK_ROLES } from "../../deploy/access";
import { protocolFixture } from "../deploy/fixture";
import {
  FOR,
  STATE,
  beginVote,
  delegateToSelf,
  endVote,
  operationOf,
  pass,
  proposalOf,
  propose,
} from "../shared/votes";

/*
The guardian
├── cannot propose: it reverts with GovernorInsufficientProposerVotes
├── has no votes, and none for others
├── cannot execute before the delay is over
├── cannot change a number of the governor, nor name another guardian: it reverts with GovernorOnlyExecutor
├── cannot call what only the timelock may call, nor schedule, nor cancel at the timelock
└── cannot keep itself in office by cancelling
*/
describe("Attack: the guardian oversteps", () => {
  async function guardianFixture() {
    const base = await protocolFixture();
    await delegateToSelf(base);
    const { orderBook } = base;
    const data = orderBook.interface.encodeFunctionData("setFee", [250n]);
    return { ...base, proposal: proposalOf([{ target: orderBook, data }]) };
  }

  it("cannot propose (GV-6)", async () => {
    const { governor, guardian, parameters, proposal } = await loadFixture(guardianFixture);
    await expect(governor.connect(guardian).propose(...proposal.proposed))
      .to.be.revertedWithCustomError(governor, "GovernorInsufficientProposerVotes")
      .withArgs(guardian.address, 0n, parameters.Governance.proposalThreshold);
  });

  it("has no votes, and none for others (GV-6)", async () => {
    const base = await loadFixture(guardianFixture);
    const { governor, guardian, voter, proposal } = base;
    const proposalId = await propose(base, proposal);
    await beginVote(base, proposalId);
    await governor.connect(guardian).castVote(proposalId, FOR);
    expect((await governor.proposalVotes(proposalId)).forVotes).to.equal(0n);
    const { chainId } = await ethers.provider.getNetwork();
    const verifyingContract = await governor.getAddress();
    const domain = { name: "Ergon Governor", version: "1", chainId, verifyingContract };
    const fields = { proposalId: "uint256", support: "uint8", voter: "address", nonce: "uint256" };
    const types = { Ballot: Object.entries(fields).map(([name, type]) => ({ name, type })) };
    const ballot = { proposalId, support: FOR, voter: voter.address, nonce: 0n };
    const signature = await guardian.signTypedData(domain, types, ballot);
    await expect(governor.connect(guardian).castVoteBySig(proposalId, FOR, voter, signature))
      .to.be.revertedWithCustomError(governor, "GovernorInvalidSignature")
      .withArgs(voter.address);
  });

  it("cannot execute before the delay is over (GV-6)", async () => {
    const base = await loadFixture(guardianFixture);
    const { governor, timelock, guardian, voter, proposal } = base;
    const proposalId = await propose(base, proposal);
    await beginVote(base, proposalId);
    await governor.connect(voter).castVote(proposalId, FOR);
    await endVote(base, proposalId);
    await governor.connect(guardian).queue(...proposal.named);
    await time.setNextBlockTimestamp((await governor.proposalEta(proposalId)) - 1n);
    await expect(governor.connect(guardian).execute(...proposal.named))
      .to.be.revertedWithCustomError(timelock, "TimelockUnexpectedOperationState")
      .withArgs(await operationOf(governor, timelock, proposal), ethers.toBeHex(1n << 2n, 32));
  });

  it("cannot change a number of the governor, nor name another guardian (GV-6)", async () => {
    const { governor, guardian } = await loadFixture(guardianFixture);
    const own = governor.connect(guardian);
    for (const attempt of [
      () => own.setVotingDelay(86_400n),
      () => own.setVotingPeriod(259_200n),
      () => own.setProposalThreshold(0n),
      () => own.updateQuorumNumerator(2n),
      () => own.setLateQuorumVoteExtension(0n),
      () => own.setProposalGuardian(guardian),
      () => own.relay(guardian, 0n, "0x"),
    ]) {
      await expect(attempt())
        .to.be.revertedWithCustomError(governor, "GovernorOnlyExecutor")
        .withArgs(guardian.address);
    }
  });

  it("cannot call what only the timelock may call, nor schedule, nor cancel there (GV-6)", async () => {
    const { orderBook, timelock, guardian } = await loadFixture(guardianFixture);
    await expect(orderBook.connect(guardian).setFee(0n))
      .to.be.revertedWithCustomError(orderBook, "AccessManagedUnauthorized")
      .withArgs(guardian.address);
    const operation = [await orderBook.getAddress(), 0n, "0x", ethers.ZeroHash] as const;
    await expect(timelock.connect(guardian).schedule(...operation, ethers.ZeroHash, 172_800n))
      .to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount")
      .withArgs(guardian.address, TIMELOCK_ROLES.PROPOSER);
    await expect(timelock.connect(guardian).cancel(ethers.ZeroHash))
      .to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount")
      .withArgs(guardian.address, TIMELOCK_ROLES.CANCELLER);
  });

  it("cannot keep itself in office by cancelling (GV-6)", async () => {
    const base = await loadFixture(guardianFixture);
    const { governor, guardian, stranger, proposal } = base;
    const cancelled = await propose(base, proposal);
    await governor.connect(guardian).cancel(...proposal.named);
    expect(await governor.state(cancelled)).to.equal(STATE.Canceled);

    const successor: [string] = [stranger.address];
    const data = governor.interface.encodeFunctionData("setProposalGuardian", successor);
    const replacement = proposalOf([{ target: governor, data }]);
    await pass(base, replacement);
    await expect(governor.connect(guardian).cancel(...replacement.named))
      .to.be.revertedWithCustomError(governor, "ProtocolGovernorGuardianReplaced")
      .withArgs(guardian.address);
    await governor.execute(...replacement.named);
    const again = proposalOf([{ target: governor, data }], "Once more");
    await propose(base, again);
    await expect(governor.connect(guardian).cancel(...again.named))
      .to.be.revertedWithCustomError(governor, "GovernorUnableToCancel")
      .withArgs(await governor.hashProposal(...again.named), guardian.address);
  });
});
