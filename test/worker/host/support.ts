import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { HDNodeWallet, Wallet } from "ethers";
import { ethers, network } from "hardhat";
import {
  asAddress,
  asHex,
  buyAccess,
  getAccessMarket,
  openHostSession,
} from "../../../sdk/src/index";
import type { ErgonClient, HostSession, HostedFile } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";
import { licenceMarket } from "../../../worker/src/chain/licenceMarket";
import { RpcNode } from "../../../worker/src/chain/rpcNode";
import { TransactionSender } from "../../../worker/src/chain/sender";
import { Dataset } from "../../../worker/src/host/dataset";
import { Door } from "../../../worker/src/host/door";
import { Granter } from "../../../worker/src/host/granter";
import { HostMetrics } from "../../../worker/src/host/metrics";
import { createHostServer } from "../../../worker/src/host/routes";
import { DAY, PUBLIC_KEY } from "../../shared/accessMarket";
import { now } from "../../shared/datasets";
import { deployed } from "../../sdk/data/support";
import type { Deployed } from "../../sdk/data/support";
import { memoryLog } from "../support/log";
import { ManualClock, MemoryStore } from "../support/memory";
import { useTemporaryDirectory } from "../support/temporary";

export const RESERVE = 30;
/** Gwei enough for the local chain. */
const FEES = { maxFeePerGas: 10n ** 12n, minTip: 1n };
/** Of the host among the signers of the fixture. */
const HOST_INDEX = 8;

/** What outlives a host that is stopped: the chain, the folder, and its store. */
export interface Place {
  readonly all: Deployed;
  readonly dataDir: string;
  readonly store: MemoryStore;
  readonly clock: ManualClock;
}

/** The key of the fixture's host. */
export function hostWallet(): Wallet {
  const { accounts } = network.config;
  if (typeof accounts !== "object" || !("mnemonic" in accounts)) throw new Error("no mnemonic");
  const path = `m/44'/60'/0'/0/${HOST_INDEX}`;
  return new Wallet(HDNodeWallet.fromPhrase(accounts.mnemonic, "", path).privateKey);
}

/** A place with an empty folder; the machine's clock stands at 1970, so that the chain's time counts. */
export function placeOf(all: Deployed, directory: string): Place {
  const store = new MemoryStore();
  return { all, dataDir: join(directory, "data"), store, clock: new ManualClock() };
}

/** Starts what grants, on what is in a place. */
export async function startGranter(
  place: Place,
  { confirmations = 1, wallet = hostWallet() } = {},
) {
  const { all, store, clock } = place;
  const log = memoryLog();
  const metrics = new HostMetrics();
  const { chainId } = await ethers.provider.getNetwork();
  const node = new RpcNode(ethers.provider, wallet, chainId, (data) => data);
  const market = licenceMarket(all.anyone, all.access);
  const sender = await TransactionSender.open(node, store, clock, log, {
    ...{ confirmations, fees: FEES, maxInFlight: 8, stuckMs: 60_000, rebroadcastMs: 5_000 },
  });
  const dataset = await Dataset.open({ dataDir: place.dataDir, maxFileBytes: 10 ** 6 }, wallet);
  const options = { confirmations, reserve: RESERVE };
  const granter = new Granter({
    ...{ node, market, sender, dataset, clock, metrics, log, options, sessions: () => 0 },
  });
  const figures = async () => (await metrics.set.render()).body;
  return { granter, dataset, market, sender, metrics, log, node, figures };
}
export type Started = Awaited<ReturnType<typeof startGranter>>;

/** Lets it look at the chain so often, and waits for what it began. */
export async function turns({ granter }: Pick<Started, "granter">, count = 1): Promise<void> {
  for (let i = 0; i < count; i++) {
    await granter.turn();
    await granter.settled();
  }
}

