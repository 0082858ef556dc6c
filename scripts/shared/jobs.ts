import { JobStatus, contestableUntil, deadlineOf } from "../../sdk/src/index";
import type { JobRecord } from "../../sdk/src/index";
import { fields } from "./output";
import { formatTime } from "./values";

/** What there is to say of a job; the first line tells where it stands. */
export function describeJob({ id, job, end }: JobRecord): string[] {
  return [
    `job ${id}: ${standing({ id, job, end })}`,
    ...fields({
      client: job.client,
      provider: job.provider,
      worker: job.worker,
      model: job.modelId,
      units: job.units,
      price: `${job.unitPrice * job.units} token units`,
      bond: `${job.unitBond * job.units} token units`,
      inputs: job.inputRoot,
      outputs: job.outputRoot,
    }),
  ];
}

function standing({ job, end }: Pick<JobRecord, "id" | "job" | "end">): string {
  if (end !== undefined) return `ended, ${end.name}`;
  if (job.status === JobStatus.Open) return `open until ${formatTime(deadlineOf(job))}`;
  return `delivered, to be contested until ${formatTime(contestableUntil(job))}`;
}
