import { ErgonError, InputError } from "../errors/errors";
import { JobStatus, PriceState } from "../types/job";
import type { DemandKind, Job, JobEnd, JobEvent, JobRecord } from "../types/job";

const ENDS: ReadonlySet<string> = new Set<JobEnd["name"]>([
  "JobSettled",
  "JobCancelled",
  "JobHandedBack",
  "JobExpired",
  "JobSlashed",
]);

/**
 * The record of a job after one more event; pure. Events come in the order of the chain, and the
 * first is `JobOpened`. Throws `InputError` for an event of another job, and `ErgonError`
 * JOB_INCONSISTENT for one that cannot follow.
 *
 * @example
 * const record = events.reduce(applyEvent, undefined);
 */
export function applyEvent(record: JobRecord | undefined, event: JobEvent): JobRecord {
  const { id, at } = event;
  if (event.name === "JobOpened") {
    if (record !== undefined) throw inconsistent(event, "it is open already");
    return { id, job: event.job, openedIn: at, updatedIn: at };
  }
  if (record === undefined) throw inconsistent(event, "its opening is missing");
  if (record.id !== id) throw new InputError(`an event of job ${id} for job ${record.id}`);
  if (record.end !== undefined) throw inconsistent(event, "it ended before");
  if (isEnd(event)) return { ...record, end: endOf(event), updatedIn: at };
  return { ...record, job: change(record.job, event), updatedIn: at };
}

/** Whether an event ends its job. */
export function isEnd(event: JobEvent): event is JobEvent & JobEnd {
  return ENDS.has(event.name);
}

function change(job: Job, event: Exclude<JobEvent, JobEnd | { name: "JobOpened" }>): Job {
  switch (event.name) {
    case "JobDelivered": {
      const { outputRoot, units, deliveredAt } = event;
      return { ...job, status: JobStatus.Delivered, outputRoot, units, deliveredAt };
    }
    case "UnitsDropped":
      return { ...job, units: job.units - event.units };
    case "JobApproved":
      return { ...job, price: PriceState.Paid };
    case "OutputDemanded":
      return { ...job, demands: job.demands | bit(event.kind) };
    case "OutputShown":
      return { ...job, demands: job.demands & ~bit(event.kind) };
    case "OutputWithheld": {
      const price = event.refund > 0n ? PriceState.Refunded : job.price;
      return { ...job, demands: job.demands & ~bit(event.kind), price };
    }
    case "JobFrozen":
      return { ...job, frozen: true };
    case "JobUnfrozen":
      return { ...job, frozen: false };
    case "WorkerReplaced":
      return { ...job, worker: event.worker, replacedAt: event.replacedAt };
  }
}

function endOf(event: JobEvent & JobEnd): JobEnd {
  switch (event.name) {
    case "JobSettled":
      return { name: event.name, paid: event.paid, fee: event.fee };
    case "JobCancelled":
      return { name: event.name, share: event.share, fee: event.fee };
    case "JobHandedBack":
      return { name: event.name, share: event.share };
    case "JobExpired":
      return { name: event.name, penalty: event.penalty };
    case "JobSlashed":
      return { name: event.name, refund: event.refund, reward: event.reward, held: event.held };
  }
}

function bit(kind: DemandKind): bigint {
  return 1n << kind;
}

function inconsistent({ name, id }: JobEvent, reason: string): ErgonError {
  const message = `${name} cannot happen to job ${id}: ${reason}`;
  return new ErgonError("JOB_INCONSISTENT", message, true);
}
