import { join } from "node:path";
import type { JsonRpcProvider, Wallet } from "ethers";
import type { FastifyInstance } from "fastify";
import { BlobStore } from "./blobs/store";
import type { Disputes } from "./chain/disputes";
import { ChainError } from "./chain/errors";
import { escrowMarket } from "./chain/escrowMarket";
import type { Market } from "./chain/market";
import { RpcNode, connect } from "./chain/rpcNode";
import { TransactionSender } from "./chain/sender";
import { verifierDisputes } from "./chain/verifierDisputes";
import { systemClock } from "./clock";
import type { Clock } from "./clock";
import { ConfigError } from "./config/load";
import type { CommonConfig, Config } from "./config/schema";
import type { OfferedModel } from "./engine/context";
import { errorCode, errorMessage } from "./errors";
import { Fetcher } from "./fetch/fetcher";
import type { TraceOf } from "./games/knowledge";
import { GpuMetrics } from "./gpu/metrics";
import { GpuTelemetry } from "./gpu/telemetry";
import type { HttpLimits } from "./http/limits";
import type { ServerOptions } from "./http/server";
import { openAlone } from "./journal/store";
import type { KeyValueStore } from "./journal/store";
import type { Logger } from "./log";
import type { MetricSet } from "./metrics";
import { ModelStore } from "./modelStore";
import { checkRegistered, loadModels, offeredModels, readModels } from "./models";
import type { LoadedModel, ModelEntry } from "./models";
import { ExecutionMetrics } from "./run/metrics";
import { reportTo } from "./run/report";
import { openRunner, usesGpus } from "./run/runner";
import type { Runner } from "./run/runner";
import { ErgonRevertError, createErgonClient, decodeRevert } from "../../sdk/src/index";
import type { Address, ErgonClient } from "../../sdk/src/index";
import { UnitTrace, inputHeader } from "../../tensor/src/index";
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

/** Gives something that takes the place of what computes the models. */
export type Compute = (computation: Computation, models: readonly LoadedModel[]) => Computation;

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
export interface PartsParameters<Entry extends ModelEntry> extends Pick<
  ProcessParameters,
  "wallet" | "log" | "signal" | "compute"
> {
  readonly config: CommonConfig & { readonly models: readonly Entry[] };
  /** Where it keeps what it must not forget. */
  readonly dataDir: string;
  /** What it may fetch. */
  readonly inputs: CommonConfig["inputs"];
  /** Whose asks and claims the market is used for; the process's own account unless given. */
  readonly provider?: Address;
  /** Where what runs the models, and how GPUs are, is recorded. */
  readonly metrics: MetricSet;
  /** Most bytes of tensors that it publishes. */
  readonly publicBytes: number;
}

/** What a process knows of the chain. */
export interface ChainParts {
  readonly node: RpcNode;
  readonly client: ErgonClient;
  readonly chainId: bigint;
}

