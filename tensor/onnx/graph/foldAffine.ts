import { sizeOf } from "./tensor";
import type { GraphNode } from "./graph";
import type { Rewriter } from "./rewrite";
import type { Elements } from "./tensor";

/** x * factor + offset for each channel, or for all if there is one. */
interface AffineMap {
  readonly factors: ArrayLike<number>;
  readonly offsets: ArrayLike<number>;
}

const LAYERS = ["Conv", "ConvTranspose", "Linear"];

/**
 * Writes products with constant matrices as `Linear` (weights of inputs x outputs, and a bias), and
 * folds into weights and bias of a layer whatever scales or shifts its channels next.
 */
export function foldLayers(rewriter: Rewriter): void {
  for (const node of [...rewriter.nodes.values()]) {
    const current = rewriter.nodes.get(node.outputs[0]) ?? node;
    if (current.operator === "MatMul") toLinear(rewriter, current);
    else if (current.operator === "Gemm") gemmToLinear(rewriter, current);
    else foldInto(rewriter, current);
  }
}

function toLinear(rewriter: Rewriter, node: GraphNode): void {
  const weights = rewriter.constants.get(node.inputs[1]);
  if (weights?.dims.length === 2) rewriter.replace(node, "Linear", node.inputs.slice(0, 2));
}

function gemmToLinear(rewriter: Rewriter, node: GraphNode): void {
  const [x, w, b] = node.inputs;
  const weights = rewriter.constants.get(w);
  const bias = b ? rewriter.constants.get(b) : undefined;
  const number = (name: string, byDefault: number) =>
    Number(node.attributes.get(name) ?? byDefault);
  if (weights === undefined || (b && bias === undefined) || number("transA", 0) !== 0) return;
  const [rows, cols] = weights.dims;
  const isTransposed = number("transB", 0) !== 0;
  const [inputs, outputs] = isTransposed ? [cols, rows] : [rows, cols];
  const fits = bias?.data.length === 1 || bias?.dims.at(-1) === bias?.data.length;
  if (!fits) return;
  const data = Float32Array.from({ length: inputs * outputs }, (_, i) => {
    const [input, output] = [Math.floor(i / outputs), i % outputs];
    const at = isTransposed ? output * inputs + input : i;
    return weights.data[at] * number("alpha", 1);
  });
  const names = [x, rewriter.addConstant(`${w}.linear`, [inputs, outputs], data)];
  if (bias !== undefined) {
    const biases = Float32Array.from(
      { length: outputs },
      (_, i) => at(bias.data, i) * number("beta", 1),
    );
    names.push(rewriter.addConstant(`${b}.linear`, [outputs], biases));
  }
  rewriter.replace(node, "Linear", names);
}

/** Folds `node` into the layer that it alone reads, if it scales or shifts channels. */
function foldInto(rewriter: Rewriter, node: GraphNode): void {
  const found = affineOf(rewriter, node);
  if (found === undefined) return;
  const layer = rewriter.producer(found.value, ...LAYERS);
  if (layer === undefined || !rewriter.isReadOnce(found.value)) return;
  const weights = rewriter.constants.get(layer.inputs[1]);
  if (weights === undefined || (layer.inputs[2] && !rewriter.constants.has(layer.inputs[2])))
    return;
  const grouped =
    layer.operator === "ConvTranspose" && Number(layer.attributes.get("group") ?? 1) > 1;
  if (grouped) return;

  const outputs = layer.operator === "Conv" ? weights.dims[0] : weights.dims[1];
  const { factors, offsets } = found.map;
  const inner =
    layer.operator === "Conv" ? sizeOf(weights.dims.slice(1)) : sizeOf(weights.dims.slice(2));
  const data = Float32Array.from(weights.data);
  for (let i = 0; i < data.length; i++) data[i] *= at(factors, Math.floor(i / inner) % outputs);
  const old = rewriter.constants.get(layer.inputs[2] ?? "")?.data;
  const bias = Float32Array.from(
    { length: outputs },
    (_, i) => (old?.[i] ?? 0) * at(factors, i) + at(offsets, i),
  );
  const [output] = node.outputs;
  rewriter.replace(
    node,
    layer.operator,
    [
      layer.inputs[0],
      rewriter.addConstant(`${output}.weights`, weights.dims, data),
      rewriter.addConstant(`${output}.bias`, [outputs], bias),
    ],
    layer.attributes,
  );
  rewriter.remove(layer);
}

