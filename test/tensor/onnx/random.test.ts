import { expect } from "chai";
import { OnnxError, evaluate, importOnnx, inferGraph, parseOnnx } from "../../../tensor/onnx/index";
import { encodeOnnx } from "../../shared/onnx";
import { OnnxModel } from "../../../bench/src/onnxruntime";
import { missingRuntime } from "../../shared/onnxBench";
import { compareRuns, createNormal, decibelsOf } from "../../shared/onnxModels";
import { randomOnnx } from "../../shared/onnxRandom";
import type { Sample } from "../../../tensor/onnx/index";

const [GRAPHS, CALIBRATED, SAMPLES] = [Number(process.env.ERGON_GRAPHS ?? 60), 48, 50];
const [MOST_OFF, LEAST_DECIBELS] = [1e-3, 30];
const TIMEOUT_MS = 3_600_000;

function samplesOf(dims: readonly number[], seed: number): Sample[] {
  const normal = createNormal(seed);
  const length = dims.reduce((product, dim) => product * dim, 1);
  return Array.from({ length: SAMPLES }, () => {
    return new Map([["x", Float32Array.from({ length }, normal)]]);
  });
}

/** What onnxruntime puts out; undefined for what it does not run, such as pools of three axes. */
async function runFloat(
  bytes: Uint8Array,
  x: Float32Array,
  dims: readonly number[],
): Promise<Float32Array | undefined> {
  try {
    const float = await OnnxModel.load(bytes, "1 thread");
    const results = Float32Array.from(await float.run(x, dims));
    await float.release();
    return results;
  } catch {
    return undefined;
  }
}

/*
random graphs
├── in floating point give what onnxruntime gives
└── as programs give what floating point gives, or are refused by node and operator
*/
describe("random graphs", function () {
  this.timeout(TIMEOUT_MS);

  it("in floating point give what onnxruntime gives", async function () {
    const missing = missingRuntime();
    if (missing !== undefined) {
      console.log(`      skipped: ${missing}`);
      return this.skip();
    }
    let compared = 0;
    for (let seed = 0; seed < GRAPHS; seed++) {
      const graph = randomOnnx(seed);
      const bytes = encodeOnnx(graph);
      const [sample] = samplesOf(graph.inputs.x, seed);
      const x = sample.get("x") as Float32Array;
      const expected = await runFloat(bytes, x, graph.inputs.x);
      if (expected === undefined) continue;
      compared++;
      const [found] = evaluate(inferGraph(parseOnnx(bytes)), sample);
      expect(found.length, `seed ${seed}`).to.equal(expected.length);
      const most = expected.reduce((reach, value) => Math.max(reach, Math.abs(value)), 1);
      expected.forEach((value, i) =>
        expect(found[i], `seed ${seed}, element ${i}`).to.be.closeTo(value, MOST_OFF * most),
      );
    }
    expect(compared).to.be.greaterThan(0.95 * GRAPHS);
  });

  it("as programs give what floating point gives, or are refused by node and operator", async () => {
    let refused = 0;
    for (let seed = 0; seed < GRAPHS; seed++) {
      const graph = randomOnnx(seed);
      const bytes = encodeOnnx(graph);
      const samples = samplesOf(graph.inputs.x, seed);
      try {
        const options = { samples: samples.slice(0, CALIBRATED), targetDecibels: Infinity };
        const runs = await compareRuns(
          bytes,
          await importOnnx(bytes, options),
          samples.slice(CALIBRATED),
        );
        const isSame = runs.every(({ exact, integer }) => exact.join() === integer.join());
        const decibels = isSame ? Infinity : decibelsOf(runs);
        expect(decibels, `seed ${seed}`).to.be.greaterThan(LEAST_DECIBELS);
      } catch (error) {
        if (!(error instanceof OnnxError)) throw error;
        expect(error.operator, `seed ${seed}: ${error.message}`).to.be.a("string");
        refused++;
      }
    }
    expect(refused).to.be.lessThan(GRAPHS / 4);
  });
});
