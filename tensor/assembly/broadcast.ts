import { element, load4 } from "./convert";

/**
 * Writes, as i32, what elements `start` to `start + count` of a result with `width` columns read
 * from an operand that repeats along rows and columns.
 *
 * @param size bytes of an element of the operand.
 * @param rows rows of the operand, `cols` its columns.
 */
export function broadcast(
  source: usize,
  size: i32,
  rows: i32,
  cols: i32,
  width: i32,
  start: i32,
  count: i32,
  target: usize,
): void {
  if (size === 1) repeat<i8>(source, rows, cols, width, start, count, target);
  else if (size === 2) repeat<i16>(source, rows, cols, width, start, count, target);
  else repeat<i32>(source, rows, cols, width, start, count, target);
}

function repeat<T>(
  source: usize,
  rows: i32,
  cols: i32,
  width: i32,
  start: i32,
  count: i32,
  target: usize,
): void {
  let row = (start / width) % rows;
  let col = start % width;
  while (count > 0) {
    const run = min(count, width - col);
    const from = source + <usize>row * cols * sizeof<T>();
    if (cols === 1) fill(element<T>(from), run, target);
    else copyCyclic<T>(from, cols, col % cols, run, target);
    target += (<usize>run) << 2;
    count -= run;
    col = 0;
    if (++row === rows) row = 0;
  }
}

function fill(value: i32, count: i32, target: usize): void {
  const lanes = i32x4.splat(value);
  for (const end = target + ((<usize>count) << 2); target < end; target += 16) {
    v128.store(target, lanes);
  }
}

/** Copies `count` elements of a cycle of `length`, starting with the one at `col`. */
function copyCyclic<T>(source: usize, length: i32, col: i32, count: i32, target: usize): void {
  while (count > 0) {
    const run = min(count, length - col);
    let from = source + <usize>col * sizeof<T>();
    const end = target + ((<usize>run) << 2);
    for (let to = target; to < end; to += 16, from += 4 * sizeof<T>()) {
      v128.store(to, load4<T>(from));
    }
    target = end;
    count -= run;
    col = 0;
  }
}
