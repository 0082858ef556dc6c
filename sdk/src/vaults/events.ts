import { abi } from "../contracts";
import { namedFields } from "../decode";
import { ErgonError } from "../errors/errors";
import { sameHex } from "../types/address";
import type { Log, TransactionReceipt } from "ethers";
import type { Address } from "../types/address";

/** An event of a vault, its fields by name. */
export interface VaultLog {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads a log of a vault; undefined for one that the interface does not know. */
export function parseVaultLog(log: Pick<Log, "topics" | "data">): VaultLog | undefined {
  const parsed = abi.stakeVault.parseLog(log);
  if (parsed === null) return undefined;
  return { name: parsed.name, fields: namedFields(parsed.fragment.inputs, parsed.args) };
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
  const found = transaction.logs
    .filter((log) => sameHex(log.address, vault))
    .map(parseVaultLog)
    .findLast((event) => event?.name === name);
  if (found !== undefined) return found.fields as Fields;
  throw new ErgonError("RPC", `transaction ${transaction.hash} has no ${name} of ${vault}`, true);
}
