import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** A segment of the pool. */
export interface DrawTestsParameters {
  readonly dataset: Address;
  /** The root of the segment's rows. */
  readonly segmentRoot: Hex;
  /** The siblings from it to the pool's root, bottom-up. */
  readonly siblings: readonly Hex[];
}

/** What was drawn. */
export interface DrawTestsOutcome {
  readonly epochId: bigint;
  /** Its number in the pool. */
  readonly segment: bigint;
  /** The root of the block of test points. */
  readonly testsRoot: Hex;
  readonly transaction: TransactionReceipt;
}

/** The call of `drawTests`. */
export function drawTestsCall(parameters: DrawTestsParameters): Call {
  const { dataset, segmentRoot, siblings } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("draw", [segmentRoot, [...siblings]]),
  );
}

/**
 * Draws the segment of the pool that `drawnSegment` names, once both seeds were shown; anyone may call. The
 * pool's owner gets the bond of its seed back. Throws `ErgonRevertError`: `EpochsWrongStatus`, `EpochsNotNow` (a day after
 * the second seed), `EpochsInvalidSegment`.
 *
 * @example
 * const segment = drawnSegment(await getEpoch(client, { dataset, epochId }));
 * const { root: segmentRoot, path: siblings } = openSegment(options, pool, Number(segment), 4);
 * await drawTests(client, { dataset, segmentRoot, siblings });
 */
export async function drawTests(
  client: ErgonClient,
  parameters: DrawTestsParameters,
): Promise<DrawTestsOutcome> {
  const transaction = await sendCall(client, drawTestsCall(parameters));
  const event = datasetEventIn<Omit<DrawTestsOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "TestsDrawn",
  );
  const { epochId, segment, testsRoot } = event;
  return { epochId, segment, testsRoot, transaction };
}
