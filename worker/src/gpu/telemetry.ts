import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { GpuMetrics } from "./metrics";
import { QUERY_FIELDS, parseSamples } from "./sample";
import type { Clock } from "../clock";
import { errorCode, errorMessage } from "../errors";
import type { Logger } from "../log";

/** Runs a command and gives its standard output. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  signal: AbortSignal,
) => Promise<string>;

/** What is asked, and how often. */
export interface TelemetryOptions {
  /** `nvidia-smi`, by its name or path. */
  readonly command: string;
  /** Milliseconds between two samples. */
  readonly everyMs: number;
}

/** Where samples and reasons for their lack go. */
export interface TelemetryContext {
  readonly metrics: GpuMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}

const ARGUMENTS = [`--query-gpu=${QUERY_FIELDS.join(",")}`, "--format=csv,noheader,nounits"];
const MOST_MS = 5_000;
const MOST_BYTES = 2 ** 18;
const REASON_LENGTH = 300;

/** Asks GPUs of the machine how they are, again and again, until it is closed. No failure of it is thrown. */
export class GpuTelemetry {
  private readonly stop = new AbortController();
  private readonly ended: Promise<void>;
  private failing = false;

  constructor(
    private readonly options: TelemetryOptions,
    private readonly context: TelemetryContext,
    private readonly run: RunCommand = runLimited,
  ) {
    this.ended = this.loop();
  }

  /** Ends it, with what it has started. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted && (await this.sample(signal))) {
      await this.context.clock.sleep(this.options.everyMs, signal);
    }
  }

  /** Whether it makes sense to ask again. */
  private async sample(signal: AbortSignal): Promise<boolean> {
    const { metrics, clock, log } = this.context;
    const { command } = this.options;
    try {
      const samples = parseSamples(await this.run(command, ARGUMENTS, signal));
      metrics.sampled(samples, clock.now());
      this.failing = false;
      return true;
    } catch (error) {
      metrics.sampled([], clock.now());
      if (signal.aborted) return false;
      if (errorCode(error) === "ENOENT") {
        log.info(
          { command },
          "no figures of GPUs: the command does not exist; name it in telemetry.command",
        );
        return false;
      }
      if (!this.failing) log.warn({ command, reason: reasonOf(error) }, "no figures of GPUs");
      this.failing = true;
      return true;
    }
  }
}

/**
 * Runs a command and gives its standard output. Throws the error of `execFile`; a command that says too much,
 * or takes longer than `mostMs`, is killed.
 */
export async function runLimited(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  mostMs = MOST_MS,
): Promise<string> {
  const limits = { timeout: mostMs, maxBuffer: MOST_BYTES, killSignal: "SIGKILL" } as const;
  const { stdout } = await promisify(execFile)(command, [...args], { ...limits, signal });
  return stdout;
}

/** The command tells what is wrong on its standard output. */
function reasonOf(error: unknown): string {
  const { stdout, killed } = error as { readonly stdout?: unknown; readonly killed?: unknown };
  if (killed === true) return "it did not end in time, and was killed";
  const told = typeof stdout === "string" ? stdout.trim() : "";
  return `${errorMessage(error).trim()} ${told}`.trim().slice(0, REASON_LENGTH);
}
