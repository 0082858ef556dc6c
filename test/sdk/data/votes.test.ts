import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  abi,
  asAddress,
  asHex,
  callOf,
  cancelProposal,
  castVote,
  claimShares,
  contributionWorth,
  createDataset,
  datasetDeployment,
  delegateVotes,
  executeProposal,
  explainCall,
  getContributions,
  getDatasetContracts,
  getProposal,
  propose,
  queueProposal,
  settlementOf,
  slotShapeOf,
  valueProof,
  withdrawContribution,
} from "../../../sdk/src/index";
import type { ProposedCall } from "../../../sdk/src/index";
import { tensorId } from "../../../tensor/src/index";
import { TERMS } from "../../shared/accessMarket";
import { OPTIONS, SHAPE, nameOf, planOf } from "../../shared/data";
import { EPOCH_SHARES } from "../../shared/datasets";
import { expectError } from "../../worker/support/rejection";
import { SCHEMA, URI, deployed, giveAll, refused, settled } from "./support";

const DAY = 86_400n;

/*
votes of a dataset
├── getDatasetContracts tells what createDataset made, and reports INPUT given what the factory did not make
├── propose, castVote, queueProposal and executeProposal act on its governor, which getProposal names
├── cancelProposal cancels there, as the guardian
├── delegateVotes lets its shares vote
├── getProposal reports INPUT given the protocol's governor instead
├── refusals carry the contract's error, and a hint
└── explainCall tells calls of its own contracts, and of the Ledger, in its payment token
what contributions were worth
├── getContributions tells all that were given, and which left
├── slotShapeOf tells rows and words
├── settlementOf reports INPUT given ids that do not end with the last output
└── contributionWorth gives a part of pot and votes for what is above zero, and nothing else
*/
describe("votes of a dataset", () => {
  /** A dataset whose first contributor has a part of the votes. */
  async function voted() {
    const all = await deployed();
    const { last, worth } = await settled(all);
    const { dataset, anyone, slots, owners } = all;
    for (const row of [0, 1]) {
      const value = valueProof(OPTIONS, last, row);
      await claimShares(anyone, { dataset, epochId: 1n, slot: nameOf(slots[row]), value });
    }
    await time.increase(1n);
    const contracts = await getDatasetContracts(anyone, { dataset });
    const { governor, shares, market } = contracts;
    const terms = { ...TERMS, reserve: 5n, host: all.market.host.address };
    const call = callOf(market, () => abi.accessMarket.encodeFunctionData("setTerms", [terms]));
    const content = { governor, calls: [call], description: "A lower reserve" };
    return { ...all, contracts, governor, shares, worth, content, voter: owners[0] };
  }

  it("getDatasetContracts tells what createDataset made, and reports INPUT given what the factory did not make", async () => {
    const { market, anyone, token } = await loadFixture(deployed);
    const [host, poolOwner] = [market.host, market.poolOwner].map(({ address }) =>
      asAddress(address),
    );
    const { valuation } = await planOf(market, market.host, market.poolOwner);
    const { transaction, ...made } = await createDataset(anyone, {
      ...{ name: "Faces", token, shape: SHAPE, contributionBond: 7n, seedBond: 8n },
      ...{ host, poolOwner, sale: { ...TERMS, host } },
      valuation: { ...valuation, verifier: asAddress(market.verifier.address) },
    });
    expect(transaction.status).to.equal(1);
    expect(await getDatasetContracts(anyone, made)).to.deep.equal(made);
    const other = { dataset: made.market };
    await expectError(() => getDatasetContracts(anyone, other), "InputError", "INPUT");
  });

  it("propose, castVote, queueProposal and executeProposal act on its governor, which getProposal names", async () => {
    const { governor, voter, anyone, market, content, worth } = await loadFixture(voted);
    const { proposalId } = await propose(voter, content);
    const read = () => getProposal(anyone, { governor, proposalId });
    const pending = await read();
    const proposedAt = BigInt(await time.latest());
    expect(pending).to.deep.include({
      ...{ governor, proposalId, state: "pending" },
      calls: [{ ...content.calls[0], value: 0n }],
      ...{ snapshotAt: proposedAt + DAY, deadline: proposedAt + 6n * DAY },
    });
    await time.increaseTo(pending.snapshotAt + 1n);
    await castVote(voter, { governor, proposalId, choice: "for" });
    const active = await read();
    const part = (EPOCH_SHARES * BigInt(worth.values[0])) / BigInt(worth.total);
    expect([active.state, active.votes.for]).to.deep.equal(["active", part]);
    await time.increaseTo(active.deadline + 1n);
    await queueProposal(anyone, await read());
    const queued = await read();
    await time.increaseTo((queued.executableAt ?? 0n) - 1n);
    await executeProposal(anyone, queued);
    expect((await read()).state).to.equal("executed");
    expect((await market.market.terms()).reserve).to.equal(5n);
  });

  it("cancelProposal cancels there, as the guardian", async () => {
    const { governor, voter, anyone, content } = await loadFixture(voted);
    const made = await propose(voter, content);
    await cancelProposal(anyone, made);
    const { state } = await getProposal(anyone, { governor, proposalId: made.proposalId });
    expect(state).to.equal("cancelled");
  });

  it("delegateVotes lets its shares vote", async () => {
    const { shares: token, voter, market } = await loadFixture(voted);
    const to = asAddress(market.stranger.address);
    await delegateVotes(voter, { to, token });
    expect(await market.shares.delegates(market.contributors[0])).to.equal(to);
    expect(await market.shares.getVotes(to)).to.equal(
      await market.shares.balanceOf(market.contributors[0]),
    );
  });

  it("getProposal reports INPUT given the protocol's governor instead", async () => {
    const { voter, content } = await loadFixture(voted);
    const { proposalId } = await propose(voter, content);
    await expectError(() => getProposal(voter, { proposalId }), "InputError", "INPUT");
  });

  it("refusals carry the contract's error, and a hint", async () => {
    const { voter, anyone, market, content } = await loadFixture(voted);
    const target = asAddress(market.stranger.address);
    const calls = [{ to: target, data: asHex("0x") }];
    await refused(() => propose(voter, { ...content, calls }), "DataGovernorTargetWithoutCode", {
      target,
    });
    await refused(() => propose(anyone, content), "GovernorInsufficientProposerVotes", {
      ...{ proposer: target, votes: 0n, threshold: 10n ** 21n },
    });
  });

  it("explainCall tells calls of its own contracts, and of the Ledger, in its payment token", async () => {
    const { contracts, content, token, market, anyone } = await loadFixture(voted);
    const { dataset, shares, governor, timelock } = contracts;
    const paid = { address: token, symbol: "TUSD", decimals: 6 };
    const protocol = { contracts: { ...anyone.addresses } };
    const deployment = datasetDeployment(contracts, protocol, paid);
    const told = (call: ProposedCall) => {
      const { contract, functionName, args } = explainCall(call, deployment);
      return [contract, functionName, ...args.map(({ name, value }) => `${name} ${value}`)];
    };
    expect(told(content.calls[0])).to.deep.equal([
      ...["market", "setTerms", "newTerms.initialPrice 69.42 TUSD"],
      ...["newTerms.reserve 0.000005 TUSD", "newTerms.licenceTerm 30 days"],
      ...["newTerms.grantTime 1 day", "newTerms.cap 1000.0 TUSD", "newTerms.ratePerDay 2.0 a day"],
      ...["newTerms.decayBps 31 %", "newTerms.potShareBps 70 %"],
      `newTerms.host ${market.host.address}`,
    ]);
    const { valuation } = await planOf(market, market.host, market.poolOwner);
    const { modelId } = valuation;
    const verifier = market.verifier.address;
    for (const [to, data, words] of [
      [
        dataset,
        abi.dataDAO.encodeFunctionData("setRoles", [market.host.address, governor, 5_000_000n]),
        [
          ...["dataset", "setRoles", `host ${market.host.address}`],
          ...[`poolOwner governor (${governor})`, "seedBond 5.0 TUSD"],
        ],
      ],
      [
        dataset,
        abi.dataDAO.encodeFunctionData("setValuation", [{ ...valuation, verifier }]),
        [
          ...["dataset", "setValuation", `valuation.modelId ${modelId}`],
          ...[`valuation.verifier ${verifier}`, "valuation.termsClass standard"],
          ...["valuation.maxTurnaround 1 day", "valuation.maxUnitPrice 0.001 TUSD"],
          "valuation.minUnitBond 0.000001 TUSD",
        ],
      ],
      [
        governor,
        abi.dataGovernor.encodeFunctionData("setProposalThreshold", [10n ** 18n]),
        ["governor", "setProposalThreshold", "newProposalThreshold 1.0 shares"],
      ],
      [
        timelock,
        abi.dataTimelock.encodeFunctionData("updateDelay", [DAY]),
        ["timelock", "updateDelay", "newDelay 1 day"],
      ],
      [
        anyone.addresses.ledger,
        abi.ledger.encodeFunctionData("transfer", [shares, BigInt(token), 1_500_000n]),
        [
          ...["ledger", "transfer", `receiver shares (${shares})`],
          ...[`id TUSD (${token})`, "amount 1.5 TUSD"],
        ],
      ],
      [
        anyone.addresses.ledger,
        abi.ledger.encodeFunctionData("transfer", [shares, 7n, 8n]),
        ["ledger", "transfer", `receiver shares (${shares})`, "id 7", "amount 8"],
      ],
    ] as const) {
      expect(told({ to, data: asHex(data) })).to.deep.equal(words);
    }
  });
});

