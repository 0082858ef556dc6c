import type { GpuFault } from "./errors";
import type { Placement } from "./runner";
import type { MetricSet } from "../metrics";
import type { Hex, WebGpuError } from "../../../tensor/src/index";

const REASONS: readonly WebGpuError["code"][] = [
  "ADAPTER",
  "LIMIT",
  "DEVICE",
  "MISMATCH",
  "TIMEOUT",
  "CLOSED",
];

/** What runs the models. */
export class ExecutionMetrics {
  private readonly executors;
  private readonly faults;
  private readonly shown = new Map<Hex, readonly Record<string, string>[]>();

  constructor(set: MetricSet) {
    this.executors = set.gauge("model_executor_info", "1 for each executor that runs a model", [
      "model",
      "executor",
      "entry",
      "adapter",
    ]);
    this.faults = set.counter("gpus_refused_total", "GPUs refused until the next start", [
      "reason",
    ]);
    for (const reason of REASONS) this.faults.inc({ reason }, 0);
  }

  /** Records what runs a model from now on. */
  placed({ model, executor, gpus }: Placement): void {
    for (const labels of this.shown.get(model) ?? []) this.executors.remove(labels);
    const onGpus = gpus.map(({ entry, adapter }) => ({ entry: String(entry), adapter }));
    const places = onGpus.length > 0 ? onGpus : [{ entry: "", adapter: "" }];
    const shown = places.map((place) => ({ model, executor, ...place }));
    for (const labels of shown) this.executors.set(labels, 1);
    this.shown.set(model, shown);
  }

  /** Counts a GPU that is not used any more. */
  refused({ code }: GpuFault): void {
    this.faults.inc({ reason: code });
  }
}
