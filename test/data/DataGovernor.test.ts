import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import type { BaseContract } from "ethers";

import { TIMELOCK_ROLES } from "../../deploy/access";
import { SEED_BOND, deployData, nameOf, planOf, usualSlots } from "../shared/data";
import { settledEpoch } from "../shared/datasets";
import { DAY } from "../shared/jobs";
import { FOR, STATE, proposalOf, statesOf } from "../shared/votes";
import type { ProposalArguments, ProposedCall } from "../shared/votes";

/*
Votes on a dataset
├── begin with the numbers that the interface names
├── change roles and terms of the dataset: proposed, voted, queued, executed
├── are refused bad roles and terms when they are executed
├── need a thousand shares to be proposed, as of the second before
├── need a tenth of all shares
├── change their own numbers within bounds, up to each of them
├── are refused numbers, and an extension, beyond their bounds
├── are refused another timelock, and targets without code
├── are cancelled by the guardian, who can do nothing else
└── leave the timelock a delay of one to fourteen days
*/
describe("DataGovernor", () => {
  /** A dataset in which one contributor has five of eight votes, and another three. */
  async function voted() {
    const market = await deployData();
    const { valueAt } = await settledEpoch(market);
    const names = usualSlots(market).map(nameOf);
    for (const row of [0, 1]) await market.dao.claimShares(1n, names[row], valueAt(row));
    await time.increase(1n);
    const [small, voter, none] = market.contributors;
    const lock = await ethers.getContractAt("DataTimelock", market.timelock);
    return { ...market, small, voter, none, guardian: market.stranger, lock };
  }
  type Voted = Awaited<ReturnType<typeof voted>>;

  const propose = async ({ governor, voter }: Voted, proposal: ProposalArguments) => {
    await governor.connect(voter).propose(...proposal.proposed);
    return governor.hashProposal(...proposal.named);
  };

  /** Proposes, votes and queues, up to the second in which anybody may execute. */
  const pass = async (base: Voted, calls: ProposedCall[]): Promise<ProposalArguments> => {
    const { governor, voter } = base;
    const proposal = proposalOf(calls);
    const id = await propose(base, proposal);
    await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
    await governor.connect(voter).castVote(id, FOR);
    await time.increaseTo((await governor.proposalDeadline(id)) + 1n);
    await governor.queue(...proposal.named);
    await time.increaseTo(await governor.proposalEta(id));
    return proposal;
  };

  it("begin with the numbers that the interface names", async () => {
    const { governor } = await loadFixture(voted);
    const numbers = await Promise.all([
      governor.votingDelay(),
      governor.votingPeriod(),
      governor.proposalThreshold(),
      governor["quorumNumerator()"](),
      governor.lateQuorumVoteExtension(),
    ]);
    expect(numbers).to.deep.equal([DAY, 5n * DAY, 10n ** 21n, 10n, 2n * DAY]);
    expect(await governor.CLOCK_MODE()).to.equal("mode=timestamp");
  });

  it("change roles and terms of the dataset: proposed, voted, queued, executed", async () => {
    const base = await loadFixture(voted);
    const { dao, governor, stranger, small, poolOwner } = base;
    const { valuation } = await planOf(base, base.host, poolOwner);
    const terms = { ...valuation, maxUnitPrice: 5n, minUnitBond: 10n };
    const coder = dao.interface;
    const roles = [stranger.address, small.address, SEED_BOND + 1n] as const;
    const proposal = await pass(base, [
      { target: dao, data: coder.encodeFunctionData("setRoles", [...roles]) },
      {
        target: dao,
        data: coder.encodeFunctionData("setValuation", [
          { ...terms, verifier: await base.verifier.getAddress() },
        ]),
      },
    ]);
    await expect(governor.connect(stranger).execute(...proposal.named))
      .to.emit(dao, "RolesSet")
      .withArgs(...roles);
    expect([await dao.host(), await dao.poolOwner(), await dao.seedBond()]).to.deep.equal([
      ...roles,
    ]);
    const { maxUnitPrice, minUnitBond } = await dao.valuation();
    expect([maxUnitPrice, minUnitBond]).to.deep.equal([5n, 10n]);
  });

  it("are refused bad roles and terms when they are executed", async () => {
    const base = await loadFixture(voted);
    const { dao, governor, host } = base;
    const data = dao.interface.encodeFunctionData("setRoles", [host.address, host.address, 1n]);
    const proposal = await pass(base, [{ target: dao, data }]);
    await expect(governor.execute(...proposal.named))
      .to.be.revertedWithCustomError(dao, "EpochsInvalidRoles")
      .withArgs(host.address, host.address);
  });

  it("need a thousand shares to be proposed, as of the second before", async () => {
    const { governor, dao, none } = await loadFixture(voted);
    const { proposed } = proposalOf([{ target: dao, data: "0x" }]);
    await expect(governor.connect(none).propose(...proposed))
      .to.be.revertedWithCustomError(governor, "GovernorInsufficientProposerVotes")
      .withArgs(none.address, 0n, 10n ** 21n);
  });

  it("need a tenth of all shares", async () => {
    const base = await loadFixture(voted);
    const { governor, dao, shares } = base;
    const proposal = proposalOf([{ target: dao, data: "0x" }]);
    const id = await propose(base, proposal);
    await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
    const snapshot = await governor.proposalSnapshot(id);
    expect(await governor.quorum(snapshot)).to.equal((await shares.totalSupply()) / 10n);
    await time.increaseTo((await governor.proposalDeadline(id)) + 1n);
    expect(await governor.state(id)).to.equal(STATE.Defeated);
    await expect(governor.queue(...proposal.named))
      .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
      .withArgs(id, STATE.Defeated, statesOf("Succeeded"));
  });

  const BOUNDS = [
    ["setVotingDelay", "votingDelay", DAY, 7n * DAY],
    ["setVotingPeriod", "votingPeriod", 3n * DAY, 14n * DAY],
    ["setProposalThreshold", "proposalThreshold", 0n, 10n ** 22n],
    ["updateQuorumNumerator", "quorumNumerator()", 2n, 30n],
  ] as const;

  const setter = ({ governor }: Voted, name: string, value: bigint): ProposedCall => {
    // a name that is known only at run time
    const { interface: coder }: BaseContract = governor;
    return { target: governor, data: coder.encodeFunctionData(name, [value]) };
  };

  for (const [name, getter, least, most] of BOUNDS) {
    it(`change their own numbers within bounds, up to each of them: ${name}`, async () => {
      for (const value of [least, most]) {
        const base = await loadFixture(voted);
        const proposal = await pass(base, [setter(base, name, value)]);
        await base.governor.execute(...proposal.named);
        expect(await base.governor.getFunction(getter)()).to.equal(value);
      }
    });

    it(`are refused numbers beyond their bounds: ${name}`, async () => {
      for (const value of [...(least === 0n ? [] : [least - 1n]), most + 1n]) {
        const base = await loadFixture(voted);
        const { governor } = base;
        const proposal = await pass(base, [setter(base, name, value)]);
        await expect(governor.execute(...proposal.named))
          .to.be.revertedWithCustomError(governor, "DataGovernorOutOfBounds")
          .withArgs(value, least, most);
      }
    });
  }

  it("are refused an extension beyond three days", async () => {
    const base = await loadFixture(voted);
    const { governor } = base;
    const tooLong = 3n * DAY + 1n;
    const proposal = await pass(base, [setter(base, "setLateQuorumVoteExtension", tooLong)]);
    await expect(governor.execute(...proposal.named))
      .to.be.revertedWithCustomError(governor, "GovernorPreventLateQuorumVoteExtensionTooLarge")
      .withArgs(tooLong, 3n * DAY);
  });

  it("are refused another timelock, and targets without code", async () => {
    const base = await loadFixture(voted);
    const { governor, lock, stranger, voter } = base;
    const data = governor.interface.encodeFunctionData("updateTimelock", [await lock.getAddress()]);
    const proposal = await pass(base, [{ target: governor, data }]);
    await expect(governor.execute(...proposal.named))
      .to.be.revertedWithCustomError(governor, "DataGovernorTimelockFixed")
      .withArgs();
    const { proposed } = proposalOf([{ target: stranger, data: "0x" }]);
    await expect(governor.connect(voter).propose(...proposed))
      .to.be.revertedWithCustomError(governor, "DataGovernorTargetWithoutCode")
      .withArgs(stranger.address);
  });

  it("are cancelled by the guardian, who can do nothing else", async () => {
    const base = await loadFixture(voted);
    const { governor, dao, guardian, small, lock } = base;
    const proposal = proposalOf([{ target: dao, data: "0x" }]);
    const id = await propose(base, proposal);
    await time.increaseTo((await governor.proposalSnapshot(id)) + 1n);
    await expect(governor.connect(small).cancel(...proposal.named))
      .to.be.revertedWithCustomError(governor, "GovernorUnableToCancel")
      .withArgs(id, small.address);
    await expect(governor.connect(guardian).cancel(...proposal.named))
      .to.emit(governor, "ProposalCanceled")
      .withArgs(id);
    await expect(governor.connect(guardian).setVotingDelay(DAY))
      .to.be.revertedWithCustomError(governor, "GovernorOnlyExecutor")
      .withArgs(guardian.address);
    await expect(lock.connect(guardian).grantRole(TIMELOCK_ROLES.PROPOSER, guardian))
      .to.be.revertedWithCustomError(lock, "AccessControlUnauthorizedAccount")
      .withArgs(guardian.address, TIMELOCK_ROLES.DEFAULT_ADMIN);
  });

  for (const [given, kept] of [
    [0n, DAY],
    [DAY + 1n, DAY + 1n],
    [15n * DAY, 14n * DAY],
  ] as const) {
    it(`leave the timelock a delay of one to fourteen days: ${given}`, async () => {
      const base = await loadFixture(voted);
      const { governor, lock } = base;
      const data = lock.interface.encodeFunctionData("updateDelay", [given]);
      const proposal = await pass(base, [{ target: lock, data }]);
      await governor.execute(...proposal.named);
      expect(await lock.getMinDelay()).to.equal(kept);
    });
  }
});
