import { namedFields } from "./decode";
import { ErgonError } from "./errors/errors";
import { sameHex } from "./types/address";
import type { Interface, Log, TransactionReceipt } from "ethers";
import type { Address } from "./types/address";

/** An event of a contract, its fields by name. */
export interface ContractEvent {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads a log; undefined for one that the interface does not know. */
export function parseEvent(
  contract: Interface,
  log: Pick<Log, "topics" | "data">,
): ContractEvent | undefined {
  const parsed = contract.parseLog(log);
  if (parsed === null) return undefined;
  return { name: parsed.name, fields: namedFields(parsed.fragment.inputs, parsed.args) };
}

/** The fields of the last event called `name` that a contract emitted in a transaction, if there is one. */
export function findEvent<Fields>(
  contract: Interface,
  transaction: TransactionReceipt,
  address: Address,
  name: string,
): Fields | undefined {
  const found = transaction.logs
    .filter((log) => sameHex(log.address, address))
    .map((log) => parseEvent(contract, log))
    .findLast((event) => event?.name === name);
  return found?.fields as Fields | undefined;
}

/** The same. Throws `ErgonError` RPC if there is none. */
export function eventIn<Fields>(
  contract: Interface,
  transaction: TransactionReceipt,
  address: Address,
  name: string,
): Fields {
  const found = findEvent<Fields>(contract, transaction, address, name);
  if (found !== undefined) return found;
  throw new ErgonError("RPC", `transaction ${transaction.hash} has no ${name} of ${address}`, true);
}
