import type { TaskEntry } from "../journal/journal";
import { ZERO_HASH } from "../../../sdk/src/index";
import type { Ask, Bid, Job, JobEvent } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** The opening of a job. */
export type JobOpening = Extract<JobEvent, { name: "JobOpened" }>;

/**
 * The task of a job that somebody else opened with an ask which the provider signed. Nobody told the
 * worker of it, so its inputs are looked for where the client can have put them: in the worker's own
 * store, under the job's input root.
 */
export function adopt(opening: JobOpening): readonly TaskEntry[] {
  const { job } = opening;
  const id: Hex = `0x${opening.id.toString(16).padStart(64, "0")}`;
  const offer = { bid: bidOf(job), signature: "0x", inputUri: `blob:${job.inputRoot}` } as const;
  return [
    { id, event: { type: "accepted", offer, ask: askOf(job) } },
    { id, event: { type: "confirmed", event: opening } },
  ];
}

/** What of a client's order its job tells. */
function bidOf(job: Job): Bid {
  return {
    ...common(job),
    client: job.client,
    chained: job.chained,
    inputRoot: job.inputRoot,
    inputUriHash: ZERO_HASH,
    units: job.unitsAsked,
    maxUnitPrice: job.unitPrice,
    minUnitBond: job.unitBond,
    maxTurnaround: job.turnaround,
    nonce: 0n,
  };
}

/** What of a provider's order its job tells. */
function askOf(job: Job): Ask {
  return {
    ...common(job),
    worker: job.worker,
    unitPrice: job.unitPrice,
    unitBond: job.unitBond,
    maxUnits: job.unitsAsked,
    turnaround: job.turnaround,
    cancelShareBps: job.cancelShareBps,
    nonce: job.askNonce,
  };
}

function common({ provider, gpuId, modelId, token, verifier, termsClass, openedAt }: Job) {
  const order = { provider, gpuId, modelId, token, verifier, termsClass };
  return { ...order, expiry: openedAt, open: false };
}
