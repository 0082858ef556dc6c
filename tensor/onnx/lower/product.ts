import { sizeOf } from "../graph/tensor";
import { productOf } from "../operators/linear";
import { arrange } from "./held";
import { expanded } from "./binary";
import { centred, rescale } from "./rescale";
import type { Value } from "../../src/index";
import type { Step } from "../graph/infer";
import type { Operand } from "../operators/call";
import type { Emitter } from "./emitter";
import type { Held } from "./held";
import type { Lowering } from "./lowering";

/** Products of two values: one group of rows for each matrix of the batch. */
export function lowerProduct(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const [a, b] = step.operands as readonly Operand[];
  const { rows, inner, cols, batch } = productOf(lowering.call(step));
  const rank = batch.length + 2;
  const leading = batch.map((_, axis) => axis);
  const x = asBatch(
    emit,
    lowering.get(a),
    [...batch, rows, inner],
    [...leading, rank - 2, rank - 1],
  );
  const y = asBatch(
    emit,
    lowering.get(b),
    [...batch, inner, cols],
    [...leading, rank - 1, rank - 2],
  );
  const bits = Math.floor((31 - Math.ceil(Math.log2(inner))) / 2);
  // A row of shares adds up to 2^15, so its products with 16 bits stay below 2^30.
  const excess = x.isShares ? 0 : 15 - bits;
  const left = shorten(emit, x, excess);
  // All products of the least numbers may add up to 2^31, which is one too many.
  const isFull = !x.isShares && inner * 4 ** bits === 2 ** 31;
  const right = shorten(emit, y, isFull ? excess + 1 : excess);
  const groups = sizeOf(batch);
  const sums = emit.builder.dot(emit.name("sums"), left.value, right.value, {
    groups,
    rows: groups * rows,
    cols,
  });
  const affine = lowering.format(step.node.outputs[0]);
  const value = rescale(emit, sums, [(left.scale * right.scale) / affine.scale], [0], affine);
  const dims = [...batch, rows, cols];
  lowering.hold(step.node.outputs[0], { value, dims, order: dims.map((_, i) => i), affine });
}

/** The value with the batch in front and its axes in `order`, repeated where its batch is shorter. */
function asBatch(
  emit: Emitter,
  held: Held,
  dims: readonly number[],
  order: readonly number[],
): Held {
  const more = dims.length - held.dims.length;
  const front = Array.from({ length: more }, (_, axis) => axis);
  const padded = {
    ...held,
    dims: [...front.map(() => 1), ...held.dims],
    order: [...front, ...held.order.map((axis) => axis + more)],
  };
  const same = padded.dims.every((dim, axis) => dim === dims[axis]);
  return same ? arrange(emit, padded, order) : expanded(emit, padded, dims, order);
}

/** Integers around zero with `excess` bits less than 16; 8 bits lose one bit less than eight more. */
function shorten(emit: Emitter, held: Held, excess: number): { value: Value; scale: number } {
  const { affine } = held;
  const value = centred(emit, held.value, affine);
  const bits = affine.dtype === "i8" ? excess - 6 : excess;
  if (bits <= 0) return { value, scale: affine.scale };
  const short = emit.multiply("shortened", value, 1, bits, "i16");
  return { value: short, scale: affine.scale * 2 ** bits };
}
