import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { ScriptError } from "../shared/errors";

const STOP_MS = 5_000;
const TAIL_LINES = 20;

/** A process that the demo started. */
export interface Helper {
  /** Throws `ScriptError` STOPPED, with the last lines that it wrote, if the process has ended. */
  requireRunning(): void;
  /** The last lines that it wrote. */
  tail(): string;
}

/** Processes that all end with the demo, whatever way it ends. */
export class Helpers {
  private readonly children = new Set<ChildProcess>();
  private readonly kill = (): void => {
    for (const child of this.children) child.kill("SIGTERM");
  };

  constructor() {
    process.once("exit", this.kill);
  }

  /** Starts `command` and keeps the last lines of its output. */
  start(name: string, command: string, args: readonly string[]): Helper {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.children.add(child);
    child.once("exit", () => this.children.delete(child));
    const lines: string[] = [];
    const keep = (chunk: Buffer): void => {
      lines.push(...chunk.toString("utf8").split("\n").filter(Boolean));
      lines.splice(0, lines.length - TAIL_LINES);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => {
      lines.push(error.message);
      this.children.delete(child);
    });
    const tail = (): string => lines.join("\n");
    const requireRunning = (): void => {
      if (this.children.has(child)) return;
      throw new ScriptError("STOPPED", `the ${name} has ended:\n${tail()}`);
    };
    return { tail, requireRunning };
  }

  /** Ends all processes, by force those that take too long, and waits until they are gone. */
  async stop(): Promise<void> {
    process.off("exit", this.kill);
    const running = [...this.children];
    const gone = running.map((child) => once(child, "exit"));
    this.kill();
    const force = setTimeout(() => running.forEach((child) => child.kill("SIGKILL")), STOP_MS);
    await Promise.all(gone);
    clearTimeout(force);
  }
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
