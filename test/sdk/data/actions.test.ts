import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, ZeroHash } from "ethers";
import {
  EpochStatus,
  allowModule,
  asAddress,
  asHex,
  buyValuation,
  carryOverPot,
  chargeContribution,
  claimReward,
  claimShares,
  closeEpoch,
  contributeFor,
  createDataset,
  datasetSiblings,
  drawnSegment,
  getContribution,
  getDataset,
  getEpoch,
  getJob,
  recordDelivery,
  releaseContributionBond,
  seedHashOf,
  sendCall,
  showSeed,
  signContribution,
  valueProof,
  voidEpoch,
  withdrawContribution,
  withdrawContributionCall,
} from "../../../sdk/src/index";
import { poolRoot, slotSiblings } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import { TERMS } from "../../shared/accessMarket";
import {
  BOND,
  CLAIM_TIME,
  CLOSE_TIME,
  HOLD,
  HOST_SEED,
  OPTIONS,
  POOL,
  POT,
  SEED_BOND,
  SEGMENTS,
  SEGMENT_ROWS,
  SHAPE,
  SHOW_TIME,
  UNITS,
  UNIT_PRICE,
  nameOf,
  planOf,
  valuationAsk,
} from "../../shared/data";
import { EPOCH_SHARES, donate, now, slotProof } from "../../shared/datasets";
import { expectError } from "../../worker/support/rejection";
import {
  SCHEMA,
  URI,
  deployed,
  draw,
  refused,
  give,
  giveAll,
  open,
  join,
  openAndClose,
  settled,
} from "./support";

