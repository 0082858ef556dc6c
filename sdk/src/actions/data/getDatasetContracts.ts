import { zeroPadValue } from "ethers";
import { parseEvent } from "../../contractEvents";
import { abi } from "../../contracts";
import { InputError } from "../../errors/errors";
import { translated } from "../../errors/translate";
import { logsIn } from "../../jobs/logs";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { DatasetContracts } from "../../types/dataset";

/** Which dataset. */
export interface GetDatasetContractsParameters {
  readonly dataset: Address;
}

/**
 * What belongs to a dataset, as the deployment's factory tells it. Throws `InputError` if the factory did not make it, so
 * that nothing there can be trusted, or `ErgonError` RPC.
 *
 * @example
 * const { market, governor } = await getDatasetContracts(client, { dataset });
 */
export async function getDatasetContracts(
  client: ErgonClient,
  { dataset }: GetDatasetContractsParameters,
): Promise<DatasetContracts> {
  const to = await translated(() => client.provider.getBlockNumber());
  const { dataDaoFactory: factory } = abi;
  const topics = [factory.getEvent("DaoCreated").topicHash, zeroPadValue(dataset, 32)];
  const filter = { address: client.addresses.dataDaoFactory, topics };
  for await (const log of logsIn(client, filter, { from: client.fromBlock, to })) {
    const { fields } = parseEvent(factory, log) ?? {};
    const { shares, governor, timelock, market } = fields as unknown as DatasetContracts;
    return { dataset, shares, governor, timelock, market };
  }
  throw new InputError(`the deployment's factory made no dataset at ${dataset}`);
}
