import { changed, playGpu } from "./fakeGpu";

playGpu(({ kind }, honest) => (kind === "run" ? changed(honest()) : undefined));
