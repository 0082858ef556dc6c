import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import type { Duplex } from "node:stream";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";
import {
  DELIVERED,
  INPUTS,
  JOB_ID,
  OPENED,
  OUTPUTS,
  RUN,
  aTask,
  confirmed,
} from "./support/fixtures";
import { memoryLog } from "./support/log";
import { ManualClock } from "./support/memory";
import { inlineRunner, inputsOf } from "./support/model";
import { useTemporaryDirectory } from "./support/temporary";
import { closedIntake } from "../../worker/src/bids/intake";
import { BidError } from "../../worker/src/bids/policy";
import { BlobStore } from "../../worker/src/blobs/store";
import { ChainError } from "../../worker/src/chain/errors";
import { systemClock } from "../../worker/src/clock";
import { encodeIds } from "../../worker/src/engine/lists";
import { createServer } from "../../worker/src/http/server";
import type { ServerContext, ServerOptions } from "../../worker/src/http/server";
import { RateLimiter } from "../../worker/src/http/limits";
import { Metrics } from "../../worker/src/metrics";
import type { Task } from "../../worker/src/tasks/task";
import { encodeTensor, listRoot, tensorId } from "../../tensor/src/index";

const OPTIONS: ServerOptions = {
  maxBlobBytes: 1024,
  maxConcurrent: 4,
  requestsPerMinute: 100,
  requestMs: 5_000,
};
const INPUT = inputsOf(1).tensors[0];
const FILE = Buffer.from(encodeTensor(INPUT));
const ID = tensorId(INPUT);
const BYTES = { "content-type": "application/octet-stream" };

