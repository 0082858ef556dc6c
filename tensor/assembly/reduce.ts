import { element, load4 } from "./convert";

/** Codes of the functions of REDUCE. */
const enum Fn {
  Sum,
  Max,
  ArgMax,
}

/**
 * Reduces each of `rows` rows to one i32, before the saturating store.
 *
 * @param size bytes of an element of `source`.
 */
export function reduce(
  fn: i32,
  source: usize,
  size: i32,
  rows: i32,
  cols: i32,
  target: usize,
): void {
  if (size === 1) reduceRows<i8>(fn, source, rows, cols, target);
  else if (size === 2) reduceRows<i16>(fn, source, rows, cols, target);
  else reduceRows<i32>(fn, source, rows, cols, target);
}

function reduceRows<T>(fn: i32, source: usize, rows: i32, cols: i32, target: usize): void {
  const rowBytes = <usize>cols * sizeof<T>();
  for (const end = source + <usize>rows * rowBytes; source < end; source += rowBytes, target += 4) {
    let result: i32;
    if (fn === Fn.Sum) result = sum<T>(source, cols);
    else {
      result = largest<T>(source, cols);
      if (fn === Fn.ArgMax) result = indexOf<T>(source, result);
    }
    store<i32>(target, result);
  }
}

function sum<T>(source: usize, cols: i32): i32 {
  let lanes = i32x4.splat(0);
  for (; cols >= 4; cols -= 4, source += 4 * sizeof<T>()) {
    lanes = i32x4.add(lanes, load4<T>(source));
  }
  let total =
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3);
  for (; cols > 0; cols--, source += sizeof<T>()) total += element<T>(source);
  return total;
}

function largest<T>(source: usize, cols: i32): i32 {
  let lanes = i32x4.splat(i32.MIN_VALUE);
  for (; cols >= 4; cols -= 4, source += 4 * sizeof<T>()) {
    lanes = i32x4.max_s(lanes, load4<T>(source));
  }
  let best = max(
    max(i32x4.extract_lane(lanes, 0), i32x4.extract_lane(lanes, 1)),
    max(i32x4.extract_lane(lanes, 2), i32x4.extract_lane(lanes, 3)),
  );
  for (; cols > 0; cols--, source += sizeof<T>()) best = max(best, element<T>(source));
  return best;
}

/** Index of the first element equal to `value`, which is there. */
function indexOf<T>(source: usize, value: i32): i32 {
  let col = 0;
  for (; element<T>(source) !== value; source += sizeof<T>()) col++;
  return col;
}
