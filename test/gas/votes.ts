import { ethers } from "hardhat";

import { THRESHOLD, governorFixture } from "../governance/fixture";
import { FOR, beginVote, proposalOf, propose } from "../shared/votes";
import { measure } from "./measure";
import type { Gas } from "./measure";

/**
 * A vote by an account that has voted before, on a proposal for which others have voted; the quorum is not reached by
 * it, nor was it before, so that all of it is looked at.
 */
export async function measureVotes(): Promise<[string, Gas][]> {
  const base = await governorFixture();
  const { governor, ergonToken, voter, target, data } = base;
  const [first, second] = (await ethers.getSigners()).slice(-2);
  for (const holder of [first, second]) {
    await ergonToken.connect(holder).delegate(holder);
    await ergonToken.connect(voter).transfer(holder, THRESHOLD);
  }
  const before = await propose(base, proposalOf([{ target, data }], "Before"));
  const proposalId = await propose(base, base.proposal);
  await beginVote(base, proposalId);
  await governor.connect(second).castVote(before, FOR);
  await governor.connect(first).castVote(proposalId, FOR);
  return [["vote.cast", await measure(governor.connect(second).castVote(proposalId, FOR))]];
}
