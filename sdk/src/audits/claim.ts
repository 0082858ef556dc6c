import { listRoot } from "../../../tensor/src/index";
import { sameHex } from "../types/address";
import type { Hex } from "../../../tensor/src/index";
import type { JobRecord } from "../types/job";

/** A delivered job with the ids behind its roots: what its worker claims, unit by unit. */
export interface JobClaim {
  readonly job: JobRecord;
  /** Of all units asked, in order; of a chained job, of unit 0. */
  readonly inputIds: readonly Hex[];
  /** Of all units delivered, in order. */
  readonly outputIds: readonly Hex[];
}

/** Whether the ids are those behind the roots of the job. */
export function isClaimOf({ job: { job }, inputIds, outputIds }: JobClaim): boolean {
  const inputs = job.chained ? 1n : job.unitsAsked;
  return isList(inputIds, inputs, job.inputRoot) && isList(outputIds, job.units, job.outputRoot);
}

/** The id of a unit's input: of a chained job, the claimed output of the unit before. */
export function inputIdOf({ job: { job }, inputIds, outputIds }: JobClaim, unit: number): Hex {
  return job.chained && unit > 0 ? outputIds[unit - 1] : inputIds[unit];
}

function isList(ids: readonly Hex[], length: bigint, root: Hex): boolean {
  return BigInt(ids.length) === length && sameHex(listRoot(ids), root);
}
