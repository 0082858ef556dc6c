import { abi } from "../../contracts";
import { datasetEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { Hex } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";
import type { SignedContribution } from "../../eip712/contribution";

/** Data of somebody else, and its consent. */
export interface ContributeForParameters {
  readonly dataset: Address;
  /** The siblings of the header's row in its slot, bottom-up. */
  readonly siblings: readonly Hex[];
  readonly signed: SignedContribution;
}

/** A contribution that was given. */
export interface ContributeForOutcome {
  /** The root of the slot, which names the contribution. */
  readonly slot: Hex;
  /** Of the slot among all slots. */
  readonly index: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `contributeFor`. */
export function contributeForCall(parameters: ContributeForParameters): Call {
  const { dataset, siblings, signed } = parameters;
  const { owner, count, schema, uri, deadline } = signed.consent;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("contributeFor", [
      owner,
      [...siblings],
      count,
      schema,
      uri,
      deadline,
      signed.signature,
    ]),
  );
}

/**
 * Gives data of an owner that signed it to a dataset. The bond is pulled from the owner, who allows the
 * dataset so many claims with `allowModule` before. Throws `ErgonRevertError`: `ContributionsUnsigned`,
 * `ContributionsClosed` (retryable), `ContributionsInvalidCount`, `ContributionsSiblings`,
 * `ContributionsDuplicate`, `ContributionsFull`, `ERC6909InsufficientBalance`,
 * `ERC6909InsufficientAllowance`.
 *
 * @example
 * const signed = await signContribution(owner, { dataset, slot, count: 5n, schema, uri, deadline });
 * await contributeFor(client, { dataset, siblings, signed });
 */
export async function contributeFor(
  client: ErgonClient,
  parameters: ContributeForParameters,
): Promise<ContributeForOutcome> {
  const transaction = await sendCall(client, contributeForCall(parameters));
  const event = datasetEventIn<Omit<ContributeForOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "Contributed",
  );
  const { slot, index } = event;
  return { slot, index, transaction };
}
