import { expect } from "chai";
import {
  asAddress,
  getStake,
  rentOf,
  resumeStake,
  setRent,
  stake,
  suspendStake,
  unstake,
} from "../../../sdk/src/index";
import { DAY, at, deadlineOf, deliverJob, jobNow, useMarket, windowEnd } from "../../shared/jobs";
import { MODEL_ID, plainOf } from "../../shared/market";
import { RENT_BPS, STAKE, deployStaked } from "../../shared/stakes";
import { expectError } from "../../worker/support/rejection";
import { clientOf } from "../support";
import { byProvider, fillDraft, itCoversReasons, itRefuses, quoteOf, refusalOf } from "./drafts";
import type { Market } from "../../shared/market";
import type { Changes, Draft, RefusedCase } from "./drafts";

const BOND = 400_000n;

/** The delegate takes a bid that the client signed, on the provider's stake. */
function byDelegate(market: Market, { ask, bid }: Changes = {}): Draft {
  const draft = byProvider(market, { ask: { unitBond: BOND / 4n, ...ask }, bid });
  return { ...draft, caller: market.delegate };
}

async function withRent(market: Market, rentBps: bigint): Promise<Draft> {
  await market.escrow.connect(market.provider).setRent(market.token, rentBps);
  return byDelegate(market);
}

const CASES: readonly RefusedCase[] = [
  [
    "an ask on a stake names no verifier",
    ["OrderBookVerifierUnnamed"],
    (market) => byDelegate(market, { ask: plainOf(market), bid: plainOf(market) }),
  ],
  [
    "its model is not mirrored",
    ["OrderBookNotMirrored"],
    async (market) => {
      await market.book.setMirrored(MODEL_ID, false);
      return byDelegate(market);
    },
  ],
  [
    "its turnaround is above 14 days",
    ["StakesTooLong"],
    (market) =>
      byDelegate(market, {
        ask: { turnaround: 14n * DAY + 1n },
        bid: { maxTurnaround: 14n * DAY + 1n },
      }),
  ],
  ["the rent is above the price", ["StakesRentTooHigh"], (market) => withRent(market, 1_251_429n)],
  [
    "the price is above a tenth of the bond",
    ["StakesPriceTooHigh"],
    (market) => byDelegate(market, { ask: { unitBond: 99_997n } }),
  ],
  [
    "a job took something out of the stake",
    ["StakesSuspended"],
    async (market) => {
      const draft = byDelegate(market, { bid: { nonce: 7n } });
      await fillDraft(market, draft);
      const { id, job } = await jobNow(market, await market.book.jobCount());
      await at(deadlineOf({ id, job }) + 1n);
      await market.escrow.expire(id, job);
      return byDelegate(market);
    },
  ],
  [
    "too little is free",
    ["StakesTooLow"],
    async (market) => {
      const { escrow, provider, token } = market;
      await escrow.connect(provider).unstake(token, STAKE - BOND + 1n);
      return byDelegate(market);
    },
  ],
];

/*
quote, of an ask on a stake
├── it gives why the orders would not become a job, as the contracts do
├── it finds nothing wrong with one that opens
└── rentOf is what the escrow charges

stake, unstake, setRent, suspendStake, resumeStake and getStake
├── they change and read what the account has at stake
├── suspendStake lets it bond no further job, and keeps the bonds of open ones
├── resumeStake lets it bond jobs again after a loss
└── unstake throws StakesTooLow
*/
describe("quote, of an ask on a stake", () => {
  const the = useMarket(deployStaked);

  itRefuses(the, CASES);
  itCoversReasons(["stake"], CASES);

  it("finds nothing wrong with one that opens", async () => {
    for (const rentBps of [RENT_BPS, 1_251_428n]) {
      const draft = await withRent(the(), rentBps);
      const { problems, bond } = await quoteOf(the(), draft);
      expect([problems, bond]).to.deep.equal([[], BOND]);
      expect(await refusalOf(the(), draft)).to.equal(undefined);
    }
  });

  it("rentOf is what the escrow charges", async () => {
    const { escrow, book, provider, tokenAddress: token } = the();
    const client = clientOf(the(), provider);
    let owed = 0n;
    for (const [rentBps, unitBond, late] of [
      [1n, 100_000n, 0n],
      [777n, 100_001n, 1_000n],
      [9_999n, 123_457n, DAY],
    ]) {
      const nonce = 1n + (await book.jobCount());
      const draft = byDelegate(the(), { ask: { unitBond }, bid: { nonce } });
      await setRent(client, { token, rentBps });
      await fillDraft(the(), draft);
      const ref = await deliverJob(the(), await jobNow(the(), nonce));
      const end = windowEnd(ref) + 1n + late;
      await at(end);
      await escrow.settle(ref.id, ref.job);
      owed += rentOf(draft.ask, 4n * unitBond, rentBps, end - ref.job.openedAt);
      expect((await getStake(client, { token })).rentOwed).to.equal(owed);
    }
    const { ask } = byDelegate(the());
    expect(rentOf(ask, BOND, 9_999n, DAY)).to.equal(rentOf(ask, BOND, 9_999n));
  });
});

describe("stake, unstake, setRent, suspendStake, resumeStake and getStake", () => {
  const the = useMarket(deployStaked);

  it("change and read what the account has at stake", async () => {
    const { tokenAddress: token, provider, stranger } = the();
    const client = clientOf(the(), provider);
    await stake(client, { token, amount: 7n });
    await unstake(client, { token, amount: 5n });
    await setRent(client, { token, rentBps: 800n });
    const expected = {
      free: STAKE + 2n,
      locked: 0n,
      rentBps: 800n,
      suspended: false,
      rentOwed: 0n,
    };
    expect(await getStake(client, { token })).to.deep.equal(expected);
    const reader = clientOf(the(), stranger);
    const account = asAddress(provider.address);
    expect(await getStake(reader, { token, account })).to.deep.equal(expected);
  });

  it("suspendStake lets it bond no further job, and keeps the bonds of open ones", async () => {
    const { tokenAddress: token, provider, book } = the();
    const client = clientOf(the(), provider);
    await fillDraft(the(), byDelegate(the(), { bid: { nonce: 7n } }));
    await suspendStake(client, { token });
    const { suspended, locked } = await getStake(client, { token });
    expect([suspended, locked]).to.deep.equal([true, BOND]);
    const draft = byDelegate(the());
    expect(await refusalOf(the(), draft)).to.deep.include({
      errorName: "StakesSuspended",
      args: { account: provider.address, token },
    });
    await resumeStake(client, { token });
    await fillDraft(the(), draft);
    expect(await book.jobCount()).to.equal(2n);
  });

  it("resumeStake lets it bond jobs again after a loss", async () => {
    const { tokenAddress: token, provider, escrow } = the();
    const client = clientOf(the(), provider);
    const draft = byDelegate(the());
    await fillDraft(the(), draft);
    const { id, job } = await jobNow(the(), await the().book.jobCount());
    await at(deadlineOf({ id, job }) + 1n);
    await escrow.expire(id, job);
    expect((await getStake(client, { token })).suspended).to.equal(true);
    await resumeStake(client, { token });
    expect((await getStake(client, { token })).suspended).to.equal(false);
  });

  it("unstake throws StakesTooLow", async () => {
    const client = clientOf(the(), the().provider);
    const take = () => unstake(client, { token: the().tokenAddress, amount: STAKE + 1n });
    const error = await expectError(take, "ErgonRevertError", "REVERT");
    expect(error).to.have.property("errorName", "StakesTooLow");
  });
});
