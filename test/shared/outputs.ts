import { listRoot, tensor, tensorId } from "../../tensor/src/index";
import { deliverJob, openJob } from "./jobs";
import type { JobRef, OpenOptions } from "./jobs";
import type { Market } from "./market";

/** Outputs of four units: tensors of 1, 16, 256 and 2 words. */
export const OUTPUTS = [
  tensor("i8", 1, 3, [1, -2, 3]),
  tensor("i32", 3, 20, numbers(60)),
  tensor("i8", 200, 32, numbers(6_400)),
  tensor("i16", 1, 17, numbers(17)),
];

/** The list root of the outputs' ids. */
export const OUTPUTS_ROOT = listRoot(OUTPUTS.map(tensorId));

/** A delivered job whose outputs are `OUTPUTS`. */
export async function openOutputs(market: Market, options: OpenOptions = {}): Promise<JobRef> {
  return deliverJob(market, await openJob(market, options), { root: OUTPUTS_ROOT });
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => ((i * 37) % 251) - 125);
}
