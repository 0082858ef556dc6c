import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { WorkerApi } from "../../scripts/shared/workerApi";
import { expectError } from "../worker/support/rejection";

const BID = `0x${"0b".repeat(32)}` as const;

describe("WorkerApi", () => {
  let server: Server;
  afterEach(() => server.close());

  async function serve(answer: RequestListener): Promise<WorkerApi> {
    server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    return new WorkerApi(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  it("asks once more when the connection breaks off, as one that was kept too long does", async () => {
    let asked = 0;
    const api = await serve((request, response) => {
      if (++asked === 1) request.socket.destroy();
      else response.end(JSON.stringify({ state: "taken", units: 3, done: 1 }));
    });
    expect(await api.bidStatus(BID)).to.deep.equal({ state: "taken", units: 3, done: 1 });
  });

  it("throws WORKER, which may pass, when it breaks off again", async () => {
    const api = await serve((request) => request.socket.destroy());
    const error = await expectError(() => api.bidStatus(BID), "ScriptError", "WORKER");
    expect(error.retryable).to.equal(true);
  });

  it("throws WORKER with the worker's reason when it is refused", async () => {
    const api = await serve((_request, response) => {
      response.writeHead(404).end(JSON.stringify({ code: "NOT_FOUND", message: "no such bid" }));
    });
    const error = await expectError(() => api.bidStatus(BID), "ScriptError", "WORKER");
    expect(error.message).to.include("NOT_FOUND: no such bid");
    expect(error.retryable).to.equal(false);
  });
});
