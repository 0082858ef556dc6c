import { OnnxError, demand } from "../errors";
import { sizeOf } from "../graph/tensor";
import { arrange, naturalOrder } from "./held";
import { lowerBinary } from "./binary";
import { lowerInputs } from "./inputs";
import { lowerConv, lowerConvTranspose, lowerLinear } from "./layers";
import { Lowering } from "./lowering";
import {
  lowerConcat,
  lowerExpand,
  lowerGather,
  lowerPad,
  lowerReshape,
  lowerResize,
  lowerSlice,
  lowerSplit,
  lowerTranspose,
} from "./movement";
import { lowerArgMax, lowerPool, lowerReduction } from "./pooling";
import { lowerProduct } from "./product";
import { lowerNormalisation, lowerSoftmax } from "./rows";
import { lowerPointwise } from "./table";
import type { Model } from "../../src/index";
import type { Inferred, Step } from "../graph/infer";
import type { Statistics } from "./calibrate";
import type { Held } from "./held";
import type { PackedInput } from "./inputs";

type Lower = (lowering: Lowering, step: Step) => void;

const OPERATORS = new Map<string, Lower>([
  ["Add", lowerBinary],
  ["ArgMax", lowerArgMax],
  ["AveragePool", lowerPool],
  ["Concat", lowerConcat],
  ["Conv", lowerConv],
  ["ConvTranspose", lowerConvTranspose],
  ["Div", lowerBinary],
  ["Expand", lowerExpand],
  ["Flatten", lowerReshape],
  ["Gather", lowerGather],
  ["GlobalAveragePool", lowerReduction],
  ["LayerNormalization", lowerNormalisation],
  ["Linear", lowerLinear],
  ["MatMul", lowerProduct],
  ["Max", lowerBinary],
  ["MaxPool", lowerPool],
  ["Min", lowerBinary],
  ["Mul", lowerBinary],
  ["Pad", lowerPad],
  ["RMSNormalization", lowerNormalisation],
  ["ReduceMax", lowerReduction],
  ["ReduceMean", lowerReduction],
  ["ReduceSum", lowerReduction],
  ["Reshape", lowerReshape],
  ["Resize", lowerResize],
  ["Slice", lowerSlice],
  ["Softmax", lowerSoftmax],
  ["Split", lowerSplit],
  ["Squeeze", lowerReshape],
  ["Sub", lowerBinary],
  ["Transpose", lowerTranspose],
  ["Unsqueeze", lowerReshape],
  ["Upsample", lowerResize],
]);

/** Operators that give whole numbers as they are. */
const WHOLE_NUMBERS = new Set([
  "ArgMax",
  "Expand",
  "Flatten",
  "Gather",
  "ReduceMax",
  "Reshape",
  "Slice",
  "Split",
  "Squeeze",
  "Transpose",
  "Unsqueeze",
]);

/** A program that computes a graph, and where the graph's values are in it. */
export interface Lowered {
  readonly model: Model;
  readonly inputs: readonly PackedInput[];
  /** The graph's output in its own order, the program's last node. */
  readonly output: Held;
  /** All values that the program holds, by their name in the graph. */
  readonly held: ReadonlyMap<string, Held>;
}

/**
 * Makes a program of a graph with one output. Throws `OnnxError` OPERATOR or SHAPE with the node that
 * has no lowering, OUTPUT if there are several outputs; `ProgramError` and `QuantizeError` name nodes
 * of the program.
 *
 * @param statistics what calibration saw of each value.
 * @param leastDecibels signal to noise that 8 bits must give of weights, and of values that only layers
 * read; what gets less from them takes 16 bits.
 * @param progress told of each step that is done.
 */
export function lowerGraph(
  graph: Inferred,
  statistics: ReadonlyMap<string, Statistics>,
  leastDecibels: number,
  progress: (done: number, total: number) => void = () => undefined,
): Lowered {
  const lowering = new Lowering(graph, statistics, leastDecibels);
  const [name, ...others] = graph.outputs;
  if (others.length > 0) throw new OnnxError("OUTPUT", `choose one of ${graph.outputs.join(", ")}`);
  const copies = graph.inputs.some((input) => input.name === name);
  demand(!copies, "OUTPUT", `the output is input "${name}"`);
  const inputs = lowerInputs(lowering);
  graph.steps.forEach((step, index) => {
    lowerStep(lowering, step);
    progress(index + 1, graph.steps.length);
  });

  lowering.emit.begin(name);
  const last = lowering.get({ name, kind: "real", dims: [] });
  const output = arrange(lowering.emit, last, naturalOrder(last.dims));
  return { model: lowering.emit.builder.build(), inputs, output, held: lowering.held };
}

function lowerStep(lowering: Lowering, step: Step): void {
  const { node } = step;
  if (!node.outputs.some((name) => lowering.needs.need.has(name))) return;
  const [output] = node.outputs;
  lowering.emit.begin(output);
  const pointwise = lowering.pointwise.get(output);
  if (pointwise !== undefined) return lowerPointwise(lowering, output, pointwise);
  const lower = OPERATORS.get(node.operator);
  if (lower === undefined) throw new OnnxError("OPERATOR", "there is no lowering for it", node);
  const isMoved = step.results[0].kind === "real" || WHOLE_NUMBERS.has(node.operator);
  demand(isMoved, "OPERATOR", "there is no arithmetic of whole numbers", node);
  const isFull = step.results.every(
    ({ dims }, i) => !lowering.needs.need.has(node.outputs[i]) || sizeOf(dims) > 0,
  );
  demand(isFull, "SHAPE", "its result has no elements", node);
  lower(lowering, step);
}
