import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256 } from "ethers";

import { DelegatedSides, TermsClass, ZERO_ADDRESS, asAddress } from "../../../sdk/src/index";
import { useMarket } from "../../shared/jobs";
import { CLAIMS, modelIdOf, plainOf } from "../../shared/market";
import { byClient, byMatcher, byProvider, fillDraft, quoteOf } from "./drafts";
import type { Hex } from "../../../tensor/src/index";
import type { Market } from "../../shared/market";
import type { Changes, Draft } from "./drafts";

const FOREVER = 2n ** 40n - 1n;

/** A fifth of the gas may be refunded, which an estimate does not count. */
const GAS_SLACK = 125n;

type Case = readonly [words: string, draft: (market: Market) => Draft | Promise<Draft>];

async function delegate(
  market: Market,
  maker: "client" | "provider",
  sides: bigint,
  cap: bigint,
): Promise<void> {
  const { book, token } = market;
  await book.connect(market[maker]).setDelegation(market.delegate, token, sides, cap, FOREVER);
}

/** A contract with claims for the price that accepts what the market's delegate signs. */
async function ownedMaker({ ledger, escrow, client, delegate: owner, tokenAddress }: Market) {
  const maker = await ethers.deployContract("OwnedMaker", [owner, 100_000n]);
  await ledger.connect(client).transfer(maker, tokenAddress, 40_000n);
  const allow = [await escrow.getAddress(), BigInt(tokenAddress), 40_000n] as const;
  await maker.execute(ledger, ledger.interface.encodeFunctionData("approve", [...allow]));
  return maker;
}

const plain = (market: Market, changes: Changes = {}): Changes => ({
  ask: { ...plainOf(market), ...changes.ask },
  bid: { ...plainOf(market), ...changes.bid },
});

