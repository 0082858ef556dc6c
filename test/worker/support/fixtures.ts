import type { AskTerms, Bid, Job, JobEvent, Offer } from "../../../worker/src/chain/market";
import { applyEvent, openTask } from "../../../worker/src/tasks/task";
import type { Task, TaskEvent } from "../../../worker/src/tasks/task";
import type { Hex } from "../../../tensor/src/index";

/** An address made of one digit. */
export function address(digit: string): Hex {
  return `0x${digit.repeat(40)}`;
}

/** A 32-byte value that ends in `value`. */
export function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

export const PROVIDER = address("a");
export const CLIENT = address("c");
export const TOKEN = address("7");
export const NO_VERIFIER = address("0");
export const MODEL = word(0x30de1);

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
    verifier: NO_VERIFIER,
    termsClass: 0n,
    nonce: 1n,
    expiry: 5000n,
    ...change,
  };
}

export const ASK: AskTerms = { unitPrice: 100n, unitBond: 100n, turnaround: 1000n };

/** An offer of `bid`. */
export function anOffer(bid: Bid = aBid()): Offer {
  return { bid, signature: "0x", inputUri: "https://data.example/inputs" };
}

export const JOB: Job = { id: word(77), units: 4n, deadline: 3000n, raw: null };
export const OUTPUTS = [word(11), word(12), word(13), word(14)];

export const FILLED = {
  kind: "filled",
  jobId: JOB.id,
  client: CLIENT,
  nonce: 1n,
  job: JOB,
} satisfies JobEvent;
export const DELIVERED = {
  kind: "delivered",
  jobId: JOB.id,
  job: JOB,
  units: 4n,
  contestableUntil: 4000n,
} satisfies JobEvent;

/** A confirmed event in block `block`. */
export function confirmed(event: JobEvent, block = 10): TaskEvent {
  return { type: "confirmed", block, event };
}

/** A task after `events`. */
export function aTask(...events: readonly TaskEvent[]): Task {
  const accepted = { type: "accepted", offer: anOffer(), ask: ASK, fillBy: 2000n } as const;
  return events.reduce(applyEvent, openTask(word(99), accepted));
}

export const INPUTS: TaskEvent = { type: "inputsStored", ids: OUTPUTS };
export const RUN: TaskEvent = { type: "unitsRun", from: 0, ids: OUTPUTS };
