import { InputError } from "../errors/errors";
import { ceilDiv, workOf } from "../jobs/terms";
import type { Hex } from "../../../tensor/src/index";

const MACS_PER_PMAC = 10n ** 15n;

/**
 * A price per unit as payment-token units per 10^15 multiply-accumulates, rounded up. It compares
 * offers for one model exactly, and for different models roughly, since work is nominal. Throws
 * `InputError` for an id that says no work.
 *
 * @example
 * pricePerPmac({ unitPrice: 10_000n, modelId }); // 10_000_000_000_000n for a million MACs
 */
export function pricePerPmac({ unitPrice, modelId }: { unitPrice: bigint; modelId: Hex }): bigint {
  const work = workOf(modelId);
  if (work === 0n) throw new InputError(`model id ${modelId} says no work`);
  return ceilDiv(unitPrice * MACS_PER_PMAC, work);
}
