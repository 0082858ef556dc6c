import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import { ZeroAddress, id as hashOf } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";
import type { ContractTransactionResponse } from "ethers";

import type { IOutputDemands } from "../../typechain-types/contracts/compute/JobEscrow";
import { asAddress, asHex, packJob, signApprovalWith } from "../../sdk/src/index";
import type { Ask, Bid, Job, PackedJob, Piece } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";
import { expectSolvent, readEscrow } from "./escrowState";
import { askOf, bidOf, deployMarket, signAsk, signBid } from "./market";
import type { Market } from "./market";

/** A job and its id: the fields as calls to the escrow take them, and beside them what the packed ones hold. */
export interface JobRef {
  readonly id: bigint;
  readonly job: Job & Pick<PackedJob, "terms" | "state">;
}

/** Which side calls `fill`. */
export type FillSide = "client" | "provider" | "matcher";

/** What to change of the usual ask and bid, and who fills; the client if nobody is named. */
export interface OpenOptions {
  readonly by?: FillSide;
  readonly ask?: Partial<Ask>;
  readonly bid?: Partial<Bid>;
}

/** Seconds of a day. */
export const DAY = 86_400n;

/** Seconds of each class in which a delivery can be challenged, which is also the time to answer a demand. */
export const WINDOWS = [1_800n, 21_600n, 86_400n] as const;

/** An output root behind which there is nothing. */
export const OUTPUT_ROOT = asHex(hashOf("outputs"));

/** The first 32-word piece of unit 0. */
export const PIECE: Piece = { unit: 0n, firstWord: 0n, wordsLog2: 5n };

/**
 * Gives every test of a suite the market of `fixture`, and checks after each that the escrow holds to
 * the unit what its events say it owes. Returns a function that returns the market.
 */
export function useMarket<T extends Market = Market>(fixture?: () => Promise<T>): () => T {
  let market: T;
  beforeEach(async () => {
    market = await loadFixture((fixture ?? deployMarket) as () => Promise<T>);
  });
  afterEach(async () => {
    await expectSolvent(market);
  });
  return () => market;
}

/** Fills the usual ask and bid with changes. The side that calls has nonce 0; a signed order has a fresh one. */
export async function fill(
  market: Market,
  { by = "client", ask: askChanges = {}, bid: bidChanges = {} }: OpenOptions = {},
): Promise<ContractTransactionResponse> {
  const fresh = 1n + (await market.book.jobCount());
  const ask = askOf(market, { nonce: by === "provider" ? 0n : fresh, ...askChanges });
  const bid = bidOf(market, { nonce: by === "client" ? 0n : fresh, ...bidChanges });
  const caller = { client: market.client, provider: market.provider, matcher: market.stranger }[by];
  const askSignature = by === "provider" ? "0x" : await signAsk(market, ask);
  const bidSignature = by === "client" ? "0x" : await signBid(market, bid);
  return market.escrow.connect(caller).fill(ask, askSignature, bid, bidSignature);
}

/** Opens a job of the usual ask and bid with changes. */
export async function openJob(market: Market, options: OpenOptions = {}): Promise<JobRef> {
  return openedBy(market, await fill(market, options));
}

/** The job that a transaction opened, in its present state. */
export async function openedBy(
  market: Market,
  transaction: ContractTransactionResponse,
): Promise<JobRef> {
  const receipt = await transaction.wait();
  const logs = receipt?.logs ?? [];
  const events = logs.map((log) => market.escrow.interface.parseLog(log));
  const opened = events.find((event) => event?.name === "JobOpened");
  if (opened === undefined || opened === null) throw new Error("no job opened");
  return jobNow(market, opened.args.id);
}

/** A live job in its present state. */
export async function jobNow(market: Market, id: bigint): Promise<JobRef> {
  const live = (await readEscrow(market)).live.get(id);
  if (live === undefined) throw new Error(`job ${id} is not live`);
  return { id, job: withChanges(live.job, {}) };
}

/** A job with changes, as calls to the escrow take it. */
export function withChanges(job: Job, changes: Partial<Job>): JobRef["job"] {
  const { terms, state } = packJob({ ...job, ...changes });
  return { ...job, ...changes, terms, state };
}

/** Delivers the first `units` units of a job, all if not said otherwise. */
export async function deliverJob(
  market: Market,
  { id, job }: JobRef,
  { units = job.units, root = OUTPUT_ROOT, approval = "0x" } = {},
): Promise<JobRef> {
  await market.escrow.connect(market.worker).deliver(id, job, root, units, approval);
  return jobNow(market, id);
}

/** Opens and delivers a job. */
export async function openDelivered(market: Market, options: OpenOptions = {}): Promise<JobRef> {
  return deliverJob(market, await openJob(market, options));
}

