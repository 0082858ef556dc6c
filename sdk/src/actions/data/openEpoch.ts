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

/** What the pool's owner commits to. */
export interface OpenEpochParameters {
  readonly dataset: Address;
  /** The root of the rows of all test points. */
  readonly poolRoot: Hex;
  /** Binary logarithm of the number of segments of the pool. */
  readonly segments: bigint;
  /** Binary logarithm of the rows of a segment, each of which is a unit of the job. */
  readonly segmentRows: bigint;
  /** `seedHashOf` the client's account and its seed. */
  readonly seedHash: Hex;
  /** Seconds since 1970; from then on contributions wait until the epoch is closed. */
  readonly closesAt: bigint;
}

/** An epoch that was opened. */
export interface OpenEpochOutcome {
  readonly epochId: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `openEpoch`, without the allowance. */
export function openEpochCall(parameters: OpenEpochParameters): Call {
  const { dataset, poolRoot, segments, segmentRows, seedHash, closesAt } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("open", [poolRoot, segments, segmentRows, seedHash, closesAt]),
  );
}

/**
 * Opens an epoch, as the owner of the pool of test points, and bonds its seed. If the dataset is allowed too
 * few claims, it is allowed the bond first, in a transaction of its own. Throws `ErgonRevertError`:
 * `EpochsUnauthorized`, `EpochsWrongStatus` (another one runs), `EpochsInvalidClosing` (it closes in less than an
 * hour or more than 90 days), `EpochsInvalidPool`, `EpochsSeedMissing`, `ERC6909InsufficientBalance`.
 *
 * @example
 * const seedHash = seedHashOf(account, seed);
 * const pool = { poolRoot: poolRoot(options, rows), segments: 2n, segmentRows: 2n };
 * const { epochId } = await openEpoch(poolOwner, { dataset, ...pool, seedHash, closesAt });
 */
export async function openEpoch(
  client: ErgonClient,
  parameters: OpenEpochParameters,
): Promise<OpenEpochOutcome> {
  const { dataset } = parameters;
  const contract = datasetAt(client, dataset);
  const [token, amount] = await translated(() =>
    Promise.all([contract.token(), contract.seedBond()]),
  );
  await allowClaims(client, { token: asAddress(token), module: dataset, amount });
  const transaction = await sendCall(client, openEpochCall(parameters));
  const event = datasetEventIn<Omit<OpenEpochOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "EpochOpened",
  );
  const { epochId } = event;
  return { epochId, transaction };
}