/*
actions on a dataset
├── createDataset makes a dataset, and tells what belongs to it
├── an epoch
│  ├── pays for what data were worth, gives votes, and charges what did harm
│  ├── whose pot nobody claims in a year goes to the next one by carryOverPot
│  ├── in which a side is silent ends by voidEpoch, without its bond
│  └── is valued by one job, which the pot must pay
├── contributions
│  ├── contribute allows the bond first, and getContribution tells what was given
│  ├── signContribution and contributeFor give data of somebody who sends nothing
│  ├── datasetSiblings tells the way to the root, past slots that were left and that are free
│  ├── withdrawContribution and releaseContributionBond take data and bond back
│  ├── withdrawContributionCall is refused with siblings from before a change
│  ├── getContribution tells which epoch still counts what left
│  └── withdrawContribution, getContribution and datasetSiblings report INPUT given what nobody gave
├── getDataset
│  ├── tells roles, terms, points and the epoch that runs
│  └── reports INPUT given an address without a contract
├── getEpoch reports INPUT given an epoch that nobody opened, and drawnSegment one without seeds
├── seedHashOf reports INPUT given what is no seed
└── refusals carry the contract's error, and a hint
*/
describe("actions on a dataset", () => {
  it("createDataset makes a dataset, and tells what belongs to it", async () => {
    const { market, anyone, token } = await loadFixture(deployed);
    const [host, poolOwner] = [market.host, market.poolOwner].map(({ address }) =>
      asAddress(address),
    );
    const { valuation } = await planOf(market, market.host, market.poolOwner);
    const plan = {
      ...{ name: "Faces", token, shape: SHAPE, contributionBond: 7n, seedBond: 8n },
      ...{ host, poolOwner, sale: { ...TERMS, host } },
      valuation: { ...valuation, verifier: asAddress(market.verifier.address) },
    };
    const made = await createDataset(anyone, plan);
    const { dataset } = made;
    const told = await getDataset(anyone, { dataset });
    expect(told).to.deep.include({
      ...{ dataset, made: true, owner: made.timelock, shares: made.shares, token },
      ...{ shape: SHAPE, contributionBond: 7n, seedBond: 8n, host, poolOwner },
      ...{ valuation: plan.valuation, slotsTaken: 0n, nextPot: 0n, epochs: 0n },
      running: undefined,
    });
    const licences = market.market.attach(made.market) as typeof market.market;
    expect(await licences.dao()).to.equal(dataset);
    const governor = market.governor.attach(made.governor) as typeof market.governor;
    expect(await governor.timelock()).to.equal(made.timelock);
  });

  describe("an epoch", () => {
    it("pays for what data were worth, gives votes, and charges what did harm", async () => {
      const all = await loadFixture(deployed);
      const { dataset, anyone, market, slots } = all;
      const { last, worth, settled: outcome } = await settled(all);
      const pot = POT - UNITS * UNIT_PRICE;
      expect([outcome.pot, outcome.total]).to.deep.equal([pot, BigInt(worth.total)]);

      const [helpful, , harmful] = slots.map(nameOf);
      const claim = { dataset, epochId: 1n, slot: helpful, value: valueProof(OPTIONS, last, 0) };
      const part = (whole: bigint) => (whole * BigInt(worth.values[0])) / BigInt(worth.total);
      const { amount } = await claimReward(anyone, claim);
      expect(amount).to.equal(part(pot));
      const { shares } = await claimShares(anyone, claim);
      expect(shares).to.equal(part(EPOCH_SHARES));
      expect(await market.shares.getVotes(slots[0].owner)).to.equal(shares);
      const harm = { dataset, epochId: 1n, slot: harmful, value: valueProof(OPTIONS, last, 2) };
      expect((await chargeContribution(anyone, harm)).amount).to.equal(BOND / 20n);
      const { bond } = await getContribution(anyone, harm);
      expect(bond).to.equal(BOND - BOND / 20n);

      const taken = { epochId: 1n, slot: helpful };
      await refused(() => claimReward(anyone, claim), "RewardsTaken", taken);
      await refused(() => chargeContribution(anyone, claim), "RewardsNothing", {
        ...taken,
        value: BigInt(worth.values[0]),
      });
    });

    it("whose pot nobody claims in a year goes to the next one by carryOverPot", async () => {
      const all = await loadFixture(deployed);
      const { dataset, anyone } = all;
      const { settled: outcome } = await settled(all);
      const { endedAt } = await getEpoch(anyone, { dataset, epochId: 1n });
      const early = await refused(
        () => carryOverPot(anyone, { dataset, epochId: 1n }),
        "RewardsNotOver",
        { epochId: 1n, from: endedAt + CLAIM_TIME },
      );
      expect(early).to.include({ retryable: true });
      await time.increaseTo(endedAt + CLAIM_TIME - 1n);
      const { amount } = await carryOverPot(anyone, { dataset, epochId: 1n });
      expect(amount).to.equal(outcome.pot);
      expect((await getDataset(anyone, { dataset })).nextPot).to.equal(amount);
    });

    it("in which a side is silent ends by voidEpoch, without its bond", async () => {
      const all = await loadFixture(deployed);
      const { dataset, host, anyone } = all;
      await openAndClose(all);
      await showSeed(host, { dataset, seed: HOST_SEED });
      const { deadline } = await getEpoch(anyone, { dataset, epochId: 1n });
      const early = await refused(() => voidEpoch(anyone, { dataset }), "EpochsNotNow", {
        ...{ epochId: 1n, from: deadline + 1n, until: MaxUint256 },
      });
      expect(early).to.include({ retryable: true });
      await time.increase(SHOW_TIME);
      expect((await voidEpoch(anyone, { dataset })).forfeited).to.equal(SEED_BOND);
      const { status } = await getEpoch(anyone, { dataset, epochId: 1n });
      expect(status).to.equal(EpochStatus.Void);
      const { running, epochs, nextPot } = await getDataset(anyone, { dataset });
      expect([running, epochs, nextPot]).to.deep.equal([undefined, 1n, SEED_BOND]);
    });

    it("is valued by one job, which the pot must pay", async () => {
      const all = await loadFixture(deployed);
      const { dataset, anyone, market } = all;
      await giveAll(all);
      await draw(all, (await openAndClose(all)).epochId);
      const { ask, signature: askSignature } = await valuationAsk(market);
      const buy = () => buyValuation(anyone, { dataset, ask, askSignature });
      const poor = await refused(buy, "EpochsPotTooLow", { missing: UNITS * UNIT_PRICE });
      expect(poor).to.include({ retryable: true });
      await donate(market, UNITS * UNIT_PRICE);
      const { jobId, inputId } = await buy();
      expect(inputId).to.equal(await market.dao.inputIdOf(1n));
      await refused(buy, "EpochsValuationBought", { epochId: 1n, jobId });
      const job = await getJob(anyone, { id: jobId });
      expect(job.job).to.deep.include({ client: dataset, inputRoot: inputId, units: UNITS });
      await refused(() => recordDelivery(anyone, { dataset, job }), "EpochsWrongDelivery", {
        ...{ epochId: 1n, jobId },
      });
    });
  });

  describe("contributions", () => {
    it("contribute allows the bond first, and getContribution tells what was given", async () => {
      const all = await loadFixture(deployed);
      const { dataset, token, owners, slots, market } = all;
      await allowModule(owners[0], { token, module: dataset, amount: BOND - 1n });
      const { slot, index } = await give(owners[0], all, slots[0]);
      expect([slot, index]).to.deep.equal([nameOf(slots[0]), 0n]);
      expect(await market.ledger.allowance(slots[0].owner, dataset, token)).to.equal(0n);
      expect(await getContribution(owners[0], { dataset, slot })).to.deep.equal({
        ...{ slot, owner: slots[0].owner, index: 0n, bond: BOND },
        ...{ leftAt: undefined, leftIn: undefined },
      });
      await refused(() => give(owners[0], all, slots[0]), "ContributionsDuplicate", { slot });
    });

    it("signContribution and contributeFor give data of somebody who sends nothing", async () => {
      const all = await loadFixture(deployed);
      const { dataset, anyone, owners, slots } = all;
      const deadline = (await now()) + 3_600n;
      const of = (i: number) => ({
        ...{ dataset, slot: nameOf(slots[i]), count: BigInt(slots[i].points.length) },
        ...{ schema: SCHEMA, uri: URI, deadline },
      });
      const signed = await signContribution(owners[1], of(1));
      const siblings = slotSiblings(OPTIONS, slots[1]);
      const given = await contributeFor(anyone, { dataset, siblings, signed });
      expect(given.slot).to.equal(nameOf(slots[1]));
      const { owner } = await getContribution(anyone, { dataset, slot: given.slot });
      expect(owner).to.equal(slots[1].owner);

      const stale = await signContribution(owners[0], { ...of(0), nonce: 1n });
      const other = { dataset, siblings: slotSiblings(OPTIONS, slots[0]), signed: stale };
      await refused(() => contributeFor(anyone, other), "ContributionsUnsigned", {
        ...{ owner: slots[0].owner, deadline },
      });
    });

    it("datasetSiblings tells the way to the root, past slots that were left and that are free", async () => {
      const all = await loadFixture(deployed);
      const { dataset, anyone, owners, slots } = all;
      await giveAll(all);
      const of = (i: number) => datasetSiblings(anyone, { dataset, slot: nameOf(slots[i]) });
      for (const i of [0, 1, 2]) expect(await of(i)).to.deep.equal(slotProof(slots, i));
      await withdrawContribution(owners[1], { dataset, slot: nameOf(slots[1]) });
      const left = [slots[0], undefined, slots[2]];
      for (const i of [0, 2]) expect(await of(i)).to.deep.equal(slotProof(left, i));
    });

    it("withdrawContribution and releaseContributionBond take data and bond back", async () => {
      const all = await loadFixture(deployed);
      const { dataset, anyone, host, owners, slots } = all;
      await giveAll(all);
      const [first, second] = slots.map(nameOf);
      const where = { dataset, slot: second };
      await refused(() => withdrawContribution(anyone, where), "ContributionsUnauthorized", {
        ...{ slot: second, caller: asAddress((await anyone.signer?.getAddress()) ?? "") },
      });
      await withdrawContribution(owners[1], where);
      await withdrawContribution(host, { dataset, slot: first });
      await refused(() => withdrawContribution(owners[1], where), "ContributionsUnknown", {
        slot: second,
      });
      const { leftAt = 0n } = await getContribution(anyone, where);
      const held = await refused(
        () => releaseContributionBond(anyone, where),
        "ContributionsBondHeld",
        { slot: second, releasableAt: leftAt + HOLD },
      );
      expect(held).to.include({ retryable: true });
      await time.increaseTo(leftAt + HOLD - 1n);
      expect((await releaseContributionBond(anyone, where)).amount).to.equal(BOND);
      expect((await getContribution(anyone, where)).bond).to.equal(0n);
    });

    it("withdrawContributionCall is refused with siblings from before a change", async () => {
      const all = await loadFixture(deployed);
      const { dataset, host, slots } = all;
      await giveAll(all);
      const callOf = async (slot: Hex) => {
        const siblings = await datasetSiblings(host, { dataset, slot });
        return withdrawContributionCall({ dataset, slot, siblings });
      };
      const calls = await Promise.all(slots.map(nameOf).map(callOf));
      await sendCall(host, calls[0]);
      await refused(() => sendCall(host, calls[1]), "MerkleTreeUpdateInvalidProof", {});
      await refused(() => sendCall(host, calls[2]), "ContributionsInvalidProof", {
        slot: nameOf(slots[2]),
      });
      await withdrawContribution(host, { dataset, slot: nameOf(slots[2]) });
    });

    it("getContribution tells which epoch still counts what left", async () => {
      const all = await loadFixture(deployed);
      const { dataset, anyone, owners, slots } = all;
      await giveAll(all);
      await openAndClose(all);
      const where = { dataset, slot: nameOf(slots[0]) };
      await withdrawContribution(owners[0], where);
      const { leftAt, leftIn } = await getContribution(anyone, where);
      expect([leftAt, leftIn]).to.deep.equal([await now(), 1n]);
      await refused(() => releaseContributionBond(anyone, where), "ContributionsBondHeld", {
        ...{ slot: where.slot, releasableAt: MaxUint256 },
      });
    });

    it("withdrawContribution, getContribution and datasetSiblings report INPUT given what nobody gave", async () => {
      const { dataset, anyone } = await loadFixture(deployed);
      const where = { dataset, slot: asHex(ZeroHash) };
      for (const action of [withdrawContribution, getContribution, datasetSiblings]) {
        await expectError(() => action(anyone, where), "InputError", "INPUT");
      }
    });
  });

  describe("getDataset", () => {
    it("tells roles, terms, points and the epoch that runs", async () => {
      const all = await loadFixture(deployed);
      const { dataset, token, anyone, host, poolOwner, slots, market } = all;
      for (const client of [host, poolOwner]) {
        await allowModule(client, { token, module: dataset, amount: 0n });
      }
      await donate(market);
      await giveAll(all);
      expect((await open(all)).epochId).to.equal(1n);
      expect((await join(all)).epochId).to.equal(1n);
      const { running, ...told } = await getDataset(anyone, { dataset });
      expect(told).to.deep.include({
        ...{ made: true, owner: market.timelock, shares: market.shares.target },
        ...{ host: market.host.address, poolOwner: market.poolOwner.address, token },
        ...{ contributionBond: BOND, seedBond: SEED_BOND, shape: SHAPE },
        ...{ slotsTaken: BigInt(slots.length), epochs: 1n, nextPot: POT },
        pointsRoot: await market.dao.pointsRoot(),
      });
      const seedHash = seedHashOf(asAddress(market.host.address), HOST_SEED);
      expect(running).to.deep.include({
        ...{ status: EpochStatus.Open, segments: SEGMENTS, segmentRows: SEGMENT_ROWS },
        ...{ seedBond: SEED_BOND, poolRoot: poolRoot(OPTIONS, POOL) },
        host: { account: market.host.address, shown: false, seedHash },
      });
    });

    it("reports INPUT given an address without a contract", async () => {
      const { anyone, market } = await loadFixture(deployed);
      const dataset = asAddress(market.host.address);
      await expectError(() => getDataset(anyone, { dataset }), "InputError", "INPUT");
    });
  });

  it("getEpoch reports INPUT given an epoch that nobody opened, and drawnSegment one without seeds", async () => {
    const all = await loadFixture(deployed);
    const where = { dataset: all.dataset, epochId: 1n };
    await expectError(() => getEpoch(all.anyone, where), "InputError", "INPUT");
    await open(all);
    const epoch = await getEpoch(all.anyone, where);
    await expectError(() => drawnSegment(epoch), "InputError", "INPUT");
  });

  it("seedHashOf reports INPUT given what is no seed", async () => {
    const { dataset } = await loadFixture(deployed);
    await expectError(() => seedHashOf(dataset, "0x01"), "InputError", "INPUT");
  });

  it("refusals carry the contract's error, and a hint", async () => {
    const all = await loadFixture(deployed);
    const { dataset, anyone, host, poolOwner, market } = all;
    const [caller, expected] = [market.host.address, market.poolOwner.address];
    await refused(() => open({ ...all, poolOwner: host }), "EpochsUnauthorized", {
      ...{ caller, expected },
    });
    await refused(() => join(all), "EpochsWrongStatus", { epochId: 0n, status: 0n });
    await open(all);
    await join(all);
    const { closesAt, deadline } = await getEpoch(anyone, { dataset, epochId: 1n });
    const early = await refused(() => closeEpoch(host, { dataset }), "EpochsNotNow", {
      ...{ epochId: 1n, from: closesAt, until: closesAt + CLOSE_TIME },
    });
    expect(early).to.include({ retryable: true });
    expect(deadline).to.equal(closesAt + CLOSE_TIME);
    await time.increaseTo(closesAt);
    const closed = await refused(
      () => give(all.owners[0], all, all.slots[0]),
      "ContributionsClosed",
      {
        epochId: 1n,
      },
    );
    expect(closed).to.include({ retryable: true });
    await closeEpoch(host, { dataset });
    await refused(() => showSeed(poolOwner, { dataset, seed: HOST_SEED }), "EpochsWrongSeed", {
      ...{ epochId: 1n, account: expected },
    });
  });
});
