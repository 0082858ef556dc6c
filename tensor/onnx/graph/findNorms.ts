import type { AttributeValue, GraphNode } from "./graph";
import type { Rewriter } from "./rewrite";

/** A value divided by its root mean square, found among other nodes. */
interface Norm {
  readonly x: string;
  readonly epsilon: number;
  readonly centred: boolean;
}

/**
 * Puts LayerNormalization and RMSNormalization in the place of the nodes that compute them step by
 * step: mean, difference, square, mean, epsilon, root, quotient, and scale and bias if they follow.
 */
export function findNorms(rewriter: Rewriter): void {
  for (const node of [...rewriter.nodes.values()]) {
    const norm = normOf(rewriter, node);
    if (norm === undefined) continue;
    const cols = rewriter.dims.get(norm.x)?.at(-1) ?? 0;
    const ones = rewriter.addConstant(
      `${node.outputs[0]}.ones`,
      [cols],
      new Float32Array(cols).fill(1),
    );
    const operator = norm.centred ? "LayerNormalization" : "RMSNormalization";
    const attributes = new Map<string, AttributeValue>([
      ["axis", -1],
      ["epsilon", norm.epsilon],
    ]);
    rewriter.replace(node, operator, [norm.x, ones], attributes);
  }
  for (const node of [...rewriter.nodes.values()]) mergeScale(rewriter, node);
}

/** Takes the scale, or the bias, that follows a normalisation into it. */
function mergeScale(rewriter: Rewriter, node: GraphNode): void {
  if (!["Mul", "Add"].includes(node.operator)) return;
  for (const [value, name] of [node.inputs, [...node.inputs].reverse()]) {
    const norm = rewriter.producer(value, "LayerNormalization", "RMSNormalization");
    const constant = rewriter.constants.get(name);
    const cols = rewriter.dims.get(value)?.at(-1);
    if (norm === undefined || constant === undefined || cols === undefined) continue;
    if (constant.data.length !== cols || constant.dims.at(-1) !== cols) continue;
    if (!rewriter.isAsLong(value, node.outputs[0])) continue;
    const isScale = node.operator === "Mul";
    const scale = rewriter.constants.get(norm.inputs[1]);
    const plain = norm.inputs.length === 2 && (!isScale || scale?.data.every((x) => x === 1));
    if (!plain || !rewriter.isReadOnce(value)) continue;
    if (!isScale && norm.operator === "RMSNormalization") continue;
    const flat = rewriter.addConstant(
      `${node.outputs[0]}.${isScale ? "scale" : "bias"}`,
      [cols],
      constant.data,
    );
    const inputs = isScale ? [norm.inputs[0], flat] : [norm.inputs[0], norm.inputs[1], flat];
    rewriter.replace(node, norm.operator, inputs, norm.attributes);
    rewriter.remove(norm);
    return;
  }
}

function normOf(rewriter: Rewriter, node: GraphNode): Norm | undefined {
  const quotient = quotientOf(rewriter, node);
  if (quotient === undefined) return undefined;
  const sum = rewriter.producer(rewriter.producer(quotient.root, "Sqrt")?.inputs[0] ?? "", "Add");
  if (sum === undefined) return undefined;
  const swapped = rewriter.constants.has(sum.inputs[0]);
  const epsilon = rewriter.scalar(sum.inputs[swapped ? 0 : 1]);
  const square = meanOf(rewriter, sum.inputs[swapped ? 1 : 0]);
  if (epsilon === undefined || square === undefined) return undefined;
  const c = squareRoot(rewriter, square);
  if (c !== quotient.value) return undefined;
  const x = centreOf(rewriter, c);
  if (!rewriter.isAsLong(c, node.outputs[0])) return undefined;
  return x === undefined ? { x: c, epsilon, centred: false } : { x, epsilon, centred: true };
}

/** value / root, or value x (1 / root). */
function quotientOf(
  rewriter: Rewriter,
  { operator, inputs }: GraphNode,
): { value: string; root: string } | undefined {
  if (operator === "Div") return { value: inputs[0], root: inputs[1] };
  if (operator !== "Mul") return undefined;
  for (const [value, other] of [inputs, [...inputs].reverse()]) {
    const inverse = rewriter.producer(other, "Reciprocal", "Div");
    if (inverse?.operator === "Reciprocal") return { value, root: inverse.inputs[0] };
    if (inverse !== undefined && rewriter.scalar(inverse.inputs[0]) === 1) {
      return { value, root: inverse.inputs[1] };
    }
  }
  return undefined;
}

/** What `name` is the mean of along the last axis. */
function meanOf(rewriter: Rewriter, name: string): string | undefined {
  const mean = rewriter.producer(name, "ReduceMean");
  if (mean === undefined) return undefined;
  const [x, list] = mean.inputs;
  const dims = rewriter.dims.get(x) ?? [];
  const axes = list ? [...(rewriter.constants.get(list)?.data ?? [])] : mean.attributes.get("axes");
  const single =
    Array.isArray(axes) && axes.length === 1 && [-1, dims.length - 1].includes(axes[0]);
  return single && Number(mean.attributes.get("keepdims") ?? 1) !== 0 ? x : undefined;
}

/** What `name` is the square of. */
function squareRoot(rewriter: Rewriter, name: string): string | undefined {
  const node = rewriter.producer(name, "Pow", "Mul");
  if (node === undefined) return undefined;
  const [x, y] = node.inputs;
  const isSquare = node.operator === "Mul" ? x === y : rewriter.scalar(y) === 2;
  return isSquare ? x : undefined;
}

/** What `name` is the difference of to its mean. */
function centreOf(rewriter: Rewriter, name: string): string | undefined {
  const difference = rewriter.producer(name, "Sub");
  if (difference === undefined) return undefined;
  const [x, mean] = difference.inputs;
  return meanOf(rewriter, mean) === x ? x : undefined;
}
