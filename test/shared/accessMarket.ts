import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256 } from "ethers";
import type { ContractTransactionResponse, EventLog } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import type { AccessMarket, Ledger, MarketCloner, MockERC20 } from "../../typechain-types";
import type { SaleTermsStruct } from "../../typechain-types/contracts/data/AccessMarket";

/** Seconds. */
export const HOUR = 3_600n;
export const DAY = 24n * HOUR;

/** What each buyer has in the Ledger, in payment-token units. */
export const CLAIMS = 10n ** 15n;

/** 69.42 tokens on schedule of 2 sales a day, with 6 decimals; 31 % less for each day without a sale. */
export const TERMS = {
  initialPrice: 69_420_000n,
  reserve: 1_000_000n,
  licenceTerm: 30n * DAY,
  grantTime: DAY,
  cap: 1_000_000_000n,
  ratePerDay: 2n * 10n ** 18n,
  decayBps: 3_100n,
  potShareBps: 7_000n,
} as const;

/** The price of the first licence in the first second: 69.42 × 0.69^(−1/2), rounded up. */
export const FIRST_PRICE = 83_571_860n;

/** Compressed points: that of the private key 1, and another. */
export const PUBLIC_KEY = "0x0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
export const OTHER_PUBLIC_KEY =
  "0x02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";

/** Looks like a compressed point, but no point of the curve has this first coordinate. */
export const NO_POINT = `0x02${"00".repeat(31)}05`;

/** What a host encrypted: a point, a key of 32 bytes and a tag of 16. */
export const ENCRYPTED_KEY = `0x03${"5a".repeat(32)}${"c3".repeat(48)}`;

/** The first purchase of a fixture. */
export const FIRST = 1n;

export enum Status {
  None,
  Pending,
  Granted,
  Refunded,
}

export interface Access {
  readonly owner: HardhatEthersSigner;
  readonly dao: HardhatEthersSigner;
  readonly host: HardhatEthersSigner;
  readonly buyer: HardhatEthersSigner;
  readonly other: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
  readonly token: MockERC20;
  readonly ledger: Ledger;
  readonly implementation: AccessMarket;
  readonly cloner: MarketCloner;
  readonly market: AccessMarket;
  /** When the schedule of prices began. */
  readonly startedAt: bigint;
  /** The id of claims on the token. */
  readonly claimId: bigint;
}

/** A market on a fresh chain, with claims of `buyer` and `other` that it may pull. */
export async function deployAccess(): Promise<Access> {
  const [, owner, dao, host, buyer, other, stranger] = await ethers.getSigners();
  const token = await ethers.deployContract("MockERC20", ["Test Dollar", "TUSD", 6]);
  const ledger = await ethers.deployContract("Ledger");
  const implementation = await ethers.deployContract("AccessMarket", [ledger]);
  const cloner = await ethers.deployContract("MarketCloner");
  const parts = { owner, dao, host, token, ledger, implementation, cloner };
  const market = await cloneMarket(parts);
  const claimId = BigInt(await token.getAddress());
  for (const account of [buyer, other]) {
    await token.mint(account, CLAIMS);
    await token.connect(account).approve(ledger, MaxUint256);
    await ledger.connect(account).deposit(token, CLAIMS, account);
    await ledger.connect(account).approve(market, claimId, MaxUint256);
  }
  const { startedAt } = await market.sales();
  return { ...parts, buyer, other, stranger, market, startedAt, claimId };
}

/** Gives every test of a suite a fresh market, and checks after each that it holds what is pending and was given (AM-1). */
export function useAccess(): () => Access {
  let access: Access;
  beforeEach(async () => {
    access = await loadFixture(deployAccess);
  });
  afterEach(async () => {
    await expectHeldIsPending(access);
  });
  return () => access;
}

/** A further market, with changed terms. */
export async function cloneMarket(
  parts: Pick<Access, "owner" | "dao" | "host" | "token" | "implementation" | "cloner">,
  changes: Partial<SaleTermsStruct> = {},
): Promise<AccessMarket> {
  const { owner, dao, token, implementation, cloner } = parts;
  const terms = termsOf(parts, changes);
  const made = await cloner.make(implementation, owner, dao, token, "Access to digits", terms);
  const log = (await made.wait())?.logs.at(0) as EventLog | undefined;
  return ethers.getContractAt("AccessMarket", String(log?.args.market));
}

/** The usual terms with changes. */
export function termsOf(
  { host }: Pick<Access, "host">,
  changes: Partial<SaleTermsStruct> = {},
): SaleTermsStruct {
  return { ...TERMS, host: host.address, ...changes };
}

/** Terms in the order of the struct. */
export function plainTerms(terms: SaleTermsStruct): unknown[] {
  const { initialPrice, reserve, licenceTerm, grantTime } = terms;
  const { cap, ratePerDay, decayBps, potShareBps, host } = terms;
  return [
    ...[initialPrice, reserve, licenceTerm, grantTime],
    ...[cap, ratePerDay, decayBps, potShareBps, host],
  ];
}

/** Buys at whatever price there is. */
export function buy(
  { market, buyer }: Pick<Access, "market" | "buyer">,
  account = buyer,
): Promise<ContractTransactionResponse> {
  return market.connect(account).buy(MaxUint256, MaxUint256, PUBLIC_KEY);
}

/** Buys, and grants the licence. */
export async function buyAndGrant(access: Access, account = access.buyer): Promise<bigint> {
  await buy(access, account);
  const { bought } = await access.market.sales();
  await access.market.connect(access.host).grant(bought, ENCRYPTED_KEY);
  return bought;
}

/** The second of the last block. */
export async function now(): Promise<bigint> {
  return BigInt(await time.latest());
}

/** What accounts' claims changed by. */
export async function claimsMoved(
  { ledger, claimId }: Access,
  accounts: readonly HardhatEthersSigner[],
  action: () => Promise<unknown>,
): Promise<bigint[]> {
  const read = () => Promise.all(accounts.map((account) => ledger.balanceOf(account, claimId)));
  const before = await read();
  await action();
  const after = await read();
  return after.map((balance, i) => balance - before[i]);
}

/** The formula in floating point, between reserve and cap. */
export function expectedPrice(elapsed: bigint, sold: bigint): number {
  const days = Number(elapsed) / Number(DAY);
  const price = Number(TERMS.initialPrice) * 0.69 ** (days - (Number(sold) + 1) / 2);
  return Math.max(Number(TERMS.reserve), Math.min(Number(TERMS.cap), price));
}

async function expectHeldIsPending({ market, ledger, claimId }: Access): Promise<void> {
  const { bought, pending } = await market.sales();
  let [sum, count] = [0n, 0n];
  for (let id = 1n; id <= bought; id++) {
    const { price, status } = await market.purchaseOf(id);
    if (Number(status) !== Number(Status.Pending)) continue;
    [sum, count] = [sum + price, count + 1n];
  }
  const incoming = await ledger.queryFilter(
    ledger.filters.Transfer(undefined, undefined, market, claimId),
  );
  const address = await market.getAddress();
  for (const { args } of incoming) if (args.caller !== address) sum += args.amount;
  expect(await ledger.balanceOf(market, claimId), "AM-1").to.equal(sum);
  expect(pending).to.equal(count);
}
