import { impersonateAccount, setBalance, time } from "@nomicfoundation/hardhat-network-helpers";
import { ethers } from "hardhat";
import { concat, id as hashOf, keccak256, toBeHex, ZeroHash } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { asHex } from "../../sdk/src/index";
import type { Ask } from "../../sdk/src/index";
import { listRoot, listProof } from "../../tensor/src/index";
import type { Hex, Tensor } from "../../tensor/src/index";
import { stateId } from "../../tensor/src/index";
import type { Contribution, Slot, TestRow } from "../../tensor/src/index";
import type { DataDAO } from "../../typechain-types";
import {
  OPTIONS,
  POT,
  SHAPE,
  UNITS,
  buyValuation,
  closeEpoch,
  contribute,
  drawTests,
  nameOf,
  openEpoch,
  outputRootOf,
  runValuation,
  settlementOf,
  usualSlots,
} from "./data";
import type { DataMarket } from "./data";
import { at, deliverJob, windowEnd } from "./jobs";
import type { JobRef } from "./jobs";

/** Levels of a block of values, from a word to the root. */
export const VALUE_DEPTH = Number(SHAPE.slots + SHAPE.slotRows + SHAPE.rowWords);

/** The row that has the sum of all positive values. */
export const TOTAL_ROW = 1 << Number(SHAPE.slots);

/** A million votes, in their smallest units. */
export const EPOCH_SHARES = 10n ** 24n;

/** What settles an epoch, and opens its values. */
export interface Output {
  readonly root: Hex;
  readonly settlement: ReturnType<typeof settlementOf>;
  /** The value in a row, opened. */
  readonly valueAt: (row: number) => { word: Hex; siblings: Hex[] };
}

/** The slots of the usual dataset by their names, with an empty one at the end. */
export function namesOf(slots: readonly Slot[]): Hex[] {
  const names = slots.map(nameOf);
  while (names.length < 1 << Number(SHAPE.slots)) names.push(nameOf(undefined));
  return names;
}

/** The root of all points. */
export function pointsRootOf(slots: readonly Slot[]): Hex {
  return levelsOf(namesOf(slots))[Number(SHAPE.slots)][0];
}

/** The siblings from a slot to the root of all points. */
export function slotProof(slots: readonly Slot[], index: number): Hex[] {
  return proofOf(namesOf(slots), index);
}

/** An output that says these values and this total, behind which there is no computation. */
export function madeUp(values: readonly number[], total: number): Output {
  const words = Array.from({ length: 1 << VALUE_DEPTH }, () => asHex(ZeroHash));
  const put = (row: number, value: number) => {
    words[row << Number(SHAPE.rowWords)] = wordOf(value);
  };
  values.forEach((value, row) => put(row, value));
  put(TOTAL_ROW, total);
  const levels = levelsOf(words);
  const valuesRoot = levels[VALUE_DEPTH][0];
  const [points, tests, sums] = ["points", "tests", "sums"].map((name) => asHex(hashOf(name)));
  const last = stateId(OPTIONS, { points, tests, sums, values: valuesRoot });
  const ids = Array.from({ length: Number(UNITS) }, (_, i) => (i === 3 ? last : sums));
  const valueAt = (row: number) => {
    const index = row << Number(SHAPE.rowWords);
    return { word: words[index], siblings: proofOf(words, index) };
  };
  const inputs = keccak256(concat([points, tests]));
  const unitSiblings = [...listProof(ids, ids.length - 1)];
  const settlement = { inputs, sums, valuesRoot, unitSiblings, total: valueAt(TOTAL_ROW) };
  return { root: listRoot(ids), settlement, valueAt };
}

/** A value as the first element of a word. */
export function wordOf(value: number): Hex {
  return asHex(toBeHex(BigInt.asUintN(32, BigInt(value)) << 224n, 32));
}

/** Gives the dataset money that it does not owe. */
export async function donate(market: DataMarket, amount = POT): Promise<void> {
  const { ledger, client, dao, tokenAddress } = market;
  await ledger.connect(client).transfer(dao, tokenAddress, amount);
}

/** Opens an epoch, gives contributions, and closes it. */
export async function closedEpoch(
  market: DataMarket,
  slots: readonly Contribution[] = usualSlots(market),
): Promise<void> {
  const closesAt = await openEpoch(market);
  for (const slot of slots) await contribute(market, slot);
  await closeEpoch(market, closesAt);
}

/** The same with a pot, up to the test points, which it returns. */
export async function drawnEpoch(
  market: DataMarket,
  slots: readonly Contribution[] = usualSlots(market),
): Promise<readonly TestRow[]> {
  await donate(market);
  await closedEpoch(market, slots);
  return drawTests(market);
}

