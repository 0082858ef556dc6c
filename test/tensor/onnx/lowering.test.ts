import { expect } from "chai";
import { evaluate, importOnnx, inferGraph, parseOnnx } from "../../../tensor/onnx/index";
import { CASES, IMAGE, ROWS, graphOf, layer } from "../../shared/onnxCases";
import { encodeOnnx } from "../../shared/onnx";
import { refusesOnnx } from "../../shared/onnxErrors";
import { OnnxBuilder, compareRuns, createNormal, decibelsOf } from "../../shared/onnxModels";
import { createRandom } from "../../shared/random";
import type { OnnxError, Sample } from "../../../tensor/onnx/index";
import type { GraphInputs } from "../../shared/onnx";
import type { Case } from "../../shared/onnxCases";

/** Least signal to noise on samples that calibration did not see, all values in 16 bits. */
const LEAST_DECIBELS = 45;

/** The convolution by its definition. */
function convolve(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  s: {
    c: number;
    h: number;
    k: number;
    pad: number;
    stride: number;
    filters: number;
    groups: number;
  },
): number[] {
  const { c, h, k, pad, stride, filters, groups } = s;
  const side = Math.floor((h + 2 * pad - k) / stride) + 1;
  const depth = c / groups;
  return Array.from({ length: filters * side * side }, (_, index) => {
    const [f, row, col] = [
      Math.floor(index / side / side),
      Math.floor(index / side) % side,
      index % side,
    ];
    let sum = 0;
    for (let d = 0; d < depth; d++) {
      for (let i = 0; i < k; i++) {
        for (let j = 0; j < k; j++) {
          const [y, z] = [row * stride + i - pad, col * stride + j - pad];
          if (y < 0 || z < 0 || y >= h || z >= h) continue;
          const channel = Math.floor(f / (filters / groups)) * depth + d;
          sum += x[(channel * h + y) * h + z] * w[((f * depth + d) * k + i) * k + j];
        }
      }
    }
    return sum;
  });
}

