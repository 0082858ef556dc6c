import { MaxUint256 } from "ethers";

import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { vaultEventIn } from "../../vaults/events";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";
import type { RebalanceVaultOutcome } from "./rebalanceVault";

/** How much of a junior carries bonds. */
export interface LimitJuniorParameters {
  readonly vault: Address;
  /** Payment-token units, at the most; all of the junior unless given. */
  readonly most?: bigint;
}

/** The call of `limitJunior`. */
export function limitJuniorCall({ vault, most = MaxUint256 }: LimitJuniorParameters): Call {
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("limitJunior", [most]));
}

/**
 * Keeps what a vault's junior has above `most` out of the stake, as the junior's owner, or takes the limit
 * away; bonds may be ten times what carries them. Throws `ErgonRevertError`: `JuniorNotOwner`.
 *
 * @example
 * const { free } = await limitJunior(client, { vault, most: 5_000_000n });
 */
export async function limitJunior(
  client: ErgonClient,
  parameters: LimitJuniorParameters,
): Promise<RebalanceVaultOutcome> {
  const transaction = await sendCall(client, limitJuniorCall(parameters));
  const { free } = vaultEventIn<{ readonly free: bigint }>(
    transaction,
    parameters.vault,
    "Rebalanced",
  );
  return { free, transaction };
}
