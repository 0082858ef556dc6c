import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { inferGraph, parseOnnx, simplify } from "../../../tensor/onnx/index";
import { decodeModel } from "../../../tensor/src/index";
import { lowerFused, lowerPlainly } from "../../../tensor/src/lowering";
import { compileModel } from "../../../tensor/src/wasm/compile";
import { OCR_FILES } from "../../../tensor/ocr/files";
import type { Inferred } from "../../../tensor/onnx/index";
import type { Model } from "../../../tensor/src/index";

const MIB = 2 ** 20;
const CHILD = join(__dirname, "measureMemory.ts");
/** Young garbage is collected early, and what is let go of goes back to the system. */
const FLAGS = ["--expose-gc", "--max-semi-space-size=1"];
const ENVIRONMENT = { ...process.env, MALLOC_MMAP_THRESHOLD_: "131072" };

const MODELS = [
  ["recogniser", OCR_FILES.recogniser, [1, 3, 48, 320]],
  ["detector", OCR_FILES.detector, [1, 3, 96, 160]],
] as const;

/** Measurements of which the least counts: what else the process does can only add to one. */
const TRIES = 3;

/** What `measureMemory` prints. */
function measure(args: readonly string[]): number {
  const run = [...FLAGS, "-r", "ts-node/register/transpile-only", CHILD, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, run, {
    encoding: "utf8",
    env: ENVIRONMENT,
  });
  expect(status, stderr).to.equal(0);
  return Number(stdout);
}

/** Bytes of the values of a graph that are needed at the same time, at most, as floats of 32 bits. */
function floatBytes({ inputs, outputs, steps }: Inferred): number {
  const bytes = new Map<string, number>();
  const add = (name: string, dims: readonly number[]) =>
    bytes.set(name, 4 * dims.reduce((product, dim) => product * dim, 1));
  for (const { name, dims } of inputs) add(name, dims);
  const needed = (from: number) =>
    new Set([...outputs, ...steps.slice(from).flatMap(({ node }) => node.inputs)]);
  let most = 0;
  steps.forEach(({ node, results }, index) => {
    results.forEach(({ dims }, i) => add(node.outputs[i], dims));
    const total = [...bytes.values()].reduce((sum, each) => sum + each, 0);
    most = Math.max(most, total);
    const later = needed(index + 1);
    for (const name of bytes.keys()) if (!later.has(name)) bytes.delete(name);
  });
  return most;
}

/** Bytes of kernels that run a model, or keep every result. */
function kernelBytes(model: Model, lower: typeof lowerFused): number {
  return compileModel(model, lower(model.program.nodes)).memoryBytes;
}

/*
memory in use of a process, beyond its code
├── an import takes at most 3 times the model and its activations
└── a run takes at most 3 times the model and its activations

The model is the ONNX file, or the program's if that is longer. Activations are what is held at the same
time: in a run the memory of the kernels; in an import floats of the graph and kernels that keep every
result, since both are compared.
*/
describe("memory in use of a process, beyond its code", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "ergon-memory-"));
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, onnx, dims] of MODELS) {
    const program = join(folder, name);

    function expectWithin(args: readonly string[], activationsOf: (model: Model) => number): void {
      let grown = measure(args);
      const model = Math.max(statSync(onnx).size, statSync(program).size);
      const activations = activationsOf(decodeModel(readFileSync(program)));
      const bound = 3 * model + activations;
      for (let tries = 1; tries < TRIES && grown > bound; tries++) {
        grown = Math.min(grown, measure(args));
      }
      const [g, m, a] = [grown, model, activations].map((bytes) => (bytes / MIB).toFixed(1));
      console.log(`      ${g} MiB for a model of ${m} and activations of ${a}`);
      expect(grown).to.be.at.most(bound);
    }

    it(`is at most 3 times the model and its activations in an import: ${name}`, () => {
      const shapes = new Map([["x", dims]]);
      const { graph } = simplify(inferGraph(parseOnnx(readFileSync(onnx)), shapes));
      expectWithin(
        ["import", onnx, dims.join("x"), program],
        (model) => floatBytes(graph) + kernelBytes(model, lowerPlainly),
      );
    });

    it(`is at most 3 times the model and its activations in a run: ${name}`, () =>
      expectWithin(["run", program], (model) => kernelBytes(model, lowerFused)));
  }
});
