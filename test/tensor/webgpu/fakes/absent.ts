import { playGpu } from "./fakeGpu";

playGpu(({ kind }) =>
  kind === "open" ? { kind: "failed", code: "ADAPTER", message: "there is none" } : undefined,
);
