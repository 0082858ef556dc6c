import { OnnxError, inferGraph, parseOnnx } from "../../tensor/onnx/index";
import { encodeOnnx } from "./onnx";
import { OnnxBuilder, createNormal } from "./onnxModels";
import { createRandom, randomFactors } from "./random";
import type { AttributeInput, GraphInputs } from "./onnx";
import type { Random } from "./random";

/** A value of a graph, and the lengths of its axes. */
interface RandomValue {
  readonly name: string;
  readonly dims: readonly number[];
}

/** Adds nodes that read `x`, right or wrong, and gives what they put out. */
type Step = (g: RandomGraph, x: RandomValue) => string;

const [OPSET, MOST_ELEMENTS, MOST_STEPS] = [17, 2_000, 8];

/** A graph of random operators on input `x`, with random attributes; equal seeds give equal graphs. */
export function randomOnnx(seed: number): GraphInputs & { readonly inputs: { x: number[] } } {
  const random = createRandom(seed);
  const rank = random.pick([2, 3, 4, 4, 5]);
  const dims = Array.from({ length: rank }, (_, i) =>
    rank === 4 && i === 0 ? 1 : random.int(1, 6),
  );
  const graph = new RandomGraph(random, new OnnxBuilder(createNormal(seed)), dims);
  const steps = random.int(1, MOST_STEPS);
  for (let i = 0; i < steps; i++) graph.add(random.pick(STEPS));
  return { ...graph.finish(), inputs: { x: dims } };
}

class RandomGraph {
  private readonly values: RandomValue[];

  constructor(
    readonly random: Random,
    readonly builder: OnnxBuilder,
    private readonly dims: readonly number[],
  ) {
    this.values = [{ name: "x", dims }];
  }

  /** One more step after any value, the last as often as all others; none if it is refused. */
  add(step: Step): void {
    const { nodes } = this.builder;
    const count = nodes.length;
    const name = step(this, this.random.oneIn(2) ? this.last : this.random.pick(this.values));
    const dims = this.dimsOf(name);
    if (dims === undefined) nodes.length = count;
    else this.values.push({ name, dims });
  }

  /** The last value through a function, so that each graph does some work. */
  finish(): GraphInputs {
    const graph = this.builder.finish({ x: this.dims }, this.node("Elu", [this.last.name]));
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    const constants = Object.entries(graph.constants ?? {}).filter(([name]) => read.has(name));
    return { ...graph, opset: OPSET, constants: Object.fromEntries(constants) };
  }

  node(op: string, inputs: readonly string[], attributes?: Record<string, AttributeInput>): string {
    return this.builder.node(op, inputs, attributes);
  }

  noise(...dims: number[]): string {
    return this.builder.noise(dims, 0.5);
  }

  /** Between, as often as not counted from the end. */
  axis(rank: number): number {
    return this.random.int(-rank, rank - 1);
  }

  /** Any value. */
  other(): string {
    return this.random.pick(this.values).name;
  }

  ints(length: number, least: number, most: number): number[] {
    return Array.from({ length }, () => this.random.int(least, most));
  }

  private get last(): RandomValue {
    return this.values[this.values.length - 1];
  }

  private dimsOf(name: string): readonly number[] | undefined {
    try {
      const bytes = encodeOnnx(this.builder.finish({ x: this.dims }, name));
      const [result] = inferGraph(parseOnnx(bytes)).steps.at(-1)?.results ?? [];
      const size = result?.dims.reduce((product, dim) => product * dim, 1) ?? 0;
      return size >= 1 && size <= MOST_ELEMENTS ? result.dims : undefined;
    } catch (error) {
      if (error instanceof OnnxError) return undefined;
      throw error;
    }
  }
}

const FUNCTIONS = ["Abs", "Cos", "Elu", "Erf", "HardSwish", "LeakyRelu", "Neg", "Relu", "Tanh"];
const PAIRS = ["Add", "Max", "Min", "Mul", "Sub"];

