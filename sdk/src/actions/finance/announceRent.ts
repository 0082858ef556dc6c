import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { vaultEventIn } from "../../vaults/events";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** The next rate of rent. */
export interface AnnounceRentParameters {
  readonly vault: Address;
  /** What a bond owes for a year of 365 days, in basis points of it. */
  readonly rentBps: bigint;
}

/** When an announced rate applies. */
export interface AnnounceRentOutcome {
  /** When it applies, in seconds since 1970. */
  readonly appliesAt: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `announceRent`. */
export function announceRentCall(parameters: AnnounceRentParameters): Call {
  const { vault, rentBps } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("announceRent", [rentBps]));
}

/**
 * Announces another rate of rent, as the junior's owner; it applies once two windows have passed in between,
 * and lapses a window later. Throws `ErgonRevertError`: `JuniorNotOwner`.
 *
 * @example
 * const { appliesAt } = await announceRent(client, { vault, rentBps: 800n });
 */
export async function announceRent(
  client: ErgonClient,
  parameters: AnnounceRentParameters,
): Promise<AnnounceRentOutcome> {
  const transaction = await sendCall(client, announceRentCall(parameters));
  const event = vaultEventIn<Omit<AnnounceRentOutcome, "transaction">>(
    transaction,
    parameters.vault,
    "RentAnnounced",
  );
  const { appliesAt } = event;
  return { appliesAt, transaction };
}
