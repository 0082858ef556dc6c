import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { passTime } from "../../scripts/demo/chain";
import { startOn } from "../../scripts/demo/site";
import type { Running } from "../../scripts/demo/site";
import { waitFor } from "../../scripts/shared/wait";
import {
  HostError,
  PurchaseStatus,
  accessKeyPair,
  accountOf,
  buyAccess,
  decryptFile,
  downloadFile,
  getAccessMarket,
  getGrantedKey,
  getHostKey,
  getLicence,
  listFiles,
  marketAt,
  openHostSession,
  openKey,
} from "../../sdk/src/index";
import type { ErgonClient, HostSession, Licence } from "../../sdk/src/index";
import { runNode } from "../scripts/support";
import { CuttingProxy } from "./support/cuttingProxy";
import { PATIENCE } from "./support/heldChain";
import { openHosting, writeFiles } from "./support/hosting";
import type { Hosting } from "./support/hosting";
import { openStage } from "./support/stage";
import type { JourneyStage } from "./support/stage";

/** A few megabytes, so that a connection can break between. */
const IMAGES = Buffer.from(Uint8Array.from({ length: 3 * 2 ** 20 }, (_, i) => (i * i) % 253));
const CUT = 2 ** 20;
const CLI = "worker/src/cli.ts";

/*
a licence to a dataset, from the purchase to its end
├── the host grants what was bought while it was away, and the buyer opens the key
├── the buyer downloads over a connection that breaks, and decrypts what the host was given
├── given the licence is transferred: the old holder is refused, and the new one gets file and key
└── given the licence ended: nobody is served
*/
describe("journey: buy, grant, download, transfer, expire", () => {
  const proxy = new CuttingProxy();
  const pair = accessKeyPair();
  let stage: JourneyStage;
  let snapshot: unknown;
  let folder: string;
  let hosting: Hosting;
  let host: Running | undefined;
  let session: HostSession;
  let licence: Licence;

  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    folder = await mkdtemp(join(tmpdir(), "ergon-host-"));
    await proxy.open();
    hosting = await openHosting(stage, folder, { audience: proxy.origin });
    proxy.to(hosting.site.api.url);
  });
  after(async () => {
    await host?.process.kill();
    await proxy.close();
    await stage.provider.send("evm_revert", [snapshot]);
    await rm(folder, { recursive: true });
  });

  const enter = (client: ErgonClient, { publicKey } = pair): Promise<HostSession> => {
    const { market } = hosting;
    return openHostSession(client, { url: proxy.origin, market, licence: licence.id, publicKey });
  };

  const fetchImages = async (of: HostSession, key: string): Promise<Buffer> => {
    const { files } = await listFiles(of);
    expect(files.map(({ name }) => name)).to.deep.equal(["images.bin.age"]);
    const chunks: Uint8Array[] = [];
    const encrypted = downloadFile(of, { file: files[0], retryMs: 10 });
    for await (const chunk of decryptFile(key, encrypted)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };

  const reasonOf = async (act: () => Promise<unknown>): Promise<string | undefined> => {
    try {
      await act();
      return undefined;
    } catch (error) {
      if (error instanceof HostError) return error.reason;
      throw error;
    }
  };

  /** Waits until a session that goes on is refused: what the chain said is believed for two seconds. */
  const untilRefused = (of: HostSession): Promise<string> =>
    waitFor({ what: "the refusal", ...PATIENCE }, () => reasonOf(() => listFiles(of)));

  it("the host grants what was bought while it was away, and the buyer opens the key", async () => {
    const { market, site } = hosting;
    const { client } = stage.cast;
    const plain = await writeFiles(folder, { "images.bin": IMAGES });
    const added = await runNode(CLI, "host", "add", plain, "--config", site.config);
    expect(added.code, added.stderr).to.equal(0);
    const { price: maxPrice } = await getAccessMarket(client, { market });
    const block = await stage.provider.getBlock("latest");
    const deadline = BigInt(block?.timestamp ?? 0) + 600n;
    const { publicKey, privateKey } = pair;
    const { id } = await buyAccess(client, { market, maxPrice, deadline, publicKey });
    host = await startOn(stage.helpers, site, { command: "host" });
    licence = await waitFor({ what: "the grant", ...PATIENCE }, async () => {
      host?.process.requireRunning();
      const bought = await getLicence(client, { market, id });
      return bought.status === PurchaseStatus.Granted ? bought : undefined;
    });
    expect(licence).to.include({ valid: true, keyEpoch: 0n });
    session = await enter(client);
    const posted = openKey(privateKey, (await getGrantedKey(client, { market, id })).encryptedKey);
    expect(openKey(privateKey, (await getHostKey(session)).encryptedKey)).to.equal(posted);
  });

  it("the buyer downloads over a connection that breaks, and decrypts what the host was given", async () => {
    const { encryptedKey } = await getHostKey(session);
    proxy.breakAfter(CUT);
    const images = await fetchImages(session, openKey(pair.privateKey, encryptedKey));
    expect(images.equals(IMAGES)).to.equal(true);
    expect(proxy.broken).to.equal(1);
  });

  it("given the licence is transferred: the old holder is refused, and the new one gets file and key", async () => {
    const { client, provider } = stage.cast;
    const contract = marketAt(client, hosting.market).connect(client.signer);
    const [from, to] = [await accountOf(client), await accountOf(provider)];
    await (await contract.transferFrom(from, to, licence.id)).wait();
    expect(await untilRefused(session)).to.equal("HOLDER");
    expect(await reasonOf(() => enter(client))).to.equal("HOLDER");
    expect(await reasonOf(() => session.get("/files/images.bin.age"))).to.equal("HOLDER");

    const own = accessKeyPair();
    session = await enter(provider, own);
    const { encryptedKey } = await getHostKey(session);
    const images = await fetchImages(session, openKey(own.privateKey, encryptedKey));
    expect(images.equals(IMAGES)).to.equal(true);
  });

  it("given the licence ended: nobody is served", async () => {
    const { client, provider } = stage.cast;
    const block = await stage.provider.getBlock("latest");
    const left = (licence.expiresAt ?? 0n) - BigInt(block?.timestamp ?? 0);
    await passTime(stage.provider, left + 1n);
    expect(await untilRefused(session)).to.equal("EXPIRED");
    expect(await reasonOf(() => session.get("/key"))).to.equal("EXPIRED");
    expect(await reasonOf(() => enter(provider))).to.equal("EXPIRED");
    expect(await reasonOf(() => enter(client))).to.equal("HOLDER");
  });
});
