import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readAddressBook } from "../../../deploy/addresses";
import { readParameters } from "../../../deploy/parameters";
import { prepareCast } from "../../../scripts/demo/cast";
import type { Cast, Player } from "../../../scripts/demo/cast";
import { startChain } from "../../../scripts/demo/chain";
import { Helpers, clearOnSignal } from "../../../scripts/demo/processes";
import type { Stage } from "../../../scripts/demo/stage";
import { prepareWatcher } from "../../../scripts/demo/watcher";
import { LOCAL_CHAIN_ID } from "../../../scripts/shared/chain";

const DEPLOY = resolve(__dirname, "../../../scripts/deploy.ts");

/** A chain with the protocol on it, and who trades and watches there. */
export interface JourneyStage extends Stage {
  readonly cast: Cast;
  readonly watcher: Player;
}

const helpers = new Helpers();
let folder: string | undefined;
let opened: Promise<JourneyStage> | undefined;

/** The stage of all journeys, which is opened once. */
export function openStage(): Promise<JourneyStage> {
  return (opened ??= open());
}

after(close);

async function close(): Promise<void> {
  await helpers.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

async function open(): Promise<JourneyStage> {
  clearOnSignal(close);
  folder = await mkdtemp(join(tmpdir(), "ergon-journeys-"));
  const { rpc, provider } = await startChain(helpers);
  // another process: Hardhat knows one network in each, and here it is its own
  const args = ["-r", "ts-node/register", DEPLOY, "--rpc", rpc, "--addresses", folder];
  await helpers.start("deployment", process.execPath, args).finished();
  const book = await readAddressBook(Number(LOCAL_CHAIN_ID), folder);
  const stage = { rpc, provider, book, folder, helpers };
  const parameters = await readParameters("localhost");
  const cast = await prepareCast({ ...stage, parameters });
  const watcher = await prepareWatcher(stage, cast);
  return { ...stage, parameters, cast, watcher };
}
