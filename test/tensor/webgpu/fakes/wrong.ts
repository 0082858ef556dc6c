import { changed, playGpu } from "./fakeGpu";

playGpu(({ kind }, honest) => (kind === "trace" ? changed(honest()) : undefined));