/** Buys a licence with all that it takes. */
export async function buyLicence(
  client: ErgonClient,
  { access: market }: Deployed,
  publicKey: Hex = asHex(PUBLIC_KEY),
) {
  const maxPrice = 2n * (await getAccessMarket(client, { market })).price;
  const deadline = (await now()) + DAY;
  return buyAccess(client, { market, maxPrice, deadline, publicKey });
}

/** The address of a client's account. */
export async function addressOf({ signer }: ErgonClient) {
  return asAddress((await signer?.getAddress()) ?? "");
}

/** Bounds of a host's sessions and requests in tests. */
export const LIMITS = { seconds: 600, maxBytes: 1_000_000, most: 20 };

/** Serves what is in a place over HTTP, beside what grants; both stop with `close`. */
async function serveHost(place: Place, changes: Partial<typeof LIMITS> = {}) {
  const started = await startGranter(place);
  const { granter, dataset, market, metrics, log } = started;
  const limits = { ...LIMITS, ...changes };
  let url = "";
  const door = new Door({ market, clock: place.clock, audience: () => url, limits });
  const health = () => ({ ok: true, detail: {} });
  const server = createHostServer(
    { door, dataset, metrics, log, health, clock: place.clock, keyEpoch: () => granter.keyEpoch },
    { maxConcurrent: 16, requestsPerMinute: 10_000, requestMs: 10_000 },
  );
  url = await server.listen({ host: "127.0.0.1", port: 0 });
  return { ...started, door, server, url, close: () => server.close() };
}
export type Served = Awaited<ReturnType<typeof serveHost>>;

/** What the host of `useServedHost` serves: one file, longer than a chunk of the age format. */
export const IMAGES = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, i) => (i * i) % 256));
export const [NAME, URL_PATH] = ["images.bin.age", "/files/images.bin.age"];

/** The licence that it granted. */
export const ID = 1n;

/** A host that granted the fixture's buyer a licence, and its clients. */
export interface ServedHost {
  readonly all: Deployed;
  readonly place: Place;
  readonly host: Served;
  /** Serves what is there again, with other limits. */
  restart(changes: Partial<typeof LIMITS>): Promise<Served>;
  /** Begins a session, for the buyer unless another client is given. */
  enter(client?: ErgonClient, changes?: object): Promise<HostSession>;
  /** The file as it lies on disk. */
  stored(): Promise<{ readonly file: HostedFile; readonly bytes: Buffer }>;
}

/** A host for each test of the suite, which stops after it. */
export function useServedHost(publicKey: Hex): () => ServedHost {
  const directory = useTemporaryDirectory();
  let [all, place, host]: [Deployed?, Place?, Served?] = [];
  const current = (): ServedHost => {
    if (!all || !place || !host) throw new Error("there is a host in tests only");
    const [deployment, at, running] = [all, place, host];
    return {
      ...{ all: deployment, place: at, host: running },
      restart: async (changes) => {
        await host?.close();
        host = await serveHost(at, changes);
        await turns(host);
        return host;
      },
      enter: (client = deployment.buyer, changes = {}) => {
        const url = host?.url ?? "";
        const parameters = { url, market: deployment.access, licence: ID, publicKey };
        return openHostSession(client, { ...parameters, ...changes });
      },
      stored: async () => {
        const [file] = (await running.dataset.manifest(0))?.files ?? [];
        return { file, bytes: await readFile(join(at.dataDir, "files", "0", file.sha256)) };
      },
    };
  };
  beforeEach(async () => {
    all = await loadFixture(deployed);
    place = placeOf(all, directory());
    host = await serveHost(place);
    await mkdir(join(directory(), "plain"));
    await writeFile(join(directory(), "plain", "images.bin"), IMAGES);
    await host.dataset.add(join(directory(), "plain"), 0);
    await buyLicence(all.buyer, all, publicKey);
    await turns(host, 2);
  });
  afterEach(() => host?.close());
  return current;
}

/** Asks for the file. */
export async function getFile(session: HostSession, headers: Record<string, string> = {}) {
  const response = await session.get(URL_PATH, { headers });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}
