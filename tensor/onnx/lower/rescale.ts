import { multipliersFor, tensor } from "../../src/index";
import type { Affine, Value } from "../../src/index";
import type { Emitter } from "./emitter";

/** Rows and columns in which a list of numbers repeats along a value. */
export interface Spread {
  readonly rows: number;
  readonly cols: number;
}

const ONE: Spread = { rows: 1, cols: 1 };

/**
 * Integers `value` as integers of `affine`: (value + offset) x factor is the real number over
 * `affine.scale`. Offsets and factors are one for all, or as many as `spread` says.
 */
export function rescale(
  emit: Emitter,
  value: Value,
  factors: readonly number[],
  offsets: readonly number[],
  { dtype, zeroPoint }: Affine,
  spread: Spread = ONE,
): Value {
  const { multipliers, shift } = multipliersFor(factors);
  const biases = offsets.map((offset, i) =>
    Math.round(offset + (zeroPoint * 2 ** shift) / multipliers[i]),
  );
  const { rows, cols } = spread;
  const biased = biases.every((bias) => bias === 0)
    ? value
    : emit.map("add", "biased", value, constant(emit, "bias", biases, rows, cols), {
        rows: value.rows,
        cols: value.cols,
      });
  const factor = constant(emit, "multiplier", multipliers, rows, cols);
  return emit.multiply("scaled", biased, factor, shift, dtype);
}

function constant(
  emit: Emitter,
  what: string,
  list: ArrayLike<number>,
  rows: number,
  cols: number,
): Value {
  return list.length === 1
    ? emit.scalar(list[0])
    : emit.constant(what, tensor("i32", rows, cols, list));
}

/** The value less its zero point, which then is 0. */
export function centred(emit: Emitter, value: Value, { zeroPoint }: Affine): Value {
  return zeroPoint === 0
    ? value
    : emit.map("sub", "centred", value, zeroPoint, { dtype: value.dtype === "i8" ? "i16" : "i32" });
}
