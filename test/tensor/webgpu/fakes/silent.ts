import { playGpu } from "./fakeGpu";

playGpu(() => "silence");