/*
importOnnx
├── the float evaluation of random convolutions is that of their definition
├── programs of single operators give what floating point gives
├── takes 8 bits where they serve, and 16 for more decibels
├── packs several inputs into one
├── leaves out a final Softmax, and says so
└── refuses
    ├── no samples, samples that do not fit, and numbers that are not finite
    ├── a graph whose output is its input
    ├── no choice, or a wrong one, of several outputs
    └── what has no lowering, by node and operator
*/
describe("importOnnx", () => {
  it("the float evaluation of random convolutions is that of their definition", () => {
    const random = createRandom(11);
    for (let i = 0; i < 60; i++) {
      const groups = random.pick([1, 1, 2, 3]);
      const c = groups * random.int(1, 3);
      const k = random.int(1, 3);
      const shape = {
        c,
        h: random.int(3, 8),
        k,
        pad: random.int(0, 2),
        stride: random.int(1, 3),
        filters: groups * random.int(1, 4),
        groups,
      };
      const { pad, stride, filters, h } = shape;
      const builder = new OnnxBuilder(createNormal(i));
      const weights = builder.noise([filters, c / groups, k, k], 1);
      const attributes = { group: groups, pads: [pad, pad, pad, pad], strides: [stride, stride] };
      const y = builder.node("Conv", ["x", weights], attributes);
      const graph = inferGraph(parseOnnx(encodeOnnx(builder.finish({ x: [1, c, h, h] }, y))));
      const x = Float32Array.from({ length: c * h * h }, createNormal(i + 100));
      const expected = convolve(x, builder.constants[weights].data, shape);
      const [found] = evaluate(graph, new Map([["x", x]]));
      expect(found.length).to.equal(expected.length);
      expected.forEach((value, at) => expect(found[at]).to.be.closeTo(value, 1e-4));
    }
  });

  describe("programs of single operators give what floating point gives", () => {
    for (const each of CASES) {
      it(each.name, async () => {
        const { graph, samples } = graphOf(each);
        const bytes = encodeOnnx(graph);
        const imported = await importOnnx(bytes, {
          samples: samples.slice(0, 32),
          targetDecibels: Infinity,
        });
        const runs = await compareRuns(bytes, imported, samples.slice(32));
        expect(decibelsOf(runs)).to.be.greaterThan(LEAST_DECIBELS);
      });
    }
  });

  const NETWORK: Case = {
    name: "network",
    dims: IMAGE,
    build: (b, x) =>
      layer("Conv", [4, 6, 3, 3])(b, b.node("Relu", [layer("Conv", [6, 6, 1, 1])(b, x)])),
  };

  it("takes 8 bits where they serve, and 16 for more decibels", async () => {
    const { graph, samples } = graphOf(NETWORK);
    const widths = async (targetDecibels: number) => {
      const { report } = await importOnnx(encodeOnnx(graph), { samples, targetDecibels });
      return { dtypes: report.layers.map(({ dtype }) => dtype), decibels: report.decibels };
    };
    const [coarse, fine] = [await widths(10), await widths(70)];
    expect(coarse.dtypes).to.deep.equal(["i8", "i8", "i16"]);
    expect(fine.dtypes).to.deep.equal(["i16", "i16", "i16"]);
    expect(fine.decibels).to.be.greaterThan(coarse.decibels + 20);
  });

  it("packs several inputs into one", async () => {
    const normal = createNormal(3);
    const builder = new OnnxBuilder(normal);
    const table = builder.noise([9, 4], 1);
    const y = builder.node("Add", [builder.node("Gather", [table, "ids"]), "x"]);
    const bytes = encodeOnnx(builder.finish({ x: [5, 4], ids: [5] }, y, ["ids"]));
    const random = createRandom(2);
    const sample = (): Sample =>
      new Map<string, Float32Array | Float64Array>([
        ["x", Float32Array.from({ length: 20 }, normal)],
        ["ids", Float64Array.from({ length: 5 }, () => random.int(0, 8))],
      ]);
    const samples = Array.from({ length: 40 }, sample);
    const imported = await importOnnx(bytes, {
      samples: samples.slice(0, 32),
      targetDecibels: Infinity,
    });
    expect(imported.inputs.map(({ name, offset }) => [name, offset])).to.deep.equal([
      ["x", 0],
      ["ids", 20],
    ]);
    const runs = await compareRuns(bytes, imported, samples.slice(32));
    expect(decibelsOf(runs)).to.be.greaterThan(LEAST_DECIBELS);
  });

  it("leaves out a final Softmax, and says so", async () => {
    const { graph, samples } = graphOf({
      name: "last",
      dims: ROWS,
      build: (b, x) => b.node("Softmax", [b.linear(x, 12, 3)], { axis: -1 }),
    });
    const { output, report } = await importOnnx(encodeOnnx(graph), { samples });
    expect([output.name, output.withoutSoftmax]).to.deep.equal([graph.outputs[0], true]);
    expect(report.layers.map(({ operator }) => operator)).to.deep.equal(["Input", "Linear"]);
  });

  describe("refuses", () => {
    const { graph, samples } = graphOf(NETWORK);
    const refuses = async (
      changed: GraphInputs,
      options: { samples?: Sample[]; output?: string },
      ...expected: [OnnxError["code"], RegExp, { node: string; operator: string }?]
    ) => {
      let thrown: unknown;
      await importOnnx(encodeOnnx(changed), { samples, ...options }).catch((error: unknown) => {
        thrown = error;
      });
      refusesOnnx(
        () => {
          if (thrown !== undefined) throw thrown;
        },
        ...expected,
      );
    };

    it("no samples, samples that do not fit, and numbers that are not finite", async () => {
      await refuses(graph, { samples: [] }, "CALIBRATION", /no samples/);
      const short = [new Map([["x", new Float32Array(3)]])];
      await refuses(graph, { samples: short }, "INPUT", /"x" has 3 elements, not 210/);
      await refuses(graph, { samples: [new Map()] }, "INPUT", /"x" has undefined elements/);
      const odd = [new Map([["x", new Float32Array(210).fill(NaN)]])];
      await refuses(graph, { samples: odd }, "CALIBRATION", /"x" is NaN on sample 0/);
    });

    it("a graph whose output is its input", async () => {
      const outputs = ["y"];
      const nodes = [{ op: "Identity", inputs: ["x"], outputs }];
      await refuses({ ...graph, nodes, outputs }, {}, "OUTPUT", /the output is input "x"/);
    });

    it("no choice, or a wrong one, of several outputs", async () => {
      const outputs = [graph.nodes[0].outputs[0], graph.outputs[0]];
      await refuses({ ...graph, outputs }, {}, "OUTPUT", /choose one of the outputs/);
      await refuses({ ...graph, outputs }, { output: "z" }, "OUTPUT", /no output "z"/);
    });

    it("what has no lowering, by node and operator", async () => {
      const divided = graphOf({
        name: "div",
        dims: ROWS,
        build: (b, x) => b.node("Div", [x, b.node("ReduceSum", [x])]),
      });
      const [, node] = divided.graph.nodes;
      const at = { node: node.outputs[0], operator: "Div" };
      await refuses(divided.graph, { samples: divided.samples }, "OPERATOR", /by a constant/, at);
      const mod = graphOf({
        name: "mod",
        dims: ROWS,
        build: (b, x) => b.node("Mod", [x, b.noise([12], 0, 2)]),
      });
      const place = { node: mod.graph.outputs[0], operator: "Mod" };
      await refuses(mod.graph, { samples: mod.samples }, "OPERATOR", /no lowering/, place);
    });
  });
});
