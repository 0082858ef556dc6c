import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";

const ROOT = resolve(__dirname, "../../..");

/** Milliseconds that an act may take on a busy machine. */
export const ACT_TIMEOUT_MS = 240_000;

/** What an act of the demo leaves. */
export interface Played {
  readonly stdout: string;
  /** SVG. */
  readonly chart: string;
}

/** Plays an act of the demo on a chain of its own; it fails by itself unless every figure is what it should be. */
export async function playAct(act: string): Promise<Played> {
  const demo = ["-r", "ts-node/register", "scripts/demo.ts", "--act", act];
  const { stdout } = await promisify(execFile)(process.execPath, demo, { cwd: ROOT });
  return { stdout, chart: await readFile(resolve(ROOT, ".demo", `${act}.svg`), "utf8") };
}
