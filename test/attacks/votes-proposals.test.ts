import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import type { BaseContract } from "ethers";

import { TIMELOCK_ROLES } from "../../deploy/access";
import { DAY, SUPPLY, governorFixture } from "../governance/fixture";
import { STATE, pass, proposalOf, propose, statesOf } from "../shared/votes";

/*
A proposal that somebody else saw before it was mined
├── with the mark of its proposer cannot be proposed by another: it reverts with GovernorRestrictedProposer
├── without the mark can be proposed and cancelled by another, and cannot be proposed again
└── with the mark of a lower-case address is protected too
The timelock's administration
├── is nobody's but its own: its deployer, holders and the guardian are refused
├── is not the governor's beyond its roles
└── cannot be had by who executes a queued change of the governor at the timelock itself
A proposal that tries a number beyond its bound
└── reverts with the bound when it is executed, and leaves the number (GV-5)
*/
describe("Attack: proposals", () => {
  describe("A proposal that somebody else saw before it was mined", () => {
    async function seenFixture() {
      const base = await governorFixture();
      const { target, data, voter } = base;
      const marked = (address: string) => {
        return proposalOf([{ target, data }], `A change #proposer=${address}`);
      };
      return { ...base, marked, mine: marked(voter.address) };
    }

    it("cannot be proposed by another, with the mark of its proposer", async () => {
      const { governor, voter, other, mine } = await loadFixture(seenFixture);
      await expect(governor.connect(other).propose(...mine.proposed))
        .to.be.revertedWithCustomError(governor, "GovernorRestrictedProposer")
        .withArgs(other.address);
      await expect(governor.connect(voter).propose(...mine.proposed)).to.emit(
        governor,
        "ProposalCreated",
      );
    });

    it("cannot be proposed by another, with the mark in lower case", async () => {
      const { governor, voter, other, marked } = await loadFixture(seenFixture);
      const { proposed } = marked(voter.address.toLowerCase());
      await expect(governor.connect(other).propose(...proposed))
        .to.be.revertedWithCustomError(governor, "GovernorRestrictedProposer")
        .withArgs(other.address);
    });

    it("can be proposed, cancelled and so kept from its proposer, without the mark", async () => {
      const { governor, voter, other, proposal } = await loadFixture(seenFixture);
      await governor.connect(other).propose(...proposal.proposed);
      await governor.connect(other).cancel(...proposal.named);
      const id = await governor.hashProposal(...proposal.named);
      await expect(governor.connect(voter).propose(...proposal.proposed))
        .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
        .withArgs(id, STATE.Canceled, statesOf());
    });
  });

  describe("The timelock's administration", () => {
    it("is nobody's but its own", async () => {
      const { governor, timelock, ...rest } = await loadFixture(governorFixture);
      const { deployer, voter, guardian, stranger } = rest;
      for (const caller of [deployer, voter, guardian, stranger]) {
        for (const role of Object.values(TIMELOCK_ROLES)) {
          await expect(timelock.connect(caller).grantRole(role, caller))
            .to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount")
            .withArgs(caller.address, TIMELOCK_ROLES.DEFAULT_ADMIN);
          await expect(timelock.connect(caller).revokeRole(role, governor))
            .to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount")
            .withArgs(caller.address, TIMELOCK_ROLES.DEFAULT_ADMIN);
        }
        await expect(timelock.connect(caller).updateDelay(0n))
          .to.be.revertedWithCustomError(timelock, "TimelockUnauthorizedCaller")
          .withArgs(caller.address);
      }
    });

    it("is not the governor's beyond its roles, also when holders vote to relay", async () => {
      const base = await loadFixture(governorFixture);
      const { governor, timelock, stranger } = base;
      const grant = timelock.interface.encodeFunctionData("grantRole", [
        TIMELOCK_ROLES.DEFAULT_ADMIN,
        stranger.address,
      ]);
      const relayed: [string, bigint, string] = [await timelock.getAddress(), 0n, grant];
      const data = governor.interface.encodeFunctionData("relay", relayed);
      const proposal = proposalOf([{ target: governor, data }]);
      await pass(base, proposal);
      await expect(governor.execute(...proposal.named))
        .to.be.revertedWithCustomError(timelock, "AccessControlUnauthorizedAccount")
        .withArgs(await governor.getAddress(), TIMELOCK_ROLES.DEFAULT_ADMIN);
    });

    it("cannot be had by who executes a change of the governor at the timelock itself", async () => {
      const base = await loadFixture(governorFixture);
      const { governor, timelock, stranger } = base;
      const data = governor.interface.encodeFunctionData("setVotingDelay", [2n * DAY]);
      const proposal = proposalOf([{ target: governor, data }]);
      await pass(base, proposal);
      const [targets, values, calls, descriptionHash] = proposal.named;
      const salt = (BigInt(await governor.getAddress()) << 96n) ^ BigInt(descriptionHash);
      const direct = [targets, values, calls, ethers.ZeroHash, ethers.toBeHex(salt, 32)] as const;
      await expect(timelock.connect(stranger).executeBatch(...direct)).to.be.revertedWithPanic(
        0x31,
      );
      await governor.execute(...proposal.named);
      expect(await governor.votingDelay()).to.equal(2n * DAY);
    });
  });

  describe("A proposal that tries a number beyond its bound", () => {
    const tries: readonly [string, bigint, string, readonly bigint[]][] = [
      ["setVotingDelay", DAY - 1n, "ProtocolGovernorInvalidVotingDelay", [DAY, 3n * DAY]],
      ["setVotingDelay", 3n * DAY + 1n, "ProtocolGovernorInvalidVotingDelay", [DAY, 3n * DAY]],
      [
        "setVotingPeriod",
        3n * DAY - 1n,
        "ProtocolGovernorInvalidVotingPeriod",
        [3n * DAY, 7n * DAY],
      ],
      [
        "setVotingPeriod",
        7n * DAY + 1n,
        "ProtocolGovernorInvalidVotingPeriod",
        [3n * DAY, 7n * DAY],
      ],
      [
        "setProposalThreshold",
        SUPPLY / 100n + 1n,
        "ProtocolGovernorInvalidThreshold",
        [SUPPLY / 100n],
      ],
      ["updateQuorumNumerator", 1n, "ProtocolGovernorInvalidQuorum", [2n, 20n]],
      ["updateQuorumNumerator", 21n, "ProtocolGovernorInvalidQuorum", [2n, 20n]],
      [
        "setLateQuorumVoteExtension",
        3n * DAY + 1n,
        "GovernorPreventLateQuorumVoteExtensionTooLarge",
        [3n * DAY],
      ],
    ];
    for (const [name, value, error, bounds] of tries) {
      it(`reverts with the bound: ${name}(${value}) (GV-5)`, async () => {
        const base = await loadFixture(governorFixture);
        const { governor } = base;
        const numbers = async () =>
          Promise.all([
            governor.votingDelay(),
            governor.votingPeriod(),
            governor.proposalThreshold(),
            governor["quorumNumerator()"](),
            governor.lateQuorumVoteExtension(),
          ]);
        const before = await numbers();
        // a name that is known only at run time
        const { interface: coder }: BaseContract = governor;
        const data = coder.encodeFunctionData(name, [value]);
        const proposal = proposalOf([{ target: governor, data }]);
        await pass(base, proposal);
        await expect(governor.execute(...proposal.named))
          .to.be.revertedWithCustomError(governor, error)
          .withArgs(value, ...bounds);
        expect(await numbers()).to.deep.equal(before);
      });
    }

    it("cannot make the timelock wait for less than two days (GV-1)", async () => {
      const base = await loadFixture(governorFixture);
      const { governor, timelock } = base;
      const data = timelock.interface.encodeFunctionData("updateDelay", [0n]);
      const proposal = proposalOf([{ target: timelock, data }]);
      await pass(base, proposal);
      await governor.execute(...proposal.named);
      expect(await timelock.getMinDelay()).to.equal(2n * DAY);
    });
  });

  it("make no second proposal of one that is under way", async () => {
    const base = await loadFixture(governorFixture);
    const { governor, other, proposal } = base;
    const id = await propose(base, proposal);
    await expect(governor.connect(other).propose(...proposal.proposed))
      .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
      .withArgs(id, STATE.Pending, statesOf());
  });
});
