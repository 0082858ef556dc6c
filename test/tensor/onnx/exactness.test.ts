import { expect } from "chai";
import { importOnnx } from "../../../tensor/onnx/index";
import { encodeOnnx } from "../../shared/onnx";
import { refusesOnnx } from "../../shared/onnxErrors";
import { OnnxBuilder, compareRuns, createNormal, decibelsOf } from "../../shared/onnxModels";
import type { OnnxError, Sample } from "../../../tensor/onnx/index";
import type { GraphInputs } from "../../shared/onnx";

type Build = (b: OnnxBuilder) => string;
type Fill = (index: number, normal: () => number) => number;

const LEAST_DECIBELS = 45;
const [CALIBRATED, SAMPLES] = [24, 30];
const NORMAL: Fill = (_, normal) => normal();

function graphOf(inputs: GraphInputs["inputs"], build: Build, whole: string[] = []) {
  const b = new OnnxBuilder(createNormal(1));
  return b.finish(inputs, build(b), whole);
}

function samplesOf({ inputs }: GraphInputs, fill: Fill): Sample[] {
  const normal = createNormal(2);
  return Array.from({ length: SAMPLES }, () => {
    const filled = Object.entries(inputs).map(([name, dims]) => {
      const length = (dims as number[]).reduce((product, dim) => product * dim, 1);
      const data = Float32Array.from({ length }, (_, i) => fill(i, normal));
      return [name, data] as const;
    });
    return new Map(filled);
  });
}

function imported(graph: GraphInputs, samples: readonly Sample[]) {
  const options = { samples: samples.slice(0, CALIBRATED), targetDecibels: Infinity };
  return importOnnx(encodeOnnx(graph), options);
}

/** Decibels on samples that calibration did not see, against the graph as it was read. */
async function decibels(inputs: GraphInputs["inputs"], build: Build, fill = NORMAL) {
  const graph = graphOf(inputs, build);
  const samples = samplesOf(graph, fill);
  const model = await imported(graph, samples);
  return decibelsOf(await compareRuns(encodeOnnx(graph), model, samples.slice(CALIBRATED)));
}

async function refuses(
  graph: GraphInputs,
  ...expected: [OnnxError["code"], RegExp, { node: string; operator: string }?]
): Promise<void> {
  let thrown: unknown;
  await imported(graph, samplesOf(graph, NORMAL)).catch((error: unknown) => {
    thrown = error;
  });
  refusesOnnx(
    () => {
      if (thrown !== undefined) throw thrown;
    },
    ...expected,
  );
}

