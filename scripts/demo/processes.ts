import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";

import { ScriptError } from "../shared/errors";

type Child = ChildProcessByStdio<null, Readable, Readable>;

const STOP_MS = 5_000;
const TAIL_LINES = 20;

/** A process that was started to help. */
export interface Helper {
  /** Throws `ScriptError` STOPPED, with the last lines that it wrote, if the process has ended. */
  requireRunning(): void;
  /** Waits for its end. Throws `ScriptError` STOPPED, with the same lines, unless it went well. */
  finished(): Promise<void>;
  /** Ends it without a warning, as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** The last lines that it wrote. */
  tail(): string;
}

/** Processes that all end with this one, whatever way it ends. */
export class Helpers {
  /** Those that run, with the exit code that they will have. */
  private readonly running = new Map<Child, Promise<number | null>>();
  private readonly terminate = (): void => {
    for (const child of this.running.keys()) child.kill("SIGTERM");
  };

  constructor() {
    process.once("exit", this.terminate);
  }

  /** Starts `command` and keeps the last lines of its output. */
  start(name: string, command: string, args: readonly string[]): Helper {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const lines: string[] = [];
    const keep = (chunk: Buffer): void => {
      lines.push(...chunk.toString("utf8").split("\n").filter(Boolean));
      lines.splice(0, lines.length - TAIL_LINES);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const gone = new Promise<number | null>((resolve) => {
      child.once("close", resolve);
      child.once("error", (error) => {
        lines.push(error.message);
        resolve(null);
      });
    }).finally(() => this.running.delete(child));
    this.running.set(child, gone);

    const tail = (): string => lines.join("\n");
    const stopped = (): ScriptError =>
      new ScriptError("STOPPED", `the ${name} has ended:\n${tail()}`);
    return {
      tail,
      requireRunning: () => {
        if (!this.running.has(child)) throw stopped();
      },
      finished: async () => {
        if ((await gone) !== 0) throw stopped();
      },
      kill: async () => {
        crash(child);
        await gone;
      },
    };
  }

  /** Ends all processes, by force those that take too long, and waits until they are gone. */
  async stop(): Promise<void> {
    const running = [...this.running];
    this.terminate();
    const force = setTimeout(() => running.forEach(([child]) => crash(child)), STOP_MS);
    await Promise.all(running.map(([, gone]) => gone));
    clearTimeout(force);
  }
}

/** Runs `clear` and exits when this process is interrupted or terminated, until the result is called. */
export function clearOnSignal(clear: () => Promise<void>): () => void {
  const end = (): void => {
    void clear().finally(() => process.exit(1));
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  return () => {
    process.off("SIGINT", end).off("SIGTERM", end);
  };
}

/** Ends a process by force, and does not wait for what it may have started itself. */
function crash(child: Child): void {
  child.kill("SIGKILL");
  child.stdout.destroy();
  child.stderr.destroy();
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
