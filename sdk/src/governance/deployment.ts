import { abi } from "../contracts";
import { sameHex } from "../types/address";
import type { Interface } from "ethers";
import type { Address } from "../types/address";
import type { DatasetContracts } from "../types/dataset";

/** What is known of a deployment, to tell calls in words. */
export interface Deployment {
  /** Contracts by name, as an address book has them. */
  readonly contracts: Readonly<Record<string, Address>>;
  /** Payment tokens whose amounts are told in whole tokens. */
  readonly tokens?: readonly KnownToken[];
  /** What amounts are of in calls that name no token. */
  readonly paymentToken?: KnownToken;
  /** What votes are called; ERGON unless given. */
  readonly votes?: string;
  /** Functions of contracts by name; those of `abi` unless given. */
  readonly interfaces?: Readonly<Record<string, Interface>>;
}

/** A token whose amounts can be told. */
export interface KnownToken {
  readonly address: Address;
  readonly symbol: string;
  readonly decimals: number;
}

/** The name of an address in a deployment. */
export function nameOf(address: string, { contracts }: Deployment): string | undefined {
  return Object.entries(contracts).find(([, known]) => sameHex(known, address))?.[0];
}

/** The functions of a contract of the deployment. */
export function interfaceOf(
  contract: string | undefined,
  { interfaces = abi }: Pick<Deployment, "interfaces">,
): Interface | undefined {
  return Object.entries(interfaces).find(([name]) => name === contract)?.[1];
}

/** What a dataset is governed by, by the names that its votes call it: `dataset`, `market`, `shares`, and so on. */
const DATASET_INTERFACES = {
  ...abi,
  ...{ dataset: abi.dataDAO, market: abi.accessMarket, shares: abi.dataShares },
  ...{ governor: abi.dataGovernor, timelock: abi.dataTimelock },
};

/**
 * What is known where a dataset's votes decide: the contracts of the protocol, and in the place of its governor, timelock and
 * token those of the dataset.
 *
 * @example
 * const dao = await getDatasetContracts(client, { dataset });
 * const explained = explainCall(call, datasetDeployment(dao, { contracts: book.contracts }, token));
 */
export function datasetDeployment(
  { dataset, market, shares, governor, timelock }: DatasetContracts,
  protocol: Deployment,
  paymentToken: KnownToken,
): Deployment {
  const own = { dataset, market, shares, governor, timelock, token: paymentToken.address };
  return {
    contracts: { ...protocol.contracts, ...own },
    tokens: [...(protocol.tokens ?? []), paymentToken],
    ...{ paymentToken, votes: "shares", interfaces: DATASET_INTERFACES },
  };
}
