import { time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";
import type { BaseContract } from "ethers";

import { DelegatedSides, ZERO_ADDRESS, asAddress } from "../../../sdk/src/index";
import { useMarket } from "../../shared/jobs";
import { CLAIMS, plainOf } from "../../shared/market";
import { byClient, byMatcher, byProvider, fillDraft, itCoversReasons, itRefuses } from "./drafts";
import type { Market } from "../../shared/market";
import type { Changes, Draft, RefusedCase } from "./drafts";

const FOREVER = 2n ** 40n - 1n;

type Maker = "client" | "provider";

/** Lets the delegate sign for a maker. */
async function delegate(
  market: Market,
  maker: Maker,
  sides: bigint,
  { cap = 10n ** 9n, expiry = FOREVER } = {},
): Promise<void> {
  const { book, token } = market;
  await book.connect(market[maker]).setDelegation(market.delegate, token, sides, cap, expiry);
}

/** Leaves a maker so many claims. */
async function leaveClaims(market: Market, maker: Maker, claims: bigint): Promise<void> {
  const { ledger, stranger, tokenAddress } = market;
  await ledger.connect(market[maker]).transfer(stranger, tokenAddress, CLAIMS - claims);
}

/** Lets the escrow pull so many claims of a maker. */
async function allow(market: Market, maker: Maker, amount: bigint): Promise<void> {
  const { ledger, escrow, tokenAddress } = market;
  await ledger.connect(market[maker]).approve(escrow, tokenAddress, amount);
}

/** What is wrong with an order of a contract without claims that did not sign it. */
const NOT_SIGNED = [
  "OrdersInvalidSignature",
  "ERC6909InsufficientAllowance",
  "ERC6909InsufficientBalance",
] as const;

/** The provider fills a bid of a contract, which the stranger signed. */
async function byContract(market: Market, maker: BaseContract): Promise<Draft> {
  const client = asAddress(await maker.getAddress());
  return { ...byProvider(market, { bid: { client } }), bidSigner: market.stranger };
}

const past = async () => ({ expiry: BigInt(await time.latest()) - 1n });

const plain = (market: Market): Changes => ({ ask: plainOf(market), bid: plainOf(market) });

const CASES: readonly RefusedCase[] = [
  [
    "the ask is not open to a third party",
    ["OrderBookNotOpen"],
    (market) => byMatcher(market, { ask: { open: false } }),
  ],
  [
    "the bid is not open to a third party",
    ["OrderBookNotOpen"],
    (market) => byMatcher(market, { bid: { open: false } }),
  ],
  [
    "the ask has expired",
    ["OrdersExpired"],
    async (market) => byClient(market, { ask: await past() }),
  ],
  [
    "the bid has expired",
    ["OrdersExpired"],
    async (market) => byClient(market, { bid: await past() }),
  ],
  [
    "a signed ask has nonce 0",
    ["OrdersInvalidNonce"],
    (market) => byClient(market, { ask: { nonce: 0n } }),
  ],
  [
    "the caller's own bid has a nonce",
    ["OrdersInvalidNonce"],
    (market) => byClient(market, { bid: { nonce: 1n } }),
  ],
  [
    "nobody signed for the provider",
    ["OrdersUnsigned"],
    (market) => ({ ...byClient(market, { ask: { nonce: 0n } }), askSigner: undefined }),
  ],
  [
    "somebody else signed for the provider",
    ["OrdersInvalidSignature"],
    (market) => ({ ...byClient(market), askSigner: market.stranger }),
  ],
  [
    "somebody else signed for the client",
    ["OrdersInvalidSignature"],
    (market) => ({ ...byProvider(market), bidSigner: market.stranger }),
  ],
  [
    "no key could have made the signature",
    ["OrdersInvalidSignature"],
    (market) => ({ ...byProvider(market), bidSignature: `0x${"ff".repeat(65)}` }),
  ],
  [
    "a signature is no use to the zero account",
    [...NOT_SIGNED],
    (market) => ({
      ...byProvider(market, { bid: { client: ZERO_ADDRESS } }),
      bidSignature: `0x${"00".repeat(65)}`,
    }),
  ],
  [
    "a contract needs more gas for the signature than it gets",
    [...NOT_SIGNED],
    async (market) => {
      const maker = await ethers.deployContract("OwnedMaker", [market.stranger, 150_000n]);
      return byContract(market, maker);
    },
  ],
  ...Object.entries({ answers: 0n, reverts: 1n, floods: 2n, burns: 3n }).map(
    ([mode, code]): RefusedCase => [
      `a contract ${mode} when asked for the signature`,
      [...NOT_SIGNED],
      async (market) => {
        const maker = await ethers.deployContract("HostileMaker", [code, "0xee"]);
        return byContract(market, maker);
      },
    ],
  ),
  [
    "the delegate may sign for the other side only",
    ["OrdersNotDelegated"],
    async (market) => {
      await delegate(market, "provider", DelegatedSides.Bids);
      return { ...byClient(market), askSigner: market.delegate };
    },
  ],
  [
    "the delegation has expired",
    ["OrdersNotDelegated"],
    async (market) => {
      await delegate(market, "client", DelegatedSides.Bids, await past());
      return { ...byProvider(market), bidSigner: market.delegate };
    },
  ],
  [
    "the calling delegate's cap is too low",
    ["OrdersCapExceeded"],
    async (market) => {
      await delegate(market, "client", DelegatedSides.Bids, { cap: 39_999n });
      return { ...byClient(market), caller: market.delegate };
    },
  ],
  [
    "one delegate's cap is too low for both sides of one account",
    ["OrdersCapExceeded"],
    async (market) => {
      await delegate(market, "provider", DelegatedSides.Both, { cap: 139_999n });
      const draft = byMatcher(market, { bid: { client: asAddress(market.provider.address) } });
      return { ...draft, askSigner: market.delegate, bidSigner: market.delegate };
    },
  ],
  [
    "the ask has too few units",
    ["OrdersUnitsExceeded"],
    (market) => byClient(market, { ask: { maxUnits: 3n } }),
  ],
  [
    "the ask has too few units left",
    ["OrdersUnitsExceeded"],
    async (market) => {
      const draft = byClient(market, { ask: { maxUnits: 7n } });
      await fillDraft(market, draft);
      return draft;
    },
  ],
  [
    "the ask was cancelled",
    ["OrdersNonceUsed"],
    async (market) => {
      await market.book.connect(market.provider).cancelNonces(0n, 2n);
      return byClient(market);
    },
  ],
  [
    "the bid was cancelled",
    ["OrdersNonceUsed"],
    async (market) => {
      await market.book.connect(market.client).cancelNonces(0n, 2n);
      return byProvider(market);
    },
  ],
  [
    "entries are paused",
    ["MarketTermsEntriesPaused"],
    async (market) => {
      await market.book.pauseEntries(3_600n);
      return byClient(market);
    },
  ],
  [
    "the client allows too little",
    ["ERC6909InsufficientAllowance"],
    async (market) => {
      await allow(market, "client", 39_999n);
      return byClient(market);
    },
  ],
  [
    "the provider allows too little",
    ["ERC6909InsufficientAllowance"],
    async (market) => {
      await allow(market, "provider", 99_999n);
      return byProvider(market);
    },
  ],
  [
    "the client has too little",
    ["ERC6909InsufficientBalance"],
    async (market) => {
      await leaveClaims(market, "client", 39_999n);
      return byProvider(market);
    },
  ],
  [
    "the provider has too little",
    ["ERC6909InsufficientBalance"],
    async (market) => {
      await leaveClaims(market, "provider", 99_999n);
      return byClient(market);
    },
  ],
  [
    "one account has too little for both sides",
    ["ERC6909InsufficientBalance"],
    async (market) => {
      await leaveClaims(market, "provider", 139_999n);
      const client = asAddress(market.provider.address);
      return { ...byClient(market, { bid: { client } }), caller: market.provider };
    },
  ],
  [
    "one account allows too little for both sides",
    ["ERC6909InsufficientAllowance"],
    async (market) => {
      await allow(market, "provider", 139_999n);
      const client = asAddress(market.provider.address);
      return { ...byClient(market, { bid: { client } }), caller: market.provider };
    },
  ],
  [
    "the client has too little for the price and all is delivered at once",
    ["ERC6909InsufficientBalance"],
    async (market) => {
      await leaveClaims(market, "client", 39_999n);
      return { ...byMatcher(market, plain(market)), caller: market.worker, atOnce: true };
    },
  ],
  [
    "all is delivered at once by somebody else than the worker",
    ["JobsUnauthorized"],
    (market) => ({ ...byMatcher(market), atOnce: true }),
  ],
  [
    "all is delivered at once by somebody else than the worker, without a verifier",
    ["JobsUnauthorized"],
    (market) => ({ ...byMatcher(market, plain(market)), atOnce: true }),
  ],
];

/*
quote, of orders that do not count as their makers', or that a maker cannot pay
├── it gives the reason with which the contracts refuse them
└── it covers every reason that the SDK can give
*/
describe("quote, of orders that do not count as their makers', or that a maker cannot pay", () => {
  const the = useMarket();

  itRefuses(the, CASES);
  itCoversReasons(["authority", "money", "problems"], CASES);
});
