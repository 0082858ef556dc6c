import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { expect } from "chai";
import type { JourneyStage } from "../journeys/support/stage";

const ROOT = resolve(__dirname, "../..");

/** How a script ended, and what it wrote. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of the project, by name, to its end. */
export function runScript(script: string, ...args: readonly string[]): Promise<Ending> {
  return runNode(`scripts/${script}.ts`, ...args);
}

/** Runs a TypeScript file of the project, by its path, to its end. */
export function runNode(file: string, ...args: readonly string[]): Promise<Ending> {
  const node = ["-r", "ts-node/register", file, ...args];
  return new Promise((done) => {
    execFile(process.execPath, node, { cwd: ROOT }, (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** Runs a script on the deployment of a stage to its end. */
export function runOn(
  { rpc, folder }: JourneyStage,
  script: string,
  ...args: readonly unknown[]
): Promise<Ending> {
  return runScript(script, ...args.map(String), "--rpc", rpc, "--addresses", folder);
}

/** What a script wrote that did on a stage what it was asked. */
export async function toldOn(
  stage: JourneyStage,
  script: string,
  ...args: readonly unknown[]
): Promise<string> {
  const { code, stdout, stderr } = await runOn(stage, script, ...args);
  expect(code, stderr).to.equal(0);
  return stdout;
}
