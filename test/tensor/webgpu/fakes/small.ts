import { playGpu } from "./fakeGpu";

// The first model after the test is too large for it.
playGpu((request) =>
  request.kind === "load" && request.key === 0
    ? { kind: "failed", code: "LIMIT", message: "too large" }
    : undefined,
);
