import { expect } from "chai";
import { accessKeyPair, marketDomainOf, signHostSession } from "../../../sdk/src/index";
import { ID, URL_PATH, addressOf, getFile, useServedHost } from "./support";

const PAIR = accessKeyPair();

/*
ranges of a host's files
├── it gives the whole file with its hash as ETag, and says that it takes ranges
├── it gives first, last and middle bytes, one byte, and what there is of a range beyond the end
├── it reports RANGE, with the file's length, for bytes that there are none of
├── it gives the whole file for several ranges, other units, nonsense, and another If-Range
└── it gives a range for an If-Range that is the ETag
*/
describe("ranges of a host's files", () => {
  const current = useServedHost(PAIR.publicKey);
  const enter = () => current().enter();
  const stored = () => current().stored();

  it("gives the whole file with its hash as ETag, and says that it takes ranges", async () => {
    const { file, bytes } = await stored();
    const { response, bytes: got } = await getFile(await enter());
    expect(response.status).to.equal(200);
    expect(got).to.deep.equal(bytes);
    expect(Object.fromEntries(response.headers)).to.include({
      ...{ etag: `"${file.sha256}"`, "accept-ranges": "bytes" },
      ...{ "content-length": String(file.bytes), "content-type": "application/octet-stream" },
      ...{ "cache-control": "private, no-store", "x-content-type-options": "nosniff" },
    });
    expect(response.headers.has("content-range")).to.equal(false);
  });

  it("gives first, last and middle bytes, one byte, and what there is of a range beyond the end", async () => {
    const { file, bytes } = await stored();
    const session = await enter();
    const last = file.bytes - 1;
    for (const [range, start, end] of [
      ["bytes=0-9", 0, 9],
      ["bytes=-10", last - 9, last],
      ["bytes=1000-1000", 1000, 1000],
      ["bytes=5-", 5, last],
      [`bytes=10-${"9".repeat(300)}`, 10, last],
      ["bytes=0-4,5-9", 0, 9],
      [`bytes=-${last}`, 1, last],
    ] as const) {
      const { response, bytes: got } = await getFile(session, { range });
      expect(response.status, range).to.equal(206);
      expect(got).to.deep.equal(bytes.subarray(start, end + 1));
      expect(response.headers.get("content-range")).to.equal(`bytes ${start}-${end}/${file.bytes}`);
    }
  });

  it("reports RANGE, with the file's length, for bytes that there are none of", async () => {
    const { file } = await stored();
    const { host } = current();
    const { token } = await host.door.enter(await signed());
    for (const range of [
      `bytes=${file.bytes}-`,
      "bytes=-0",
      `bytes=-${10 ** 15}`,
      `bytes=${10 ** 15}-`,
    ]) {
      const headers = { authorization: `Bearer ${token}`, range };
      const response = await fetch(new URL(URL_PATH, host.url), { headers });
      expect(response.status, range).to.equal(416);
      expect(response.headers.get("content-range")).to.equal(`bytes */${file.bytes}`);
      expect(await response.json()).to.include({ code: "RANGE" });
    }
  });

  it("gives the whole file for several ranges, other units, nonsense, and another If-Range", async () => {
    const { bytes } = await stored();
    const session = await enter();
    const several = Array.from({ length: 1_000 }, (_, i) => `${4 * i}-${4 * i}`).join();
    for (const headers of [
      { range: `bytes=${several}` },
      { range: "items=0-1" },
      { range: "bytes" },
      { range: "bytes=0-9", "if-range": '"other"' },
      { range: "bytes=0-9", "if-range": "Wed, 21 Oct 2026 07:28:00 GMT" },
    ]) {
      const { response, bytes: got } = await getFile(session, headers as Record<string, string>);
      expect(response.status, JSON.stringify(headers).slice(0, 60)).to.equal(200);
      expect(got.equals(bytes)).to.equal(true);
    }
  });

  it("gives a range for an If-Range that is the ETag", async () => {
    const { file } = await stored();
    const headers = { range: "bytes=0-9", "if-range": `"${file.sha256}"` };
    const { response, bytes } = await getFile(await enter(), headers);
    expect([response.status, bytes.length]).to.deep.equal([206, 10]);
  });

  /** What the buyer posts to begin a session. */
  async function signed() {
    const { host, all } = current();
    const { signer } = all.buyer;
    const holder = await addressOf(all.buyer);
    const { challenge, expiresAt } = host.door.challenge(ID, holder);
    const request = {
      ...{ licence: ID, holder, publicKey: PAIR.publicKey, challenge },
      expiresAt: BigInt(expiresAt),
    };
    const domain = await marketDomainOf(all.buyer, all.access);
    if (signer === undefined) throw new Error("no signer");
    const signature = await signHostSession(signer, domain, { ...request, audience: host.url });
    return { ...request, signature };
  }
});
