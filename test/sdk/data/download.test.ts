import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect } from "chai";
import { Wallet } from "ethers";
import { ethers } from "hardhat";
import {
  HostError,
  accessKeyPair,
  asAddress,
  createErgonClient,
  downloadFile,
  getHostKey,
  listFiles,
  openHostSession,
  parseManifest,
} from "../../../sdk/src/index";
import type { Addresses, Chunks, HostSession } from "../../../sdk/src/index";
import { NO_POINT } from "../../shared/accessMarket";
import { expectError } from "../../worker/support/rejection";

const BYTES = Buffer.from(Uint8Array.from({ length: 1_000 }, (_, i) => i % 256));
const FILE = {
  ...{ name: "images.bin.age", bytes: BYTES.length },
  sha256: createHash("sha256").update(BYTES).digest("hex"),
};
const QUICK = { file: FILE, retryMs: 0 };
const MARKET = asAddress(`0x${"55".repeat(20)}`);

/** How a host answers one request for bytes from `start` on. */
type Answer = (start: number) => Response | Promise<Response>;

const stream = (bytes: Uint8Array, breaks = false) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes),
    pull: (controller) => (breaks ? controller.error(new Error("reset")) : controller.close()),
  });

const part = (start: number, body: ReadableStream<Uint8Array>, total = BYTES.length) =>
  new Response(body, {
    status: 206,
    headers: { "content-range": `bytes ${start}-${BYTES.length - 1}/${total}` },
  });

/** All that is asked for. */
const whole: Answer = (start) => part(start, stream(BYTES.subarray(start)));
/** So many bytes, after which the connection breaks. */
const broken =
  (bytes: number): Answer =>
  (start) =>
    part(start, stream(BYTES.subarray(start, start + bytes), true));
/** So many bytes, after which the answer ends as if that were all. */
const short =
  (bytes: number): Answer =>
  (start) =>
    part(start, stream(BYTES.subarray(start, start + bytes)));
const refusing =
  (reason: string, retryable: boolean): Answer =>
  () => {
    throw new HostError(reason, "refused", retryable);
  };

const refuses = async (reason: string, act: () => unknown) => {
  const error = await expectError(act, "HostError", "HOST");
  expect(error).to.include({ reason });
  return error;
};

