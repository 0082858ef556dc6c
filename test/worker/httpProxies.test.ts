import { PassThrough } from "node:stream";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import { memoryLog } from "./support/log";
import { systemClock } from "../../worker/src/clock";
import { createStatusServer } from "../../worker/src/http/server";
import { MetricSet } from "../../worker/src/metrics";

const OPTIONS = {
  ...{ maxBlobBytes: 1024, maxConcurrent: 4, requestMs: 5_000 },
  trustedProxies: ["10.0.0.0/8"],
};
const [PROXY, STRANGER] = ["10.1.2.3", "192.0.2.9"];

/*
HTTP server behind a proxy
├── takes the word of a trusted proxy for whom a request is, and of no other
└── closes no connections of a trusted proxy
*/
describe("HTTP server behind a proxy", () => {
  let server: FastifyInstance;

  function serve(requestsPerMinute: number): void {
    const health = () => ({ ok: true, detail: {} });
    const context = { metrics: new MetricSet("test_"), clock: systemClock, log: memoryLog() };
    server = createStatusServer({ ...context, health }, { ...OPTIONS, requestsPerMinute });
  }

  afterEach(() => server.close());

  it("takes the word of a trusted proxy for whom a request is, and of no other", async () => {
    serve(1);
    const ask = async (remoteAddress: string, client: string) => {
      const headers = { "x-forwarded-for": client };
      return (await server.inject({ url: "/health", remoteAddress, headers })).statusCode;
    };
    expect(await ask(PROXY, "198.51.100.1")).to.equal(200);
    expect(await ask(PROXY, "198.51.100.2")).to.equal(200);
    expect(await ask(PROXY, "198.51.100.1")).to.equal(429);
    expect(await ask(STRANGER, "198.51.100.3")).to.equal(200);
    expect(await ask(STRANGER, "198.51.100.4")).to.equal(429);
  });

  it("closes no connections of a trusted proxy", async () => {
    serve(100);
    await server.listen({ host: "127.0.0.1", port: 0 });
    const from = (remoteAddress: string) => {
      const stream = Object.assign(new PassThrough(), { remoteAddress });
      server.server.emit("connection", stream);
      return stream;
    };
    const closedOf = (address: string) =>
      Array.from({ length: 3 }, () => from(address)).map(({ destroyed }) => destroyed);
    expect(closedOf(PROXY)).to.deep.equal([false, false, false]);
    expect(closedOf(STRANGER)).to.deep.equal([false, false, true]);
  });
});
