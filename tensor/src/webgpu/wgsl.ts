import { dtypeMax, dtypeMin, dtypeSize } from "../dtype";
import type { DType } from "../dtype";
import type { MapNode } from "../node";

/** Text of a WGSL expression. */
export type Wgsl = string;

/** A literal of u32, for 0 <= value < 2^32. */
export function u32(value: number): Wgsl {
  return `${value}u`;
}

/** A literal of i32; of a value beyond i32, what it is modulo 2^32. */
export function i32(value: number): Wgsl {
  return `i32(${value | 0})`;
}

/** The i32 `value` as it is after it was stored as `dtype`. */
export function saturated(value: Wgsl, dtype: DType): Wgsl {
  if (dtype === "i32") return value;
  return `clamp(${value}, ${i32(dtypeMin(dtype))}, ${i32(dtypeMax(dtype))})`;
}

/** Elements of `dtype` in a word. */
export function elementsPerWord(dtype: DType): number {
  return 4 / dtypeSize(dtype);
}

/** The word that holds `values`, i32 in the range of `dtype`, the first in its lowest bits. */
export function packed(dtype: DType, values: readonly Wgsl[]): Wgsl {
  if (dtype === "i32") return `bitcast<u32>(${values[0]})`;
  const bits = 8 * dtypeSize(dtype);
  const mask = u32(2 ** bits - 1);
  return values
    .map((value, i) => `((bitcast<u32>(${value}) & ${mask}) << ${i * bits}u)`)
    .join(" | ");
}

/** A function of MAP: its name in WGSL, and its text. */
export interface MapText {
  readonly name: string;
  readonly text: Wgsl;
}

/** The function of `node` on i32, before the saturating store. */
export function mapText({ fn, shift }: MapNode): MapText {
  const binary = (result: Wgsl): MapText => ({
    name: `map_${fn}`,
    text: `fn map_${fn}(a: i32, b: i32) -> i32 { return ${result}; }`,
  });
  switch (fn) {
    case "add":
      return binary("a + b");
    case "sub":
      return binary("a - b");
    case "min":
      return binary("min(a, b)");
    case "max":
      return binary("max(a, b)");
    case "mul":
      return shift === 0 ? binary("a * b") : { name: `map_mul${shift}`, text: mulText(shift) };
    case "div":
      return { name: "map_div", text: DIV };
    case "sqrt":
      return { name: "map_sqrt", text: SQRT };
  }
}

/**
 * The 64 bits of the product come from four products of 16 bits; an unsigned one is too large by b x 2^32
 * for a negative a. Shifts by 32 are none in WGSL, so the text depends on the shift.
 */
function mulText(shift: number): Wgsl {
  const half =
    shift > 32
      ? `high += ${u32(2 ** (shift - 33))};`
      : `low += ${u32(2 ** (shift - 1))}; high += u32(low < ${u32(2 ** (shift - 1))});`;
  const result =
    shift >= 32
      ? `bitcast<i32>(high) >> ${shift - 32}u`
      : `bitcast<i32>((low >> ${shift}u) | (high << ${32 - shift}u))`;
  return `fn map_mul${shift}(a: i32, b: i32) -> i32 {
  let x = bitcast<u32>(a);
  let y = bitcast<u32>(b);
  let x0 = x & 0xffffu;
  let x1 = x >> 16u;
  let y0 = y & 0xffffu;
  let y1 = y >> 16u;
  let m = x1 * y0 + ((x0 * y0) >> 16u);
  let n = x0 * y1 + (m & 0xffffu);
  var low = x * y;
  var high = x1 * y1 + (m >> 16u) + (n >> 16u);
  high -= select(0u, y, a < 0) + select(0u, x, b < 0);
  ${half}
  return ${result};
}`;
}

const DIV = `fn map_div(a: i32, b: i32) -> i32 {
  let d = max(b, 1);
  var q = a / d;
  var r = a - q * d;
  if (r < 0) {
    q -= 1;
    r += d;
  }
  return select(q + i32(r >= d - r), 0, b <= 0);
}`;

const SQRT = `fn map_sqrt(a: i32) -> i32 {
  let x = bitcast<u32>(max(a, 0));
  var root = 0u;
  for (var bit = 32768u; bit > 0u; bit >>= 1u) {
    let next = root | bit;
    root = select(root, next, next * next <= x);
  }
  return bitcast<i32>(root);
}`;
