import { SingleBar } from "cli-progress";

/** Shows how far something has come. */
export interface Progress {
  update(done: number): void;
  stop(): void;
}

/** A bar on the terminal's standard error; nothing where there is no terminal, or for JSON. */
export function showProgress(label: string, total: number, silent = false): Progress {
  if (silent || !process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({
    format: `${label} [{bar}] {value}/{total} {duration}s`,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}

/** Shows how far stages that follow each other have come. */
export interface StagedProgress {
  update(stage: string, done: number, total: number): void;
  stop(): void;
}

/** A bar for each stage, as `showProgress` shows it. */
export function showStages(silent = false): StagedProgress {
  let shown: { readonly stage: string; readonly bar: Progress } | undefined;
  return {
    update: (stage, done, total) => {
      if (shown?.stage !== stage) {
        shown?.bar.stop();
        shown = { stage, bar: showProgress(stage, total, silent) };
      }
      shown.bar.update(done);
    },
    stop: () => shown?.bar.stop(),
  };
}
