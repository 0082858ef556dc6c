import type { ExecutionMetrics } from "./metrics";
import type { RunnerListener } from "./runner";
import type { Logger } from "../log";

/** Writes what runs where into log and metrics. */
export function reportTo(log: Logger, metrics: ExecutionMetrics): RunnerListener {
  return {
    refused: ({ entry, adapter }, fault, model) => {
      const told = { entry, adapter, code: fault.code, reason: fault.message };
      if (model !== undefined) {
        log.warn({ ...told, model }, "model too large for a GPU: others run it");
        return;
      }
      metrics.refused(fault);
      log.warn(told, "GPU refused until the next start: others do its work");
    },
    placed: (placement) => {
      metrics.placed(placement);
      log.info(placement, "model placed");
    },
  };
}
