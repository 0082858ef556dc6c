import { abi } from "../contracts";
import { namedFields } from "../decode";
import { ErgonError } from "../errors/errors";
import { sameHex } from "../types/address";
import type { Log, TransactionReceipt } from "ethers";
import type { Address } from "../types/address";

/** An event of a dataset or its market, its fields by name. */
export interface DataLog {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The contracts whose events are read here. */
type DataContract = "accessMarket" | "dataDAO" | "dataDaoFactory";

/** Reads a log of a dataset; undefined for one that the interface does not know. */
export function parseDatasetLog(log: Pick<Log, "topics" | "data">): DataLog | undefined {
  return parseLog("dataDAO", log);
}

/**
 * The fields of the last event called `name` that a dataset emitted in a transaction. Throws `ErgonError`
 * RPC if there is none.
 */
export function datasetEventIn<Fields>(
  transaction: TransactionReceipt,
  dataset: Address,
  name: string,
): Fields {
  return eventIn("dataDAO", transaction, dataset, name);
}

/** The same of a market of licences. */
export function marketEventIn<Fields>(
  transaction: TransactionReceipt,
  market: Address,
  name: string,
): Fields {
  return eventIn("accessMarket", transaction, market, name);
}

/** The same of the factory of datasets. */
export function dataFactoryEventIn<Fields>(
  transaction: TransactionReceipt,
  factory: Address,
  name: string,
): Fields {
  return eventIn("dataDaoFactory", transaction, factory, name);
}

function eventIn<Fields>(
  contract: DataContract,
  transaction: TransactionReceipt,
  address: Address,
  name: string,
): Fields {
  const found = transaction.logs
    .filter((log) => sameHex(log.address, address))
    .map((log) => parseLog(contract, log))
    .findLast((event) => event?.name === name);
  if (found !== undefined) return found.fields as Fields;
  throw new ErgonError("RPC", `transaction ${transaction.hash} has no ${name} of ${address}`, true);
}

function parseLog(contract: DataContract, log: Pick<Log, "topics" | "data">): DataLog | undefined {
  const parsed = abi[contract].parseLog(log);
  if (parsed === null) return undefined;
  return { name: parsed.name, fields: namedFields(parsed.fragment.inputs, parsed.args) };
}
