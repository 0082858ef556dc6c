import { abi } from "../../contracts";
import { allowClaims } from "../../payments/allow";
import { datasetAt } from "../../datasets/contract";
import { translated } from "../../errors/translate";
import { asAddress } from "../../types/address";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** What the host commits to. */
export interface JoinEpochParameters {
  readonly dataset: Address;
  /** `seedHashOf` the client's account and its seed. */
  readonly seedHash: Hex;
}

/** The epoch that was joined. */
export interface JoinEpochOutcome {
  readonly epochId: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `joinEpoch`, without the allowance. */
export function joinEpochCall(parameters: JoinEpochParameters): Call {
  const { dataset, seedHash } = parameters;
  return callOf(dataset, () => abi.dataDAO.encodeFunctionData("join", [seedHash]));
}

/**
 * Commits the host to a seed for the epoch that is open, and bonds it. If the dataset is allowed too few
 * claims, it is allowed the bond first, in a transaction of its own. Throws `ErgonRevertError`:
 * `EpochsUnauthorized`, `EpochsWrongStatus`, `EpochsNotNow` (it closed), `EpochsJoined`, `EpochsInvalidRoles` (the
 * client opened it), `EpochsSeedMissing`, `ERC6909InsufficientBalance`.
 *
 * @example
 * await joinEpoch(host, { dataset, seedHash: seedHashOf(account, seed) });
 */
export async function joinEpoch(
  client: ErgonClient,
  parameters: JoinEpochParameters,
): Promise<JoinEpochOutcome> {
  const { dataset } = parameters;
  const contract = datasetAt(client, dataset);
  const [token, { seedBond: amount }] = await translated(async () =>
    Promise.all([contract.token(), contract.epochOf(await contract.epochCount())]),
  );
  await allowClaims(client, { token: asAddress(token), module: dataset, amount });
  const transaction = await sendCall(client, joinEpochCall(parameters));
  const event = datasetEventIn<Omit<JoinEpochOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "EpochJoined",
  );
  const { epochId } = event;
  return { epochId, transaction };
}
