import { changed, playGpu } from "./fakeGpu";

// Honest until it has passed its test, whose models have keys below 0.
playGpu((request, honest) =>
  request.kind === "run" && request.key >= 0 ? changed(honest()) : undefined,
);
