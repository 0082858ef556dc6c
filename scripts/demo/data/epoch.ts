import { id as hashOf } from "ethers";

import {
  JobStatus,
  accountOf,
  asHex,
  buyValuation,
  closeEpoch,
  contribute,
  getDataset,
  getJob,
  joinEpoch,
  makeAsk,
  openEpoch,
  recordDelivery,
  seedHashOf,
  settleEpoch,
  settlementOf,
  showSeed,
  signAsk,
  windowOf,
} from "../../../sdk/src/index";
import type { Ask, SettleEpochOutcome } from "../../../sdk/src/index";
import { encodeState, poolRoot, slotSiblings } from "../../../tensor/src/index";
import type { Hex, Tensor, TestPoint, TestRow } from "../../../tensor/src/index";
import { timeOf } from "../../shared/chain";
import { randomWord } from "../../shared/datasetFiles";
import { drawFrom } from "../../shared/epochFiles";
import { showProgress } from "../../shared/progress";
import { fetchValued } from "../../shared/valuations";
import { waitFor } from "../../shared/wait";
import { unitPriceOf } from "../cast";
import { passTime, passUntil } from "../chain";
import { requireEqual } from "../report";
import type { Running } from "../site";
import type { Stage } from "../stage";
import type { DataCast } from "./cast";
import { OPTIONS, POOL_SIZE, SEGMENT_SIZE } from "./digits";
import type { Gift } from "./digits";

const WEEK = 7n * 86_400n;
const DELIVERY = { what: "the delivery", everyMs: 100, timeoutMs: 120_000 };
const SETTLEMENT = { what: "the settlement", everyMs: 50, timeoutMs: 60_000 };

/** An epoch that was opened, and what both sides keep to themselves until it is closed. */
export interface OpenedEpoch {
  readonly epochId: bigint;
  readonly closesAt: bigint;
  readonly pool: readonly TestPoint[];
  readonly seeds: Readonly<Record<"poolOwner" | "host", Hex>>;
}

/** A job that values all contributions. */
export interface Valuation {
  readonly jobId: bigint;
  /** What the dataset paid for it, in payment-token units. */
  readonly price: bigint;
  /** After the last unit. */
  readonly last: Tensor;
  readonly tests: readonly TestRow[];
  readonly settled: SettleEpochOutcome;
}

/** Opens an epoch of a week: the pool's owner and the host commit to test points and seeds. */
export async function openWeek(
  { provider }: Stage,
  { dao: { dataset }, poolOwner, host }: DataCast,
  pool: readonly TestPoint[],
): Promise<OpenedEpoch> {
  const [mine, theirs] = [randomWord(), randomWord()];
  const closesAt = (await timeOf(provider)) + WEEK;
  const { epochId } = await openEpoch(poolOwner, {
    ...{ dataset, closesAt, poolRoot: poolRoot(OPTIONS, pool) },
    segments: BigInt(Math.log2(POOL_SIZE / SEGMENT_SIZE)),
    segmentRows: BigInt(Math.log2(SEGMENT_SIZE)),
    seedHash: seedHashOf(await accountOf(poolOwner), mine),
  });
  const seedHash = seedHashOf(await accountOf(host.client), theirs);
  await joinEpoch(host.client, { dataset, seedHash });
  return { epochId, closesAt, pool, seeds: { poolOwner: mine, host: theirs } };
}

/** Every contributor commits to its part; returns what names each. */
export async function give(
  { dao: { dataset }, contributors }: DataCast,
  gifts: readonly Gift[],
): Promise<readonly Hex[]> {
  const bar = showProgress("contributions", gifts.length);
  const slots: Hex[] = [];
  for (const [i, { contribution }] of gifts.entries()) {
    const { slot } = await contribute(contributors[i], {
      dataset,
      siblings: slotSiblings(OPTIONS, contribution),
      count: BigInt(Math.max(1, contribution.points.length)),
      schema: asHex(hashOf("digit")),
      uri: `https://data.example/${i}`,
    });
    slots.push(slot);
    bar.update(slots.length);
  }
  bar.stop();
  return slots;
}

/** Closes the epoch when its week is over, shows both seeds, and draws the test points. */
export async function drawSegment(
  { provider }: Stage,
  { dao: { dataset }, poolOwner, host }: DataCast,
  { closesAt, pool, seeds }: OpenedEpoch,
): Promise<readonly TestRow[]> {
  await passUntil(provider, closesAt);
  await closeEpoch(host.client, { dataset });
  await showSeed(host.client, { dataset, seed: seeds.host });
  await showSeed(poolOwner, { dataset, seed: seeds.poolOwner });
  const drawable = { rows: pool, segmentRows: SEGMENT_SIZE };
  const { tests } = await drawFrom(poolOwner, await getDataset(poolOwner, { dataset }), drawable);
  return tests;
}

/** Buys the valuation of a worker out of the pot, waits until nobody can contest it, and settles the epoch. */
export async function valueEpoch(
  { provider }: Stage,
  cast: DataCast,
  gifts: readonly Gift[],
  tests: readonly TestRow[],
  { api, process }: Running,
): Promise<Valuation> {
  const { dao, host } = cast;
  const { dataset } = dao;
  const slots = gifts.map(({ contribution }) => contribution);
  const inputId = await api.putInputs([encodeState(OPTIONS, slots, tests)], () => undefined);
  const ask = await askOf(cast, await timeOf(provider));
  const askSignature = await signAsk(cast.worker.provider, ask);
  const bought = await buyValuation(host.client, { dataset, ask, askSignature });
  requireEqual("the input that the contract names", bought.inputId, inputId);
  const { jobId } = bought;
  const job = await waitFor(DELIVERY, async () => {
    process.requireRunning();
    const record = await getJob(host.client, { id: jobId });
    return record.job.status === JobStatus.Delivered ? record : undefined;
  });
  const { outputRoot } = await recordDelivery(host.client, { dataset, job });
  await passTime(provider, windowOf(ask.termsClass) + 1n);
  await waitFor(SETTLEMENT, async () => {
    process.requireRunning();
    return (await getJob(host.client, { id: jobId })).end;
  });
  const { outputIds, last } = await fetchValued({ jobId, outputRoot }, api.url);
  const settlement = settlementOf(OPTIONS, outputIds, last);
  const settled = await settleEpoch(host.client, { dataset, settlement });
  return { jobId, price: ask.unitPrice * ask.maxUnits, last, tests, settled };
}

/** An ask of the worker's provider for the whole valuation, at the dataset's terms. */
async function askOf({ worker, token, dao }: DataCast, now: bigint): Promise<Ask> {
  const { provider, gpuId, modelId } = worker;
  const { valuation } = await getDataset(provider, { dataset: dao.dataset });
  const account = await accountOf(provider);
  return makeAsk({
    ...{ provider: account, worker: account, gpuId, modelId, token: token.address, now },
    ...{ unitPrice: unitPriceOf(worker), unitBond: valuation.minUnitBond },
    ...{ verifier: valuation.verifier, termsClass: valuation.termsClass },
    ...{ maxUnits: BigInt(SEGMENT_SIZE), turnaround: valuation.maxTurnaround },
  });
}
