import { abi } from "../contracts";
import { sameHex } from "../types/address";
import type { Interface } from "ethers";
import type { Address } from "../types/address";

/** What is known of a deployment, to tell calls in words. */
export interface Deployment {
  /** Contracts by name, as an address book has them. */
  readonly contracts: Readonly<Record<string, Address>>;
  /** Payment tokens whose amounts are told in whole tokens. */
  readonly tokens?: readonly KnownToken[];
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
export function interfaceOf(contract: string | undefined): Interface | undefined {
  return Object.entries(abi).find(([name]) => name === contract)?.[1];
}
