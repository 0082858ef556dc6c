import { GpuFault, RunError } from "./errors";
import type { Threads, Work } from "./threads";
import { errorMessage, isAbort } from "../errors";
import type { Hex } from "../../../tensor/src/index";

/** Milliseconds of work that a lane takes at once, and so the longest that others wait for it at the end. */
const PIECE_MS = 50;

/** What works on one piece at a time: a thread, or a GPU. */
export class Lane {
  /** Milliseconds of one file, by what was done with it. */
  private readonly paces = new Map<string, number>();

  constructor(
    protected readonly threads: Threads,
    private readonly now: () => number,
  ) {}

  /** How many of `share` files it takes at once, by its last pace; one if it never did such work. */
  pieceSize(work: Work, share: number): number {
    const pace = this.paces.get(kindOf(work));
    if (pace === undefined) return 1;
    return Math.max(1, Math.min(share, Math.floor(PIECE_MS / pace)));
  }

  /** The result for each of `files`. Throws `RunError`, or `GpuFault` where another lane may do better. */
  async execute<Result>(
    work: Work,
    files: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Promise<readonly Result[]> {
    const started = this.now();
    const results = await this.threads.ask<Result>({ ...work, files }, signal);
    this.paces.set(kindOf(work), (this.now() - started) / files.length);
    return results;
  }
}

/** Is told the fault of a GPU: in all that it does, or in one model, which is too large for it. */
export type OnFault = (gpu: GpuLane, fault: GpuFault, model?: Hex) => void;

/** A GPU, which its first fault ends. */
export class GpuLane extends Lane {
  private refused = false;
  private closed = false;
  private readonly tooLarge = new Set<Hex>();

  /** `adapter` is a name for it until it has told its own; `entry` its place in the configuration. */
  constructor(
    threads: Threads,
    now: () => number,
    readonly entry: number,
    public adapter: string,
    private readonly onFault: OnFault,
  ) {
    super(threads, now);
  }

  /** Starts and proves it; a fault is told, and not thrown. */
  async open(): Promise<void> {
    try {
      await this.withFaults(async () => {
        [this.adapter] = await this.threads.ask<string>({ kind: "prove" });
      });
    } catch (error) {
      if (!(error instanceof GpuFault)) throw error;
    }
  }

  /** Whether it runs a model. */
  serves(model: Hex): boolean {
    return !this.refused && !this.tooLarge.has(model);
  }

  override execute<Result>(
    work: Work,
    files: readonly Uint8Array[],
    signal?: AbortSignal,
  ): Promise<readonly Result[]> {
    const model = work.kind === "run" ? work.model : undefined;
    return this.withFaults(() => super.execute<Result>(work, files, signal), model);
  }

  /** Stops it. */
  async close(): Promise<void> {
    this.closed = true;
    await this.threads.close();
  }

  private async withFaults<Result>(act: () => Promise<Result>, model?: Hex): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof RunError || isAbort(error) || this.closed) throw error;
      const fault = error instanceof GpuFault ? error : new GpuFault("CLOSED", errorMessage(error));
      this.refuse(fault, fault.code === "LIMIT" ? model : undefined);
      throw fault;
    }
  }

  private refuse(fault: GpuFault, model?: Hex): void {
    if (this.refused || (model !== undefined && this.tooLarge.has(model))) return;
    if (model === undefined) {
      this.refused = true;
      // Its models take memory.
      this.threads.close().catch(() => undefined);
    } else this.tooLarge.add(model);
    this.onFault(this, fault, model);
  }
}

function kindOf(work: Work): string {
  return work.kind === "run" ? work.model : work.kind;
}
