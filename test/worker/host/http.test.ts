import { rm } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import {
  accessKeyPair,
  asAddress,
  decryptFile,
  downloadFile,
  getHostKey,
  getLicence,
  listFiles,
  marketAt,
  openKey,
} from "../../../sdk/src/index";
import type { ErgonClient } from "../../../sdk/src/index";
import type { LicenceMarket } from "../../../worker/src/chain/licenceMarket";
import { ChainError } from "../../../worker/src/chain/errors";
import { BELIEF_MS } from "../../../worker/src/host/door";
import { clientOf } from "../../sdk/support";
import type { Deployed } from "../../sdk/data/support";
import { expectError } from "../support/rejection";
import {
  ID,
  IMAGES,
  NAME,
  URL_PATH,
  addressOf,
  buyLicence,
  getFile,
  turns,
  useServedHost,
} from "./support";
import type { Place, Served, ServedHost } from "./support";

const PAIR = accessKeyPair();

const refuses = async (reason: string, act: () => unknown, retryable = false) => {
  const error = await expectError(act, "HostError", "HOST");
  expect(error).to.include({ reason, retryable });
  return error;
};

/*
a data host over HTTP
├── it lets a holder in, who lists, downloads and decrypts the files with the key that it is given
├── it answers no file, list or key without a session's token, or with a wrong one
├── it lets a contract in that holds the licence, for whom its owner signs by ERC-1271
├── it refuses a session by who does not hold the licence, and one that was not granted or bought
├── it refuses bodies that are none, with the fields at fault
├── after a transfer: the old holder is refused in its session and in another one, the new one gets file and key
├── after the last second of a licence nobody is served, also in a session that goes on
├── given the chain cannot be asked: it answers 503, and serves nothing
├── a session that ended is begun again by the client, unless the licence ended
├── it reports NOT_FOUND for names that are no file's, also ones that name other folders
├── it reports QUOTA beyond the bytes of a session, and does not count what was not sent
├── it reports BUSY (retryable) until files are complete, and for one that is gone
├── after a new key: files and key are of the new epoch, and a download that began before is told so
├── pages of other origins may ask
└── it reports metrics of sessions and bytes
*/
describe("a data host over HTTP", () => {
  let all: Deployed;
  let place: Place;
  let host: Served;

  const current = useServedHost(PAIR.publicKey);
  beforeEach(() => ({ all, place, host } = current()));

  const restart = async (changes: Parameters<ServedHost["restart"]>[0]) => {
    host = await current().restart(changes);
  };
  const enter = (client?: ErgonClient, changes?: object) => current().enter(client, changes);
  const stored = () => current().stored();

  const transfer = async (to: string) => {
    const from = await addressOf(all.buyer);
    const contract = marketAt(all.buyer, all.access).connect(all.buyer.signer);
    await contract.transferFrom(from, to, ID);
    place.clock.advance(BELIEF_MS);
  };

  it("lets a holder in, who lists, downloads and decrypts the files with the key that it is given", async () => {
    const session = await enter();
    const { keyEpoch, files } = await listFiles(session);
    expect([keyEpoch, files.map(({ name }) => name)]).to.deep.equal([0, [NAME]]);
    const { encryptedKey, keyEpoch: of } = await getHostKey(session);
    const key = openKey(PAIR.privateKey, encryptedKey);
    expect([key, of]).to.deep.equal([await host.dataset.key(0), 0]);
    const [file] = files;
    const seen: number[] = [];
    const chunks = downloadFile(session, { file, onProgress: (bytes) => seen.push(bytes) });
    expect(await buffer(decryptFile(key, chunks))).to.deep.equal(IMAGES);
    expect(seen.at(-1)).to.equal(file.bytes);
  });

  it("answers no file, list or key without a session's token, or with a wrong one", async () => {
    await enter();
    for (const path of ["/files", URL_PATH, "/key"]) {
      for (const authorization of [undefined, "Bearer x", "Bearer", `Basic ${"x".repeat(43)}`]) {
        const headers = authorization === undefined ? undefined : { authorization };
        const response = await fetch(new URL(path, host.url), { headers });
        expect(response.status).to.equal(401);
        expect(await response.json()).to.include({ code: "SESSION" });
      }
    }
  });

  it("lets a contract in that holds the licence, for whom its owner signs by ERC-1271", async () => {
    const owner = await addressOf(all.anyone);
    const maker = await ethers.deployContract("OwnedMaker", [owner, 0]);
    const holder = asAddress(await maker.getAddress());
    await transfer(holder);
    await refuses("HOLDER", () => enter(all.anyone));
    await refuses("SIGNATURE", () => enter(all.buyer, { holder }));
    const session = await enter(all.anyone, { holder });
    expect((await listFiles(session)).files).to.have.length(1);
    expect(openKey(PAIR.privateKey, (await getHostKey(session)).encryptedKey)).to.equal(
      await host.dataset.key(0),
    );
  });

  it("refuses a session by who does not hold the licence, and one that was not granted or bought", async () => {
    await refuses("HOLDER", () => enter(all.anyone));
    await buyLicence(all.buyer, all);
    for (const licence of [2n, 3n, 0n, 2n ** 256n - 1n]) {
      await refuses("LICENCE", () => enter(all.buyer, { licence }));
    }
    await refuses("SIGNATURE", () =>
      enter(clientOf(all.market, all.market.stranger), { holder: all.market.client.address }),
    );
  });

  it("refuses bodies that are none, with the fields at fault", async () => {
    const holder = all.market.client.address;
    const good = { licence: "1", holder };
    const session = {
      ...{ ...good, publicKey: PAIR.publicKey, challenge: `0x${"00".repeat(32)}` },
      ...{ signature: "0x", expiresAt: 1 },
    };
    const bad: [string, object | string, string][] = [
      ["/challenges", {}, "licence"],
      ["/challenges", { ...good, licence: 1 }, "licence"],
      ["/challenges", { ...good, licence: (2n ** 256n).toString() }, "licence"],
      ["/challenges", { ...good, holder: "0x" }, "holder"],
      ["/challenges", { ...good, more: 1 }, "more"],
      ["/sessions", good, "publicKey"],
      ["/sessions", { ...session, publicKey: "0x02" }, "publicKey"],
      ["/sessions", { ...session, challenge: "0x" }, "challenge"],
      ["/sessions", { ...session, signature: "0x0" }, "signature"],
      ["/sessions", { ...session, expiresAt: -1 }, "expiresAt"],
      ["/sessions", { ...session, expiresAt: "1" }, "expiresAt"],
    ];
    for (const [url, payload, field] of bad) {
      const response = await host.server.inject({ method: "POST", url, payload });
      expect([response.statusCode, response.json().code], field).to.deep.equal([422, "BODY"]);
      expect(response.json().message).to.include(field);
    }
    const large = { ...session, signature: `0x${"00".repeat(10_000)}` };
    const { statusCode } = await host.server.inject({
      ...{ method: "POST", url: "/sessions", payload: large },
    });
    expect(statusCode).to.equal(413);
  });

  it("after a transfer: the old holder is refused in its session and in another one, the new one gets file and key", async () => {
    const session = await enter();
    await listFiles(session);
    await transfer(await addressOf(all.anyone));
    await refuses("HOLDER", () => session.get(URL_PATH));
    await refuses("HOLDER", () => session.get("/key"));
    await refuses("HOLDER", () => enter());
    const { privateKey, publicKey } = accessKeyPair();
    const next = await enter(all.anyone, { publicKey });
    const { encryptedKey } = await getHostKey(next);
    await expectError(() => openKey(PAIR.privateKey, encryptedKey), "InputError", "INPUT");
    const { files } = await listFiles(next);
    const plain = decryptFile(
      openKey(privateKey, encryptedKey),
      downloadFile(next, { file: files[0] }),
    );
    expect(await buffer(plain)).to.deep.equal(IMAGES);
  });

  it("after the last second of a licence nobody is served, also in a session that goes on", async () => {
    const { expiresAt = 0n } = await getLicence(all.anyone, { market: all.access, id: ID });
    await time.increaseTo(expiresAt - 1n);
    const session = await enter();
    for (const at of [expiresAt - 1n, expiresAt]) {
      if (BigInt(await time.latest()) < at) await time.increaseTo(at);
      place.clock.advance(BELIEF_MS);
      expect((await listFiles(session)).files).to.have.length(1);
    }
    await time.increaseTo(expiresAt + 1n);
    place.clock.advance(BELIEF_MS);
    await refuses("EXPIRED", () => session.get(URL_PATH));
    await refuses("EXPIRED", () => session.get("/files"));
    await refuses("EXPIRED", () => enter());
  });

  it("given the chain cannot be asked: it answers 503, and serves nothing", async () => {
    const session = await enter();
    place.clock.advance(BELIEF_MS);
    const market = host.market as { licence: LicenceMarket["licence"] };
    const { licence } = market;
    market.licence = async () => {
      throw new ChainError("RPC", "down");
    };
    await refuses("RPC", () => session.get(URL_PATH), true);
    market.licence = licence;
    expect((await listFiles(session)).files).to.have.length(1);
  });

  it("a session that ended is begun again by the client, unless the licence ended", async () => {
    const session = await enter();
    place.clock.advance(601_000);
    expect((await listFiles(session)).files).to.have.length(1);
    await transfer(await addressOf(all.anyone));
    place.clock.advance(601_000);
    await refuses("HOLDER", () => listFiles(session));
  });

  it("reports NOT_FOUND for names that are no file's, also ones that name other folders", async () => {
    const session = await enter();
    const { sha256 } = (await stored()).file;
    for (const name of [
      ...["images.bin", "manifest.json", sha256, "..%2f..%2fkeys%2f0", "%2e%2e", "%00"],
      ...["....//keys/0", "..%5c..%5ckeys", "/etc/passwd", "constructor", "%252e%252e%252fkeys"],
    ]) {
      await refuses("NOT_FOUND", () => session.get(`/files/${name}`));
    }
  });

  it("reports QUOTA beyond the bytes of a session, and does not count what was not sent", async () => {
    const { file } = await stored();
    await restart({ maxBytes: file.bytes + 9 });
    const session = await enter();
    await getFile(session);
    await getFile(session, { range: "bytes=0-8" });
    await refuses("QUOTA", () => getFile(session, { range: "bytes=0-0" }));
    expect((await listFiles(session)).files).to.have.length(1);
    const again = await enter();
    await rm(join(place.dataDir, "files", "0", file.sha256));
    for (let i = 0; i < 3; i++) await refuses("BUSY", () => getFile(again), true);
  });

  it("reports BUSY (retryable) until files are complete, and for one that is gone", async () => {
    const session = await enter();
    await rm(join(place.dataDir, "files", "0", "manifest.json"));
    for (const path of ["/files", URL_PATH, "/key"]) {
      await refuses("BUSY", () => session.get(path), true);
    }
  });

  it("after a new key: files and key are of the new epoch, and a download that began before is told so", async () => {
    const session = await enter();
    const [before] = (await listFiles(session)).files;
    const bytes = (await stored()).bytes.subarray(0, 1_000);
    await host.dataset.prepare(1);
    expect((await listFiles(session)).keyEpoch).to.equal(0);
    await turns(host, 2);
    const { keyEpoch, files } = await listFiles(session);
    expect(keyEpoch).to.equal(1);
    await refuses("CHECKSUM", () => buffer(downloadFile(session, { file: before, have: [bytes] })));
    const key = openKey(PAIR.privateKey, (await getHostKey(session)).encryptedKey);
    expect(key).to.equal(await host.dataset.key(1));
    const plain = decryptFile(key, downloadFile(session, { file: files[0] }));
    expect(await buffer(plain)).to.deep.equal(IMAGES);
  });

  it("pages of other origins may ask", async () => {
    const preflight = await fetch(new URL(URL_PATH, host.url), {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example.org",
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization,range,if-range",
      },
    });
    expect(preflight.status).to.equal(204);
    expect(Object.fromEntries(preflight.headers)).to.include({
      "access-control-allow-origin": "*",
      "access-control-allow-headers": "authorization,range,if-range",
    });
    const { response } = await getFile(await enter());
    expect(response.headers.get("access-control-expose-headers")).to.include("content-range");
    expect(response.headers.has("access-control-allow-credentials")).to.equal(false);
  });

  it("reports metrics of sessions and bytes", async () => {
    const { file } = await stored();
    await getFile(await enter());
    await refuses("HOLDER", () => enter(all.anyone));
    const body = await (await fetch(new URL("/metrics", host.url))).text();
    expect(body).to.include('ergon_host_sessions_total{answer="begun"} 1');
    expect(body).to.include('ergon_host_sessions_total{answer="HOLDER"} 1');
    expect(body).to.include(`ergon_host_sent_bytes_total ${file.bytes}`);
  });
});