describe("worker HTTP", () => {
  const directory = useTemporaryDirectory();
  const metrics = new Metrics();
  let server: FastifyInstance;
  let context: ServerContext;
  let tasks: Task[] = [];
  let healthy = true;
  let answer: () => Promise<{ readonly id: typeof ID; readonly known: boolean }>;

  beforeEach(async () => {
    tasks = [];
    healthy = true;
    answer = async () => ({ id: ID, known: false });
    const store = await BlobStore.open(directory(), 1000);
    context = {
      tensors: store,
      lists: await BlobStore.open(`${directory()}/lists`, 1000),
      runner: inlineRunner(),
      intake: { submit: () => answer() },
      journal: { all: () => tasks, get: (id) => tasks.find((task) => task.id === id) },
      health: () => ({ ok: healthy, detail: { block: 7 } }),
      metrics: metrics.set,
      clock: systemClock,
      log: memoryLog(),
    };
    server = createServer(context, OPTIONS);
  });
  afterEach(() => server.close());

  async function replaceServer(change: Partial<ServerOptions>): Promise<void> {
    await server.close();
    server = createServer(context, { ...OPTIONS, ...change });
  }

  describe("blobs", () => {
    it("stores what it is given and gives it to anyone", async () => {
      const put = await server.inject({
        method: "PUT",
        url: `/blobs/${ID}`,
        headers: BYTES,
        payload: FILE,
      });
      expect([put.statusCode, put.json()]).to.deep.equal([201, { id: ID }]);
      const get = await server.inject(`/blobs/${ID.toUpperCase().replace("0X", "0x")}`);
      expect([get.statusCode, get.rawPayload]).to.deep.equal([200, FILE]);
      expect(get.headers["cache-control"]).to.contain("immutable");
      expect(get.headers["x-content-type-options"]).to.equal("nosniff");
      const head = await server.inject({ method: "HEAD", url: `/blobs/${ID}` });
      expect(head.statusCode).to.equal(200);
    });

    it("answers the id of what is posted", async () => {
      const post = await server.inject({
        method: "POST",
        url: "/blobs",
        headers: BYTES,
        payload: FILE,
      });
      expect([post.statusCode, post.json()]).to.deep.equal([201, { id: ID }]);
    });

    it("refuses bytes of another id, no tensor, nothing, JSON", async () => {
      const other = `0x${"00".repeat(32)}`;
      const cases = [
        { url: `/blobs/${other}`, payload: FILE, headers: BYTES, status: 422 },
        { url: `/blobs/${ID}`, payload: FILE.subarray(1), headers: BYTES, status: 422 },
        { url: `/blobs/${ID}`, payload: Buffer.concat([FILE, FILE]), headers: BYTES, status: 422 },
        { url: `/blobs/${ID}`, payload: Buffer.alloc(0), headers: BYTES, status: 422 },
        {
          url: `/blobs/${ID}`,
          payload: "{}",
          headers: { "content-type": "application/json" },
          status: 422,
        },
        {
          url: `/blobs/${ID}`,
          payload: FILE,
          headers: { "content-type": "image/png" },
          status: 415,
        },
        { url: `/blobs/${ID.slice(0, -2)}`, payload: FILE, headers: BYTES, status: 422 },
        { url: "/blobs/..%2f..%2fetc", payload: FILE, headers: BYTES, status: 422 },
      ];
      for (const { status, ...request } of cases) {
        const response = await server.inject({ method: "PUT", ...request });
        expect(response.statusCode, request.url).to.equal(status);
        expect(response.json()).to.have.keys("code", "message");
      }
      expect(await context.tensors.has(ID)).to.equal(false);
    });

    it("refuses a byte beyond the limit, and what does not fit into the store", async () => {
      const request = { method: "POST", url: "/blobs", headers: BYTES } as const;
      const large = await server.inject({ ...request, payload: Buffer.alloc(1025) });
      expect(large.statusCode).to.equal(413);
      const statuses = [];
      for (const { tensors } of [inputsOf(20)]) {
        for (const each of tensors) {
          const payload = Buffer.from(encodeTensor(each));
          statuses.push((await server.inject({ ...request, payload })).statusCode);
        }
      }
      expect(statuses.filter((status) => status === 201)).to.have.length(14);
      expect(statuses.slice(14)).to.deep.equal([507, 507, 507, 507, 507, 507]);
    });

    it("hides private blobs, and says 404 for damaged and unknown ones", async () => {
      await context.tensors.put(ID, FILE, "private");
      expect((await server.inject(`/blobs/${ID}`)).statusCode).to.equal(404);
      await context.tensors.publish(ID);
      expect((await server.inject(`/blobs/${ID}`)).statusCode).to.equal(200);
      expect((await server.inject(`/blobs/0x${"00".repeat(32)}`)).statusCode).to.equal(404);
      expect((await server.inject("/blobs/nonsense")).statusCode).to.equal(422);
    });

    it("stores lists by their root", async () => {
      const root = listRoot(OUTPUTS);
      const payload = Buffer.from(encodeIds(OUTPUTS));
      const put = { method: "PUT", url: `/lists/${root}`, headers: BYTES } as const;
      expect((await server.inject({ ...put, payload })).statusCode).to.equal(201);
      expect((await server.inject(`/lists/${root}`)).rawPayload).to.deep.equal(payload);
      const uneven = await server.inject({ ...put, payload: payload.subarray(1) });
      expect(uneven.statusCode).to.equal(422);
      const shorter = await server.inject({ ...put, payload: payload.subarray(32) });
      expect(shorter.statusCode).to.equal(422);
    });
  });

  describe("bids and jobs", () => {
    async function post(payload: object | string): Promise<number> {
      const headers = { "content-type": "application/json" };
      const response = await server.inject({ method: "POST", url: "/bids", headers, payload });
      return response.statusCode;
    }

    it("answers 202 for a new bid and 200 for a known one", async () => {
      expect(await post({})).to.equal(202);
      answer = async () => ({ id: ID, known: true });
      expect(await post({})).to.equal(200);
    });

    it("refuses every bid of a worker that takes no new jobs", async () => {
      answer = () => closedIntake.submit({});
      const response = await server.inject({ method: "POST", url: "/bids", payload: {} });
      expect(response.statusCode).to.equal(422);
      expect(response.json()).to.include({ code: "CLOSED" });
    });

    it("answers why a bid is not taken", async () => {
      const errors: [Error, number][] = [
        [new BidError("PRICE", "too low"), 422],
        [new BidError("BUSY", "full"), 503],
        [new ChainError("RPC", "down"), 503],
        [new Error("secret detail"), 500],
      ];
      for (const [error, status] of errors) {
        answer = () => Promise.reject(error);
        expect(await post({})).to.equal(status);
      }
      const headers = { "content-type": "application/json" };
      const request = { method: "POST", url: "/bids", headers, payload: {} } as const;
      expect((await server.inject(request)).body).not.to.contain("secret detail");
    });

    it("refuses broken and oversized JSON", async () => {
      expect(await post("{")).to.equal(400);
      expect(await post({ a: "x".repeat(17_000) })).to.equal(413);
    });

    it("shows outputs of published jobs only", async () => {
      const done = aTask(INPUTS, confirmed(OPENED), RUN);
      tasks = [done];
      const before = (await server.inject(`/bids/${done.id}`)).json();
      expect(before).to.deep.equal({
        bid: done.id,
        state: "open",
        jobId: "77",
        units: 4,
        done: 4,
      });
      tasks = [
        aTask(INPUTS, confirmed(OPENED), RUN, confirmed(DELIVERED, 20), { type: "published" }),
      ];
      const after = (await server.inject(`/jobs/${JOB_ID}`)).json();
      expect(after.outputs).to.deep.equal(OUTPUTS);
      expect((await server.inject("/jobs/78")).statusCode).to.equal(404);
      expect((await server.inject("/bids/x")).statusCode).to.equal(422);
      expect((await server.inject("/jobs/0x4d")).statusCode).to.equal(422);
    });

    it("tells health and metrics", async () => {
      const well = await server.inject("/health");
      expect([well.statusCode, well.json()]).to.deep.equal([200, { ok: true, block: 7 }]);
      healthy = false;
      expect((await server.inject("/health")).statusCode).to.equal(503);
      metrics.bidSeen("PRICE");
      const { body } = await server.inject("/metrics");
      expect(body).to.match(/ergon_worker_bids_total\{answer="PRICE"\} \d+/);
      expect(body).to.contain('ergon_worker_http_seconds_count{route="/health",status="503"}');
    });
  });

  describe("limits", () => {
    async function listen(): Promise<number> {
      await server.listen({ host: "127.0.0.1", port: 0 });
      return (server.server.address() as AddressInfo).port;
    }

    async function open(port: number): Promise<Socket> {
      const socket = connect(port, "127.0.0.1").on("error", () => undefined);
      await once(socket, "connect");
      return socket;
    }

    async function closed(socket: Socket): Promise<string> {
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
      await new Promise<void>((resolve) => socket.once("close", () => resolve()));
      return text;
    }

    it("turns away an address beyond its rate", async () => {
      await replaceServer({ requestsPerMinute: 2 });
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await server.inject("/health")).statusCode);
      expect(statuses).to.deep.equal([200, 200, 429]);
      expect((await server.inject("/health")).headers["retry-after"]).to.equal("60");
    });

    it("turns away requests beyond what is served at once", async () => {
      await replaceServer({ maxConcurrent: 1 });
      const [entered, enter] = signal();
      const [released, release] = signal();
      answer = async () => {
        enter();
        await released;
        return { id: ID, known: false };
      };
      const url = `http://127.0.0.1:${await listen()}`;
      const headers = { "content-type": "application/json" };
      const first = fetch(`${url}/bids`, { method: "POST", headers, body: "{}" });
      await entered;
      expect((await fetch(`${url}/health`)).status).to.equal(503);
      release();
      expect((await first).status).to.equal(202);
    });

    it("leaves half of what is served at once to others, whatever one network asks for", async () => {
      const [released, release] = signal();
      answer = async () => {
        await released;
        return { id: ID, known: false };
      };
      const bid = (remoteAddress: string) =>
        server.inject({ ...{ method: "POST", url: "/bids", payload: {} }, remoteAddress });
      const held = [bid("192.0.2.1"), bid("192.0.2.1")].map(
        async (reply) => (await reply).statusCode,
      );
      const refused = await server.inject({ url: "/health", remoteAddress: "192.0.2.1" });
      expect([refused.statusCode, refused.json().code]).to.deep.equal([429, "RATE"]);
      const other = await server.inject({ url: "/health", remoteAddress: "192.0.2.2" });
      expect(other.statusCode).to.equal(200);
      release();
      expect(await Promise.all(held)).to.deep.equal([202, 202]);
      const again = await server.inject({ url: "/health", remoteAddress: "192.0.2.1" });
      expect(again.statusCode).to.equal(200);
    });

    it("closes connections of a network beyond half of what is served at once, and none of this machine", async () => {
      const port = await listen();
      const from = (remoteAddress: string): Duplex => {
        const stream = new PassThrough();
        server.server.emit("connection", Object.assign(stream, { remoteAddress }));
        return stream;
      };
      const [first, ...rest] = Array.from({ length: 3 }, () => from("192.0.2.1"));
      expect(rest.map(({ destroyed }) => destroyed)).to.deep.equal([false, true]);
      expect(from("192.0.2.2").destroyed).to.equal(false);
      first.destroy();
      await once(first, "close");
      expect(from("192.0.2.1").destroyed).to.equal(false);
      const own = await Promise.all(Array.from({ length: 3 }, () => open(port)));
      for (const socket of own) socket.end("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
      for (const text of await Promise.all(own.map(closed))) expect(text).to.contain("200 OK");
    });

    it("cuts off a client that sends its headers too slowly", async () => {
      await replaceServer({ requestMs: 200 });
      const socket = await open(await listen());
      socket.write("GET /health HT");
      expect(await closed(socket)).not.to.contain("200 OK");
    });

    it("cuts off a client that trickles its body", async () => {
      await replaceServer({ requestMs: 200 });
      const socket = await open(await listen());
      socket.write("POST /blobs HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n");
      socket.write("content-type: application/octet-stream\r\n\r\n");
      const timer = setInterval(() => socket.write("a"), 20);
      const text = await closed(socket);
      clearInterval(timer);
      expect(text).not.to.contain("201 Created");
    });

    it("cuts off a client that does not read its answer", async () => {
      await replaceServer({ requestMs: 300 });
      context.tensors.get = async () => Buffer.alloc(64 * 2 ** 20);
      const port = await listen();
      const accepted = once(server.server, "connection");
      const socket = await open(port);
      const [peer] = (await accepted) as [Socket];
      const gone = once(peer, "close");
      socket.pause();
      socket.write(`GET /blobs/${ID} HTTP/1.1\r\nhost: x\r\n\r\n`);
      await gone;
      expect(socket.bytesRead).to.be.lessThan(64 * 2 ** 20);
      socket.destroy();
    });
  });

  describe("RateLimiter", () => {
    it("refills evenly, up to a minute's worth, for each network by itself", () => {
      const clock = new ManualClock();
      const limiter = new RateLimiter(2, clock);
      const take = (address: string, times: number): boolean[] =>
        Array.from({ length: times }, () => limiter.take(address));
      expect(take("1.1.1.1", 3)).to.deep.equal([true, true, false]);
      expect(take("::ffff:1.1.1.1", 1)).to.deep.equal([false]);
      expect(take("1.1.1.2", 1)).to.deep.equal([true]);
      clock.advance(29_999);
      expect(take("1.1.1.1", 1)).to.deep.equal([false]);
      clock.advance(1);
      expect(take("1.1.1.1", 2)).to.deep.equal([true, false]);
      clock.advance(600_000);
      expect(take("1.1.1.1", 3)).to.deep.equal([true, true, false]);
    });

    it("counts a /64 as one address", () => {
      const limiter = new RateLimiter(1, new ManualClock());
      expect(limiter.take("2001:db8::1")).to.equal(true);
      expect(limiter.take("2001:db8::2")).to.equal(false);
      expect(limiter.take("2001:db8:0:1::1")).to.equal(true);
    });
  });
});

function signal(): [Promise<void>, () => void] {
  let fire = (): void => undefined;
  const fired = new Promise<void>((resolve) => (fire = resolve));
  return [fired, fire];
}
