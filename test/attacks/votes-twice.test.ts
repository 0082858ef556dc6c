import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { QUORUM, SUPPLY, governorFixture } from "../governance/fixture";
import { AGAINST, FOR, beginVote, propose } from "../shared/votes";

/*
Tokens that try to vote more than once on a proposal
├── by a second vote of their holder: it reverts with GovernorAlreadyCastVote
├── by a signature beside the holder's own vote: it reverts with GovernorAlreadyCastVote
├── by a transfer after the vote: they weigh nothing with the next holder
├── by a delegation after the vote: they weigh nothing with the delegate
├── by a transfer and delegation in the second in which the vote begins: they weigh once
└── by a delegation while their holder votes too: the holder weighs nothing
*/
describe("Attack: votes that count twice", () => {
  async function votedFixture() {
    const base = await governorFixture();
    const { governor, small } = base;
    const proposalId = await propose(base, base.proposal);
    await beginVote(base, proposalId);
    await governor.connect(small).castVote(proposalId, FOR);
    const forVotes = async () => (await governor.proposalVotes(proposalId)).forVotes;
    return { ...base, proposalId, forVotes };
  }

  it("are refused with GovernorAlreadyCastVote, by a second vote of their holder (GV-8)", async () => {
    const { governor, small, proposalId, forVotes } = await loadFixture(votedFixture);
    for (const support of [FOR, AGAINST]) {
      await expect(governor.connect(small).castVote(proposalId, support))
        .to.be.revertedWithCustomError(governor, "GovernorAlreadyCastVote")
        .withArgs(small.address);
    }
    expect(await forVotes()).to.equal(QUORUM);
  });

  it("are refused with GovernorAlreadyCastVote, by a signature beside the holder's own vote", async () => {
    const { governor, small, stranger, proposalId } = await loadFixture(votedFixture);
    const { chainId } = await ethers.provider.getNetwork();
    const verifyingContract = await governor.getAddress();
    const domain = { name: "Ergon Governor", version: "1", chainId, verifyingContract };
    const fields = { proposalId: "uint256", support: "uint8", voter: "address", nonce: "uint256" };
    const types = { Ballot: Object.entries(fields).map(([name, type]) => ({ name, type })) };
    const ballot = { proposalId, support: FOR, voter: small.address, nonce: 0n };
    const signature = await small.signTypedData(domain, types, ballot);
    await expect(governor.connect(stranger).castVoteBySig(proposalId, FOR, small, signature))
      .to.be.revertedWithCustomError(governor, "GovernorAlreadyCastVote")
      .withArgs(small.address);
  });

  it("weigh nothing with the next holder, by a transfer after the vote (GV-8)", async () => {
    const { governor, ergonToken, small, stranger, proposalId, forVotes } =
      await loadFixture(votedFixture);
    await ergonToken.connect(stranger).delegate(stranger);
    await ergonToken.connect(small).transfer(stranger, QUORUM);
    await time.increase(1n);
    await expect(governor.connect(stranger).castVote(proposalId, FOR))
      .to.emit(governor, "VoteCast")
      .withArgs(stranger.address, proposalId, FOR, 0n, "");
    expect(await forVotes()).to.equal(QUORUM);
  });

  it("weigh nothing with the delegate, by a delegation after the vote", async () => {
    const { governor, ergonToken, small, stranger, proposalId, forVotes } =
      await loadFixture(votedFixture);
    await ergonToken.connect(small).delegate(stranger);
    await time.increase(1n);
    await governor.connect(stranger).castVote(proposalId, FOR);
    expect(await forVotes()).to.equal(QUORUM);
  });

  it("weigh once, by a transfer and delegation in the second in which the vote begins", async () => {
    const base = await loadFixture(governorFixture);
    const { governor, ergonToken, small, stranger } = base;
    await ergonToken.connect(stranger).delegate(stranger);
    const proposalId = await propose(base, base.proposal);
    const snapshot = await governor.proposalSnapshot(proposalId);
    await time.setNextBlockTimestamp(snapshot);
    await ergonToken.connect(small).transfer(stranger, QUORUM);
    await beginVote(base, proposalId);
    await governor.connect(small).castVote(proposalId, FOR);
    await governor.connect(stranger).castVote(proposalId, FOR);
    expect((await governor.proposalVotes(proposalId)).forVotes).to.equal(QUORUM);
  });

  it("weigh nothing with their holder, by a delegation while it votes too", async () => {
    const base = await loadFixture(governorFixture);
    const { governor, ergonToken, voter, small, proposal } = base;
    await ergonToken.connect(small).delegate(voter);
    const proposalId = await propose(base, proposal);
    await beginVote(base, proposalId);
    await governor.connect(voter).castVote(proposalId, FOR);
    await governor.connect(small).castVote(proposalId, FOR);
    const { forVotes } = await governor.proposalVotes(proposalId);
    expect(forVotes).to.equal((SUPPLY * 60n) / 100n + QUORUM);
  });
});