function at(list: ArrayLike<number>, index: number): number {
  return list.length === 1 ? list[0] : list[index];
}

/** What a node does to the channels of the one value that it reads. */
function affineOf(
  rewriter: Rewriter,
  node: GraphNode,
): { value: string; map: AffineMap } | undefined {
  if (node.operator === "BatchNormalization") return batchNormalisation(rewriter, node);
  if (!["Add", "Sub", "Mul", "Div"].includes(node.operator)) return undefined;
  const [a, b] = node.inputs;
  const swapped = rewriter.constants.has(a);
  if (swapped && ["Sub", "Div"].includes(node.operator)) return undefined;
  const [value, constant] = swapped ? [b, a] : [a, b];
  const list = channelList(rewriter, value, constant);
  if (list === undefined) return undefined;
  return { value, map: affineMap(node.operator, list) };
}

function affineMap(operator: string, list: readonly number[]): AffineMap {
  switch (operator) {
    case "Add":
      return { factors: [1], offsets: list };
    case "Sub":
      return { factors: [1], offsets: list.map((x) => -x) };
    case "Mul":
      return { factors: list, offsets: [0] };
    default:
      return { factors: list.map((x) => 1 / x), offsets: [0] };
  }
}

/** A constant as one number, or one for each channel of a layer; undefined if it is neither. */
function channelList(
  rewriter: Rewriter,
  value: string,
  name: string,
): readonly number[] | undefined {
  const constant = rewriter.constants.get(name);
  const dims = rewriter.dims.get(value);
  if (constant === undefined || dims === undefined) return undefined;
  if (sizeOf(constant.dims) === 1 && constant.dims.length <= dims.length) return [...constant.data];
  const axis = channelAxis(rewriter, value, dims.length);
  const padded = [
    ...new Array<number>(Math.max(0, dims.length - constant.dims.length)).fill(1),
    ...constant.dims,
  ];
  const fits =
    padded.length === dims.length &&
    padded.every((dim, i) => dim === (i === axis ? dims[axis] : 1));
  return fits ? [...constant.data] : undefined;
}

/** The axis along which a layer has its channels. */
function channelAxis(rewriter: Rewriter, value: string, rank: number): number {
  return rewriter.producer(value, "Linear") === undefined ? 1 : rank - 1;
}

function batchNormalisation(
  rewriter: Rewriter,
  node: GraphNode,
): { value: string; map: AffineMap } | undefined {
  const [value, ...names] = node.inputs;
  const lists = names.map((name) => rewriter.constants.get(name)?.data);
  const [scale, bias, mean, variance] = lists;
  const { length: rank } = rewriter.dims.get(value) ?? [];
  if (lists.some((list) => list === undefined)) return undefined;
  if (channelAxis(rewriter, value, rank) !== 1) return undefined;
  const epsilon = Number(node.attributes.get("epsilon") ?? 1e-5);
  return { value, map: normalisationMap([scale, bias, mean, variance] as Elements[], epsilon) };
}

/** A batch normalisation as scale and shift of channels. */
function normalisationMap(
  [scale, bias, mean, variance]: readonly Elements[],
  epsilon: number,
): AffineMap {
  const factors = Float64Array.from(scale, (s, i) => s / Math.sqrt(variance[i] + epsilon));
  return { factors, offsets: factors.map((factor, i) => bias[i] - mean[i] * factor) };
}
