import { execFile, fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { expect } from "chai";
import type { JourneyStage } from "../journeys/support/stage";
import type { Call } from "./warm";

const ROOT = resolve(__dirname, "../..");

/** How a script ended, and what it wrote. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const WARM = resolve(__dirname, "warm.ts");

/** A process that ran scripts and waits for another one. */
let idle: ChildProcess | undefined;

/** Runs a script of the project, by name, to its end: in the idle process, or in a new one if there is none. */
export function runScript(script: string, ...args: readonly string[]): Promise<Ending> {
  const file = resolve(ROOT, `scripts/${script}.ts`);
  const child = idle ?? fork(WARM, { cwd: ROOT, execArgv: ["-r", "ts-node/register"] });
  idle = undefined;
  return new Promise((done, fail) => {
    const died = (): void => fail(new Error(`${file} ended the process that ran it`));
    child.once("exit", died).once("message", (ending: Ending) => {
      child.off("exit", died);
      if (idle === undefined) rest(child);
      else child.kill();
      done(ending);
    });
    child.ref();
    child.channel?.ref();
    child.send({ file, args } satisfies Call);
  });
}

/** Lets a process wait for the next command, but not for ever: it ends with this one. */
function rest(child: ChildProcess): void {
  idle = child;
  child.unref();
  child.channel?.unref();
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