const CASES: readonly Case[] = [
  ["the client fills a signed ask", byClient],
  ["the provider fills a signed bid", byProvider],
  ["a third party fills two signed orders", byMatcher],
  [
    "the client fills two signed orders that are not open",
    (market) => ({
      ...byMatcher(market, { ask: { open: false }, bid: { open: false } }),
      caller: market.client,
    }),
  ],
  [
    "a delegate signed the ask, with a cap of the bond",
    async (market) => {
      await delegate(market, "provider", DelegatedSides.Asks, 100_000n);
      return { ...byClient(market), askSigner: market.delegate };
    },
  ],
  [
    "a delegate of the client calls, with a cap of the price",
    async (market) => {
      await delegate(market, "client", DelegatedSides.Bids, 40_000n);
      return { ...byClient(market), caller: market.delegate };
    },
  ],
  [
    "one delegate signed both sides of one account, with a cap of price and bond",
    async (market) => {
      await delegate(market, "provider", DelegatedSides.Both, 140_000n);
      const draft = byMatcher(market, { bid: { client: asAddress(market.provider.address) } });
      return { ...draft, askSigner: market.delegate, bidSigner: market.delegate };
    },
  ],
  [
    "a contract accepts the signature",
    async (market) => {
      const maker = await ownedMaker(market);
      const bid = { client: asAddress(await maker.getAddress()) };
      return { ...byProvider(market, { bid }), bidSigner: market.delegate };
    },
  ],
  [
    "a contract accepts the signature of one that may sign as its delegate for the other side only",
    async (market) => {
      const { book, delegate: owner, tokenAddress } = market;
      const maker = await ownedMaker(market);
      const terms = [owner.address, tokenAddress, DelegatedSides.Asks, 0n, 0n] as const;
      const allow = book.interface.encodeFunctionData("setDelegation", [...terms]);
      await maker.execute(book, allow);
      const bid = { client: asAddress(await maker.getAddress()) };
      return { ...byProvider(market, { bid }), bidSigner: owner };
    },
  ],
  [
    "both have and allow what is pulled, and no unit more",
    async (market) => {
      const { ledger, escrow, stranger, tokenAddress } = market;
      for (const [maker, needed] of [
        [market.client, 40_000n],
        [market.provider, 100_000n],
      ] as const) {
        await ledger.connect(maker).transfer(stranger, tokenAddress, CLAIMS - needed);
        await ledger.connect(maker).approve(escrow, tokenAddress, needed);
      }
      return byClient(market);
    },
  ],
  [
    "the escrow is the client's operator and has no allowance",
    async (market) => {
      const { ledger, escrow, client, tokenAddress } = market;
      await ledger.connect(client).approve(escrow, tokenAddress, 0n);
      await ledger.connect(client).setOperator(escrow, true);
      return byClient(market);
    },
  ],
  [
    "one account is on both sides",
    (market) => ({
      ...byClient(market, { bid: { client: asAddress(market.provider.address) } }),
      caller: market.provider,
    }),
  ],
  [
    "the price is zero and the bond the floor",
    (market) =>
      byClient(market, {
        ask: { unitPrice: 0n, unitBond: 6n },
        bid: { minUnitBond: 0n },
      }),
  ],
  [
    "the price is the highest of the fast class, and the bond its least multiple",
    (market) => {
      const terms = { termsClass: TermsClass.Fast };
      const [unitPrice, unitBond] = [2_000_000n, 4_000_000n];
      return byClient(market, {
        ask: { ...terms, unitPrice, unitBond },
        bid: { ...terms, maxUnitPrice: unitPrice },
      });
    },
  ],
  [
    "a slow checker needs the whole window",
    (market) => {
      const modelId = modelIdOf(21_600n * 50_000_000n, 0n);
      return byClient(market, { ask: { modelId }, bid: { modelId } });
    },
  ],
  [
    "there is no verifier",
    (market) =>
      byClient(market, plain(market, { ask: { unitBond: 10_000n }, bid: { minUnitBond: 0n } })),
  ],
  [
    "all is delivered at once",
    (market) => ({ ...byMatcher(market), caller: market.worker, atOnce: true }),
  ],
  [
    "all is delivered at once without a verifier and without a bond",
    (market) => ({
      ...byMatcher(market, plain(market, { ask: { unitBond: 0n }, bid: { minUnitBond: 0n } })),
      caller: market.worker,
      atOnce: true,
    }),
  ],
  [
    "all is delivered at once without a verifier, for a bond that neither provider nor delegate has",
    async (market) => {
      await delegate(market, "provider", DelegatedSides.Asks, 1n);
      const unitBond = CLAIMS;
      return {
        ...byMatcher(market, plain(market, { ask: { unitBond } })),
        ...{ askSigner: market.delegate, caller: market.worker, atOnce: true },
      };
    },
  ],
];

/*
quote, of orders that become a job
├── it gives no reason against it
├── it gives price, bond and fee to the unit
└── it estimates the gas of the fill, at most a quarter above what it takes
*/
describe("quote, of orders that become a job", () => {
  const the = useMarket();

  const claimsOf = async (accounts: readonly Hex[]) =>
    Promise.all(accounts.map((account) => the().ledger.balanceOf(account, the().tokenAddress)));

  for (const [words, draftOf] of CASES) {
    it(`gives what it costs when ${words}`, async () => {
      const draft = await draftOf(the());
      const { problems, price, bond, fee, gas } = await quoteOf(the(), draft);
      expect(problems).to.deep.equal([]);
      const { client } = draft.bid;
      const { provider, verifier } = draft.ask;
      const accounts = [client, provider, asAddress(the().treasury.address)];
      const before = await claimsOf(accounts);
      const receipt = await (await fillDraft(the(), draft)).wait();
      const moves = (await claimsOf(accounts)).map((claims, i) => claims - before[i]);
      const ends = draft.atOnce === true && verifier === ZERO_ADDRESS;
      const payout = ends ? price - fee : 0n;
      const treasury = ends ? fee : 0n;
      const sides = client === provider ? [-price - bond, -price - bond] : [-price, payout - bond];
      expect(moves).to.deep.equal([...sides, treasury]);
      const used = receipt?.gasUsed ?? MaxUint256;
      expect(gas.fill).to.be.at.least(used);
      expect(gas.fill).to.be.at.most((used * GAS_SLACK) / 100n);
    });
  }
});
