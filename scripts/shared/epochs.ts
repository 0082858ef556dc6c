import {
  EpochStatus,
  JobStatus,
  ZERO_HASH,
  contestableUntil,
  deadlineOf,
  getJob,
} from "../../sdk/src/index";
import type { Dataset, Epoch, ErgonClient, JobRecord } from "../../sdk/src/index";
import { timeOf } from "./chain";
import type { DatasetView } from "./datasets";
import { jobLine } from "./jobs";
import { fields } from "./output";
import { formatAmount } from "./token";
import { formatTime } from "./values";

/** What is to be done next. Times are seconds since 1970. */
export interface Step {
  /** A command of `epoch`, unless it is another one's. */
  readonly command: string;
  readonly by: string;
  readonly from?: bigint;
  /** The last second. */
  readonly until?: bigint;
}

/** An epoch, and what is to be done next in it. */
export interface EpochView {
  readonly view: DatasetView;
  readonly job?: JobRecord;
  readonly next: Step;
}

const ANYONE = "anyone";
const DAY = 86_400n;
const [SETTLE_TIME, CLAIM_TIME] = [3n * DAY, 365n * DAY];

/** Reads where the last epoch of a dataset stands. */
export async function viewEpoch(client: ErgonClient, view: DatasetView): Promise<EpochView> {
  const { last, dataset } = view;
  const { blockNumber } = dataset;
  const jobId = last?.jobId ?? 0n;
  const job = jobId === 0n ? undefined : await getJob(client, { id: jobId, blockNumber });
  const now = await timeOf(client.provider, blockNumber);
  return { view, job, next: nextStep(dataset, last, job, now) };
}

/** What is to be done at a time in the epoch of a dataset, or after it. */
function nextStep(
  dataset: Dataset,
  epoch: Epoch | undefined,
  job: JobRecord | undefined,
  now: bigint,
): Step {
  const over = epoch?.status === EpochStatus.Void || epoch?.status === EpochStatus.Settled;
  if (epoch === undefined || over) {
    return { command: "open", by: `the pool's owner ${dataset.poolOwner}` };
  }
  const running = job !== undefined && job.end === undefined;
  if (now > epoch.deadline && !running) return { command: "void", by: ANYONE };
  return stepOf(dataset, epoch, job, now);
}

function stepOf(dataset: Dataset, epoch: Epoch, job: JobRecord | undefined, now: bigint): Step {
  const { poolOwner, host, closesAt, deadline: until } = epoch;
  switch (epoch.status) {
    case EpochStatus.Open:
      if (host.seedHash !== ZERO_HASH) {
        return { command: "close", by: `the host ${host.account}`, from: closesAt, until };
      }
      return now < closesAt
        ? { command: "join", by: `the host ${dataset.host}`, until: closesAt - 1n }
        : { command: "void", by: ANYONE, from: until + 1n };
    case EpochStatus.Closed: {
      const silent = [poolOwner, host].filter(({ shown }) => !shown);
      const by = silent.map(({ account }) => account).join(" and ");
      return { command: "show-seed", by, until };
    }
    case EpochStatus.Seeded:
      return {
        command: "draw",
        by: `${ANYONE} who has the pool, such as ${poolOwner.account}`,
        until,
      };
    default:
      return valuing(dataset, epoch, job, now);
  }
}

/** What is to be done once test points were drawn. */
function valuing(
  { valuation }: Dataset,
  { deadline, outputRoot }: Epoch,
  record: JobRecord | undefined,
  now: bigint,
): Step {
  const recorded = outputRoot !== ZERO_HASH;
  if (record?.end?.name === "JobSettled" && recorded) {
    return { command: "settle", by: ANYONE, until: deadline };
  }
  if (record === undefined || record.end !== undefined) {
    const until = deadline - SETTLE_TIME - valuation.maxTurnaround;
    const late = now > until;
    if (late) return { command: "void", by: ANYONE, from: deadline + 1n };
    return { command: "value", by: `${ANYONE} who has data and test points`, until };
  }
  const { job } = record;
  const delivery = deadlineOf(job);
  if (job.status === JobStatus.Open && now > delivery) return { command: "job expire", by: ANYONE };
  if (job.status === JobStatus.Open) {
    return { command: "worker run", by: `the worker ${job.worker}`, until: delivery };
  }
  if (!recorded) return { command: "record", by: ANYONE, until: contestableUntil(job) };
  return { command: "job settle", by: ANYONE, from: contestableUntil(job) + 1n };
}

/** An epoch in lines. */
export function describeEpoch({ view, job, next }: EpochView): string[] {
  const { dataset, token, last } = view;
  const { command, by, from, until } = next;
  const step = [
    `${command}, by ${by}`,
    ...(from === undefined ? [] : [`from ${formatTime(from)}`]),
    ...(until === undefined ? [] : [`until ${formatTime(until)}`]),
  ].join(", ");
  if (last === undefined) return fields({ epoch: "none was opened", next: step });
  const money = (amount: bigint) => formatAmount(token, amount);
  const open = last.status === EpochStatus.Open;
  const settled = last.status === EpochStatus.Settled;
  const tests = `${2n ** last.segmentRows} of ${2n ** (last.segments + last.segmentRows)}`;
  return fields({
    epoch: `${dataset.epochs}, ${statusName(last)}`,
    ...(open && { "contributions wait": `from ${formatTime(last.closesAt)}` }),
    slots: open ? dataset.slotsTaken : last.count,
    "test points": tests,
    ...(job !== undefined && { job: jobLine(job) }),
    ...(settled
      ? {
          pot: `${money(last.pot)}, ${money(last.unclaimed)} unclaimed`,
          "carried over": `from ${formatTime(last.endedAt + CLAIM_TIME)}`,
        }
      : { "next pot": money(dataset.nextPot) }),
    next: step,
  });
}

function statusName({ status }: Epoch): string {
  const names = Object.entries(EpochStatus);
  return (names.find(([, value]) => value === status)?.[0] ?? String(status)).toLowerCase();
}
