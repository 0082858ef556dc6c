import { eventIn, parseEvent } from "../contractEvents";
import { abi } from "../contracts";
import type { Log, TransactionReceipt } from "ethers";
import type { ContractEvent } from "../contractEvents";
import type { Address } from "../types/address";

/** An event of a vault, its fields by name. */
export type VaultLog = ContractEvent;

/** Reads a log of a vault; undefined for one that the interface does not know. */
export function parseVaultLog(log: Pick<Log, "topics" | "data">): VaultLog | undefined {
  return parseEvent(abi.stakeVault, log);
}

/**
 * The fields of the last event called `name` that a vault emitted in a transaction. Throws `ErgonError`
 * RPC if there is none.
 */
export function vaultEventIn<Fields>(
  transaction: TransactionReceipt,
  vault: Address,
  name: string,
): Fields {
  return eventIn(abi.stakeVault, transaction, vault, name);
}
