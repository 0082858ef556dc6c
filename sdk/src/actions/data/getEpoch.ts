import { datasetAt } from "../../datasets/contract";
import { plainStruct } from "../../decode";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { EpochStatus } from "../../types/dataset";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { Epoch } from "../../types/dataset";

/** Which epoch of which dataset. */
export interface GetEpochParameters {
  readonly dataset: Address;
  readonly epochId: bigint;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/**
 * An epoch as of one block. Throws `InputError` if nobody opened it, or `ErgonError` RPC.
 *
 * @example
 * const { status, pot, total } = await getEpoch(client, { dataset, epochId });
 */
export async function getEpoch(
  client: ErgonClient,
  { dataset, epochId, blockNumber }: GetEpochParameters,
): Promise<Epoch> {
  const at = { blockTag: blockNumber ?? "latest" };
  const stored = await translated(() => datasetAt(client, dataset).epochOf(epochId, at));
  const epoch = plainStruct(stored) as unknown as Epoch;
  if (epoch.status !== EpochStatus.None) return epoch;
  throw new InputError(`nobody opened epoch ${epochId} of ${dataset}`);
}

/**
 * The segment of the pool that is drawn by the seeds of an epoch, counted from 0. Throws `InputError` unless both
 * seeds were shown.
 *
 * @example
 * const segment = drawnSegment(await getEpoch(client, { dataset, epochId }));
 */
export function drawnSegment({ seed, segments, poolOwner, host }: Epoch): bigint {
  if (!poolOwner.shown || !host.shown) throw new InputError("both sides show their seeds first");
  return BigInt(seed) & ((1n << segments) - 1n);
}
