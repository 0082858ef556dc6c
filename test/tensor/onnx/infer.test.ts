import { expect } from "chai";
import { LIMITS, OnnxError, evaluate, inferGraph, parseOnnx } from "../../../tensor/onnx/index";
import { encodeOnnx } from "../../shared/onnx";
import { CASES, graphOf } from "../../shared/onnxCases";
import { refusesOnnx } from "../../shared/onnxErrors";
import { createRandom } from "../../shared/random";
import type { InputShapes } from "../../../tensor/onnx/index";
import type { GraphInputs, NodeInput } from "../../shared/onnx";

function infer(graph: GraphInputs, shapes?: InputShapes) {
  return inferGraph(parseOnnx(encodeOnnx(graph)), shapes);
}

/** Nodes in a row, each reading the one before. */
function chain(
  ...ops: (Omit<NodeInput, "inputs" | "outputs"> & { rest?: string[] })[]
): NodeInput[] {
  return ops.map(({ rest = [], ...node }, i) => ({
    ...node,
    inputs: [i === 0 ? "x" : `v${i - 1}`, ...rest],
    outputs: [i === ops.length - 1 ? "y" : `v${i}`],
  }));
}

/*
inferGraph
├── computes chains of shapes, and leaves out what no output needs
├── takes weights out of Constant nodes
├── fixes the lengths that an input leaves open
├── refuses as INPUT a shape that is missing, does not fit, or is of no input
├── refuses as CYCLE nodes that read themselves or each other
├── refuses as UNDEFINED values and outputs that nothing computes
├── refuses as OUTPUT an output that depends on no input
├── refuses as NOT_CONSTANT a shape that depends on an input
├── refuses as LIMIT
│   ├── a constant of too many elements
│   ├── constants that grow step by step
│   ├── a run of too many operations
│   ├── a value, or values of a run, of too many elements
│   ├── windows, and rows of them, that are too many
│   └── a list of parameters that is too long
├── refuses as OPERATOR what is not supported, by node and operator
└── ends in a graph or an OnnxError whatever numbers stand in attributes and shapes
*/
describe("inferGraph", () => {
  it("computes chains of shapes, and leaves out what no output needs", () => {
    const graph: GraphInputs = {
      inputs: { x: [1, 4, 2, 3] },
      outputs: ["y"],
      constants: {
        first: { dims: [1], type: "int64", data: [0] },
        second: { dims: [1], type: "int64", data: [2] },
        open: { dims: [1], type: "int64", data: [-1] },
      },
      nodes: [
        { op: "Shape", inputs: ["x"], outputs: ["shape"] },
        { op: "Slice", inputs: ["shape", "first", "second"], outputs: ["front"] },
        { op: "Concat", inputs: ["front", "open"], outputs: ["flat"], attributes: { axis: 0 } },
        { op: "Reshape", inputs: ["x", "flat"], outputs: ["y"] },
        { op: "Relu", inputs: ["x"], outputs: ["unused"] },
      ],
    };
    const { steps } = infer(graph);
    expect(steps.map(({ node, results: [{ dims }] }) => [node.operator, dims])).to.deep.equal([
      ["Reshape", [1, 4, 6]],
    ]);
  });

  it("takes weights out of Constant nodes", () => {
    const value = { dims: [2], data: [3, 4] };
    const inferred = infer({
      inputs: { x: [2] },
      outputs: ["y"],
      nodes: [
        { op: "Constant", inputs: [], outputs: ["w"], attributes: { value } },
        { op: "Mul", inputs: ["x", "w"], outputs: ["y"] },
      ],
    });
    expect([...(inferred.constants.get("w")?.data ?? [])]).to.deep.equal([3, 4]);
    const [y] = evaluate(inferred, new Map([["x", Float32Array.of(1, 2)]]));
    expect([...y]).to.deep.equal([3, 8]);
  });

  const OPEN: GraphInputs = {
    inputs: { x: ["batch", 3] },
    outputs: ["y"],
    nodes: chain({ op: "Relu" }),
  };

  it("fixes the lengths that an input leaves open", () => {
    const { inputs } = infer(OPEN, new Map([["x", [2, 3]]]));
    expect(inputs).to.deep.equal([{ name: "x", kind: "real", dims: [2, 3] }]);
  });

  it("refuses as INPUT a shape that is missing, does not fit, or is of no input", () => {
    refusesOnnx(() => infer(OPEN), "INPUT", /"x" needs a shape: it is \[\?,3\]/);
    for (const dims of [[2], [2, 4], [0, 3]]) {
      refusesOnnx(() => infer(OPEN, new Map([["x", dims]])), "INPUT", /"x" needs a shape/);
    }
    const stranger = new Map([["z", [1]]]);
    refusesOnnx(() => infer(OPEN, stranger), "INPUT", /no input "z"; there are: x/);
  });

  it("refuses as CYCLE nodes that read themselves or each other", () => {
    const graph = (nodes: NodeInput[]): GraphInputs => ({
      inputs: { x: [2] },
      outputs: ["y"],
      nodes,
    });
    const self = graph([{ op: "Add", inputs: ["x", "y"], outputs: ["y"] }]);
    refusesOnnx(() => infer(self), "CYCLE", /reads "y"/, { node: "y", operator: "Add" });
    const pair = graph([
      { op: "Add", inputs: ["x", "y"], outputs: ["z"] },
      { op: "Relu", inputs: ["z"], outputs: ["y"] },
    ]);
    refusesOnnx(() => infer(pair), "CYCLE", /reads "y"/, { node: "z", operator: "Add" });
  });

  it("refuses as UNDEFINED values and outputs that nothing computes", () => {
    const nodes = chain({ op: "Add", rest: ["w"] });
    const graph = { inputs: { x: [2] }, outputs: ["y"], nodes };
    refusesOnnx(() => infer(graph), "UNDEFINED", /reads "w"/, { node: "y", operator: "Add" });
    refusesOnnx(() => infer({ ...OPEN, inputs: { x: [2] }, outputs: ["z"] }), "UNDEFINED", /"z"/);
  });

  it("refuses as OUTPUT an output that depends on no input", () => {
    const nodes = chain({ op: "Shape" });
    refusesOnnx(() => infer({ inputs: { x: [2] }, outputs: ["y"], nodes }), "OUTPUT", /"y"/);
  });

  it("refuses as NOT_CONSTANT a shape that depends on an input", () => {
    const nodes: NodeInput[] = [{ op: "Reshape", inputs: ["x", "shape"], outputs: ["y"] }];
    const graph = { inputs: { x: [2], shape: [1] }, whole: ["shape"], outputs: ["y"], nodes };
    const at = { node: "y", operator: "Reshape" };
    refusesOnnx(() => infer(graph), "NOT_CONSTANT", /"shape" has to be constant/, at);
  });

  describe("refuses as LIMIT", () => {
    const graph = (nodes: NodeInput[], list: number[]): GraphInputs => ({
      inputs: { x: [1] },
      outputs: ["y"],
      constants: {
        list: { dims: [list.length], type: "int64", data: list },
        one: { dims: [1], data: [1] },
      },
      nodes: [...nodes, { op: "Add", inputs: ["x", "w"], outputs: ["y"] }],
    });

    it("a constant of too many elements", () => {
      const bomb = graph(
        [{ op: "ConstantOfShape", inputs: ["list"], outputs: ["w"] }],
        [65_536, 65_536],
      );
      const at = { node: "w", operator: "ConstantOfShape" };
      refusesOnnx(() => infer(bomb), "LIMIT", /4294967296 elements/, at);
      const expand = graph([{ op: "Expand", inputs: ["one", "list"], outputs: ["w"] }], [2 ** 29]);
      refusesOnnx(() => infer(expand), "LIMIT", /elements/, { node: "w", operator: "Expand" });
    });

    it("constants that grow step by step", () => {
      // Up to 2^24 elements, and then as many again.
      const nodes = Array.from({ length: 40 }, (_, i) => ({
        op: "Concat",
        inputs: i > 23 ? ["w23"] : i === 0 ? ["one", "one"] : [`w${i - 1}`, `w${i - 1}`],
        outputs: [i === 39 ? "w" : `w${i}`],
        attributes: { axis: 0 },
      }));
      refusesOnnx(() => infer(graph(nodes, [1])), "LIMIT", /too many elements/);
    });

    it("a run of too many operations", () => {
      const side = 5_000;
      const nodes = Array.from({ length: 40 }, (_, i) => ({
        op: "MatMul",
        inputs: [i === 0 ? "x" : `v${i - 1}`, "x"],
        outputs: [i === 39 ? "y" : `v${i}`],
      }));
      const long = { inputs: { x: [side, side] }, outputs: ["y"], nodes };
      refusesOnnx(() => infer(long), "LIMIT", /operations/, { node: "v0", operator: "MatMul" });
    });

    it("a value, or values of a run, of too many elements", () => {
      const list = { dims: [1], type: "int64", data: [LIMITS.resultElements] } as const;
      const expand = (name: string) => ({ op: "Expand", inputs: ["x", "list"], outputs: [name] });
      const nodes = Array.from({ length: 9 }, (_, i) => expand(i === 0 ? "y" : `v${i}`));
      const run = { inputs: { x: [1] }, outputs: ["y"], constants: { list }, nodes };
      refusesOnnx(() => infer(run), "LIMIT", /with "v7" a run has more than \d+ elements/);
      const larger = { ...list, data: [LIMITS.resultElements + 1] };
      const at = { node: "y", operator: "Expand" };
      refusesOnnx(
        () => infer({ ...run, constants: { list: larger } }),
        "LIMIT",
        /its result has/,
        at,
      );
    });

    it("windows, and rows of them, that are too many", () => {
      const image = { x: [1, 1, 2, 2] };
      const refuses = (constants: GraphInputs["constants"], text: RegExp, ...nodes: NodeInput[]) =>
        refusesOnnx(
          () => infer({ inputs: image, outputs: ["y"], constants, nodes }),
          "LIMIT",
          text,
        );
      const pads = [5_000, 5_000, 5_000, 5_000];
      const pool = chain({ op: "AveragePool", attributes: { kernel_shape: [5_001, 5_001], pads } });
      refuses({}, /5002 x 5002 windows/, ...pool);
      const w = { dims: [1, 1, 200, 200], data: new Float32Array(40_000) };
      const attributes = { pads: [0, 5_000, 199, 5_000] };
      refuses({ w }, /a row of its windows/, ...chain({ op: "Conv", rest: ["w"], attributes }));
    });

    it("a list of parameters that is too long", () => {
      const list = {
        dims: [4_097],
        type: "int64",
        data: new Array<number>(4_097).fill(1),
      } as const;
      const nodes = chain({ op: "Reshape", rest: ["list"] });
      const graph = { inputs: { x: [1] }, outputs: ["y"], constants: { list }, nodes };
      refusesOnnx(() => infer(graph), "LIMIT", /its input 1 has 4097 elements/);
    });
  });

  it("refuses as OPERATOR what is not supported, by node and operator", () => {
    const nodes = chain({ op: "Relu" }, { op: "NonZero" });
    const graph = { inputs: { x: [2] }, outputs: ["y"], nodes };
    const at = { node: "y", operator: "NonZero" };
    refusesOnnx(() => infer(graph), "OPERATOR", /not supported/, at);
  });

  it("ends in a graph or an OnnxError whatever numbers stand in attributes and shapes", () => {
    const random = createRandom(9);
    const odd = () => random.pick([0, 1, -1, 2, -2, 3, 7, 65_537, 2 ** 31, -(2 ** 31), 2 ** 53]);
    const change = (list: readonly number[]) =>
      list.map((value) => (random.oneIn(3) ? odd() : value));
    const codes = new Set<string>();
    for (let i = 0; i < 1_500; i++) {
      const graph = graphOf(random.pick(CASES)).graph;
      const nodes = graph.nodes.map((node) => {
        const entries = Object.entries(node.attributes ?? {}).map(([name, value]) => {
          if (typeof value === "number") return [name, change([value])[0]];
          return [name, Array.isArray(value) ? change(value as number[]) : value];
        });
        return { ...node, attributes: Object.fromEntries(entries) as NodeInput["attributes"] };
      });
      const constants = Object.fromEntries(
        Object.entries(graph.constants ?? {}).map(([name, constant]) => [
          name,
          constant.type === "int64"
            ? { ...constant, data: change(Array.from(constant.data)) }
            : constant,
        ]),
      );
      try {
        infer({ ...graph, nodes, constants });
      } catch (error) {
        expect(error, JSON.stringify(nodes)).to.be.instanceOf(OnnxError);
        codes.add((error as OnnxError).code);
      }
    }
    expect([...codes]).to.include.members(["SHAPE", "LIMIT"]);
  });
});
