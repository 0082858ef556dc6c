import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { SUPPLY, THRESHOLD, governorFixture } from "../governance/fixture";
import { FOR, beginVote, propose } from "../shared/votes";

/*
Votes that are borrowed for one transaction
├── propose nothing: the threshold is of the second before
├── weigh nothing in a vote: the weight is of the second in which it began
├── weigh nothing in the second in which the vote begins, which is over before anybody votes
└── take nothing from what the lender's votes weigh in votes that began before
*/
describe("Attack: flash-loaned votes", () => {
  async function flashFixture() {
    const base = await governorFixture();
    const flash = await ethers.deployContract("FlashVoter");
    await base.ergonToken.connect(base.voter).approve(flash, ethers.MaxUint256);
    const proposalId = await propose(base, base.proposal);
    const vote = base.governor.interface.encodeFunctionData("castVote", [proposalId, FOR]);
    /** Makes a call of the governor with 60 % of the supply. */
    const borrow = async (data: string) =>
      flash.borrow(base.ergonToken, base.voter, (SUPPLY * 60n) / 100n, base.governor, data);
    return { ...base, flash, proposalId, vote, borrow };
  }

  it("propose nothing", async () => {
    const { governor, flash, target, data, borrow } = await loadFixture(flashFixture);
    const proposing = governor.interface.encodeFunctionData("propose", [
      ...[[await target.getAddress()], [0n], [data], "By whoever can borrow"],
    ] as [string[], bigint[], string[], string]);
    await expect(borrow(proposing))
      .to.be.revertedWithCustomError(governor, "GovernorInsufficientProposerVotes")
      .withArgs(await flash.getAddress(), 0n, THRESHOLD);
  });

  it("weigh nothing in a vote (GV-8)", async () => {
    const { governor, flash, proposalId, vote, borrow } = await loadFixture(flashFixture);
    await beginVote({ governor }, proposalId);
    await expect(borrow(vote))
      .to.emit(governor, "VoteCast")
      .withArgs(await flash.getAddress(), proposalId, FOR, 0n, "");
    expect((await governor.proposalVotes(proposalId)).forVotes).to.equal(0n);
  });

  it("weigh nothing by a loan in the second in which the vote begins", async () => {
    const { governor, ergonToken, flash, proposalId, vote, borrow } =
      await loadFixture(flashFixture);
    const snapshot = await governor.proposalSnapshot(proposalId);
    await time.setNextBlockTimestamp(snapshot);
    // the lender has them back at the end of the second
    await borrow(governor.interface.encodeFunctionData("clock"));
    await time.setNextBlockTimestamp(snapshot + 1n);
    await expect(borrow(vote))
      .to.emit(governor, "VoteCast")
      .withArgs(await flash.getAddress(), proposalId, FOR, 0n, "");
    expect(await ergonToken.getPastVotes(flash, snapshot)).to.equal(0n);
  });

  it("take nothing from what the lender's votes weigh", async () => {
    const { governor, ergonToken, voter, proposalId, vote, borrow } =
      await loadFixture(flashFixture);
    await beginVote({ governor }, proposalId);
    await borrow(vote);
    await expect(governor.connect(voter).castVote(proposalId, FOR))
      .to.emit(governor, "VoteCast")
      .withArgs(voter.address, proposalId, FOR, (SUPPLY * 60n) / 100n, "");
    expect(await ergonToken.balanceOf(voter)).to.equal((SUPPLY * 60n) / 100n);
  });
});
