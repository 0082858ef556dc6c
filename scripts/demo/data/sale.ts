import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { JsonRpcProvider } from "ethers";

import {
  PurchaseStatus,
  accessKeyPair,
  buyAccess,
  decryptFile,
  downloadFile,
  getAccessMarket,
  getGrantedKey,
  getLicence,
  listFiles,
  openHostSession,
  openKey,
} from "../../../sdk/src/index";
import type { AccessKeyPair, Address, ErgonClient, Licence } from "../../../sdk/src/index";
import { timeOf } from "../../shared/chain";
import { toJson } from "../../shared/output";
import { waitFor } from "../../shared/wait";
import { passTime } from "../chain";
import { requireEqual } from "../report";
import { KEY_FIELDS, chainConfig, runOn, startOn, writeSite } from "../site";
import type { Running } from "../site";
import type { Stage } from "../stage";
import type { DataCast } from "./cast";
import type { Gift } from "./digits";

const [HOUR, DAY] = [3_600n, 86_400n];
const GRANT = { what: "the grant", everyMs: 50, timeoutMs: 60_000 };
const FILE = "points.json";
const BPS = 10_000n;

/** A licence that was sold. Prices are payment-token units. */
export interface Sale {
  readonly prices: Readonly<Record<"first" | "dayLater" | "next", bigint>>;
  readonly licence: Licence;
  /** What of its price the dataset got, in payment-token units. */
  readonly toPot: bigint;
  /** Of the data that the buyer decrypted. */
  readonly bytes: number;
}

/** Encrypts what contributors gave, and starts a host that grants licences and serves it. */
export async function startHost(
  stage: Stage,
  { host, dao: { market } }: DataCast,
  gifts: readonly Gift[],
): Promise<Running> {
  const folder = join(stage.folder, "host");
  const site = await writeSite(folder, host.key, (port) => ({
    ...{ ...chainConfig(stage), ...KEY_FIELDS, market, http: { port } },
  }));
  await mkdir(join(folder, "plain"));
  await writeFile(join(folder, "plain", FILE), dataOf(gifts));
  await runOn(stage.helpers, site, "host", "add", join(folder, "plain"));
  return startOn(stage.helpers, site, { command: "host" });
}

/**
 * Sells a licence a day after the market opened: the buyer has the key of the data from the chain, and the data from the
 * host.
 */
export async function sellLicence(
  { provider }: Stage,
  { dao: { market }, buyer: { client } }: DataCast,
  gifts: readonly Gift[],
  host: Running,
): Promise<Sale> {
  const priceNow = async () => (await getAccessMarket(client, { market })).price;
  const first = await priceNow();
  await passTime(provider, DAY);
  const dayLater = await priceNow();
  const keys = accessKeyPair();
  const licence = await buy(provider, client, market, keys.publicKey, dayLater, host);
  const data = await download(client, market, licence.id, keys, host);
  requireEqual("what the buyer decrypted", data.equals(dataOf(gifts)), true);
  const prices = { first, dayLater, next: await priceNow() };
  const toPot = (licence.price * licence.potShareBps) / BPS;
  return { prices, licence, toPot, bytes: data.length };
}

/** Buys a licence, and waits until the host has granted it. */
async function buy(
  provider: JsonRpcProvider,
  client: ErgonClient,
  market: Address,
  publicKey: AccessKeyPair["publicKey"],
  maxPrice: bigint,
  host: Running,
): Promise<Licence> {
  const deadline = (await timeOf(provider)) + HOUR;
  const { id } = await buyAccess(client, { market, maxPrice, deadline, publicKey });
  return waitFor(GRANT, async () => {
    host.process.requireRunning();
    const licence = await getLicence(client, { market, id });
    return licence.status === PurchaseStatus.Granted ? licence : undefined;
  });
}

/** Opens the key that the host posted, and decrypts the file that it serves. */
async function download(
  client: ErgonClient,
  market: Address,
  licence: bigint,
  { privateKey, publicKey }: AccessKeyPair,
  { api: { url } }: Running,
): Promise<Buffer> {
  const { encryptedKey } = await getGrantedKey(client, { market, id: licence });
  const key = openKey(privateKey, encryptedKey);
  const session = await openHostSession(client, { url, market, licence, publicKey });
  const { files } = await listFiles(session);
  requireEqual("the files", files.map(({ name }) => name).join(), `${FILE}.age`);
  return buffer(decryptFile(key, downloadFile(session, { file: files[0] })));
}

function dataOf(gifts: readonly Gift[]): Buffer {
  return Buffer.from(toJson(gifts.map(({ contribution: { points } }) => points)));
}