describe("what contributions were worth", () => {
  it("getContributions tells all that were given, and which left", async () => {
    const all = await loadFixture(deployed);
    const { dataset, anyone, owners, slots } = all;
    expect(await getContributions(anyone, { dataset })).to.deep.equal([]);
    await giveAll(all);
    const given = slots.map((slot, i) => ({
      ...{ slot: nameOf(slot), owner: slot.owner, index: BigInt(i), schema: SCHEMA, uri: URI },
      ...{ count: BigInt(slot.points.length), left: false },
    }));
    const blockNumber = await anyone.provider.getBlockNumber();
    await withdrawContribution(owners[1], { dataset, slot: nameOf(slots[1]) });
    expect(await getContributions(anyone, { dataset })).to.deep.equal([
      ...[given[0], { ...given[1], left: true }, given[2]],
    ]);
    expect(await getContributions(anyone, { dataset, blockNumber })).to.deep.equal(given);
  });

  it("slotShapeOf tells rows and words", () => {
    expect(slotShapeOf(SHAPE)).to.deep.equal({ rows: 32, slotRows: 8, rowWords: 2 });
  });

  it("settlementOf reports INPUT given ids that do not end with the last output", async () => {
    const { last } = await settled(await loadFixture(deployed));
    const shape = slotShapeOf(SHAPE);
    for (const ids of [[], [tensorId(last), asHex(ZeroHash)]]) {
      await expectError(() => settlementOf(shape, ids, last), "InputError", "INPUT");
    }
  });

  it("contributionWorth gives a part of pot and votes for what is above zero, and nothing else", () => {
    const epoch = { pot: 1_000n, total: 3n };
    const nothing = { reward: 0n, shares: 0n };
    expect(contributionWorth(epoch, 1)).to.deep.equal({
      ...{ value: 1n, reward: 333n, shares: EPOCH_SHARES / 3n },
    });
    for (const value of [0, -2]) {
      expect(contributionWorth(epoch, value)).to.deep.equal({ value: BigInt(value), ...nothing });
    }
    expect(contributionWorth({ pot: 0n, total: 0n }, 5)).to.deep.equal({ value: 5n, ...nothing });
  });
});