/*
downloadFile
├── gives all bytes, and tells the progress
├── goes on where a connection broke, or an answer ended early, and asks for the same file only
├── goes on after the bytes of an earlier attempt, and asks for nothing if these are all
├── gives up after so many failures in a row, and counts anew after each byte
├── waits out refusals that may pass, and throws others at once
├── reports CHECKSUM for other bytes, in what it had too, for too many of these, and for another file
├── reports MALFORMED for an answer that is too long
└── throws the signal's reason, also while it waits
*/
describe("downloadFile", () => {
  let asked: { readonly path: string; readonly range?: string; readonly unless?: string }[];

  const host = (...answers: Answer[]): HostSession => {
    asked = [];
    return {
      get: async (path, { headers = {} } = {}) => {
        const { range, "if-range": unless } = headers;
        asked.push({ path, range, unless });
        const answer = answers[Math.min(asked.length, answers.length) - 1];
        return answer(Number(/\d+/.exec(range)?.[0]));
      },
    };
  };
  const ranges = () => asked.map(({ range }) => range);

  it("gives all bytes, and tells the progress", async () => {
    const seen: number[] = [];
    const onProgress = (bytes: number) => seen.push(bytes);
    const got = await buffer(downloadFile(host(whole), { ...QUICK, onProgress }));
    expect(got).to.deep.equal(BYTES);
    expect(seen).to.deep.equal([1_000]);
  });

  it("goes on where a connection broke, or an answer ended early, and asks for the same file only", async () => {
    const session = host(broken(100), broken(0), short(200), whole);
    expect(await buffer(downloadFile(session, QUICK))).to.deep.equal(BYTES);
    expect(ranges()).to.deep.equal(["bytes=0-", "bytes=100-", "bytes=100-", "bytes=300-"]);
    for (const { path, unless } of asked) {
      expect([path, unless]).to.deep.equal(["/files/images.bin.age", `"${FILE.sha256}"`]);
    }
  });

  it("goes on after the bytes of an earlier attempt, and asks for nothing if these are all", async () => {
    const session = host(whole);
    const have = [BYTES.subarray(0, 10), BYTES.subarray(10, 400)];
    const got = await buffer(downloadFile(session, { ...QUICK, have }));
    expect(got).to.deep.equal(BYTES.subarray(400));
    expect(ranges()).to.deep.equal(["bytes=400-"]);
    const none = host(whole);
    expect(await buffer(downloadFile(none, { ...QUICK, have: [BYTES] }))).to.have.length(0);
    expect(asked).to.deep.equal([]);
  });

  it("gives up after so many failures in a row, and counts anew after each byte", async () => {
    const attempts = 3;
    const stuck = host(broken(10), broken(0));
    await refuses("UNREACHABLE", () => buffer(downloadFile(stuck, { ...QUICK, attempts })));
    expect(ranges()).to.deep.equal(["bytes=0-", ...Array<string>(2).fill("bytes=10-")]);
    const slow = Array.from({ length: 9 }, () => broken(100));
    const got = await buffer(downloadFile(host(...slow, whole), { ...QUICK, attempts: 2 }));
    expect(got).to.deep.equal(BYTES);
  });

  it("waits out refusals that may pass, and throws others at once", async () => {
    const busy = host(refusing("BUSY", true), whole);
    expect(await buffer(downloadFile(busy, QUICK))).to.deep.equal(BYTES);
    const over = host(broken(10), refusing("EXPIRED", false));
    await refuses("EXPIRED", () => buffer(downloadFile(over, QUICK)));
    expect(asked).to.have.length(2);
  });

  it("reports CHECKSUM for other bytes, in what it had too, for too many of these, and for another file", async () => {
    const lie = Buffer.from(BYTES);
    lie[500] ^= 1;
    const cases: [HostSession, Chunks][] = [
      [host((start) => part(start, stream(lie.subarray(start)))), []],
      [host(whole), [lie.subarray(0, 600)]],
      [host(whole), [BYTES, Buffer.from([0])]],
      [host(() => new Response(stream(BYTES))), []],
      [host((start) => part(start, stream(BYTES.subarray(start)), 2_000)), []],
      [host((start) => part(start + 1, stream(BYTES.subarray(start + 1)))), []],
    ];
    for (const [session, have] of cases) {
      const error = await refuses("CHECKSUM", () =>
        buffer(downloadFile(session, { ...QUICK, have })),
      );
      expect(error.retryable).to.equal(false);
    }
  });

  it("reports MALFORMED for an answer that is too long", async () => {
    const session = host((start) => part(start, stream(Buffer.concat([BYTES, BYTES]))));
    await refuses("MALFORMED", () => buffer(downloadFile(session, QUICK)));
  });

  it("throws the signal's reason, also while it waits", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const session = host(() => {
      setTimeout(() => controller.abort(new RangeError("enough")), 0);
      throw new HostError("BUSY", "later", true);
    });
    let thrown: unknown;
    const waiting = { file: FILE, retryMs: 100_000, signal };
    await buffer(downloadFile(session, waiting)).catch((error: unknown) => (thrown = error));
    expect(thrown).to.be.instanceOf(RangeError);
  });
});

