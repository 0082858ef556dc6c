import { join } from "node:path";
import type { JsonRpcProvider, Wallet } from "ethers";
import type { FastifyInstance } from "fastify";
import { BlobStore } from "./blobs/store";
import type { Disputes } from "./chain/disputes";
import { escrowMarket } from "./chain/escrowMarket";
import type { Market } from "./chain/market";
import { RpcNode, connect } from "./chain/rpcNode";
import { TransactionSender } from "./chain/sender";
import { verifierDisputes } from "./chain/verifierDisputes";
import { systemClock } from "./clock";
import type { Clock } from "./clock";
import type { CommonConfig, Config } from "./config/schema";
import type { OfferedModel } from "./engine/context";
import { errorMessage } from "./errors";
import { Fetcher } from "./fetch/fetcher";
import type { FetchLimits } from "./fetch/http";
import type { TraceOf } from "./games/knowledge";
import type { ServerOptions } from "./http/server";
import { openLevelStore } from "./journal/store";
import type { KeyValueStore } from "./journal/store";
import type { Logger } from "./log";
import { checkRegistered, offeredModels } from "./models";
import type { LoadedModel } from "./models";
import { createRunner } from "./run/runner";
import type { Runner } from "./run/runner";
import { ErgonRevertError, createErgonClient, decodeRevert } from "../../sdk/src/index";
import type { Address, ErgonClient } from "../../sdk/src/index";
import { UnitTrace } from "../../tensor/src/index";
import type { Hex } from "../../tensor/src/index";

/** Opens something and remembers how to close it. */
export type Open = <Resource>(
  resource: Resource | Promise<Resource>,
  close: (resource: Resource) => unknown,
) => Promise<Resource>;

/** What computes: the outputs of units, and the results of all their nodes. */
export interface Computation {
  readonly runner: Runner;
  readonly traceOf: TraceOf;
}

/** Gives something that takes the place of what computes. */
export type Compute = (computation: Computation) => Computation;

/** What a process that runs until a signal is started with. */
export interface ProcessParameters {
  readonly wallet: Wallet;
  readonly log: Logger;
  /** Ends the process when it is aborted. */
  readonly signal: AbortSignal;
  /** Gets the address of the HTTP interface. */
  readonly onListening?: (url: string) => void;
  /** Takes the place of what computes; as it is unless given. */
  readonly compute?: Compute;
}

/** What differs between processes in what they open. */
export interface PartsParameters extends Pick<ProcessParameters, "wallet" | "log" | "compute"> {
  readonly config: CommonConfig;
  readonly models: readonly LoadedModel[];
  /** Where it keeps what it must not forget. */
  readonly dataDir: string;
  /** What it may fetch. */
  readonly inputs: CommonConfig["inputs"];
  /** Whose asks and claims the market is used for; the process's own account unless given. */
  readonly provider?: Address;
  /** Most bytes of tensors that it publishes. */
  readonly publicBytes: number;
}

/** What every process is made of. */
export interface Parts extends Computation {
  readonly node: RpcNode;
  readonly client: ErgonClient;
  /** Chain, escrow and account: what the records in `store` are about. */
  readonly identity: string;
  readonly store: KeyValueStore;
  readonly market: Market;
  readonly disputes: Disputes;
  readonly sender: TransactionSender;
  readonly tensors: BlobStore;
  readonly fetcher: Fetcher;
  readonly models: ReadonlyMap<Hex, OfferedModel>;
  readonly clock: Clock;
  readonly log: Logger;
}

export const DAY_MS = 86_400_000;
const REBROADCAST_MS = 15_000;

/** Runs `act`, then closes all that it opened, the last first. */
export async function withResources<Result>(
  log: Logger,
  act: (open: Open) => Promise<Result>,
): Promise<Result> {
  const closers: (() => unknown)[] = [];
  try {
    return await act(async (resource, close) => {
      const opened = await resource;
      closers.push(() => close(opened));
      return opened;
    });
  } finally {
    for (const close of closers.reverse()) await closeQuietly(close, log);
  }
}

/**
 * Opens what every process is made of. Throws `ChainError` CHAIN_ID or RPC, `ConfigError` MODEL for a
 * model that is not registered.
 */
export async function openParts(
  { config, wallet, log, compute, models, ...given }: PartsParameters,
  open: Open,
): Promise<Parts> {
  const { rpcUrl, addresses } = config;
  const rpc = await open(connect(rpcUrl), (opened: JsonRpcProvider) => opened.destroy());
  const { chainId } = await rpc.getNetwork();
  const node = new RpcNode(rpc, wallet, chainId, describeRevert);
  const client = createErgonClient({ runner: rpc, addresses });
  const market = escrowMarket(client, given.provider ?? node.address, chainId);
  await checkRegistered(models, market);
  const store = await open(openLevelStore(join(given.dataDir, "journal")), closeIt);
  const clock = systemClock;
  return {
    ...{ node, client, store, market, clock, log },
    ...(await openComputation(config, models, open, compute)),
    identity: `${chainId}/${addresses.jobEscrow}/${node.address}`,
    disputes: verifierDisputes(client),
    sender: await TransactionSender.open(node, store, clock, log, senderOptions(config)),
    tensors: await BlobStore.open(join(given.dataDir, "tensors"), given.publicBytes),
    fetcher: await open(new Fetcher(given.inputs, fetchLimits(config)), closeIt),
    models: offeredModels(models),
  };
}

/** Lets a server listen until the process ends; returns its address. */
export async function listen(
  server: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
  open: Open,
): Promise<string> {
  await open(server, (opened) => opened.close());
  return server.listen({ host, port });
}

function closeIt(resource: { close(): unknown }): unknown {
  return resource.close();
}

/** Threads that run the models, and traces on this thread; or what is put in their place. */
async function openComputation(
  { execution: { executor, threads } }: Pick<CommonConfig, "execution">,
  models: readonly LoadedModel[],
  open: Open,
  compute: Compute = (computation) => computation,
): Promise<Computation> {
  const data = { models: models.map(({ id, file }) => ({ id, file })), executor };
  const runner = await open(createRunner(data, threads), closeIt);
  return compute({ runner, traceOf: (model, input) => new UnitTrace(model, input) });
}

/** Bounds of the sender. */
function senderOptions({
  confirmations,
  fees,
}: Pick<CommonConfig, "confirmations" | "fees">): Parameters<typeof TransactionSender.open>[4] {
  return {
    confirmations,
    fees: { maxFeePerGas: fees.maxFeePerGasGwei, minTip: fees.minTipGwei },
    maxInFlight: fees.maxInFlight,
    stuckMs: fees.stuckSeconds * 1000,
    rebroadcastMs: REBROADCAST_MS,
  };
}

/** Bounds of a fetch. */
function fetchLimits({ inputs }: Pick<CommonConfig, "inputs">): FetchLimits {
  return { maxBytes: inputs.maxBytes, timeoutMs: inputs.timeoutSeconds * 1000 };
}

/** Bounds of the HTTP interface. */
export function serverOptions({ http }: Pick<Config, "http">): ServerOptions {
  const { maxBlobBytes, maxConcurrent, requestsPerMinute, requestSeconds } = http;
  return { maxBlobBytes, maxConcurrent, requestsPerMinute, requestMs: requestSeconds * 1000 };
}

function describeRevert(data: Hex): string {
  return new ErgonRevertError(decodeRevert(data)).message;
}

async function closeQuietly(close: () => unknown, log: Logger): Promise<void> {
  try {
    await close();
  } catch (error) {
    log.error({ reason: errorMessage(error) }, "closing failed");
  }
}
