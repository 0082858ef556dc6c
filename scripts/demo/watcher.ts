import { resolve } from "node:path";

import { accountOf } from "../../sdk/src/index";
import type { WorkerApi } from "../shared/workerApi";
import { newPlayer } from "./cast";
import type { Cast, Player } from "./cast";
import { KEY_FIELDS, commonConfig, writeSite } from "./site";
import type { Site } from "./site";
import type { Stage } from "./stage";

/** Most that a challenge may bond, and all live ones together, in payment-token units. */
const BONDS = { highest: 1_000_000n, total: 10_000_000n };

/** Other values of fields of a watcher's configuration. */
export interface WatcherChanges {
  /** Of those that only a watcher has. */
  readonly watch?: object;
  readonly confirmations?: number;
}

/** Funds a watcher: somebody with claims who looks at what others deliver. */
export function prepareWatcher(
  stage: Pick<Stage, "provider" | "book">,
  { token }: Pick<Cast, "token">,
): Promise<Player> {
  return newPlayer(stage, token, stage.book.contracts.optimisticVerifier);
}

/**
 * Prepares a watcher of all that the cast's provider delivers, with changes to its configuration, in a
 * folder of the stage's.
 */
export async function setUpWatcher(
  stage: Pick<Stage, "rpc" | "book" | "folder">,
  { provider, token, modelFile }: Cast,
  { key }: Player,
  source: WorkerApi,
  { watch = {}, ...changes }: WatcherChanges = {},
): Promise<Site> {
  const sources = [{ url: source.url, provider: await accountOf(provider) }];
  return writeSite(resolve(stage.folder, "watcher"), key, (port) => ({
    ...commonConfig(stage),
    models: [{ file: modelFile }],
    inputs: { networks: ["127.0.0.0/8"] },
    watch: {
      ...KEY_FIELDS,
      sharePercent: 100,
      sources,
      bonds: [{ token: token.address, ...BONDS }],
      http: { port },
      ...watch,
    },
    ...changes,
  }));
}
