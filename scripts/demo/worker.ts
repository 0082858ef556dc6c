import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Wallet, encryptKeystoreJsonSync } from "ethers";

import { DIGIT_FILES } from "../../tensor/train/files";
import { toJson } from "../shared/output";
import { waitFor } from "../shared/wait";
import { WorkerApi } from "../shared/workerApi";
import { PRICE_PER_PMAC } from "./cast";
import type { Cast } from "./cast";
import { freePort } from "./processes";
import type { Helper, Helpers } from "./processes";
import type { Stage } from "./stage";

const CLI = resolve(__dirname, "../../worker/src/cli.ts");
const START = { what: "the start of the worker", everyMs: 50, timeoutMs: 60_000 };
// the key is gone in a minute: deriving it need not be slow
const KEYSTORE = { scrypt: { N: 2 ** 10, r: 8, p: 1 } };
const OWNER_ONLY = { mode: 0o600 };

/** A worker that can be started, again and again, on what is in its folder. */
export interface WorkerSite {
  /** Its configuration. */
  readonly config: string;
  readonly api: WorkerApi;
}

/** A worker process. */
export interface RunningWorker {
  readonly api: WorkerApi;
  readonly process: Helper;
}

/** Writes keystore, password and configuration, with `changes` to it, into the stage's folder. */
export async function setUpWorker(
  stage: Pick<Stage, "rpc" | "book" | "folder">,
  cast: Cast,
  changes: object = {},
): Promise<WorkerSite> {
  const { folder } = stage;
  const port = await freePort();
  const password = Wallet.createRandom().privateKey;
  const keystore = encryptKeystoreJsonSync(cast.key, password, KEYSTORE);
  await writeFile(resolve(folder, "keystore.json"), keystore, OWNER_ONLY);
  await writeFile(resolve(folder, "password"), `${password}\n`, OWNER_ONLY);
  const config = resolve(folder, "worker.json");
  await writeFile(config, toJson({ ...configOf(stage, cast, port), ...changes }));
  return { config, api: new WorkerApi(`http://127.0.0.1:${port}`) };
}

/** Starts a worker process that acts over JSON-RPC, and waits until it is healthy. */
export async function startWorker(
  helpers: Helpers,
  { config, api }: WorkerSite,
): Promise<RunningWorker> {
  const args = ["-r", "ts-node/register", CLI, "run", "--config", config];
  const worker = helpers.start("worker", process.execPath, args);
  await waitFor(START, async () => {
    worker.requireRunning();
    return (await api.isHealthy()) ? true : undefined;
  });
  return { api, process: worker };
}

function configOf(
  { rpc, book }: Pick<Stage, "rpc" | "book">,
  { gpuId, token }: Cast,
  port: number,
): object {
  const { ledger, jobEscrow, orderBook, gpuRegistry, modelRegistry, optimisticVerifier } =
    book.contracts;
  const { accessManager, timelock } = book.contracts;
  return {
    rpcUrl: rpc,
    addresses: {
      ...{ ledger, jobEscrow, orderBook, gpuRegistry, modelRegistry, optimisticVerifier },
      ...{ accessManager, timelock },
    },
    keystore: "keystore.json",
    passwordFile: "password",
    dataDir: "data",
    gpuId,
    models: [{ file: DIGIT_FILES.model, prices: { [token.address]: PRICE_PER_PMAC } }],
    policy: { verifiers: [`0x${"00".repeat(20)}`] },
    confirmations: 1,
    pollSeconds: 0.05,
    execution: { threads: 1 },
    http: { port, requestsPerMinute: 100_000 },
  };
}
