import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** Passes connections on to a server of this machine, and breaks one when it is told to. */
export class CuttingProxy {
  /** Connections that it broke. */
  broken = 0;
  private target = 0;
  private after: number | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.pass(socket));

  /** Listens on a free port. */
  async open(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    this.server.close();
    await once(this.server, "close");
  }

  /** By which the server is reached. */
  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Passes on to the server at `url` from now on. */
  to(url: string): void {
    this.target = Number(new URL(url).port);
  }

  /** Breaks the next connection on which more than so many bytes were answered. */
  breakAfter(bytes: number): void {
    this.after = bytes;
  }

  private pass(near: Socket): void {
    const far = connect(this.target, "127.0.0.1");
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.sockets.add(socket);
      socket.once("error", end).once("close", () => {
        end();
        this.sockets.delete(socket);
      });
    }
    let answered = 0;
    near.pipe(far);
    far.on("data", (chunk: Buffer) => {
      answered += chunk.length;
      near.write(chunk);
      if (this.after === undefined || answered <= this.after) return;
      this.after = undefined;
      this.broken++;
      end();
    });
  }
}
