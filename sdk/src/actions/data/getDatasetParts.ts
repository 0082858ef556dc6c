import { parseEvent } from "../../contractEvents";
import { abi } from "../../contracts";
import { wordOf } from "../../eip712/approval";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { logsIn, rangesBackwards } from "../../jobs/logs";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Which dataset. */
export interface GetDatasetPartsParameters {
  readonly dataset: Address;
}

/** A dataset and what was made with it. */
export interface DatasetParts {
  readonly dataset: Address;
  /** The votes. */
  readonly shares: Address;
  readonly governor: Address;
  /** Owns the dataset and its market. */
  readonly timelock: Address;
  /** Sells licences. */
  readonly market: Address;
}

const TOPIC = abi.dataDaoFactory.getEvent("DaoCreated").topicHash;

/**
 * What the factory of this deployment made with a dataset, so that a market, say, can be trusted to be the
 * dataset's. Throws `InputError` if it did not make it, or `ErgonError` RPC.
 *
 * @example
 * const { market } = await getDatasetParts(client, { dataset });
 */
export async function getDatasetParts(
  client: ErgonClient,
  { dataset }: GetDatasetPartsParameters,
): Promise<DatasetParts> {
  const address = client.addresses.dataDaoFactory;
  const topics = [TOPIC, wordOf(BigInt(dataset))];
  const newest = await translated(() => client.provider.getBlockNumber());
  for (const range of rangesBackwards(client, newest)) {
    for await (const log of logsIn(client, { address, topics }, range)) {
      const created = parseEvent(abi.dataDaoFactory, log)?.fields as unknown as DatasetParts;
      const { shares, governor, timelock, market } = created;
      return { dataset, shares, governor, timelock, market };
    }
  }
  throw new InputError(`the deployment's factory did not make ${dataset}`);
}
