import type { JsonRpcProvider, Wallet } from "ethers";
import { RpcNode, connect } from "./chain/rpcNode";
import type { TransactionSender } from "./chain/sender";
import type { CommonConfig, Config } from "./config/schema";
import { errorMessage } from "./errors";
import type { FetchLimits } from "./fetch/http";
import type { TraceOf } from "./games/knowledge";
import type { ServerOptions } from "./http/server";
import type { Logger } from "./log";
import { createRunner } from "./run/runner";
import type { ModelFile, Runner } from "./run/runner";
import { ErgonRevertError, createErgonClient, decodeRevert } from "../../sdk/src/index";
import type { ErgonClient } from "../../sdk/src/index";
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

/** A process's access to a deployment, as one account. */
export interface Connection {
  readonly chainId: bigint;
  readonly node: RpcNode;
  readonly client: ErgonClient;
  /** Chain, escrow and account: what its records on disk are about. */
  readonly identity: string;
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

/** Connects to the node of the configuration. Throws `ChainError` CHAIN_ID or RPC. */
export async function openConnection(
  { rpcUrl, addresses }: Pick<CommonConfig, "rpcUrl" | "addresses">,
  wallet: Wallet,
  open: Open,
): Promise<Connection> {
  const provider = await open(connect(rpcUrl), (opened: JsonRpcProvider) => opened.destroy());
  const { chainId } = await provider.getNetwork();
  const node = new RpcNode(provider, wallet, chainId, describeRevert);
  const client = createErgonClient({ runner: provider, addresses });
  return { chainId, node, client, identity: `${chainId}/${addresses.jobEscrow}/${node.address}` };
}

/** Threads that run the models, and traces on this thread; or what is put in their place. */
export async function openComputation(
  { execution: { executor, threads } }: Pick<CommonConfig, "execution">,
  models: readonly ModelFile[],
  open: Open,
  compute: Compute = (computation) => computation,
): Promise<Computation> {
  const data = { models: models.map(({ id, file }) => ({ id, file })), executor };
  const runner = await open(createRunner(data, threads), (opened) => opened.close());
  return compute({ runner, traceOf: (model, input) => new UnitTrace(model, input) });
}

/** Bounds of the sender. */
export function senderOptions({
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
export function fetchLimits({ inputs }: Pick<CommonConfig, "inputs">): FetchLimits {
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
