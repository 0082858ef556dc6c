import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { toBeHex } from "ethers";
import { ethers } from "hardhat";

import {
  ABSTAIN,
  AGAINST,
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
import {
  DAY,
  QUORUM,
  SETTINGS,
  SUPPLY,
  THRESHOLD,
  deployGovernor,
  governorFixture,
} from "./fixture";

/** What the timelock asks for before it executes: the set of its state 2. */
const OPERATION_READY = toBeHex(1n << 2n, 32);

/*
ProtocolGovernor
├── it counts time as the token does
├── quorum
│  ├── it is a share of the whole supply, rounded down
│  └── it stays what it was for votes that began before a change
├── propose
│  ├── given a target without code: it reverts with ProtocolGovernorTargetWithoutCode
│  ├── given no call: it reverts with GovernorInvalidProposalLength
│  ├── given a vote less than the threshold: it reverts with GovernorInsufficientProposerVotes
│  └── given the threshold: it emits ProposalCreated with the times of the vote
├── castVote
│  ├── it counts from the second after the snapshot to the deadline, and neither before nor after
│  ├── given votes for and abstentions of just the quorum: the proposal succeeds
│  ├── given a vote less: it is defeated
│  ├── given as many for as against: it is defeated
│  ├── given a quorum before the last of the extension: the vote ends as planned
│  └── given a quorum later: the vote goes on for the extension
├── castVoteBySig counts the vote of whoever signed, once
├── queue
│  └── given a proposal that was not won: it reverts with GovernorUnexpectedProposalState
├── execute
│  ├── given the delay of the timelock is not over: it reverts with TimelockUnexpectedOperationState
│  └── given it is: anybody executes
└── updateTimelock reverts with ProtocolGovernorTimelockFixed, also by vote
*/
describe("ProtocolGovernor", () => {
  it("counts time as the token does", async () => {
    const { governor } = await loadFixture(governorFixture);
    expect(await governor.CLOCK_MODE()).to.equal("mode=timestamp");
    expect(await governor.clock()).to.equal(await time.latest());
    expect(await governor.COUNTING_MODE()).to.equal("support=bravo&quorum=for,abstain");
    expect(await governor.name()).to.equal("Ergon Governor");
  });

  describe("quorum", () => {
    it("is a share of the whole supply, rounded down", async () => {
      const { governor, ergonToken, timelock, voter } = await loadFixture(governorFixture);
      const now = await time.latest();
      expect(await governor.quorum(now)).to.equal(QUORUM);
      expect(await governor.quorum(now)).to.equal(
        ((await ergonToken.getPastTotalSupply(now - 1)) * 4n) / 100n,
      );
      const holdings = [{ holder: voter.address, amount: 199n }];
      const odd = await ethers.deployContract("ErgonToken", [holdings]);
      const settings = { ...SETTINGS, proposalThreshold: 0n, quorumPercent: 3n };
      const small = await deployGovernor(odd, timelock, settings);
      expect(await small.quorum(await time.latest())).to.equal(5n);
    });

    it("stays what it was for votes that began before a change", async () => {
      const votes = await loadFixture(governorFixture);
      const { governor } = votes;
      const data = governor.interface.encodeFunctionData("updateQuorumNumerator", [20n]);
      const proposal = proposalOf([{ target: governor, data }]);
      const before = await pass(votes, proposal);
      await governor.execute(...proposal.named);
      const snapshot = await governor.proposalSnapshot(before);
      expect(await governor.quorum(snapshot)).to.equal(QUORUM);
      expect(await governor.quorum(await time.latest())).to.equal(SUPPLY / 5n);
    });
  });

  describe("propose", () => {
    it("reverts with ProtocolGovernorTargetWithoutCode, given a target without code", async () => {
      const { governor, voter, stranger, target, data } = await loadFixture(governorFixture);
      const { proposed } = proposalOf([
        { target, data },
        { target: stranger.address, data: "0x" },
      ]);
      await expect(governor.connect(voter).propose(...proposed))
        .to.be.revertedWithCustomError(governor, "ProtocolGovernorTargetWithoutCode")
        .withArgs(stranger.address);
    });

    it("reverts with GovernorInvalidProposalLength, given no call", async () => {
      const { governor, voter } = await loadFixture(governorFixture);
      await expect(governor.connect(voter).propose(...proposalOf([]).proposed))
        .to.be.revertedWithCustomError(governor, "GovernorInvalidProposalLength")
        .withArgs(0n, 0n, 0n);
    });

    it("asks for the votes of the threshold, a second before", async () => {
      const { governor, ergonToken, voter, stranger, proposal } =
        await loadFixture(governorFixture);
      await ergonToken.connect(stranger).delegate(stranger);
      await ergonToken.connect(voter).transfer(stranger, THRESHOLD - 1n);
      await time.increase(1n);
      const asStranger = governor.connect(stranger);
      await expect(asStranger.propose(...proposal.proposed))
        .to.be.revertedWithCustomError(governor, "GovernorInsufficientProposerVotes")
        .withArgs(stranger.address, THRESHOLD - 1n, THRESHOLD);
      await ergonToken.connect(voter).transfer(stranger, 1n);
      const enoughAt = BigInt(await time.latest());
      await time.setNextBlockTimestamp(enoughAt + 1n);
      await expect(asStranger.propose(...proposal.proposed))
        .to.emit(governor, "ProposalCreated")
        .withArgs(
          ...[await governor.hashProposal(...proposal.named), stranger.address],
          ...proposal.proposed.slice(0, 2),
          ...[[""], proposal.proposed[2]],
          ...[enoughAt + 1n + DAY, enoughAt + 1n + 4n * DAY, "A change"],
        );
    });
  });

  describe("castVote", () => {
    it("counts from the second after the snapshot to the deadline, and neither before nor after", async () => {
      const { governor, voter, other, small, proposal } = await loadFixture(governorFixture);
      const proposalId = await propose({ governor, voter }, proposal);
      const snapshot = await governor.proposalSnapshot(proposalId);
      const deadline = await governor.proposalDeadline(proposalId);
      expect(deadline).to.equal(snapshot + 3n * DAY);

      await time.setNextBlockTimestamp(snapshot);
      await expect(governor.connect(voter).castVote(proposalId, FOR))
        .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
        .withArgs(proposalId, STATE.Pending, statesOf("Active"));
      await time.setNextBlockTimestamp(snapshot + 1n);
      await expect(governor.connect(other).castVote(proposalId, FOR))
        .to.emit(governor, "VoteCast")
        .withArgs(other.address, proposalId, FOR, (SUPPLY * 36n) / 100n, "");
      await time.setNextBlockTimestamp(deadline);
      await expect(governor.connect(small).castVoteWithReason(proposalId, AGAINST, "No."))
        .to.emit(governor, "VoteCast")
        .withArgs(small.address, proposalId, AGAINST, QUORUM, "No.");
      await time.setNextBlockTimestamp(deadline + 1n);
      await expect(governor.connect(voter).castVote(proposalId, FOR))
        .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
        .withArgs(proposalId, STATE.Succeeded, statesOf("Active"));
    });

    /** The state after a vote of stakes of the stranger's choice, in which `small` abstains. */
    async function stateAfter(votes: bigint, support: bigint, abstentions: bigint) {
      const { governor, ergonToken, voter, small, stranger, treasury, proposal } =
        await loadFixture(governorFixture);
      await ergonToken.connect(small).transfer(treasury, QUORUM - abstentions);
      await ergonToken.connect(stranger).delegate(stranger);
      await ergonToken.connect(voter).transfer(stranger, votes);
      const proposalId = await propose({ governor, voter }, proposal);
      await beginVote({ governor }, proposalId);
      await governor.connect(small).castVote(proposalId, ABSTAIN);
      await governor.connect(stranger).castVote(proposalId, support);
      await endVote({ governor }, proposalId);
      return governor.state(proposalId);
    }

    it("lets a proposal succeed, given votes for and abstentions of just the quorum", async () => {
      expect(await stateAfter(1n, FOR, QUORUM - 1n)).to.equal(STATE.Succeeded);
    });

    it("defeats it, given a vote less", async () => {
      expect(await stateAfter(1n, FOR, QUORUM - 2n)).to.equal(STATE.Defeated);
    });

    it("does not count votes against towards the quorum", async () => {
      expect(await stateAfter(1n, AGAINST, QUORUM - 1n)).to.equal(STATE.Defeated);
    });

    it("defeats it, given as many for as against", async () => {
      const { governor, ergonToken, voter, small, other, proposal } =
        await loadFixture(governorFixture);
      await ergonToken.connect(other).transfer(voter, (SUPPLY * 36n) / 100n - QUORUM);
      const proposalId = await propose({ governor, voter }, proposal);
      await beginVote({ governor }, proposalId);
      await governor.connect(small).castVote(proposalId, FOR);
      await governor.connect(other).castVote(proposalId, AGAINST);
      await endVote({ governor }, proposalId);
      const { forVotes, againstVotes } = await governor.proposalVotes(proposalId);
      expect(forVotes).to.equal(againstVotes).and.to.equal(QUORUM);
      expect(await governor.state(proposalId)).to.equal(STATE.Defeated);
    });

    it("ends the vote as planned, given a quorum before the last of the extension", async () => {
      const { governor, voter, proposal } = await loadFixture(governorFixture);
      const proposalId = await propose({ governor, voter }, proposal);
      const deadline = await governor.proposalDeadline(proposalId);
      await time.setNextBlockTimestamp(deadline - 2n * DAY);
      await expect(governor.connect(voter).castVote(proposalId, FOR)).to.not.emit(
        governor,
        "ProposalExtended",
      );
      expect(await governor.proposalDeadline(proposalId)).to.equal(deadline);
    });

    it("lets the vote go on for the extension, given a quorum later, once", async () => {
      const { governor, voter, other, proposal } = await loadFixture(governorFixture);
      const proposalId = await propose({ governor, voter }, proposal);
      const deadline = await governor.proposalDeadline(proposalId);
      await time.setNextBlockTimestamp(deadline - 2n * DAY + 1n);
      await expect(governor.connect(voter).castVote(proposalId, FOR))
        .to.emit(governor, "ProposalExtended")
        .withArgs(proposalId, deadline + 1n);
      await time.setNextBlockTimestamp(deadline + 1n);
      await governor.connect(other).castVote(proposalId, AGAINST);
      expect(await governor.proposalDeadline(proposalId)).to.equal(deadline + 1n);
    });
  });

  it("castVoteBySig counts the vote of whoever signed, once", async () => {
    const { governor, voter, stranger, proposal } = await loadFixture(governorFixture);
    const proposalId = await propose({ governor, voter }, proposal);
    await beginVote({ governor }, proposalId);
    const { chainId } = await ethers.provider.getNetwork();
    const verifyingContract = await governor.getAddress();
    const domain = { name: "Ergon Governor", version: "1", chainId, verifyingContract };
    const types = {
      Ballot: [
        { name: "proposalId", type: "uint256" },
        { name: "support", type: "uint8" },
        { name: "voter", type: "address" },
        { name: "nonce", type: "uint256" },
      ],
    };
    const ballot = { proposalId, support: FOR, voter: voter.address, nonce: 0n };
    const signature = await voter.signTypedData(domain, types, ballot);
    const cast = () => governor.connect(stranger).castVoteBySig(proposalId, FOR, voter, signature);
    await expect(cast())
      .to.emit(governor, "VoteCast")
      .withArgs(voter.address, proposalId, FOR, (SUPPLY * 60n) / 100n, "");
    await expect(cast())
      .to.be.revertedWithCustomError(governor, "GovernorInvalidSignature")
      .withArgs(voter.address);
  });

  describe("queue", () => {
    it("reverts with GovernorUnexpectedProposalState, given a proposal that was not won", async () => {
      const { governor, voter, proposal } = await loadFixture(governorFixture);
      const proposalId = await propose({ governor, voter }, proposal);
      const refused = async (state: bigint) =>
        expect(governor.queue(...proposal.named))
          .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
          .withArgs(proposalId, state, statesOf("Succeeded"));
      await refused(STATE.Pending);
      await beginVote({ governor }, proposalId);
      await refused(STATE.Active);
      await endVote({ governor }, proposalId);
      await refused(STATE.Defeated);
    });
  });

  describe("execute", () => {
    it("waits for the delay of the timelock, and is anybody's then", async () => {
      const { governor, timelock, ergonToken, voter, stranger, treasury, target, proposal } =
        await loadFixture(governorFixture);
      const proposalId = await propose({ governor, voter }, proposal);
      await beginVote({ governor }, proposalId);
      await governor.connect(voter).castVote(proposalId, FOR);
      await endVote({ governor }, proposalId);
      await expect(governor.connect(stranger).execute(...proposal.named))
        .to.be.revertedWithCustomError(governor, "GovernorUnexpectedProposalState")
        .withArgs(proposalId, STATE.Succeeded, statesOf("Queued"));
      await governor.connect(stranger).queue(...proposal.named);
      const eta = await governor.proposalEta(proposalId);
      expect(eta).to.equal(BigInt(await time.latest()) + 2n * DAY);

      await time.setNextBlockTimestamp(eta - 1n);
      await expect(governor.connect(stranger).execute(...proposal.named))
        .to.be.revertedWithCustomError(timelock, "TimelockUnexpectedOperationState")
        .withArgs(await operationOf(governor, timelock, proposal), OPERATION_READY);
      await time.setNextBlockTimestamp(eta);
      await expect(governor.connect(stranger).execute(...proposal.named))
        .to.emit(governor, "ProposalExecuted")
        .withArgs(proposalId);
      expect(await target.balanceOf(treasury)).to.equal(1n);
      expect(await ergonToken.totalSupply()).to.equal(SUPPLY);
    });
  });

  it("updateTimelock reverts with ProtocolGovernorTimelockFixed, also by vote", async () => {
    const votes = await loadFixture(governorFixture);
    const { governor, timelock, stranger } = votes;
    await expect(governor.updateTimelock(stranger))
      .to.be.revertedWithCustomError(governor, "ProtocolGovernorTimelockFixed")
      .withArgs(await timelock.getAddress());
    const data = governor.interface.encodeFunctionData("updateTimelock", [stranger.address]);
    const proposal = proposalOf([{ target: governor, data }]);
    await pass(votes, proposal);
    await expect(governor.execute(...proposal.named))
      .to.be.revertedWithCustomError(governor, "ProtocolGovernorTimelockFixed")
      .withArgs(await timelock.getAddress());
  });
});