/** Lets the worker deliver an output, and takes it down; returns the job. */
export async function recordOutput(
  market: DataMarket,
  root: Hex,
  changes: Partial<Ask> = {},
): Promise<JobRef> {
  const delivered = await deliverJob(market, await buyValuation(market, changes), { root });
  await market.dao.recordDelivery(delivered.job);
  return delivered;
}

/** Lets a delivered job end well. */
export async function endWell(market: DataMarket, delivered: JobRef): Promise<void> {
  await at(windowEnd(delivered) + 1n);
  await market.escrow.settle(delivered.id, delivered.job);
}

/** Settles the running epoch by what a job put out. */
export function settleBy({ dao }: DataMarket, { settlement }: Pick<Output, "settlement">) {
  const { inputs, sums, valuesRoot, unitSiblings, total } = settlement;
  return dao.settleEpoch(inputs, sums, valuesRoot, unitSiblings, total);
}

/** Values the running epoch, whose test points were drawn, by an output, and settles it. */
export async function settleWith<T extends Pick<Output, "root" | "settlement">>(
  market: DataMarket,
  output: T,
  changes: Partial<Ask> = {},
): Promise<T> {
  await endWell(market, await recordOutput(market, output.root, changes));
  await settleBy(market, output);
  return output;
}

/** A whole epoch of the usual contributions with made-up values. */
export async function settledEpoch(
  market: DataMarket,
  values: readonly number[] = [3, 5, -4],
  total = values.filter((value) => value > 0).reduce((sum, value) => sum + value, 0),
): Promise<Output> {
  await drawnEpoch(market);
  return settleWith(market, madeUp(values, total));
}

/** What the program says of slots and test points. */
export async function outputOf(
  slots: readonly Slot[],
  tests: readonly TestRow[],
): Promise<{ root: Hex; settlement: ReturnType<typeof settlementOf>; last: Tensor }> {
  const padded = [...slots, undefined, undefined, undefined].slice(0, TOTAL_ROW);
  const states = await runValuation(padded, tests);
  return {
    root: outputRootOf(states),
    settlement: settlementOf(states),
    last: states[states.length - 1],
  };
}

/** The dataset as its owner, the timelock, calls it after a vote. */
export async function asOwner({ dao, timelock }: DataMarket): Promise<DataDAO> {
  await impersonateAccount(timelock);
  await setBalance(timelock, 10n ** 18n);
  return dao.connect(await ethers.getSigner(timelock));
}

/** What an account has in the Ledger, in payment-token units. */
export function claimsOf(
  { ledger, tokenAddress }: DataMarket,
  account: { readonly address: string } | string,
): Promise<bigint> {
  const address = typeof account === "string" ? account : account.address;
  return ledger.balanceOf(address, tokenAddress);
}

/** The time of the last block, in seconds. */
export async function now(): Promise<bigint> {
  return BigInt(await time.latest());
}

/** What `contributeFor` takes, signed by the owner. */
export async function signContribution(
  { dao }: Pick<DataMarket, "dao">,
  owner: HardhatEthersSigner,
  contribution: { slot: Hex; count: number; schema: Hex; uri: string; deadline: bigint },
  changes: { nonce?: bigint; chainId?: bigint; verifyingContract?: string; owner?: string } = {},
): Promise<string> {
  const { chainId } = await ethers.provider.getNetwork();
  const domain = {
    ...{ name: "Ergon DataDAO", version: "1", chainId: changes.chainId ?? chainId },
    verifyingContract: changes.verifyingContract ?? (await dao.getAddress()),
  };
  const types = {
    Contribution: [
      { name: "owner", type: "address" },
      { name: "slot", type: "bytes32" },
      { name: "count", type: "uint256" },
      { name: "schema", type: "bytes32" },
      { name: "uri", type: "string" },
      { name: "nonce", type: "uint256" },
      { name: "deadline", type: "uint256" },
    ],
  };
  const nonce = changes.nonce ?? (await dao.nonces(owner));
  const named = changes.owner ?? owner.address;
  return owner.signTypedData(domain, types, { owner: named, ...contribution, nonce });
}

/** All levels of the tree over a power of two of leaves. */
function levelsOf(leaves: readonly Hex[]): Hex[][] {
  const levels = [[...leaves]];
  for (let level = levels[0]; level.length > 1;) {
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      asHex(keccak256(concat([level[2 * i], level[2 * i + 1]]))),
    );
    levels.push(level);
  }
  return levels;
}

function proofOf(leaves: readonly Hex[], index: number): Hex[] {
  const levels = levelsOf(leaves).slice(0, -1);
  return levels.map((level, height) => level[(index >> height) ^ 1]);
}
