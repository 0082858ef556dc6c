import { eventIn, parseEvent } from "../contractEvents";
import { abi } from "../contracts";
import type { Log, TransactionReceipt } from "ethers";
import type { ContractEvent } from "../contractEvents";
import type { Address } from "../types/address";

/** An event of a dataset or its market, its fields by name. */
export type DataLog = ContractEvent;

/** Reads a log of a dataset; undefined for one that the interface does not know. */
export function parseDatasetLog(log: Pick<Log, "topics" | "data">): DataLog | undefined {
  return parseEvent(abi.dataDAO, log);
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
  return eventIn(abi.dataDAO, transaction, dataset, name);
}

/** The same of a market of licences. */
export function marketEventIn<Fields>(
  transaction: TransactionReceipt,
  market: Address,
  name: string,
): Fields {
  return eventIn(abi.accessMarket, transaction, market, name);
}

/** The same of the factory of datasets. */
export function dataFactoryEventIn<Fields>(
  transaction: TransactionReceipt,
  factory: Address,
  name: string,
): Fields {
  return eventIn(abi.dataDaoFactory, transaction, factory, name);
}
