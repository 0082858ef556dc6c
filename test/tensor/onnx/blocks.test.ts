import { expect } from "chai";
import { importOnnx, inferGraph, parseOnnx, simplify } from "../../../tensor/onnx/index";
import { encodeOnnx } from "../../shared/onnx";
import { BLOCK_SIZES, bertBlock, llamaBlock } from "../../shared/onnxBlocks";
import { OnnxBuilder, compareRuns, createNormal, decibelsOf } from "../../shared/onnxModels";
import { createRandom } from "../../shared/random";
import type { Sample } from "../../../tensor/onnx/index";
import type { GraphInputs } from "../../shared/onnx";

const { positions, width, words } = BLOCK_SIZES;
const [CALIBRATED, SAMPLES] = [24, 32];

function rows(count: number, cols: number, spread = 1): () => Sample {
  const normal = createNormal(cols);
  return () =>
    new Map([["x", Float32Array.from({ length: count * cols }, () => spread * normal())]]);
}

async function run(graph: GraphInputs, sample: () => Sample, targetDecibels = Infinity) {
  const bytes = encodeOnnx(graph);
  const samples = Array.from({ length: SAMPLES }, sample);
  const imported = await importOnnx(bytes, {
    samples: samples.slice(0, CALIBRATED),
    targetDecibels,
  });
  return { imported, runs: await compareRuns(bytes, imported, samples.slice(CALIBRATED)) };
}

function operators(graph: GraphInputs): string[] {
  const { steps } = simplify(inferGraph(parseOnnx(encodeOnnx(graph)))).graph;
  return steps.map(({ node }) => node.operator);
}

/*
transformers
├── Softmax is off by a total variation of at most 0.0005 of 64 numbers, and 0.0022 of 512
├── LayerNorm and RMSNorm are off by at most 0.01 of a row's width
├── an encoder block
│   ├── has its norms found
│   └── gives what floating point gives, in 16 bits and with 8 where they serve
└── a decoder block, the same
*/
describe("transformers", () => {
  for (const [count, bound] of [
    [64, 0.0005],
    [512, 0.0022],
  ]) {
    it(`Softmax is off by a total variation of at most ${bound} of ${count} numbers`, async () => {
      const b = new OnnxBuilder(createNormal(0));
      // The second keeps the first from being left out as the last.
      const shares = b.node("Softmax", ["x"], { axis: -1 });
      const graph = b.finish({ x: [4, count] }, b.node("Reshape", [shares, b.whole(-1)]));
      const { runs } = await run(graph, rows(4, count));
      for (const { exact, integer } of runs) {
        for (let start = 0; start < exact.length; start += count) {
          const row = exact.slice(start, start + count);
          const off = row.reduce((sum, p, i) => sum + Math.abs(p - integer[start + i]), 0);
          expect(off / 2).to.be.at.most(bound);
        }
      }
    });
  }

  for (const operator of ["LayerNormalization", "RMSNormalization"]) {
    it(`${operator} is off by at most 0.01 of a row's width`, async () => {
      const b = new OnnxBuilder(createNormal(0));
      const ones = b.constant([768], () => 1);
      const graph = b.finish({ x: [4, 768] }, b.node(operator, ["x", ones]));
      const { runs } = await run({ ...graph, opset: 23 }, rows(4, 768, 3));
      for (const { exact, integer } of runs) {
        exact.forEach((value, i) => expect(integer[i]).to.be.closeTo(value, 0.01));
      }
    });
  }

  describe("an encoder block", () => {
    const graph = bertBlock();
    const random = createRandom(7);
    const sample = (): Sample =>
      new Map([["ids", Float64Array.from({ length: positions }, () => random.int(0, words - 1))]]);

    it("has its norms found", () => {
      const found = operators(graph);
      expect(found.filter((name) => name === "LayerNormalization")).to.have.length(3);
      expect(found).to.not.include.members(["Sqrt"]);
      expect(found).to.not.include.members(["ReduceMean"]);
    });

    it("gives what floating point gives, in 16 bits and with 8 where they serve", async () => {
      expect(decibelsOf((await run(graph, sample)).runs)).to.be.greaterThan(50);
      expect(decibelsOf((await run(graph, sample, 30)).runs)).to.be.greaterThan(30);
    });
  });

  describe("a decoder block", () => {
    const graph = llamaBlock();
    const sample = rows(positions, width);

    it("has its norms found", () => {
      const found = operators(graph);
      expect(found.filter((name) => name === "RMSNormalization")).to.have.length(2);
      expect(found).to.not.include.members(["Sqrt"]);
      expect(found).to.not.include.members(["ReduceMean"]);
    });

    it("gives what floating point gives, in 16 bits and with 8 where they serve", async () => {
      expect(decibelsOf((await run(graph, sample)).runs)).to.be.greaterThan(50);
      expect(decibelsOf((await run(graph, sample, 30)).runs)).to.be.greaterThan(30);
    });
  });
});
