import { plainStruct } from "../../decode";
import { translated } from "../../errors/translate";
import { ZERO_ADDRESS, asAddress } from "../../types/address";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { DemandKind, Piece } from "../../types/job";

/** An unanswered demand. */
export interface Demand {
  readonly demander: Address;
  /** Last second at which it can be answered. */
  readonly answerBy: bigint;
  /** Payment-token units. */
  readonly payment: bigint;
  /** What must be shown. */
  readonly piece: Piece;
}

/** Which demand. */
export interface GetDemandParameters {
  readonly id: bigint;
  readonly kind: DemandKind;
}

/**
 * The unanswered demand of a kind on a job, if there is one. Throws `ErgonError` RPC.
 *
 * @example
 * const demand = await getDemand(worker, { id: job.id, kind: DemandKind.Client });
 */
export async function getDemand(
  client: ErgonClient,
  { id, kind }: GetDemandParameters,
): Promise<Demand | undefined> {
  const found = await translated(() => client.jobEscrow.demand(id, kind));
  const demander = asAddress(found.demander);
  return demander === ZERO_ADDRESS ? undefined : { ...plainStruct(found), demander };
}
