import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import Table from "cli-table3";
import { InvalidArgumentError } from "commander";

import { createCommand, runCommand } from "./shared/cli";
import { ScriptError, messageOf } from "./shared/errors";
import { readBytes, requireFolderOf, writeBytes } from "./shared/files";
import { fields, printResult } from "./shared/output";
import { showStages } from "./shared/progress";
import { readSamples } from "./shared/samples";
import type { SampledInput } from "./shared/samples";
import { OnnxError, cardOf, importOnnx, parseOnnx } from "../tensor/onnx/index";
import { encodeModel } from "../tensor/src/index";
import type { Graph, ImportReport, InputShapes, LoadExternal } from "../tensor/onnx/index";

interface ImportOptions {
  readonly calibrate: string;
  readonly out: string;
  readonly shape?: InputShapes;
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
  .option("--shape <name=lengths>", "shape of an input, such as x=1,3,48,320", addShape)
  .option("--output <name>", "which output, if there are several")
  .option("--labels <file>", "names along the output's last axis for the card, one a line")
  .option("--target-decibels <number>", "signal to noise that the output is to reach", decimal)
  .option("--json", "print JSON")
  .action(run);

function addShape(text: string, shapes: InputShapes = new Map()): InputShapes {
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
  await requireFolderOf(options.out);
  const bytes = await readBytes(file);
  const load = loaderBeside(file);
  const graph = parse(file, bytes, load);
  const samples = await readSamples(options.calibrate, inputsOf(graph, options.shape));
  const labels = await readLabels(options.labels);
  const progress = showStages(options.json === true);
  const imported = await importOnnx(bytes, {
    shapes: options.shape,
    output: options.output,
    targetDecibels: options.targetDecibels,
    samples,
    load,
    progress: progress.update,
  }).finally(progress.stop);
  const card = cardOf(imported, labels);
  await writeBytes(options.out, encodeModel(imported.model));
  await writeBytes(`${options.out}.json`, `${JSON.stringify(card, undefined, 2)}\n`);
  printResult(options.json === true, { ...imported.report, card }, describe(imported.report));
}

function parse(file: string, bytes: Uint8Array, load: LoadExternal): Graph {
  try {
    return parseOnnx(bytes, load);
  } catch (cause) {
    if (!(cause instanceof OnnxError && cause.code === "PROTOBUF")) throw cause;
    throw new ScriptError("FILE", `${file} is no ONNX file: ${messageOf(cause)}`, { cause });
  }
}

/** The inputs with the lengths of all their axes, of which the file may leave some open. */
function inputsOf({ inputs }: Graph, shapes?: InputShapes): SampledInput[] {
  return inputs.map(({ name, dims: open }) => {
    const dims = (shapes?.get(name) ?? open ?? []).filter((length) => length !== undefined);
    const fits =
      open?.length === dims.length && open.every((length, i) => (length ?? dims[i]) === dims[i]);
    if (fits || (open === undefined && dims.length > 0)) return { name, dims };
    const shape = open?.map((length) => length ?? "?").join(",") ?? "?";
    const advice = `give the lengths of all its axes, as in --shape ${name}=1,3,48,320`;
    throw new ScriptError("ARGUMENT", `input "${name}" is [${shape}]: ${advice}`);
  });
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
    ...table.toString().split("\n"),
    ...fields({
      ...report,
      decibels: report.decibels.toFixed(1),
      leastDecibels: report.leastDecibels.toFixed(1),
      largestStep: `${bytes} bytes make an element of "${name}"`,
    }),
  ];
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
