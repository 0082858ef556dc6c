import { abi } from "../../contracts";
import { dataFactoryEventIn } from "../../datasets/events";
import { callOf, sendCall } from "../../send";
import { ZERO_ADDRESS } from "../../types/address";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";
import type {
  DatasetContracts,
  DatasetShape,
  DatasetValuation,
  SaleTerms,
} from "../../types/dataset";

/** What a community decides when it begins. Amounts are payment-token units. */
export interface CreateDatasetParameters {
  /** Of the votes, and of the licences. */
  readonly name: string;
  readonly token: Address;
  readonly shape: DatasetShape;
  /** Of each contribution. */
  readonly contributionBond: bigint;
  /** Of host and pool's owner, for each epoch. */
  readonly seedBond: bigint;
  /** Keeps the data. */
  readonly host: Address;
  /** Owns the pool of test points. */
  readonly poolOwner: Address;
  /** May cancel proposals; nobody unless given. */
  readonly guardian?: Address;
  readonly valuation: DatasetValuation;
  readonly sale: SaleTerms;
}

/** A dataset that was made, and what belongs to it. */
export interface CreateDatasetOutcome extends DatasetContracts {
  readonly transaction: TransactionReceipt;
}

/** The call of `createDataset`. */
export function createDatasetCall(addresses: Addresses, parameters: CreateDatasetParameters): Call {
  const plan = { ...parameters, guardian: parameters.guardian ?? ZERO_ADDRESS };
  return callOf(addresses.dataDaoFactory, () =>
    abi.dataDaoFactory.encodeFunctionData("createDao", [plan]),
  );
}

/**
 * Makes a dataset with its votes, its governor, its timelock and its market; the client's account has no say in
 * it afterwards. Throws `ErgonRevertError`: `FactoryInvalidToken`, `DataDaoInvalidShape`, `EpochsInvalidRoles`,
 * `EpochsValuerUnnamed`, `EpochsInvalidTurnaround`, `EpochsNothingPaid`, and the market's `AccessMarketInvalidPrices`, `AccessMarketInvalidDecay` and others.
 *
 * @example
 * const { dataset, market } = await createDataset(client, { name: "Digits", token, shape, ...decisions });
 */
export async function createDataset(
  client: ErgonClient,
  parameters: CreateDatasetParameters,
): Promise<CreateDatasetOutcome> {
  const { addresses } = client;
  const transaction = await sendCall(client, createDatasetCall(addresses, parameters));
  const event = dataFactoryEventIn<Omit<CreateDatasetOutcome, "transaction">>(
    transaction,
    addresses.dataDaoFactory,
    "DaoCreated",
  );
  const { dataset, shares, governor, timelock, market } = event;
  return { dataset, shares, governor, timelock, market, transaction };
}
