import { playGpu } from "./fakeGpu";

playGpu((request) => (request.kind === "run" && request.key >= 0 ? process.exit(3) : undefined));