const EXACT: readonly [string, GraphInputs["inputs"], Build, Fill?][] = [
  [
    "a bias below what masks",
    { x: [4] },
    (b) => b.node("Add", ["x", b.constant([4], (i) => i * -9e3)]),
  ],
  [
    "values below what masks",
    { x: [8] },
    (b) => b.node("Mul", ["x", b.number(-20_000)]),
    (_, normal) => Math.abs(normal()),
  ],
  [
    "a border out of the range of what it surrounds",
    { x: [1, 2, 3, 4] },
    (b) => b.node("Pad", [b.node("Abs", ["x"]), b.whole(0, 1, 0, 2, 0, 0, 1, 1), b.number(-50)]),
  ],
  [
    "shares that do not lie along the rows of a product",
    { x: [1, 4, 64], y: [1, 64, 3] },
    (b) => b.node("MatMul", [b.node("Softmax", ["x"], { axis: 1 }), b.node("Abs", ["y"])]),
    (_, normal) => 8 * normal(),
  ],
  [
    "rows of equal numbers, normalised",
    { x: [2, 8] },
    (b) => {
      const x = b.node("Concat", ["x", b.constant([2, 8], () => -3)], { axis: 0 });
      const square = b.node("ReduceMean", [b.node("Mul", [x, x])], { axes: [-1] });
      return b.node("Div", [x, b.node("Sqrt", [b.node("Add", [square, b.number(1e-5)])])]);
    },
  ],
  [
    "an epsilon as large as the variance",
    { x: [3, 16] },
    (b) => {
      const scale = b.constant([16], () => 1);
      return b.node("LayerNormalization", ["x", scale], { epsilon: { float: 1 } });
    },
  ],
  [
    "a function that changes nothing but fractions",
    { x: [64] },
    (b) => b.node("Floor", ["x"]),
    // 16 steps of the format for this range are 1.
    (i) => (i === 0 ? 32_767 / 32 : i * 0.37),
  ],
  [
    "a function that adds an axis, in another order",
    { x: [3, 4] },
    (b) =>
      b.node("Transpose", [b.node("Mul", ["x", b.constant([1, 1, 1], () => 2)])], {
        perm: [2, 0, 1],
      }),
  ],
  [
    "an axis that is named twice",
    { x: [3, 4, 5] },
    (b) => b.node("ReduceSum", ["x", b.whole(1, -2)]),
  ],
  [
    "a sum of a prime number of numbers",
    { x: [2, 16_411] },
    (b) => b.node("ReduceSum", ["x", b.whole(1)]),
    (i, normal) => 0.1 + normal() * 0.1 + (i % 2) * 0.2,
  ],
  [
    "a mean of more numbers than fit i32 in 16 bits",
    { x: [1, 1, 400, 400] },
    (b) => b.node("GlobalAveragePool", ["x"]),
    (_, normal) => 1 + 0.01 * normal(),
  ],
  [
    "averages of more windows than arguments fit a call",
    { x: [1, 1, 400, 400] },
    (b) => b.node("AveragePool", ["x"], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  ],
  ["an input that nothing reads", { x: [2, 3], idle: [4] }, (b) => b.node("Tanh", ["x"])],
  [
    "an input by the name of a constant that simplifying adds",
    { x: [1, 2], "v3.weights": [1, 2] },
    (b) => {
      const layer = b.node("MatMul", ["x", b.noise([2, 2], 1)]);
      const scaled = b.node("Mul", [layer, b.number(3)]);
      expect(scaled).to.equal("v3");
      return b.node("Add", [scaled, "v3.weights"]);
    },
  ],
];

/*
exactness
├── programs give what floating point gives for
│   ├── a bias, and values, below what masks
│   ├── a border out of the range of what it surrounds
│   ├── shares that do not lie along the rows of a product
│   ├── rows of equal numbers, normalised, and an epsilon as large as the variance
│   ├── a function that changes nothing but fractions, and one that adds an axis
│   ├── an axis that is named twice
│   ├── long sums and means, and many averages
│   └── inputs that nothing reads, or by the name of a constant that simplifying adds
├── whole numbers are kept whole, also those that calibration did not see
├── the report measures what cannot be kept
└── refuses by node and operator
    ├── weights and biases that are no constants
    ├── arithmetic of whole numbers
    ├── channels that are no columns
    ├── results without elements
    └── numbers too small beside epsilon
*/
describe("exactness", function () {
  this.timeout(60_000);

  describe("programs give what floating point gives for", () => {
    for (const [name, inputs, build, fill] of EXACT) {
      it(name, async () => {
        expect(await decibels(inputs, build, fill)).to.be.greaterThan(LEAST_DECIBELS);
      });
    }
  });

  it("whole numbers are kept whole, also those that calibration did not see", async () => {
    const words = 50_000;
    const build: Build = (b) => b.node("Gather", [b.noise([words, 2], 1), "ids"]);
    const graph = graphOf({ ids: [2] }, (b) => b.node("Tanh", [build(b)]), ["ids"]);
    const sample = (...ids: number[]) => new Map([["ids", Float64Array.from(ids)]]);
    const model = await importOnnx(encodeOnnx(graph), { samples: [sample(1, 2)] });
    const samples = [sample(40_000, words - 1), sample(-1, 3)];
    const runs = await compareRuns(encodeOnnx(graph), model, [samples[0]]);
    expect(decibelsOf(runs)).to.be.greaterThan(LEAST_DECIBELS);
    const [negative] = await compareRuns(encodeOnnx(graph), model, [samples[1]]);
    expect(negative.integer[0]).to.be.closeTo(negative.exact[0], 1e-3);
  });

  it("the report measures what cannot be kept", async () => {
    const graph = graphOf({ x: [8], y: [8] }, (b) => {
      const [x, y] = ["x", "y"].map((name) => b.node("Add", [name, b.number(1e5)]));
      return b.node("Tanh", [b.node("Sub", [x, y])]);
    });
    const { report } = await imported(graph, samplesOf(graph, NORMAL));
    expect(report.decibels).to.be.lessThan(10);
  });

  describe("refuses by node and operator", () => {
    const image = { x: [1, 4, 2, 2] };
    /** A list of four numbers that depends on x. */
    const list = (b: OnnxBuilder) =>
      b.node("Reshape", [b.node("GlobalAveragePool", ["x"]), b.whole(4)]);

    it("weights and biases that are no constants", async () => {
      const builds: [string, Build][] = [
        ["Conv", (b) => b.node("Conv", ["x", b.noise([4, 4, 1, 1], 1), list(b)])],
        ["Conv", (b) => b.node("Conv", ["x", b.node("Reshape", [list(b), b.whole(1, 4, 1, 1)])])],
        ["ConvTranspose", (b) => b.node("ConvTranspose", ["x", b.noise([4, 4, 1, 1], 1), list(b)])],
        [
          "LayerNormalization",
          (b) => {
            const rows = b.node("Transpose", ["x"], { perm: [0, 2, 3, 1] });
            return b.node("LayerNormalization", [rows, b.constant([4], () => 1), list(b)]);
          },
        ],
      ];
      for (const [operator, build] of builds) {
        const graph = graphOf(image, build);
        const at = { node: graph.outputs[0], operator };
        await refuses(graph, "NOT_CONSTANT", /has to be constant/, at);
      }
    });

    it("arithmetic of whole numbers", async () => {
      const table = (b: OnnxBuilder) => b.noise([9, 2], 1);
      const builds: [string, Build][] = [
        ["Add", (b) => b.node("Gather", [table(b), b.node("Add", ["ids", b.whole(1)])])],
        ["ReduceSum", (b) => b.node("Gather", [table(b), b.node("ReduceSum", ["ids"])])],
        [
          "Concat",
          (b) => b.node("Gather", [table(b), b.node("Concat", ["ids", b.whole(1)], { axis: 0 })]),
        ],
      ];
      for (const [operator, build] of builds) {
        const graph = graphOf({ ids: [2] }, build, ["ids"]);
        const node = graph.nodes[0].outputs[0];
        const samples = [new Map([["ids", Float64Array.of(1, 2)]])];
        let thrown: unknown;
        await imported(graph, samples).catch((error: unknown) => {
          thrown = error;
        });
        refusesOnnx(
          () => {
            throw thrown;
          },
          "OPERATOR",
          /arithmetic of whole numbers/,
          { node, operator },
        );
      }
    });

    it("channels that are no columns", async () => {
      const four = (b: OnnxBuilder) => [1, 2, 3, 4].map((i) => b.constant([5], (k) => 1 + k * i));
      const batch = graphOf({ x: [2, 5, 5] }, (b) =>
        b.node("BatchNormalization", [b.node("MatMul", ["x", b.noise([5, 5], 1)]), ...four(b)]),
      );
      const at = { node: batch.outputs[0], operator: "BatchNormalization" };
      await refuses(batch, "OPERATOR", /no lowering/, at);
      const gemm = graphOf({ x: [4, 6] }, (b) =>
        b.node("Gemm", ["x", b.noise([6, 4], 1), b.noise([4, 1], 1)]),
      );
      const place = { node: gemm.outputs[0], operator: "Gemm" };
      await refuses(gemm, "OPERATOR", /no lowering/, place);
    });

    it("results without elements", async () => {
      const graph = graphOf({ x: [4, 2] }, (b) => {
        const none = b.node("Slice", ["x", b.whole(3), b.whole(1), b.whole(0)]);
        return b.node("Concat", ["x", none], { axis: 0 });
      });
      const [{ outputs }] = graph.nodes;
      await refuses(graph, "SHAPE", /no elements/, { node: outputs[0], operator: "Slice" });
    });

    it("numbers too small beside epsilon", async () => {
      const graph = graphOf({ x: [2, 4] }, (b) => {
        const small = b.node("Mul", ["x", b.number(1e-9)]);
        return b.node("LayerNormalization", [small, b.constant([4], () => 1)]);
      });
      const at = { node: graph.outputs[0], operator: "LayerNormalization" };
      await refuses(graph, "CALIBRATION", /too small beside epsilon/, at);
    });
  });
});
