import { element } from "./convert";

/**
 * Looks up chunks by index and writes their elements as i32: `count` of them, after leaving out the
 * first `skip`. An index counts modulo the number of chunks, so -1 is the last.
 *
 * @param size bytes of an element of `source`.
 * @param chunks chunks of `source`, each of `length` elements.
 * @param indices i32.
 */
export function take(
  source: usize,
  size: i32,
  chunks: i32,
  length: i32,
  indices: usize,
  skip: i32,
  count: i32,
  target: usize,
): void {
  if (size === 1) takeFrom<i8>(source, chunks, length, indices, skip, count, target);
  else if (size === 2) takeFrom<i16>(source, chunks, length, indices, skip, count, target);
  else takeFrom<i32>(source, chunks, length, indices, skip, count, target);
}

function takeFrom<T>(
  source: usize,
  chunks: i32,
  length: i32,
  indices: usize,
  skip: i32,
  count: i32,
  target: usize,
): void {
  for (; count > 0; indices += 4, skip = 0) {
    let index = load<i32>(indices) % chunks;
    if (index < 0) index += chunks;
    const run = min(count, length - skip);
    const from = source + <usize>(index * length + skip) * sizeof<T>();
    for (let i: usize = 0; i < <usize>run; i++) {
      store<i32>(target + 4 * i, element<T>(from + i * sizeof<T>()));
    }
    target += 4 * <usize>run;
    count -= run;
  }
}
