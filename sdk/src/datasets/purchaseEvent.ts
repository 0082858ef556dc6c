import { abi } from "../contracts";
import { wordOf } from "../eip712/approval";
import { translated } from "../errors/translate";
import { logsIn, rangesBackwards } from "../jobs/logs";
import { parseEvent } from "../contractEvents";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";

/** Which purchase at which market. */
export interface PurchaseParameters {
  readonly market: Address;
  readonly id: bigint;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

const TOPICS = {
  LicenceBought: abi.accessMarket.getEvent("LicenceBought").topicHash,
  LicenceGranted: abi.accessMarket.getEvent("LicenceGranted").topicHash,
} as const;

/**
 * The fields of the event of this name about a purchase, looked for from the newest block on; undefined if there
 * is none. Throws `ErgonError` RPC.
 */
export async function findPurchaseEvent<Fields>(
  client: ErgonClient,
  name: keyof typeof TOPICS,
  { market, id, blockNumber }: PurchaseParameters,
): Promise<Fields | undefined> {
  const newest = blockNumber ?? (await translated(() => client.provider.getBlockNumber()));
  const topics = [TOPICS[name], wordOf(id)];
  for (const range of rangesBackwards(client, newest)) {
    for await (const log of logsIn(client, { address: market, topics }, range)) {
      return parseEvent(abi.accessMarket, log)?.fields as Fields | undefined;
    }
  }
  return undefined;
}
