import { dtypeMin } from "../../src/index";
import { sizeOf } from "../graph/tensor";
import { wideFormat } from "./formats";
import { MASK_DEPTH } from "./lowering";
import { arrange, isSameOrder, memoryStrides, readAt } from "./held";
import { centred, rescale } from "./rescale";
import type { Affine, Value } from "../../src/index";
import type { Step } from "../graph/infer";
import type { Operand } from "../operators/call";
import type { Emitter } from "./emitter";
import type { Held } from "./held";
import type { Lowering } from "./lowering";

/** Bits of a sum's result beyond the integer part. */
const FRACTION_BITS = 8;

/** Sum, difference, product, least and greatest of two values. */
export function lowerBinary(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const { operator, outputs } = step.node;
  const { dims } = step.results[0];
  const [a, second] = step.operands as readonly Operand[];
  const b = operator === "Div" ? inverse(lowering, step, second) : lowering.get(second);
  const [x, y] = alike(emit, spread(lowering.get(a), dims), spread(b, dims), dims);
  const affine = formatOf(lowering, outputs[0], [a, second]);
  const { order } = sizeOf(x.dims) === sizeOf(dims) ? x : y;
  const value = combine(emit, operator, x, y, affine);
  lowering.hold(outputs[0], { value, dims, order, affine });
}

/** The format of a result; one in which a constant masks elements reaches below all others. */
function formatOf(lowering: Lowering, name: string, operands: readonly Operand[]): Affine {
  const masks = operands.some((operand) => lowering.masks(operand));
  if (!masks) return lowering.format(name);
  const { min, max } = lowering.seen(name);
  return wideFormat({ min: min - MASK_DEPTH / 2, max });
}

/** Division by a constant is multiplication by its inverse. */
function inverse(lowering: Lowering, step: Step, operand: Operand): Held {
  if (operand.data === undefined) {
    throw lowering.call(step).error("OPERATOR", "only division by a constant is supported");
  }
  return lowering.constant({ ...operand, data: operand.data.map((x) => 1 / x) });
}

function combine(emit: Emitter, operator: string, x: Held, y: Held, affine: Affine): Value {
  switch (operator) {
    case "Mul":
    case "Div":
      return product(emit, x, y, affine);
    case "Sub":
    case "Add":
      return sum(emit, x, y, operator === "Sub" ? -1 : 1, affine);
    default: {
      const [a, b] = [x, y].map(({ value, affine: from }) => align(emit, value, from, affine));
      return emit.map(operator === "Max" ? "max" : "min", "chosen", a, b, { dtype: affine.dtype });
    }
  }
}

function align(emit: Emitter, value: Value, from: Affine, to: Affine): Value {
  return rescale(emit, value, [from.scale / to.scale], [0 - from.zeroPoint], to);
}

/** Products of what is above zero points, which fit i32 for 16 bits and less. */
function product(emit: Emitter, x: Held, y: Held, affine: Affine): Value {
  const [a, b] = [x, y].map((held) => centred(emit, held.value, held.affine));
  const products = emit.map("mul", "products", a, b);
  return rescale(emit, products, [(x.affine.scale * y.affine.scale) / affine.scale], [0], affine);
}

/** Both brought to the scale of the result with some bits more, added, and rounded. */
function sum(emit: Emitter, x: Held, y: Held, sign: 1 | -1, affine: Affine): Value {
  const terms = [
    { ...x, ratio: x.affine.scale / affine.scale },
    { ...y, ratio: (sign * y.affine.scale) / affine.scale },
  ];
  const reach = terms.reduce(
    (total, { ratio, affine: { dtype, zeroPoint } }) =>
      total + Math.abs(ratio) * (Math.abs(zeroPoint) - dtypeMin(dtype)),
    Math.abs(affine.zeroPoint) + 1,
  );
  // Negative where the result is finer than its terms by so much that they would leave i32.
  const bits = Math.min(FRACTION_BITS, Math.floor(30 - Math.log2(reach)));
  const scaled = terms.map(({ value, ratio }) => scaleBy(emit, value, ratio * 2 ** bits));
  const total = emit.map("add", "sum", scaled[0], scaled[1]);
  const zero = terms.reduce(
    (offset, { ratio, affine: from }) => offset - ratio * from.zeroPoint,
    affine.zeroPoint,
  );
  const offset = Math.round(zero * 2 ** bits);
  const shifted = offset === 0 ? total : emit.map("add", "shifted", total, offset);
  return emit.multiply(
    "rounded",
    shifted,
    2 ** Math.max(0, -bits),
    Math.max(0, bits),
    affine.dtype,
  );
}

/** value x ratio, rounded; the ratio may be negative. */
function scaleBy(emit: Emitter, value: Value, ratio: number): Value {
  let shift = 0;
  while (shift < 40 && Math.abs(ratio) * 2 ** (shift + 1) < 2 ** 30) shift++;
  return emit.multiply("term", value, Math.round(ratio * 2 ** shift), shift, "i32");
}

/** The value with axes of length 1 in front, so that it has as many as `dims`. */
function spread(held: Held, dims: readonly number[]): Held {
  const more = dims.length - held.dims.length;
  const front = Array.from({ length: more }, (_, axis) => axis);
  return {
    ...held,
    dims: [...front.map(() => 1), ...held.dims],
    order: [...front, ...held.order.map((axis) => axis + more)],
  };
}

/** Both values so that MAP pairs their elements: equal in order, or one repeated evenly. */
function alike(emit: Emitter, a: Held, b: Held, dims: readonly number[]): readonly [Held, Held] {
  const full = (held: Held) => held.dims.every((dim, axis) => dim === dims[axis]);
  if (full(a) && full(b)) {
    // A constant takes on the order of the other.
    return isSameOrder(dims, a.order, b.order) && a.value.cols === b.value.cols
      ? [a, b]
      : [a, arrange(emit, b, a.order, a.value.cols)];
  }
  if (full(a)) return [a, repeated(emit, b, a)];
  if (full(b)) return [repeated(emit, a, b), b];
  const large = expanded(emit, a, dims, a.order);
  return [large, repeated(emit, b, large)];
}

/** A smaller value in rows and columns that repeat along those of a larger one. */
function repeated(emit: Emitter, small: Held, large: Held): Held {
  const { dims, order, value } = large;
  const long = order.filter((axis) => dims[axis] > 1);
  const own = long.filter((axis) => small.dims[axis] > 1);
  const size = sizeOf(small.dims);
  const isTail = own.join() === long.slice(long.length - own.length).join();
  const isHead = own.join() === long.slice(0, own.length).join();
  if (isTail && (value.cols % size === 0 || size % value.cols === 0)) {
    return arrange(emit, small, order, Math.min(size, value.cols));
  }
  if (isHead && value.rows === size) return arrange(emit, small, order, 1);
  return expanded(emit, small, dims, order, value.cols);
}

/** The value repeated along the axes in which it has length 1. */
export function expanded(
  emit: Emitter,
  held: Held,
  dims: readonly number[],
  order: readonly number[],
  cols = dims[order[order.length - 1]] ?? 1,
): Held {
  const strides = memoryStrides(held);
  const loops = order.map((axis) => ({
    extent: dims[axis],
    axis: 3,
    stride: held.dims[axis] === 1 ? 0 : strides[axis],
  }));
  return { ...held, dims, order, value: readAt(emit, held.value, loops, 0, cols) };
}
