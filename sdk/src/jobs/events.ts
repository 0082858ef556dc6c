import { abi } from "../contracts";
import { namedFields } from "../decode";
import { InputError } from "../errors/errors";
import { unpackJob } from "./pack";
import { asHex } from "../types/address";
import type { Log } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { EventPosition, JobChange, JobEvent } from "../types/job";

const NAMES = [
  "JobOpened",
  "JobDelivered",
  "UnitsDropped",
  "JobApproved",
  "OutputDemanded",
  "OutputShown",
  "OutputWithheld",
  "JobFrozen",
  "JobUnfrozen",
  "WorkerReplaced",
  "JobSettled",
  "JobCancelled",
  "JobHandedBack",
  "JobExpired",
  "JobSlashed",
] as const satisfies readonly JobChange["name"][];

/** First topics of the events that tell of a job; the second topic of each is the job's id. */
export const JOB_TOPICS: readonly Hex[] = NAMES.map((name) =>
  asHex(abi.jobEscrow.getEvent(name).topicHash),
);

const SET: ReadonlySet<string> = new Set(JOB_TOPICS);

/** First topic of `JobOpened`. */
export const OPENED_TOPIC: Hex = asHex(abi.jobEscrow.getEvent("JobOpened").topicHash);

/** Reads a log of the escrow; undefined if it tells of no job. */
export function parseJobEvent(log: Log): JobEvent | undefined {
  if (!SET.has(log.topics[0])) return undefined;
  const parsed = abi.jobEscrow.parseLog(log);
  if (parsed === null) throw new InputError(`not an event of the escrow: ${log.topics[0]}`);
  const fields = namedFields(parsed.fragment.inputs, parsed.args);
  if (parsed.name === "JobOpened") fields.job = unpackJob(parsed.args.job);
  // the ABI gives every name of NAMES the fields that its type lists
  return { ...fields, name: parsed.name, at: positionOf(log) } as unknown as JobEvent;
}

/** Where a log stands in the chain. */
export function positionOf(log: Log): EventPosition {
  return {
    blockNumber: log.blockNumber,
    blockHash: asHex(log.blockHash),
    transactionHash: asHex(log.transactionHash),
    logIndex: log.index,
  };
}
