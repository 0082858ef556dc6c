import { fork } from "node:child_process";
import { join } from "node:path";
import { WebGpuError } from "./errors";
import type { ChildProcess } from "node:child_process";
import type { Answers, Message, Request } from "./messages";

/** A process that was asked something. */
interface Asked {
  resolve(answer: Answers[keyof Answers]): void;
  reject(error: WebGpuError): void;
}

/** A device in a process of its own, which is killed if it falls silent. */
export class GpuProcess {
  private readonly child: ChildProcess;
  private asked?: Asked;
  private watchdog?: NodeJS.Timeout;
  private last: Promise<unknown> = Promise.resolve();
  private ended?: WebGpuError;

  /**
   * Starts it, with `environment` beside this process's variables; after `silenceMs` without a sign of life
   * from a busy process it is killed.
   */
  constructor(
    private readonly silenceMs: number,
    environment: Readonly<Record<string, string>> = {},
    path = join(__dirname, "child.ts"),
  ) {
    this.child = fork(path, {
      execArgv: ["-r", "ts-node/register/transpile-only"],
      serialization: "advanced",
      // Drivers write warnings of their own.
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // Mesa needs no display then.
      env: { EGL_PLATFORM: "surfaceless", ...process.env, ...environment },
    });
    this.child.on("message", (message: Message) => this.receive(message));
    this.child.on("error", (cause) => this.end("CLOSED", "its process failed", { cause }));
    this.child.on("exit", (code, signal) =>
      this.end("CLOSED", `its process ended with ${signal ?? code}`),
    );
    this.rest();
  }

  /** The answer, after those to earlier requests. Throws `WebGpuError`. */
  ask<Kind extends Request["kind"]>(
    request: Extract<Request, { kind: Kind }>,
  ): Promise<Answers[Kind]> {
    const answer = this.last.then(() => this.send(request));
    this.last = answer.catch(() => undefined);
    return answer as Promise<Answers[Kind]>;
  }

  /** Ends the process; what was asked and not answered fails with CLOSED. */
  close(): void {
    this.end("CLOSED", "it was closed");
  }

  private send(request: Request): Promise<Answers[keyof Answers]> {
    return new Promise((resolve, reject) => {
      if (this.ended !== undefined) {
        reject(this.ended);
        return;
      }
      this.asked = { resolve, reject };
      this.child.ref();
      this.child.channel?.ref();
      this.watch();
      this.child.send(request, (error) => {
        if (error !== null) this.end("CLOSED", "its process cannot be reached", { cause: error });
      });
    });
  }

  private receive(message: Message): void {
    const { asked } = this;
    if (asked === undefined) return;
    if (message.kind === "progress") {
      this.watch();
      return;
    }
    this.rest();
    if (message.kind === "done") asked.resolve(message.answer);
    else asked.reject(new WebGpuError(message.code, message.message));
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(
      () => this.end("TIMEOUT", `it was silent for ${this.silenceMs} ms`),
      this.silenceMs,
    );
  }

  /** Lets this process end while the other one has nothing to do. */
  private rest(): void {
    clearTimeout(this.watchdog);
    this.asked = undefined;
    this.child.unref();
    this.child.channel?.unref();
  }

  private end(code: WebGpuError["code"], message: string, options?: ErrorOptions): void {
    if (this.ended !== undefined) return;
    this.ended = new WebGpuError(code, message, options);
    const { asked } = this;
    this.rest();
    this.child.kill("SIGKILL");
    asked?.reject(this.ended);
  }
}