function windows(g: RandomGraph): Record<string, AttributeInput> {
  const auto_pad = g.random.pick(["NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"]);
  const pads: Record<string, AttributeInput> =
    auto_pad === "NOTSET" ? { pads: g.ints(4, 0, 1) } : {};
  return { auto_pad, ...pads, strides: g.ints(2, 1, 2) };
}

/** A constant that spreads over `dims`. */
function spreading(g: RandomGraph, dims: readonly number[]): string {
  const part = dims.slice(g.random.int(0, dims.length));
  return g.noise(...part.map((dim) => (g.random.oneIn(3) ? 1 : dim)));
}

const STEPS: readonly Step[] = [
  (g, { name }) => g.node(g.random.pick(FUNCTIONS), [name]),
  (g, { name, dims }) => {
    const pair = [name, spreading(g, dims)];
    return g.node(g.random.pick(PAIRS), g.random.oneIn(2) ? pair : pair.reverse());
  },
  (g, { name }) => g.node(g.random.pick(PAIRS), [name, g.other()]),
  (g, { name }) => g.node("Pow", [name, g.builder.number(2)]),
  (g, { name }) => g.node("Clip", [name, g.builder.number(-0.5), ""]),
  (g, { name, dims: [, channels = 1] }) => {
    const group = g.random.pick([1, 2, 3, channels]);
    const filters = group * g.random.int(1, 3);
    const w = g.noise(filters, Math.max(1, Math.floor(channels / group)), ...g.ints(2, 1, 3));
    return g.node("Conv", [name, w, g.noise(filters)], { group, ...windows(g) });
  },
  (g, { name, dims: [, channels = 1] }) => {
    const strides = g.ints(2, 1, 2);
    return g.node("ConvTranspose", [name, g.noise(channels, 2, ...strides)], { strides });
  },
  (g, { name, dims: [, channels = 1] }) => {
    const rows = [g.builder.constant([channels], () => 1.5), g.noise(channels), g.noise(channels)];
    const layer = g.node("Conv", [name, g.noise(channels, channels, 1, 1)]);
    const variance = g.builder.constant([channels], (i) => 1 + i);
    return g.node("BatchNormalization", [layer, ...rows, variance]);
  },
  (g, { name }) => {
    const attributes = { kernel_shape: g.ints(2, 2, 3), ceil_mode: g.random.int(0, 1) };
    return g.node("MaxPool", [name], { ...attributes, ...windows(g) });
  },
  (g, { name }) => {
    const attributes = { kernel_shape: g.ints(2, 2, 3), count_include_pad: g.random.int(0, 1) };
    const ceil_mode = g.random.int(0, 1);
    return g.node("AveragePool", [name], { ...attributes, ceil_mode, pads: g.ints(4, 0, 1) });
  },
  (g, { name, dims }) => g.node("MatMul", [name, g.noise(dims.at(-1) ?? 1, g.random.int(1, 5))]),
  (g, { name, dims }) => {
    const cols = g.random.int(1, 5);
    const product = g.node("MatMul", [name, g.noise(dims.at(-1) ?? 1, cols)]);
    return g.node(g.random.pick(PAIRS), [spreading(g, [1, cols]), product]);
  },
  (g, { name, dims }) => {
    const perm = dims.map((_, axis) => axis);
    perm.push(...perm.splice(-2).reverse());
    const turned = g.node("Transpose", [g.node("Tanh", [name])], { perm });
    return g.node("MatMul", g.random.oneIn(2) ? [name, turned] : [turned, name]);
  },
  (g, { name, dims }) => {
    const [cols, transB] = g.ints(2, 1, 4);
    const inner = dims.at(-1) ?? 1;
    const w = transB > 2 ? g.noise(cols, inner) : g.noise(inner, cols);
    const attributes = { transB: Number(transB > 2), alpha: { float: 0.5 }, beta: { float: 2 } };
    return g.node("Gemm", [name, w, spreading(g, [1, cols])], attributes);
  },
  (g, { name, dims }) => {
    const perm = dims.map((_, axis) => axis);
    for (let i = perm.length - 1; i > 0; i--) {
      const j = g.random.int(0, i);
      [perm[i], perm[j]] = [perm[j], perm[i]];
    }
    return g.node("Transpose", [name], { perm });
  },
  (g, { name, dims }) => {
    const size = dims.reduce((product, dim) => product * dim, 1);
    const factors = randomFactors(g.random, size, g.random.int(1, 5));
    if (g.random.oneIn(2)) factors[g.random.int(0, factors.length - 1)] = -1;
    return g.node("Reshape", [name, g.builder.whole(...factors)]);
  },
  (g, { name, dims }) => g.node("Flatten", [name], { axis: g.axis(dims.length) }),
  (g, { name, dims }) => g.node("Squeeze", [name, g.builder.whole(g.axis(dims.length))]),
  (g, { name, dims }) => g.node("Unsqueeze", [name, g.builder.whole(g.axis(dims.length + 1))]),
  (g, { name, dims }) => {
    const { whole } = g.builder;
    const axis = g.axis(dims.length);
    const ends = g.ints(2, -7, 7).map((at) => whole.call(g.builder, at));
    const step = whole.call(g.builder, g.random.pick([1, 2, -1, -2]));
    return g.node("Slice", [name, ...ends, whole.call(g.builder, axis), step]);
  },
  (g, { name, dims }) => {
    const axis = g.axis(dims.length);
    const length = dims.at(axis) ?? 1;
    const output = g.node("Neg", [name]);
    const lengths = g.builder.whole(1, length - 1);
    const outputs = [`${output}.first`, `${output}.rest`];
    g.builder.nodes.push({ op: "Split", inputs: [output, lengths], outputs, attributes: { axis } });
    return g.random.pick(outputs);
  },
  (g, { name, dims }) => {
    const axis = g.axis(dims.length);
    const more = g.noise(
      ...dims.map((dim, i) => (i === (axis + dims.length) % dims.length ? 2 : dim)),
    );
    return g.node(
      "Concat",
      g.random.pick([
        [name, g.other()],
        [name, more, name],
        [more, name],
      ]),
      {
        axis,
      },
    );
  },
  (g, { name, dims }) => {
    const indices = g.builder.whole(...g.ints(g.random.int(1, 4), -2, 1));
    return g.node("Gather", [name, indices], { axis: g.axis(dims.length) });
  },
  (g, { name, dims }) => {
    const pads = g.builder.whole(...g.ints(2 * dims.length, 0, 1));
    return g.node("Pad", [name, pads, g.builder.number(g.random.pick([0, 0.5, -3]))]);
  },
  (g, { name, dims }) =>
    g.node("Expand", [name, g.builder.whole(...dims.map((dim) => g.random.pick([1, dim, 2])))]),
  (g, { name, dims }) => {
    const axes = [...new Set(g.ints(2, 0, dims.length - 1))];
    const op = g.random.pick(["ReduceMean", "ReduceMax"]);
    return g.node(op, [name], { axes, keepdims: g.random.int(0, 1) });
  },
  (g, { name, dims }) => {
    const axes = g.builder.whole(g.axis(dims.length));
    return g.node("ReduceSum", [name, axes], { keepdims: g.random.int(0, 1) });
  },
  (g, { name }) => g.node("GlobalAveragePool", [name]),
  (g, { name, dims }) => g.node("Softmax", [name], { axis: g.axis(dims.length) }),
  (g, { name, dims }) => {
    const cols = dims.at(-1) ?? 1;
    return g.node("LayerNormalization", [name, g.noise(cols), g.noise(cols)], {
      epsilon: { float: 0.01 },
    });
  },
  (g, { name }) => {
    const scales = [1, 1, ...g.ints(2, 5, 20).map((tenths) => tenths / 10)];
    const attributes = {
      mode: "nearest",
      coordinate_transformation_mode: g.random.pick(["asymmetric", "half_pixel"]),
      nearest_mode: g.random.pick(["floor", "round_prefer_floor"]),
    };
    return g.node("Resize", [name, "", g.builder.constant([4], (i) => scales[i])], attributes);
  },
];
