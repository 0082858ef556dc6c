import { playGpu } from "./fakeGpu";

playGpu(() => undefined);
