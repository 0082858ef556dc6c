import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";

import { TIMELOCK_ROLES } from "../../deploy/access";
import { FOR, proposalOf, propose } from "../shared/votes";
import { DAY, SETTINGS, SUPPLY, deployGovernor, governorFixture } from "./fixture";

/*
Bounds of the ProtocolGovernor (by vote: test/attacks/votes-proposals.test.ts)
├── constructor
│  ├── it takes each number at its bounds (GV-5)
│  └── given a number beyond its bound: it reverts with the bound (GV-5)
└── it takes less than 28 days from a proposal to what it does, given the highest of all numbers (GV-5)
*/
describe("Bounds of the ProtocolGovernor", () => {
  describe("constructor", () => {
    const deploy = async (changes: Partial<typeof SETTINGS>) => {
      const { ergonToken, timelock } = await loadFixture(governorFixture);
      return deployGovernor(ergonToken, timelock, { ...SETTINGS, ...changes });
    };

    it("takes each number at its bounds (GV-5)", async () => {
      const least = await deploy({ proposalThreshold: 0n, quorumPercent: 2n, voteExtension: 0n });
      expect(await least.votingDelay()).to.equal(DAY);
      expect(await least.votingPeriod()).to.equal(3n * DAY);
      expect(await least.proposalThreshold()).to.equal(0n);
      expect(await least["quorumNumerator()"]()).to.equal(2n);
      expect(await least.lateQuorumVoteExtension()).to.equal(0n);
      const most = await deploy({
        votingDelay: 3n * DAY,
        votingPeriod: 7n * DAY,
        proposalThreshold: SUPPLY / 100n,
        quorumPercent: 20n,
        voteExtension: 3n * DAY,
      });
      expect(await most.votingDelay()).to.equal(3n * DAY);
      expect(await most.votingPeriod()).to.equal(7n * DAY);
      expect(await most.proposalThreshold()).to.equal(SUPPLY / 100n);
      expect(await most["quorumNumerator()"]()).to.equal(20n);
      expect(await most.lateQuorumVoteExtension()).to.equal(3n * DAY);
    });

    const beyond: readonly [Partial<typeof SETTINGS>, string, readonly bigint[]][] = [
      [{ votingDelay: DAY - 1n }, "ProtocolGovernorInvalidVotingDelay", [DAY, 3n * DAY]],
      [{ votingDelay: 3n * DAY + 1n }, "ProtocolGovernorInvalidVotingDelay", [DAY, 3n * DAY]],
      [
        { votingPeriod: 3n * DAY - 1n },
        "ProtocolGovernorInvalidVotingPeriod",
        [3n * DAY, 7n * DAY],
      ],
      [
        { votingPeriod: 7n * DAY + 1n },
        "ProtocolGovernorInvalidVotingPeriod",
        [3n * DAY, 7n * DAY],
      ],
      [
        { proposalThreshold: SUPPLY / 100n + 1n },
        "ProtocolGovernorInvalidThreshold",
        [SUPPLY / 100n],
      ],
      [{ quorumPercent: 1n }, "ProtocolGovernorInvalidQuorum", [2n, 20n]],
      [{ quorumPercent: 21n }, "ProtocolGovernorInvalidQuorum", [2n, 20n]],
      [
        { voteExtension: 3n * DAY + 1n },
        "GovernorPreventLateQuorumVoteExtensionTooLarge",
        [3n * DAY],
      ],
    ];
    for (const [changes, error, bounds] of beyond) {
      const [[name, value]] = Object.entries(changes);
      it(`reverts with the bound, given ${name} of ${value} (GV-5)`, async () => {
        const { governor } = await loadFixture(governorFixture);
        await expect(deploy(changes))
          .to.be.revertedWithCustomError(governor, error)
          .withArgs(value, ...bounds);
      });
    }
  });

  it("takes less than 28 days from a proposal to what it does, given the highest of all numbers (GV-5)", async () => {
    const { ergonToken, voter, target, data } = await loadFixture(governorFixture);
    const [deployer] = await ethers.getSigners();
    const anyone = [ethers.ZeroAddress];
    const slow = [100n * DAY, [], anyone, deployer.address] as const;
    const timelock = await ethers.deployContract("ProtocolTimelock", [...slow]);
    const governor = await deployGovernor(ergonToken, timelock, {
      ...SETTINGS,
      ...{ votingDelay: 3n * DAY, votingPeriod: 7n * DAY, voteExtension: 3n * DAY },
    });
    await timelock.grantRole(TIMELOCK_ROLES.PROPOSER, governor);
    const proposal = proposalOf([{ target, data }]);
    const proposalId = await propose({ governor, voter }, proposal);
    const proposedAt = BigInt(await time.latest());
    await time.setNextBlockTimestamp(await governor.proposalDeadline(proposalId));
    await governor.connect(voter).castVote(proposalId, FOR);
    await time.setNextBlockTimestamp((await governor.proposalDeadline(proposalId)) + 1n);
    await governor.queue(...proposal.named);
    await time.setNextBlockTimestamp(await governor.proposalEta(proposalId));
    await governor.execute(...proposal.named);
    expect(BigInt(await time.latest()) - proposedAt).to.equal(27n * DAY + 1n);
  });
});
