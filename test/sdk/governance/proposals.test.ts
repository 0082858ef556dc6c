import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import {
  abi,
  asAddress,
  asHex,
  cancelProposal,
  castVote,
  createErgonClient,
  delegateVotes,
  descriptionBy,
  executeProposal,
  getProposal,
  propose,
  proposalIdOf,
  queueProposal,
} from "../../../sdk/src/index";
import { protocolFixture } from "../../deploy/fixture";
import { expectError } from "../../worker/support/rejection";

const DAY = 86_400n;

/*
actions on a proposal
├── delegateVotes lets an account's tokens vote, by itself or by another
├── propose marks its proposer, and tells the id that the chain has
├── getProposal tells what is proposed and where it stands, to the end
├── castVote tells a reason
├── cancelProposal cancels, of the proposer and of the guardian
├── getProposal and propose refuse what is none
├── refusals carry the contract's error, and a hint
└── descriptionBy adds the mark once
*/
describe("actions on a proposal", () => {
  async function actionsFixture() {
    const base = await protocolFixture();
    const { contracts: addresses, fromBlock } = base.book;
    const clientOf = (runner: HardhatEthersSigner) =>
      createErgonClient({ runner, addresses, fromBlock });
    const [voter, treasury, guardian] = [base.voter, base.treasury, base.guardian].map(clientOf);
    const { stranger: account } = base;
    const stranger = clientOf(account);
    await delegateVotes(voter);
    await time.increase(1n);
    const data = asHex(abi.orderBook.encodeFunctionData("setFee", [250n]));
    const content = { calls: [{ to: addresses.orderBook, data }], description: "A higher fee" };
    return { ...base, account, voter, treasury, guardian, stranger, content };
  }

  it("delegateVotes lets an account's tokens vote, by itself or by another", async () => {
    const { ergonToken, treasury, account, parameters } = await loadFixture(actionsFixture);
    const { holdings } = parameters.Governance;
    expect(await ergonToken.delegates(holdings[0].holder)).to.equal(holdings[0].holder);
    await delegateVotes(treasury, { to: asAddress(account.address) });
    expect(await ergonToken.getVotes(account)).to.equal(holdings[1].amount);
  });

  it("propose marks its proposer, and tells the id that the chain has", async () => {
    const { governor, voter, content } = await loadFixture(actionsFixture);
    const { proposalId, description, transaction } = await propose(voter, content);
    const proposer = await governor.proposalProposer(proposalId);
    expect(description).to.equal(`A higher fee\n#proposer=${proposer}`);
    const [event] = transaction.logs.map((log) => governor.interface.parseLog(log));
    expect(event?.args.proposalId).to.equal(proposalId);
    expect(proposalIdOf({ ...content, description })).to.equal(proposalId);
  });

  it("getProposal tells what is proposed and where it stands, to the end", async () => {
    const { orderBook, voter, stranger, content, parameters } = await loadFixture(actionsFixture);
    const { proposalId, description } = await propose(voter, content);
    const read = () => getProposal(stranger, { proposalId });
    const pending = await read();
    const proposedAt = BigInt(await time.latest());
    expect(pending).to.deep.include({
      proposalId,
      description,
      state: "pending",
      votes: { for: 0n, against: 0n, abstain: 0n, quorum: undefined },
      calls: [{ ...content.calls[0], value: 0n }],
      snapshotAt: proposedAt + DAY,
      deadline: proposedAt + 4n * DAY,
      executableAt: undefined,
    });

    await time.increaseTo(pending.snapshotAt + 1n);
    await castVote(voter, { proposalId, choice: "for" });
    const { amount } = parameters.Governance.holdings[0];
    const active = await read();
    expect(active.state).to.equal("active");
    expect(active.votes.for).to.equal(amount);
    expect(active.votes.quorum).to.equal(4n * 10n ** 25n);

    await time.increaseTo(active.deadline + 1n);
    const succeeded = await read();
    expect(succeeded.state).to.equal("succeeded");
    await queueProposal(stranger, succeeded);
    const queued = await read();
    expect(queued.state).to.equal("queued");
    expect(queued.executableAt).to.equal(BigInt(await time.latest()) + 2n * DAY);
    await time.increaseTo((queued.executableAt ?? 0n) - 1n);
    await executeProposal(stranger, queued);
    expect((await read()).state).to.equal("executed");
    expect(await orderBook.fee()).to.equal(250n);
  });

  it("castVote tells a reason, and counts against and abstentions", async () => {
    const { governor, voter, treasury, content } = await loadFixture(actionsFixture);
    await delegateVotes(treasury);
    await time.increase(1n);
    const { proposalId } = await propose(voter, content);
    await time.increaseTo((await governor.proposalSnapshot(proposalId)) + 1n);
    const told = await castVote(voter, { proposalId, choice: "against", reason: "Too much" });
    await castVote(treasury, { proposalId, choice: "abstain" });
    const [event] = told.logs.map((log) => governor.interface.parseLog(log));
    expect(event?.args.reason).to.equal("Too much");
    const { votes } = await getProposal(voter, { proposalId });
    expect(votes).to.deep.include({ for: 0n, against: 6n * 10n ** 26n, abstain: 4n * 10n ** 26n });
  });

  it("cancelProposal cancels, of the proposer and of the guardian", async () => {
    const { voter, guardian, content } = await loadFixture(actionsFixture);
    const own = await propose(voter, content);
    await cancelProposal(voter, own);
    const other = await propose(voter, { ...content, description: "Another" });
    await cancelProposal(guardian, other);
    for (const { proposalId } of [own, other]) {
      expect((await getProposal(voter, { proposalId })).state).to.equal("cancelled");
    }
  });

  it("getProposal and propose refuse what is none", async () => {
    const { voter, content } = await loadFixture(actionsFixture);
    await expectError(() => getProposal(voter, { proposalId: 7n }), "InputError", "INPUT");
    await expectError(() => propose(voter, { ...content, calls: [] }), "InputError", "INPUT");
  });

  it("refusals carry the contract's error, and a hint", async () => {
    const { voter, stranger, account, content, parameters } = await loadFixture(actionsFixture);
    const { proposalThreshold } = parameters.Governance;
    const poor = await expectError(() => propose(stranger, content), "ErgonRevertError", "REVERT");
    expect(poor).to.deep.include({
      errorName: "GovernorInsufficientProposerVotes",
      args: { proposer: account.address, votes: 0n, threshold: proposalThreshold },
      retryable: true,
    });
    const nothing = [{ to: asAddress(account.address), data: asHex("0x") }];
    const hollow = await expectError(
      () => propose(voter, { ...content, calls: nothing }),
      "ErgonRevertError",
      "REVERT",
    );
    expect(hollow).to.deep.include({
      errorName: "ProtocolGovernorTargetWithoutCode",
      args: { target: account.address },
      hint: "call contracts only; this address has no code",
    });
  });

  it("descriptionBy adds the mark once", async () => {
    const { account } = await loadFixture(actionsFixture);
    const proposer = asAddress(account.address);
    const marked = descriptionBy(proposer, "Words");
    expect(marked).to.equal(`Words\n#proposer=${proposer}`);
    expect(descriptionBy(proposer, marked)).to.equal(marked);
  });
});
