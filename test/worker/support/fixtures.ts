import type { Offer } from "../../../worker/src/chain/market";
import { applyEvent, openTask } from "../../../worker/src/tasks/task";
import type { Task, TaskEvent } from "../../../worker/src/tasks/task";
import {
  Filler,
  JobStatus,
  PriceState,
  TermsClass,
  ZERO_ADDRESS,
  ZERO_HASH,
} from "../../../sdk/src/index";
import type { Address, Ask, Bid, EventPosition, Job, JobChange } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** An address made of one digit. */
export function address(digit: string): Address {
  return `0x${digit.repeat(40)}`;
}

/** A 32-byte value that ends in `value`. */
export function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

export const PROVIDER = address("a");
export const WORKER = address("b");
export const CLIENT = address("c");
export const TOKEN = address("7");
/** 1,000,000 multiply-accumulates a unit. */
export const MODEL =
  `0x${"3".repeat(40)}${(1_000_000).toString(16).padStart(14, "0")}0000000000` as const;

/** A bid that fits the fixtures' policy. */
export function aBid(change: Partial<Bid> = {}): Bid {
  return {
    client: CLIENT,
    provider: PROVIDER,
    gpuId: 0n,
    modelId: MODEL,
    chained: false,
    inputRoot: word(1),
    inputUriHash: word(2),
    units: 4n,
    token: TOKEN,
    maxUnitPrice: 100n,
    minUnitBond: 100n,
    maxTurnaround: 1000n,
    verifier: ZERO_ADDRESS,
    termsClass: TermsClass.Fast,
    nonce: 1n,
    expiry: 2000n,
    open: false,
    ...change,
  };
}

/** The ask that takes `bid`. */
export function anAsk(bid: Bid = aBid()): Ask {
  return {
    provider: PROVIDER,
    worker: WORKER,
    gpuId: 0n,
    modelId: bid.modelId,
    token: bid.token,
    unitPrice: bid.maxUnitPrice,
    unitBond: bid.minUnitBond,
    maxUnits: bid.units,
    turnaround: bid.maxTurnaround,
    cancelShareBps: 10_000n,
    verifier: bid.verifier,
    termsClass: bid.termsClass,
    nonce: 0n,
    expiry: bid.expiry,
    open: false,
  };
}

/** An offer of `bid`. */
export function anOffer(bid: Bid = aBid()): Offer {
  return { bid, signature: "0x00", inputUri: "https://data.example/inputs" };
}

/** The job that `ask` and `bid` make at `openedAt`. */
export function aJob(ask: Ask, bid: Bid, openedAt: bigint): Job {
  return {
    client: bid.client,
    provider: ask.provider,
    gpuId: ask.gpuId,
    modelId: ask.modelId,
    inputRoot: bid.inputRoot,
    token: ask.token,
    unitPrice: ask.unitPrice,
    unitBond: ask.unitBond,
    askNonce: ask.nonce,
    askDelegate: ZERO_ADDRESS,
    verifier: ask.verifier,
    longestGame: 1_000n,
    turnaround: ask.turnaround,
    openedAt,
    feeBps: 0n,
    cancelShareBps: ask.cancelShareBps,
    termsClass: ask.termsClass,
    chained: bid.chained,
    staked: false,
    rentBps: 0n,
    filler: Filler.Provider,
    worker: ask.worker,
    units: bid.units,
    unitsAsked: bid.units,
    status: JobStatus.Open,
    price: PriceState.Escrowed,
    frozen: false,
    demands: 0n,
    deliveredAt: 0n,
    replacedAt: 0n,
    outputRoot: ZERO_HASH,
  };
}

export const JOB_ID = 77n;
export const OUTPUTS = [word(11), word(12), word(13), word(14)];

export const OPENED = {
  name: "JobOpened",
  job: aJob(anAsk(), aBid(), 2_000n),
} satisfies JobChange;
export const DELIVERED = {
  name: "JobDelivered",
  outputRoot: word(5),
  units: 4n,
  deliveredAt: 2_200n,
} satisfies JobChange;

/** A confirmed event of the fixtures' job in block `block`. */
export function confirmed(change: JobChange, block = 10): TaskEvent {
  return { type: "confirmed", event: { ...change, id: JOB_ID, at: at(block) } };
}

/** A position in block `block`. */
export function at(block: number, transactionHash: Hex = word(block)): EventPosition {
  return { blockNumber: block, blockHash: word(block), transactionHash, logIndex: 0 };
}

/** A task after `events`. */
export function aTask(...events: readonly TaskEvent[]): Task {
  const accepted = { type: "accepted", offer: anOffer(), ask: anAsk() } as const;
  return events.reduce(applyEvent, openTask(word(99), accepted));
}

export const INPUTS: TaskEvent = { type: "inputsStored", ids: OUTPUTS };
export const RUN: TaskEvent = { type: "unitsRun", from: 0, ids: OUTPUTS };
