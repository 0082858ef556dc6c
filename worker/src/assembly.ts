import { join } from "node:path";
import type { Wallet } from "ethers";
import { Intake } from "./bids/intake";
import type { IntakePolicy } from "./bids/intake";
import type { ModelTerms } from "./bids/policy";
import { BlobStore } from "./blobs/store";
import { escrowMarket } from "./chain/escrowMarket";
import { RpcNode, connect } from "./chain/rpcNode";
import { TransactionSender } from "./chain/sender";
import { systemClock } from "./clock";
import { ConfigError } from "./config/load";
import type { Config } from "./config/schema";
import type { Context, EngineOptions } from "./engine/context";
import { Engine } from "./engine/engine";
import { errorMessage } from "./errors";
import { Fetcher } from "./fetch/fetcher";
import { Journal } from "./journal/journal";
import { openLevelStore } from "./journal/store";
import type { Logger } from "./log";
import { Metrics } from "./metrics";
import { checkRegistered, measuredTerms, offeredModels } from "./models";
import type { LoadedModel } from "./models";
import { createRunner } from "./run/runner";
import { ErgonRevertError, createErgonClient, decodeRevert } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** What a worker is made from. */
export interface Blueprint {
  readonly config: Config;
  readonly wallet: Wallet;
  readonly log: Logger;
}

/** What is open, to be closed in the end. */
export class Resources {
  private readonly closers: (() => unknown)[] = [];

  /** Opens something and remembers how to close it. */
  async open<Resource>(
    resource: Resource | Promise<Resource>,
    close: (resource: Resource) => unknown,
  ): Promise<Resource> {
    const opened = await resource;
    this.closers.push(() => close(opened));
    return opened;
  }

  /** Closes everything, what was opened last first; what does not close is logged. */
  async close(log: Logger): Promise<void> {
    for (const close of this.closers.reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ reason: errorMessage(error) }, "closing failed");
      }
    }
  }
}

const DAY_MS = 86_400_000;
const REBROADCAST_MS = 15_000;
const MAX_LIST_BYTES = 2 ** 28;

/**
 * Opens all that a worker is made of. Throws `ConfigError` MODEL, `JournalError` or `ChainError`.
 */
export async function openContext(
  { config, wallet, log }: Blueprint,
  models: readonly LoadedModel[],
  resources: Resources,
): Promise<Context> {
  const { dataDir } = config;
  const provider = await resources.open(connect(config.rpcUrl), (opened) => opened.destroy());
  const { chainId } = await provider.getNetwork();
  const node = new RpcNode(provider, wallet, chainId, describeRevert);
  const client = createErgonClient({ runner: provider, addresses: config.addresses });
  const market = escrowMarket(client, providerOf(config, node.address), chainId);
  await checkRegistered(models, market);
  const store = await resources.open(openLevelStore(join(dataDir, "journal")), (opened) =>
    opened.close(),
  );
  const identity = `${chainId}/${config.addresses.jobEscrow}/${node.address}`;
  const clock = systemClock;
  const executor = config.execution.executor;
  const data = { models: models.map(({ id, file }) => ({ id, file })), executor };
  return {
    options: engineOptions(config, node.address),
    models: offeredModels(models),
    ...{ node, market, clock, log },
    journal: await Journal.open(store, identity),
    sender: await TransactionSender.open(node, store, clock, log, senderOptions(config)),
    tensors: await BlobStore.open(join(dataDir, "tensors"), config.http.maxStoreBytes),
    lists: await BlobStore.open(join(dataDir, "lists"), MAX_LIST_BYTES),
    fetcher: await resources.open(new Fetcher(config.inputs, fetchLimits(config)), (opened) =>
      opened.close(),
    ),
    runner: await resources.open(createRunner(data, config.execution.threads), (opened) =>
      opened.close(),
    ),
    metrics: new Metrics(),
  };
}

/** What takes bids and what moves them on, once each model's speed on this machine is known. */
export async function createEngine(
  context: Context,
  config: Config,
  models: readonly LoadedModel[],
  signal: AbortSignal,
): Promise<{ readonly engine: Engine; readonly intake: Intake }> {
  const { runner, clock, log, node } = context;
  const terms = await measuredTerms(models, runner, clock, log);
  const engine = new Engine(context, signal);
  const policy = intakePolicy(config, terms, node.address);
  return { engine, intake: new Intake({ ...context, policy, now: () => engine.now() }) };
}

function describeRevert(data: Hex): string {
  return new ErgonRevertError(decodeRevert(data)).message;
}

function providerOf(config: Config, worker: Address): Address {
  const provider = config.provider ?? worker;
  if (provider === worker || config.withdraw.length === 0) return provider;
  throw new ConfigError(
    "FIELD",
    `withdraw: the earnings are those of provider ${provider}; remove withdraw, or the provider`,
  );
}

function engineOptions(config: Config, worker: Address): EngineOptions {
  return {
    confirmations: config.confirmations,
    deliverReserve: config.policy.deliverReserveSeconds,
    unitsPerStep: config.execution.unitsPerStep,
    retentionMs: config.retentionDays * DAY_MS,
    withdraw: config.withdraw.map((rule) => ({ ...rule, to: rule.to ?? worker })),
  };
}

function intakePolicy(
  config: Config,
  models: ReadonlyMap<Hex, ModelTerms>,
  worker: Address,
): IntakePolicy {
  const { verifiers, maxOpenJobs, turnaroundFactor, minSecondsToExpiry, cancelShareBps } =
    config.policy;
  return {
    ...{ models, worker, verifiers, maxOpenJobs, turnaroundFactor, minSecondsToExpiry },
    provider: providerOf(config, worker),
    gpuId: config.gpuId,
    cancelShareBps: BigInt(cancelShareBps),
  };
}

function senderOptions({
  confirmations,
  fees,
}: Config): Parameters<typeof TransactionSender.open>[4] {
  return {
    confirmations,
    fees: { maxFeePerGas: fees.maxFeePerGasGwei, minTip: fees.minTipGwei },
    maxInFlight: fees.maxInFlight,
    stuckMs: fees.stuckSeconds * 1000,
    rebroadcastMs: REBROADCAST_MS,
  };
}

function fetchLimits({ inputs }: Config): { maxBytes: number; timeoutMs: number } {
  return { maxBytes: inputs.maxBytes, timeoutMs: inputs.timeoutSeconds * 1000 };
}