/*
openHostSession
├── reports INPUT for a URL or public key that is none
├── reports UNREACHABLE (retryable) if nobody answers
├── reports MALFORMED for a host that sends no challenge, no token, no list, no key, or no JSON
├── reports the status for a refusal that has no code
└── signs for the URL's origin, whatever the host says
parseManifest refuses names that leave a folder, names given twice, and what is no number or hash
*/
describe("openHostSession", () => {
  let server: Server;
  let answers: Record<string, { readonly status?: number; readonly body: string }>;
  let posted: string[];
  let url: string;
  const client = createErgonClient({
    runner: new Wallet(`0x${"88".repeat(32)}`, ethers.provider),
    addresses: new Proxy({}, { get: () => MARKET }) as Addresses,
  });
  const { publicKey } = accessKeyPair();

  const GOOD = {
    "/challenges": { body: JSON.stringify({ challenge: `0x${"01".repeat(32)}`, expiresAt: 9 }) },
    "/sessions": { body: JSON.stringify({ token: "abc" }) },
    "/files": { body: JSON.stringify({ keyEpoch: 0, files: [FILE] }) },
    "/key": { body: JSON.stringify({ keyEpoch: 0, encryptedKey: "0x00" }) },
  };

  beforeEach(async () => {
    [answers, posted] = [{ ...GOOD }, []];
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        posted.push(Buffer.concat(chunks).toString());
        const { status = 200, body } = answers[request.url ?? ""] ?? { status: 404, body: "" };
        response.writeHead(status, { connection: "close" }).end(body);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const begin = (changes: object = {}) =>
    openHostSession(client, { ...{ url, market: MARKET, licence: 7n, publicKey }, ...changes });

  it("reports INPUT for a URL or public key that is none", async () => {
    await expectError(() => begin({ url: "data.example.org" }), "InputError", "INPUT");
    await expectError(() => begin({ publicKey: NO_POINT }), "InputError", "INPUT");
    expect(posted).to.deep.equal([]);
  });

  it("reports UNREACHABLE (retryable) if nobody answers", async () => {
    const error = await refuses("UNREACHABLE", () => begin({ url: "http://127.0.0.1:1" }));
    expect(error.retryable).to.equal(true);
  });

  it("reports MALFORMED for a host that sends no challenge, no token, no list, no key, or no JSON", async () => {
    for (const body of ["", "null", "[]", "{}", '{"challenge":"0x00","expiresAt":1.5}']) {
      answers = { ...GOOD, "/challenges": { body } };
      await refuses("MALFORMED", () => begin());
    }
    for (const body of ["{}", '{"token":5}', '{"token":"a b"}', '{"token":"a\\r\\nx: y"}']) {
      answers = { ...GOOD, "/sessions": { body } };
      await refuses("MALFORMED", () => begin());
    }
    answers = GOOD;
    const session = await begin();
    for (const body of ["{}", "x", '{"keyEpoch":0,"encryptedKey":"key"}']) {
      answers = { ...GOOD, "/files": { body }, "/key": { body } };
      await refuses("MALFORMED", () => listFiles(session));
      await refuses("MALFORMED", () => getHostKey(session));
    }
  });

  it("reports the status for a refusal that has no code", async () => {
    answers["/challenges"] = { status: 502, body: "<html>" };
    await refuses("HTTP_502", () => begin());
    answers["/challenges"] = { status: 503, body: '{"code":"BUSY","message":"later"}' };
    const error = await refuses("BUSY", () => begin());
    expect(error.retryable).to.equal(true);
  });

  it("signs for the URL's origin, whatever the host says", async () => {
    const given = { challenge: `0x${"01".repeat(32)}`, expiresAt: 9 };
    await begin({ url: `${url}/some/path?query` });
    const plain = posted[1];
    answers["/challenges"] = { body: JSON.stringify({ ...given, audience: "https://x.example" }) };
    await begin();
    expect(posted[3]).to.equal(plain);
    expect(JSON.parse(plain)).to.include({ ...given, licence: "7", publicKey });
  });

  it("parseManifest refuses names that leave a folder, names given twice, and what is no number or hash", () => {
    expect(parseManifest({ keyEpoch: 0, files: [FILE], more: 1 })?.files).to.deep.equal([FILE]);
    for (const change of [
      ...["../x.age", "/x.age", "a/b.age", "..", ".age", "x", "a\\b.age", "a\0.age", 7].map(
        (name) => ({ name }),
      ),
      ...[-1, 0.5, "1", NaN, 2 ** 53].map((bytes) => ({ bytes })),
      ...["", "00", "G".repeat(64), FILE.sha256.toUpperCase()].map((sha256) => ({ sha256 })),
    ]) {
      const files = [{ ...FILE, ...change }];
      expect(parseManifest({ keyEpoch: 0, files }), JSON.stringify(change)).to.equal(undefined);
    }
    for (const bad of [null, 5, [], { files: [] }, { keyEpoch: -1, files: [] }, { keyEpoch: 0 }]) {
      expect(parseManifest(bad)).to.equal(undefined);
    }
    expect(parseManifest({ keyEpoch: 0, files: [FILE, FILE] })).to.equal(undefined);
  });
});
