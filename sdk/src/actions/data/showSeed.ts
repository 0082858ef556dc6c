import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** A seed that the client committed to. */
export interface ShowSeedParameters {
  readonly dataset: Address;
  readonly seed: Hex;
}

/** The epoch that it is for. */
export interface ShowSeedOutcome {
  readonly epochId: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `showSeed`. */
export function showSeedCall(parameters: ShowSeedParameters): Call {
  const { dataset, seed } = parameters;
  return callOf(dataset, () => abi.dataDAO.encodeFunctionData("showSeed", [seed]));
}

/**
 * Shows the client's seed within a day after the epoch was closed. The host gets the bond of its seed back
 * with it, the pool's owner once test points are drawn. Throws `ErgonRevertError`: `EpochsWrongStatus`,
 * `EpochsWrongSeed`, `EpochsNotNow`.
 *
 * @example
 * await showSeed(host, { dataset, seed });
 */
export async function showSeed(
  client: ErgonClient,
  parameters: ShowSeedParameters,
): Promise<ShowSeedOutcome> {
  const transaction = await sendCall(client, showSeedCall(parameters));
  const event = datasetEventIn<Omit<ShowSeedOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "SeedShown",
  );
  const { epochId } = event;
  return { epochId, transaction };
}
