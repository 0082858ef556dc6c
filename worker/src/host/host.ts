import type { Wallet } from "ethers";
import { Dataset } from "./dataset";
import { Door } from "./door";
import { Granter } from "./granter";
import { HostMetrics } from "./metrics";
import { createHostServer } from "./routes";
import { genesisOf, listen, openChain, openSender, serverLimits, withResources } from "../assembly";
import type { ChainParts, Open, ProcessParameters } from "../assembly";
import { licenceMarket } from "../chain/licenceMarket";
import type { HostConfig } from "../config/hostSchema";
import { Loops } from "../engine/loops";
import { checkHeader } from "../journal/journal";
import type { Logger } from "../log";
import type { HostManifest } from "../../../sdk/src/index";

/** Where a data host is started, and with what. */
export interface HostParameters extends Omit<ProcessParameters, "compute"> {
  readonly config: HostConfig;
}

const FORMAT = "host 1";

/**
 * Runs a data host until the signal is aborted; then finishes what is under way, closes all that was opened and
 * returns. Throws `ConfigError`, `JournalError`, `DatasetError` or `ChainError` if it cannot start, and whatever final
 * error stopped it.
 */
export async function runHost(parameters: HostParameters): Promise<void> {
  const { log, signal } = parameters;
  await withResources(log, async (open) => (await assemble(parameters, open)).run(signal));
  log.info({}, "data host stopped");
}

/**
 * Encrypts the files of a folder for the newest key, beside a running host or without one; returns the whole list.
 * Throws `ConfigError`, `ChainError`, or `DatasetError` FOLDER, NAME, SIZE, KEY or BUSY.
 */
export function addFiles(parameters: EditParameters, folder: string): Promise<HostManifest> {
  return edit(parameters, async (dataset, epoch) => dataset.add(folder, epoch));
}

/**
 * Makes the key of the next epoch, and encrypts all files for it; returns that epoch. A host that runs, or runs next,
 * tells the chain. Throws `ConfigError`, `ChainError`, or `DatasetError` KEY, CORRUPT or BUSY.
 */
export function prepareRotation(parameters: EditParameters): Promise<number> {
  return edit(parameters, async (dataset, epoch) => {
    await dataset.prepare(epoch);
    await dataset.prepare(epoch + 1);
    return epoch + 1;
  });
}

/** What changes files and keys of a host. */
export interface EditParameters {
  readonly config: HostConfig;
  readonly wallet: Wallet;
  readonly log: Logger;
}

/** Acts on the dataset, given the epoch of the key as of the newest block. */
async function edit<Result>(
  { config, wallet, log }: EditParameters,
  act: (dataset: Dataset, epoch: number) => Promise<Result>,
): Promise<Result> {
  return withResources(log, async (open) => {
    const { client, node } = await openMarket(config, wallet, open);
    const market = licenceMarket(client, config.market);
    const { keyEpoch } = await market.state((await node.head()).number);
    return act(await Dataset.open(config, wallet), Number(keyEpoch));
  });
}

function openMarket(config: HostConfig, wallet: Wallet, open: Open): Promise<ChainParts> {
  return openChain(config, wallet, open, { market: config.market });
}

async function assemble(parameters: HostParameters, open: Open): Promise<Loops> {
  const { config, wallet, log } = parameters;
  const { node, client, chainId } = await openMarket(config, wallet, open);
  const market = licenceMarket(client, config.market);
  const parts = await openSender(config, { node, log, dataDir: config.dataDir }, open);
  const { store, sender, clock } = parts;
  await checkHeader(store, "format", FORMAT, "FORMAT");
  const identity = `${chainId}/${await genesisOf(node)}/${config.market}/${node.address}`;
  await checkHeader(store, "identity", identity, "CHAIN");
  const dataset = await Dataset.open(config, wallet);
  const metrics = new HostMetrics();
  let url = "";
  const audience = (): string => config.audience ?? url;
  const door = new Door({ market, clock, audience, limits: config.sessions });
  const granter = new Granter({
    ...{ node, market, sender, dataset, clock, metrics, log, sessions: () => door.open },
    options: { confirmations: config.confirmations, reserve: config.grantReserveSeconds },
  });
  const loops = new Loops({ engine: granter, clock, log, pollMs: config.pollSeconds * 1000 });
  const served = {
    ...{ clock, log, metrics, door, dataset, keyEpoch: () => granter.keyEpoch },
    health: () => ({ ok: loops.healthy, detail: healthOf(granter, config, node.address) }),
  };
  url = await listen(createHostServer(served, serverLimits(config)), config.http, open);
  log.info({ url, audience: audience(), market: config.market, host: node.address }, "host ready");
  parameters.onListening?.(url);
  return loops;
}

function healthOf(
  { newest, keyEpoch, isHost }: Granter,
  { market }: HostConfig,
  account: string,
): Record<string, unknown> {
  return { market, account, isHost, block: newest?.number, keyEpoch };
}
