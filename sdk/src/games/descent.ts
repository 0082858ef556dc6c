import { listProof } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import type { Descent } from "../types/game";
import type { Job } from "../types/job";

/** The descent that stays at a job's output root, for a challenger that knows nothing below it. */
export function atOutputRoot({ units, outputRoot }: Pick<Job, "units" | "outputRoot">): Descent {
  const height = BigInt((units - 1n).toString(2).length);
  return { height: units === 1n ? 0n : height, index: 0n, node: outputRoot, siblings: [] };
}

/** The descent from a job's output root to a unit, for a challenger that knows all claimed outputs. */
export function toUnit(claimedIds: readonly Hex[], unit: number): Descent {
  const siblings = listProof(claimedIds, unit);
  return { height: 0n, index: BigInt(unit), node: claimedIds[unit], siblings };
}
