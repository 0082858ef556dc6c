import { execFile } from "node:child_process";
import { resolve } from "node:path";

const ROOT = resolve(__dirname, "../..");

/** How a script ended, and what it wrote. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of the project, by name, to its end. */
export function runScript(script: string, ...args: readonly string[]): Promise<Ending> {
  const node = ["-r", "ts-node/register", `scripts/${script}.ts`, ...args];
  return new Promise((done) => {
    execFile(process.execPath, node, { cwd: ROOT }, (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
