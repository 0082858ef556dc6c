import { translated } from "../../errors/translate";
import { InputError } from "../../errors/errors";
import { vaultAt } from "../../vaults/contract";
import { blockTimes, vaultLogs } from "../../vaults/history";
import { foldVaultLogs } from "../../vaults/report";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { VaultReport } from "../../vaults/report";

/** Which vault, and which blocks; both ends are included. */
export interface VaultReportParameters {
  readonly vault: Address;
  /** The client's `fromBlock` unless given. */
  readonly fromBlock?: number;
  /** The newest block unless given. */
  readonly toBlock?: number;
}

/**
 * What a vault earned and lost, from events alone, each figure by job. The events since the client's
 * `fromBlock` are read, which must not be later than the vault. Throws `ErgonError` RPC or
 * JOB_INCONSISTENT, `InputError` for blocks in the wrong order or that the chain does not have yet.
 *
 * @example
 * const { totals, utilisation, prices } = await vaultReport(client, { vault, fromBlock, toBlock });
 */
export async function vaultReport(
  client: ErgonClient,
  parameters: VaultReportParameters,
): Promise<VaultReport> {
  const { vault, fromBlock: from = client.fromBlock } = parameters;
  const newest = await translated(() => client.provider.getBlockNumber());
  const to = parameters.toBlock ?? newest;
  if (to > newest) throw new InputError(`the newest block is ${newest}, before block ${to}`);
  if (from > to) throw new InputError(`block ${from} is after block ${to}`);
  const logs = await vaultLogs(client, vault, { from: client.fromBlock, to });
  const times = await blockTimes(client, [...logs.map((log) => log.blockNumber), from, to]);
  const decimals = await translated(() => vaultAt(client, vault).decimals());
  const wholeShare = 10n ** decimals;
  return foldVaultLogs({ vault, logs, times, range: { from, to }, wholeShare });
}
