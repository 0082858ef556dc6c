import { element } from "./convert";

/**
 * Packs a matrix for `dot`. Its rows are cut into panels of `height` rows (1, 4 or 8; the last
 * repeats its last row); a panel is a list of steps, and a step holds four bytes of each row: two
 * i16 columns, or one i32 column if `wide`. An odd last column is followed by a zero.
 *
 * @param size bytes of an element of `source`: 1, 2, or 4, which needs `wide`.
 */
export function pack(
  source: usize,
  size: i32,
  rows: i32,
  cols: i32,
  height: i32,
  wide: bool,
  target: usize,
): void {
  if (wide) {
    if (size === 1) packAll<i8, i32>(source, rows, cols, height, target);
    else if (size === 2) packAll<i16, i32>(source, rows, cols, height, target);
    else packAll<i32, i32>(source, rows, cols, height, target);
  } else if (size === 1) packAll<i8, i16>(source, rows, cols, height, target);
  else packAll<i16, i16>(source, rows, cols, height, target);
}

function packAll<S, D>(source: usize, rows: i32, cols: i32, height: i32, target: usize): void {
  const rowBytes = <usize>cols * sizeof<S>();
  const stepColumns = 4 / <i32>sizeof<D>();
  const panelBytes = <usize>((cols + stepColumns - 1) / stepColumns) * ((<usize>height) << 2);
  for (let row = 0; row < rows; row += height) {
    if (height === 1) packRow<S, D>(source + <usize>row * rowBytes, cols, 4, target);
    else {
      for (let part = 0; part < height; part += 4) {
        packFour<S, D>(
          source,
          row + part,
          rows - 1,
          cols,
          (<usize>height) << 2,
          target + <usize>part * 4,
        );
      }
    }
    target += panelBytes;
  }
}

/** Packs four rows from `row` on, none beyond `last`; the steps are `stride` bytes apart. */
function packFour<S, D>(
  source: usize,
  row: i32,
  last: i32,
  cols: i32,
  stride: usize,
  target: usize,
): void {
  const rowBytes = <usize>cols * sizeof<S>();
  let r0 = source + <usize>min(row, last) * rowBytes;
  let r1 = source + <usize>min(row + 1, last) * rowBytes;
  let r2 = source + <usize>min(row + 2, last) * rowBytes;
  let r3 = source + <usize>min(row + 3, last) * rowBytes;
  // Sixteen bytes of each row make four steps: a transposition of 4 x 4 lanes of 32 bits.
  const block = 16 / <i32>sizeof<D>();
  for (; cols >= block; cols -= block) {
    const x0 = loadLanes<S, D>(r0);
    const x1 = loadLanes<S, D>(r1);
    const x2 = loadLanes<S, D>(r2);
    const x3 = loadLanes<S, D>(r3);
    const low01 = v128.shuffle<i32>(x0, x1, 0, 4, 1, 5);
    const low23 = v128.shuffle<i32>(x2, x3, 0, 4, 1, 5);
    const high01 = v128.shuffle<i32>(x0, x1, 2, 6, 3, 7);
    const high23 = v128.shuffle<i32>(x2, x3, 2, 6, 3, 7);
    v128.store(target, v128.shuffle<i64>(low01, low23, 0, 2));
    v128.store(target + stride, v128.shuffle<i64>(low01, low23, 1, 3));
    v128.store(target + 2 * stride, v128.shuffle<i64>(high01, high23, 0, 2));
    v128.store(target + 3 * stride, v128.shuffle<i64>(high01, high23, 1, 3));
    const taken = <usize>block * sizeof<S>();
    r0 += taken;
    r1 += taken;
    r2 += taken;
    r3 += taken;
    target += 4 * stride;
  }
  packRow<S, D>(r0, cols, stride, target);
  packRow<S, D>(r1, cols, stride, target + 4);
  packRow<S, D>(r2, cols, stride, target + 8);
  packRow<S, D>(r3, cols, stride, target + 12);
}

/** Packs one row, one step at a time; the steps are `stride` bytes apart. */
function packRow<S, D>(source: usize, cols: i32, stride: usize, target: usize): void {
  if (sizeof<D>() === 4) {
    for (let col = 0; col < cols; col++, target += stride) {
      store<i32>(target, element<S>(source + <usize>col * sizeof<S>()));
    }
    return;
  }
  for (let col = 0; col < cols; col += 2, target += stride) {
    const at = source + <usize>col * sizeof<S>();
    store<i16>(target, <i16>element<S>(at));
    store<i16>(target, col + 1 < cols ? <i16>element<S>(at + sizeof<S>()) : 0, 2);
  }
}

function loadLanes<S, D>(address: usize): v128 {
  if (sizeof<D>() === sizeof<S>()) return v128.load(address);
  if (sizeof<D>() === 2) return v128.load8x8_s(address);
  if (sizeof<S>() === 2) return v128.load16x4_s(address);
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(address)));
}
