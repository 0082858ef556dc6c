import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import Table from "cli-table3";
import { InvalidArgumentError } from "commander";

import { createCommand, runCommand } from "./shared/cli";
import { ScriptError } from "./shared/errors";
import { readBytes } from "./shared/files";
import { fields, printResult } from "./shared/output";
import { showProgress } from "./shared/progress";
import { readSamples } from "./shared/samples";
import { cardOf, importOnnx, parseOnnx } from "../tensor/onnx/index";
import { encodeModel } from "../tensor/src/index";
import type { ImportReport, InputShapes, LoadExternal, Stage } from "../tensor/onnx/index";

interface ImportOptions {
  readonly calibrate: string;
  readonly out: string;
  readonly shape: InputShapes;
  readonly output?: string;
  readonly labels?: string;
  readonly targetDecibels?: number;
  readonly json?: boolean;
}

const command = createCommand("import", "Make an integer program of a trained ONNX model.")
  .argument("<model>", "ONNX file")
  .requiredOption(
    "--calibrate <folder>",
    "samples of the input: .npy files, a folder each if several",
  )
  .requiredOption("-o, --out <file>", "where the program goes; its card goes to <file>.json")
  .option("--shape <name=lengths>", "shape of an input, such as x=1,3,48,320", addShape, new Map())
  .option("--output <name>", "which output, if there are several")
  .option("--labels <file>", "names along the output's last axis for the card, one a line")
  .option("--target-decibels <number>", "signal to noise that the output is to reach", decimal)
  .option("--json", "print JSON")
  .action(run);

function addShape(text: string, shapes: InputShapes): InputShapes {
  const [, name, lengths] = /^(.+)=(\d+(?:,\d+)*)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Write a name and lengths: x=1,3,48,320.");
  return new Map([...shapes, [name, lengths.split(",").map(Number)]]);
}

function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Write a number, such as 30.");
}

async function run(file: string, options: ImportOptions): Promise<void> {
  const bytes = await readBytes(file);
  const load = loaderBeside(file);
  const inputs = parseOnnx(bytes, load).inputs.map(({ name, dims }) => {
    return { name, dims: options.shape.get(name) ?? dims };
  });
  const samples = await readSamples(options.calibrate, inputs);
  const labels = await readLabels(options.labels);
  const imported = await importOnnx(bytes, {
    shapes: options.shape,
    output: options.output,
    targetDecibels: options.targetDecibels,
    samples,
    load,
    progress: progressOf(options.json === true),
  });
  const card = cardOf(imported, labels);
  await write(options.out, encodeModel(imported.model));
  await write(`${options.out}.json`, `${JSON.stringify(card, undefined, 2)}\n`);
  printResult(options.json === true, { ...imported.report, card }, describe(imported.report));
}

/** Reads weights that lie beside the model, and nowhere else. */
function loaderBeside(file: string): LoadExternal {
  return (location, offset, length) => {
    const folder = realpathSync(dirname(resolve(file)));
    const path = realpathSync(resolve(folder, location));
    if (path.startsWith(`${folder}${sep}`)) return readPart(path, offset, length);
    throw new ScriptError("FILE", `${location} is a link to another folder`);
  };
}

function readPart(path: string, offset: number, length: number): Uint8Array {
  // NONBLOCK: opening a pipe must not wait for its writer
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new ScriptError("FILE", `${path} is no regular file`);
    const bytes = new Uint8Array(Math.max(0, Math.min(length, stat.size - offset)));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(file);
  }
}

async function readLabels(file: string | undefined): Promise<string[] | undefined> {
  if (file === undefined) return undefined;
  const text = Buffer.from(await readBytes(file)).toString("utf8");
  return text.replace(/\r?\n$/, "").split(/\r?\n/);
}

async function write(file: string, data: Uint8Array | string): Promise<void> {
  try {
    await writeFile(file, data);
  } catch (cause) {
    throw new ScriptError("FILE", `${file} cannot be written; check its path`, { cause });
  }
}

function progressOf(silent: boolean): (stage: Stage, done: number, total: number) => void {
  let shown: { stage: Stage; bar: ReturnType<typeof showProgress> } | undefined;
  return (stage, done, total) => {
    if (shown?.stage !== stage) {
      shown?.bar.stop();
      shown = { stage, bar: showProgress(stage, total, silent) };
    }
    shown.bar.update(done);
    if (stage === "measure" && done === total) shown.bar.stop();
  };
}

function describe({ layers, largestStep, ...report }: ImportReport): string[] {
  const table = new Table({
    head: ["layer", "operator", "type", "dB"],
    style: { head: [], border: [] },
  });
  for (const { name, operator, dtype, decibels } of layers) {
    table.push([name, operator, dtype, decibels.toFixed(1)]);
  }
  const { name, bytes } = largestStep;
  return [
    table.toString(),
    ...fields({ ...report, largestStep: `${bytes} bytes make an element of "${name}"` }),
  ];
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
