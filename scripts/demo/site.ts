import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Wallet, encryptKeystoreJsonSync } from "ethers";
import type { BaseWallet } from "ethers";

import { toJson } from "../shared/output";
import { waitFor } from "../shared/wait";
import { WorkerApi } from "../shared/workerApi";
import { freePort } from "./processes";
import type { Helper, Helpers } from "./processes";
import type { Stage } from "./stage";

const CLI = resolve(__dirname, "../../worker/src/cli.ts");
const LIAR = resolve(__dirname, "liar.ts");
const START = { everyMs: 50, timeoutMs: 60_000 };
// the key is gone in a minute: deriving it need not be slow
const KEYSTORE = { scrypt: { N: 2 ** 10, r: 8, p: 1 } };
const OWNER_ONLY = { mode: 0o600 };
/** What a process is called by its command. */
export const NAMES = {
  run: "worker",
  defend: "worker",
  watch: "watcher",
  host: "data host",
} as const;

/** A place where a process can be started, again and again, on what is in its folder. */
export interface Site {
  /** Its configuration. */
  readonly config: string;
  readonly api: WorkerApi;
}

/** What a process is started as. */
export interface Role {
  /** A command of the worker. */
  readonly command: keyof typeof NAMES;
  /** Tensor id of the input to which it holds a false answer for true; none unless given. */
  readonly liesAbout?: string;
}

/** A process that is at work. */
export interface Running {
  readonly api: WorkerApi;
  readonly process: Helper;
}

/** Where a key lies in the folder of a site. */
export const KEY_FIELDS = {
  keystore: "keystore.json",
  passwordFile: "password",
  dataDir: "data",
} as const;

/** Writes keystore, password and the configuration for a free port into a folder. */
export async function writeSite(
  folder: string,
  key: BaseWallet,
  configOf: (port: number) => object,
): Promise<Site> {
  const port = await freePort();
  const password = Wallet.createRandom().privateKey;
  const keystore = encryptKeystoreJsonSync(key, password, KEYSTORE);
  await mkdir(folder, { recursive: true });
  await writeFile(resolve(folder, KEY_FIELDS.keystore), keystore, OWNER_ONLY);
  await writeFile(resolve(folder, KEY_FIELDS.passwordFile), `${password}\n`, OWNER_ONLY);
  const config = resolve(folder, "config.json");
  await writeFile(config, toJson(configOf(port)));
  return { config, api: new WorkerApi(`http://127.0.0.1:${port}`) };
}

/** Starts a process that acts over JSON-RPC, and waits until it is healthy. */
export async function startOn(
  helpers: Helpers,
  { config, api }: Site,
  { command, liesAbout }: Role,
): Promise<Running> {
  const name = NAMES[command];
  const lie = liesAbout === undefined ? [] : ["--about", liesAbout];
  const script = liesAbout === undefined ? CLI : LIAR;
  const args = ["-r", "ts-node/register", script, command, "--config", config, ...lie];
  const started = helpers.start(name, process.execPath, args);
  await waitFor({ what: `the start of the ${name}`, ...START }, async () => {
    started.requireRunning();
    return (await api.isHealthy()) ? true : undefined;
  });
  return { api, process: started };
}

/** Runs a command of the worker that ends by itself, on what is in the folder of a site. */
export async function runOn(
  helpers: Helpers,
  { config }: Site,
  ...args: readonly string[]
): Promise<void> {
  const command = ["-r", "ts-node/register", CLI, ...args, "--config", config];
  await helpers.start(args.join(" "), process.execPath, command).finished();
}

/** What every process must know that runs models. */
export function commonConfig(stage: Pick<Stage, "rpc" | "book">): object {
  return { ...chainConfig(stage), execution: { executor: "wasm", threads: 1 } };
}

/** What every process must know of the deployment. */
export function chainConfig({ rpc, book }: Pick<Stage, "rpc" | "book">): object {
  const { ledger, jobEscrow, orderBook, gpuRegistry, modelRegistry, optimisticVerifier } =
    book.contracts;
  const { stakeVaultFactory, loanBook, dataDaoFactory } = book.contracts;
  const { accessManager, timelock, ergonToken, governor } = book.contracts;
  return {
    rpcUrl: rpc,
    addresses: {
      ...{ ledger, jobEscrow, orderBook, gpuRegistry, modelRegistry, optimisticVerifier },
      ...{ stakeVaultFactory, loanBook, dataDaoFactory },
      ...{ accessManager, timelock, ergonToken, governor },
    },
    confirmations: 1,
    pollSeconds: 0.05,
  };
}