/** What a process that computes is made of. */
export interface Parts<Entry extends ModelEntry = ModelEntry>
  extends Computation, Omit<ChainParts, "chainId"> {
  /** Chain, its first block, escrow and account: what the records in `store` are about. */
  readonly identity: string;
  readonly store: KeyValueStore;
  readonly market: Market;
  readonly disputes: Disputes;
  readonly sender: TransactionSender;
  readonly tensors: BlobStore;
  readonly fetcher: Fetcher;
  readonly models: ReadonlyMap<Hex, OfferedModel>;
  /** The same, as the configuration names them. */
  readonly loaded: readonly LoadedModel<Entry>[];
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
 * Connects an account to the chain. Throws `ChainError` CHAIN_ID or RPC, or `ConfigError` NOT_DEPLOYED for an
 * address, also one of `further`, without a contract.
 */
export async function openChain(
  { rpcUrl, addresses }: Pick<CommonConfig, "rpcUrl" | "addresses">,
  wallet: Wallet,
  open: Open,
  further: Readonly<Record<string, Address>> = {},
): Promise<ChainParts> {
  const rpc = await open(connect(rpcUrl), (opened: JsonRpcProvider) => opened.destroy());
  const { chainId } = await rpc.getNetwork();
  const node = new RpcNode(rpc, wallet, chainId, describeRevert);
  const client = createErgonClient({ runner: rpc, addresses });
  await requireDeployed(rpc, { ...addresses, ...further });
  return { node, client, chainId };
}

/** Opens what a process must not forget, and what sends its transactions. Throws `ConfigError` DATA_IN_USE. */
export async function openSender(
  config: Pick<CommonConfig, "confirmations" | "fees">,
  { node, dataDir, log }: Pick<Parts, "node" | "log"> & { readonly dataDir: string },
  open: Open,
): Promise<Pick<Parts, "store" | "sender" | "clock">> {
  const store = await open(openData(dataDir), closeIt);
  const clock = systemClock;
  const sender = await TransactionSender.open(node, store, clock, log, senderOptions(config));
  return { store, sender, clock };
}

/**
 * Opens what every process that computes is made of. Throws like `openChain` and `openSender`, and `ConfigError`
 * MODEL for a model that is not registered, or whose file is not to be had.
 */
export async function openParts<Entry extends ModelEntry>(
  { config, wallet, log, signal, compute, metrics, ...given }: PartsParameters<Entry>,
  open: Open,
): Promise<Parts<Entry>> {
  const { addresses, weights } = config;
  const named = await readModels(config.models);
  const { node, client, chainId } = await openChain(config, wallet, open);
  const market = escrowMarket(client, {
    provider: given.provider ?? node.address,
    worker: node.address,
    chainId,
  });
  await checkRegistered(named, market);
  const held = await openSender(config, { node, log, dataDir: given.dataDir }, open);
  // nobody else uses dataDir from here on
  const fetcher = await open(fetcherOf("weights", weights), closeIt);
  const store = new ModelStore(join(given.dataDir, "models"), { market, fetcher, log });
  const loaded = await loadModels(named, store, signal);
  const observability = { metrics, log, clock: held.clock };
  const computation = await openComputation(config, loaded, open, observability, compute);
  await openTelemetry(config, open, observability);
  return {
    ...{ node, client, market, log, ...held },
    ...computation,
    identity: `${chainId}/${await genesisOf(node)}/${addresses.jobEscrow}/${node.address}`,
    disputes: verifierDisputes(client),
    tensors: await BlobStore.open(join(given.dataDir, "tensors"), given.publicBytes),
    fetcher: await open(fetcherOf("inputs", given.inputs), closeIt),
    models: offeredModels(loaded),
    loaded,
  };
}

/** The first block, which tells apart chains of one id, such as local ones that were started again. */
export async function genesisOf(node: RpcNode): Promise<Hex> {
  const first = await node.block(0);
  if (first === undefined) throw new ChainError("RPC", "the node has no block 0");
  return first.hash;
}

async function requireDeployed(
  rpc: JsonRpcProvider,
  addresses: Readonly<Record<string, Address>>,
): Promise<void> {
  for (const [name, address] of Object.entries(addresses)) {
    if ((await rpc.getCode(address)) !== "0x") continue;
    throw new ConfigError("NOT_DEPLOYED", `the chain has no ${name} at ${address}`);
  }
}

function openData(dataDir: string): Promise<KeyValueStore> {
  const message = `another process uses ${dataDir}: give each its own dataDir`;
  return openAlone(
    join(dataDir, "journal"),
    (cause) => new ConfigError("DATA_IN_USE", message, { cause }),
  );
}

/**
 * Lets a server listen until the process ends; returns its address. Throws `ConfigError` PORT_IN_USE.
 */
export async function listen(
  server: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
  open: Open,
): Promise<string> {
  await open(server, (opened) => opened.close());
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    if (errorCode(cause) !== "EADDRINUSE") throw cause;
    const message = `another process listens on ${host}:${port}: set http.port, or --http-port`;
    throw new ConfigError("PORT_IN_USE", message, { cause });
  }
}

function closeIt(resource: { close(): unknown }): unknown {
  return resource.close();
}

/** Threads and GPUs that run the models, and traces on this thread; or what is put in their place. */
async function openComputation(
  { execution }: Pick<CommonConfig, "execution">,
  models: readonly LoadedModel[],
  open: Open,
  { log, metrics }: Observability,
  compute: Compute = (computation) => computation,
): Promise<Computation> {
  const options = {
    ...execution,
    models: models.map(({ id, file, model }) => ({ id, file, input: inputHeader(model.program) })),
    gpus: execution.gpus.map(({ adapter, environment }) => ({ device: { adapter }, environment })),
  };
  const listener = reportTo(log, new ExecutionMetrics(metrics));
  const runner = await open(openRunner(options, listener), closeIt);
  return compute({ runner, traceOf: (model, input) => new UnitTrace(model, input) }, models);
}

/** Where a process tells how it is. */
interface Observability extends Pick<Parts, "clock" | "log"> {
  readonly metrics: MetricSet;
}

/** Figures of the machine's GPUs, where GPUs may be used. */
async function openTelemetry(
  { execution, telemetry }: Pick<CommonConfig, "execution" | "telemetry">,
  open: Open,
  { metrics, clock, log }: Observability,
): Promise<void> {
  const { command, seconds } = telemetry;
  if (seconds === 0 || !usesGpus(execution)) return;
  const everyMs = seconds * 1000;
  const context = { metrics: new GpuMetrics(metrics, 3 * everyMs), clock, log };
  await open(new GpuTelemetry({ command, everyMs }, context), closeIt);
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

/** Fetches within the bounds of a section of the configuration. */
function fetcherOf(
  section: "inputs" | "weights",
  { maxBytes, timeoutSeconds, ...places }: CommonConfig["inputs"],
): Fetcher {
  return new Fetcher({ ...places, section }, { maxBytes, timeoutMs: timeoutSeconds * 1000 });
}

/** Bounds of the HTTP interface. */
export function serverOptions(config: Pick<Config, "http">): ServerOptions {
  return { ...serverLimits(config), maxBlobBytes: config.http.maxBlobBytes };
}

/** Bounds of an HTTP interface that takes no uploads. */
export function serverLimits({ http }: { readonly http: HttpBounds }): HttpLimits {
  const { maxConcurrent, requestsPerMinute, requestSeconds, trustedProxies } = http;
  return { maxConcurrent, requestsPerMinute, requestMs: requestSeconds * 1000, trustedProxies };
}

type HttpBounds = Pick<
  Config["http"],
  "maxConcurrent" | "requestsPerMinute" | "requestSeconds" | "trustedProxies"
>;

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
