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

/** Data of the client, as a commitment to its slot. */
export interface ContributeParameters {
  readonly dataset: Address;
  /** The siblings of the header's row in its slot, bottom-up. */
  readonly siblings: readonly Hex[];
  /** Points in the slot. */
  readonly count: bigint;
  /** What the data are, as the community names it. */
  readonly schema: Hex;
  /** Where they are found. */
  readonly uri: string;
}

/** A contribution that was given. */
export interface ContributeOutcome {
  /** The root of the slot, which names the contribution. */
  readonly slot: Hex;
  /** Of the slot among all slots. */
  readonly index: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `contribute`, without the allowance. */
export function contributeCall(parameters: ContributeParameters): Call {
  const { dataset, siblings, count, schema, uri } = parameters;
  return callOf(dataset, () =>
    abi.dataDAO.encodeFunctionData("contribute", [[...siblings], count, schema, uri]),
  );
}

/**
 * Gives data of the client to a dataset, with its bond. If the dataset is allowed too few claims, it is
 * allowed the bond first, in a transaction of its own. Throws `ErgonRevertError`: `ContributionsClosed`
 * (retryable), `ContributionsInvalidCount`, `ContributionsSiblings`, `ContributionsDuplicate`,
 * `ContributionsFull`, `ERC6909InsufficientBalance`.
 *
 * @example
 * const siblings = slotSiblings(options, contribution);
 * const { slot } = await contribute(owner, { dataset, siblings, count: 5n, schema, uri });
 */
export async function contribute(
  client: ErgonClient,
  parameters: ContributeParameters,
): Promise<ContributeOutcome> {
  const { dataset } = parameters;
  const contract = datasetAt(client, dataset);
  const [token, amount] = await translated(() =>
    Promise.all([contract.token(), contract.contributionBond()]),
  );
  await allowClaims(client, { token: asAddress(token), module: dataset, amount });
  const transaction = await sendCall(client, contributeCall(parameters));
  const event = datasetEventIn<Omit<ContributeOutcome, "transaction">>(
    transaction,
    parameters.dataset,
    "Contributed",
  );
  const { slot, index } = event;
  return { slot, index, transaction };
}
