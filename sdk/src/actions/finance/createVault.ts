import { abi } from "../../contracts";
import { namedFields } from "../../decode";
import { ErgonError } from "../../errors/errors";
import { callOf, sendCall } from "../../send";
import { ZERO_HASH, asAddress, sameHex } from "../../types/address";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** The terms of a vault. */
export interface CreateVaultParameters {
  readonly token: Address;
  /** What a bond owes stakers for a year of 365 days, in basis points of it. */
  readonly rentBps: bigint;
  /** Tells vaults of one operator and token apart; zero unless given. */
  readonly salt?: Hex;
}

/** A vault that was made. */
export interface CreateVaultOutcome {
  readonly vault: Address;
  readonly transaction: TransactionReceipt;
}

/** The call of `createVault`. */
export function createVaultCall(addresses: Addresses, parameters: CreateVaultParameters): Call {
  const { token, rentBps, salt = ZERO_HASH } = parameters;
  return callOf(addresses.stakeVaultFactory, () =>
    abi.stakeVaultFactory.encodeFunctionData("create", [token, rentBps, salt]),
  );
}

/**
 * Makes a vault that the client's account operates, and whose junior it owns. Throws
 * `ErgonRevertError`: `FactoryInvalidToken`, `FailedDeployment` (made before).
 *
 * @example
 * const { vault } = await createVault(client, { token, rentBps: 500n });
 */
export async function createVault(
  client: ErgonClient,
  parameters: CreateVaultParameters,
): Promise<CreateVaultOutcome> {
  const { addresses } = client;
  const transaction = await sendCall(client, createVaultCall(addresses, parameters));
  const created = transaction.logs
    .filter((log) => sameHex(log.address, addresses.stakeVaultFactory))
    .map((log) => abi.stakeVaultFactory.parseLog(log))
    .find((event) => event?.name === "VaultCreated");
  if (created === undefined || created === null) {
    throw new ErgonError("RPC", `transaction ${transaction.hash} made no vault`, true);
  }
  const { vault } = namedFields(created.fragment.inputs, created.args);
  return { vault: asAddress(vault as string), transaction };
}