/** Opens, delivers and freezes a job. */
export async function openFrozen(market: Market, options: OpenOptions = {}): Promise<JobRef> {
  return freezeJob(market, await openDelivered(market, options));
}

/** Lets the verifier freeze a job. */
export async function freezeJob(market: Market, { id, job }: JobRef): Promise<JobRef> {
  await market.escrow.connect(market.verifier).freeze(id, job);
  return jobNow(market, id);
}

/** Lets the client approve a job that has a verifier. */
export async function approveJob(market: Market, { id, job }: JobRef): Promise<JobRef> {
  await market.escrow.connect(market.client).approve(id, job, "0x");
  return jobNow(market, id);
}

/** Demands a piece of a job's output. */
export async function demandPiece(
  market: Market,
  { id, job }: JobRef,
  demander: HardhatEthersSigner = market.client,
  piece: IOutputDemands.PieceStruct = PIECE,
): Promise<JobRef> {
  await market.escrow.connect(demander).demandOutput(id, job, piece);
  return jobNow(market, id);
}

/** A client's approval of an output. */
export async function signApproval(
  market: Market,
  jobId: bigint,
  { units = 4n, root = OUTPUT_ROOT, signer = market.client, escrow = "", chainId = 0n } = {},
): Promise<Hex> {
  const network = await ethers.provider.getNetwork();
  const domain = {
    chainId: chainId || network.chainId,
    verifyingContract: escrow === "" ? market.addresses.jobEscrow : asAddress(escrow),
  };
  return signApprovalWith(signer, domain, { id: jobId, outputRoot: root, units });
}

/** Mines the next transaction at `timestamp`, in seconds. */
export function at(timestamp: bigint): Promise<void> {
  return time.setNextBlockTimestamp(timestamp);
}

/** The last second at which a job can be delivered. */
export function deadlineOf({ job }: JobRef): bigint {
  return job.openedAt + job.turnaround;
}

/** The last second at which a delivery can be challenged. */
export function windowEnd({ job }: JobRef): bigint {
  return job.deliveredAt + WINDOWS[Number(job.termsClass)];
}

/** The last second at which a frozen job waits for its verifier. */
export function frozenUntil(ref: JobRef): bigint {
  const { longestGame } = ref.job;
  return windowEnd(ref) + longestGame + (longestGame / 4n > DAY ? longestGame / 4n : DAY);
}

/** The price of all units. */
export function priceOf({ job }: JobRef): bigint {
  return job.unitPrice * job.units;
}

/** The bond of all units. */
export function bondOf({ job }: JobRef): bigint {
  return job.unitBond * job.units;
}

/** `amount × part / whole`, rounded up. */
export function shareUp(amount: bigint, part: bigint, whole = 10_000n): bigint {
  return (amount * part + whole - 1n) / whole;
}

/** The parties whose claims a test watches. */
export type Party =
  "client" | "provider" | "worker" | "verifier" | "treasury" | "delegate" | "stranger" | "escrow";

const PARTIES: readonly Party[] = [
  "client",
  "provider",
  "worker",
  "verifier",
  "treasury",
  "delegate",
  "stranger",
  "escrow",
];

/** Expects an action to change the claims of all parties by `changes`, of those not named by nothing. */
export async function expectMoves(
  market: Market,
  action: () => Promise<unknown>,
  changes: Partial<Record<Party, bigint>>,
): Promise<void> {
  const before = await claimsOf(market);
  await action();
  const after = await claimsOf(market);
  const moves = PARTIES.map((party, i) => [party, after[i] - before[i]] as const);
  const moved = Object.fromEntries(moves.filter(([, amount]) => amount !== 0n));
  expect(moved).to.deep.equal(
    Object.fromEntries(Object.entries(changes).filter(([, amount]) => amount !== 0n)),
  );
}

async function claimsOf(market: Market): Promise<bigint[]> {
  const id = BigInt(market.tokenAddress);
  return Promise.all(PARTIES.map((party) => market.ledger.balanceOf(market[party], id)));
}

/** A job with each of its fields changed in turn, by the field's name. */
export function mutationsOf(job: JobRef["job"]): [string, JobRef["job"]][] {
  const { terms, state, ...fields } = job;
  const names = Object.keys(fields) as (keyof Job)[];
  const small = names.map((name): [string, JobRef["job"]] => [
    name,
    withChanges(job, { [name]: another(fields[name]) }),
  ]);
  return [
    ...small,
    ["terms", { ...job, terms: terms | (1n << 255n) }],
    ["state", { ...job, state: state | (1n << 255n) }],
  ];
}

function another(value: string | bigint | boolean): string | bigint | boolean {
  if (typeof value === "boolean") return !value;
  if (typeof value === "bigint") return value === 0n ? 1n : value - 1n;
  if (value.length === ZeroAddress.length) return ethers.Wallet.createRandom().address;
  return hashOf(value);
}
