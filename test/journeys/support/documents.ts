import { once } from "node:events";
import { createServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How a server answers a request for one document. */
export type Answer = (response: ServerResponse) => void;

/** A server of input documents, for all tests of the suite. */
export class DocumentServer {
  private readonly answers = new Map<string, Answer>();
  private readonly server: Server = createServer(({ url = "" }, response) => {
    const answer = this.answers.get(url);
    if (answer === undefined) response.writeHead(404).end();
    else answer(response);
  });

  /** Listens on a free port. */
  async open(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  /** Ends all connections, also those that a slow answer holds. */
  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  /** Host and port. */
  get host(): string {
    const { port } = this.server.address() as AddressInfo;
    return `127.0.0.1:${port}`;
  }

  /** Answers requests for `name`; gives the document's URI. */
  serve(name: string, answer: Answer): string {
    this.answers.set(`/${name}`, answer);
    return `http://${this.host}/${name}`;
  }
}

/** Sends `document`, at once. */
export function whole(document: Uint8Array): Answer {
  return (response) => void response.end(document);
}

/** Sends byte after byte, `everyMs` milliseconds apart, and never ends. */
export function dripping(everyMs: number): Answer {
  return (response) => {
    const timer = setInterval(() => response.write("."), everyMs);
    response.once("close", () => clearInterval(timer));
  };
}

/** Sends as much as is taken, and never ends. */
export function endless(): Answer {
  const chunk = Buffer.alloc(65_536);
  return (response) => {
    const pour = (): void => {
      while (response.writable && response.write(chunk));
    };
    response.on("drain", pour);
    pour();
  };
}
