import { datasetAt } from "../../datasets/contract";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { ZERO_ADDRESS, asAddress } from "../../types/address";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Which contribution to which dataset. */
export interface GetContributionParameters {
  readonly dataset: Address;
  /** The root of its slot, which names it. */
  readonly slot: Hex;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** Data that somebody gave to a dataset. */
export interface DatasetContribution {
  readonly slot: Hex;
  readonly owner: Address;
  /** Of its slot among all slots. */
  readonly index: bigint;
  /** What is left of its bond, in payment-token units; 0 once it was released. */
  readonly bond: bigint;
  /** When it left the dataset, in seconds since 1970; undefined while it is in it. */
  readonly leftAt?: bigint;
  /** The epoch that still counts it, although it left. */
  readonly leftIn?: bigint;
}

const WHOLE_PPM = 1_000_000n;

/**
 * A contribution as of one block. Throws `InputError` if nobody gave it, or `ErgonError` RPC.
 *
 * @example
 * const { owner, index, bond } = await getContribution(client, { dataset, slot });
 */
export async function getContribution(
  client: ErgonClient,
  { dataset, slot, blockNumber }: GetContributionParameters,
): Promise<DatasetContribution> {
  const at = { blockTag: blockNumber ?? "latest" };
  const contract = datasetAt(client, dataset);
  const [{ owner, index, lostPpm, leftAt, leftIn }, whole] = await translated(() =>
    Promise.all([contract.contributionOf(slot, at), contract.contributionBond(at)]),
  );
  if (owner === ZERO_ADDRESS) throw new InputError(`nobody gave ${slot} to ${dataset}`);
  return {
    ...{ slot, owner: asAddress(owner), index },
    bond: whole - (whole * lostPpm) / WHOLE_PPM,
    leftAt: leftAt === 0n ? undefined : leftAt,
    leftIn: leftIn === 0n ? undefined : leftIn,
  };
}
