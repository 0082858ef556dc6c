import { JobStatus, contestableUntil, deadlineOf, frozenUntil } from "../../sdk/src/index";
import type { Job, JobRecord } from "../../sdk/src/index";
import { fields } from "./output";
import { formatAmount } from "./token";
import type { Token } from "./token";
import { formatTime } from "./values";

/** What there is to say of a job; the first line tells where it stands. */
export function describeJob(record: JobRecord, token: Token): string[] {
  const { job } = record;
  return [
    jobLine(record),
    ...fields({
      client: job.client,
      provider: job.provider,
      worker: job.worker,
      model: job.modelId,
      units: job.units,
      price: formatAmount(token, job.unitPrice * job.units),
      bond: formatAmount(token, job.unitBond * job.units),
      inputs: job.inputRoot,
      outputs: job.outputRoot,
    }),
  ];
}

/** Where a job stands, in one line. */
export function jobLine({ id, job, end }: JobRecord): string {
  return `job ${id}: ${standing(job, end)}`;
}

function standing(job: Job, end: JobRecord["end"]): string {
  if (end !== undefined) return `ended, ${end.name}`;
  if (job.status === JobStatus.Open) return `open until ${formatTime(deadlineOf(job))}`;
  if (job.frozen)
    return `delivered, frozen by a challenge until ${formatTime(frozenUntil(job))} at most`;
  return `delivered, to be contested until ${formatTime(contestableUntil(job))}`;
}
