import { expect } from "chai";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { poolRoot } from "../../../tensor/src/index";
import type { TestRow } from "../../../tensor/src/index";
import { OPTIONS, POOL, deployData, openEpoch } from "../../shared/data";
import type { DataMarket } from "../../shared/data";
import { closedEpoch, donate, drawnEpoch } from "../../shared/datasets";

/** Phases of an epoch, by their number on chain. */
export const STATUS = {
  ...{ None: 0n, Open: 1n, Closed: 2n, Seeded: 3n, Drawn: 4n, Settled: 5n, Void: 6n },
} as const;

/** The root of all test points. */
export const ROOT = poolRoot(OPTIONS, POOL);

/** Seconds of an hour. */
export const HOUR = 3_600n;

/** An epoch that both sides committed to. */
export async function opened(): Promise<{ market: DataMarket; closesAt: bigint }> {
  const market = await deployData();
  return { market, closesAt: await openEpoch(market) };
}

/** An epoch with a pot and the usual contributions, whose seeds are to be shown. */
export async function closed(): Promise<DataMarket> {
  const market = await deployData();
  await donate(market);
  await closedEpoch(market);
  return market;
}

/** The same, and test points. */
export async function drawn(): Promise<{ market: DataMarket; tests: readonly TestRow[] }> {
  const market = await deployData();
  return { market, tests: await drawnEpoch(market) };
}

/** Expects a call to be refused in the phase that the last epoch is in. */
export function wrongStatus(
  { dao }: DataMarket,
  action: Promise<unknown>,
  epochId: bigint,
  status: bigint,
): Promise<void> {
  return expect(action)
    .to.be.revertedWithCustomError(dao, "EpochsWrongStatus")
    .withArgs(epochId, status);
}

/** Expects a call to be refused before or after its time. */
export function notNow(
  { dao }: DataMarket,
  action: Promise<unknown>,
  from: bigint,
  until: bigint,
): Promise<void> {
  return expect(action)
    .to.be.revertedWithCustomError(dao, "EpochsNotNow")
    .withArgs(1n, from, until);
}

/** Expects a call to be refused to who calls. */
export function notYours(
  { dao }: DataMarket,
  action: Promise<unknown>,
  caller: HardhatEthersSigner,
  expected: string,
): Promise<void> {
  return expect(action)
    .to.be.revertedWithCustomError(dao, "EpochsUnauthorized")
    .withArgs(caller.address, expected);
}
