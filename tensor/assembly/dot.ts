/** The product is made in tiles of this many rows and columns, kept in registers. */
const TILE_ROWS = 4;
const TILE_COLS = 8;

/** Steps of a panel after which sums go back to memory, so that two panels fit a 32 KiB cache. */
const BLOCK_STEPS = 512;

/** Holds a tile that sticks out of the product. */
const scratch = memory.data(4 * TILE_ROWS * TILE_COLS, 16);

/**
 * Products of the rows of two packed matrices, modulo 2^32: c[i, j] = sum of a[i, k] x b[j, k].
 *
 * @param a `rows` rows, packed in panels of height 4, or of height 1 if there is one row.
 * @param b `cols` rows, packed in panels of height 8.
 * @param steps steps of a panel.
 * @param wide whether a step is one i32 instead of two i16.
 * @param c the sums, i32.
 * @param stride bytes from a row of c to the next.
 */
export function dot(
  a: usize,
  b: usize,
  rows: i32,
  cols: i32,
  steps: i32,
  wide: bool,
  c: usize,
  stride: usize,
): void {
  if (wide) multiply<i32>(a, b, rows, cols, steps, c, stride);
  else multiply<i16>(a, b, rows, cols, steps, c, stride);
}

function multiply<T>(
  a: usize,
  b: usize,
  rows: i32,
  cols: i32,
  steps: i32,
  c: usize,
  stride: usize,
): void {
  const height = rows === 1 ? 1 : TILE_ROWS;
  for (let first = 0; first < steps; first += BLOCK_STEPS) {
    const count = min(BLOCK_STEPS, steps - first);
    for (let col = 0; col < cols; col += TILE_COLS) {
      const right = b + 4 * <usize>(col * steps + first * TILE_COLS);
      for (let row = 0; row < rows; row += height) {
        const left = a + 4 * <usize>(row * steps + first * height);
        const target = c + <usize>row * stride + 4 * <usize>col;
        if (row + height <= rows && col + TILE_COLS <= cols) {
          tile<T>(left, right, count, height, first > 0, target, stride);
        } else {
          tile<T>(left, right, count, height, false, scratch, 4 * TILE_COLS);
          copyTile(rows - row, cols - col, first > 0, target, stride);
        }
      }
    }
  }
}

function tile<T>(
  a: usize,
  b: usize,
  steps: i32,
  height: i32,
  add: bool,
  c: usize,
  stride: usize,
): void {
  if (height === 1) oneRow<T>(a, b, steps, add, c);
  else fourRows<T>(a, b, steps, add, c, stride);
}

/** sum + the products of a step: of pairs of i16, or of i32. */
function multiplyAdd<T>(sum: v128, a: v128, b: v128): v128 {
  return i32x4.add(sum, sizeof<T>() === 2 ? i32x4.dot_i16x8_s(a, b) : i32x4.mul(a, b));
}

function fourRows<T>(a: usize, b: usize, steps: i32, add: bool, c: usize, stride: usize): void {
  let c00 = i32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (const end = a + 16 * <usize>steps; a < end; a += 16, b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = multiplyAdd<T>(c00, x, b0);
    c01 = multiplyAdd<T>(c01, x, b1);
    x = v128.load32_splat(a, 4);
    c10 = multiplyAdd<T>(c10, x, b0);
    c11 = multiplyAdd<T>(c11, x, b1);
    x = v128.load32_splat(a, 8);
    c20 = multiplyAdd<T>(c20, x, b0);
    c21 = multiplyAdd<T>(c21, x, b1);
    x = v128.load32_splat(a, 12);
    c30 = multiplyAdd<T>(c30, x, b0);
    c31 = multiplyAdd<T>(c31, x, b1);
  }
  storeRow(c, c00, c01, add);
  storeRow(c + stride, c10, c11, add);
  storeRow(c + 2 * stride, c20, c21, add);
  storeRow(c + 3 * stride, c30, c31, add);
}

function oneRow<T>(a: usize, b: usize, steps: i32, add: bool, c: usize): void {
  let c0 = i32x4.splat(0);
  let c1 = c0;
  for (const end = a + 4 * <usize>steps; a < end; a += 4, b += 32) {
    const x = v128.load32_splat(a);
    c0 = multiplyAdd<T>(c0, x, v128.load(b));
    c1 = multiplyAdd<T>(c1, x, v128.load(b, 16));
  }
  storeRow(c, c0, c1, add);
}

function storeRow(c: usize, low: v128, high: v128, add: bool): void {
  if (add) {
    low = i32x4.add(low, v128.load(c));
    high = i32x4.add(high, v128.load(c, 16));
  }
  v128.store(c, low);
  v128.store(c, high, 16);
}

/** Copies, or adds, the first rows and columns of the tile in `scratch` to the product. */
function copyTile(rows: i32, cols: i32, add: bool, c: usize, stride: usize): void {
  rows = min(rows, TILE_ROWS);
  cols = min(cols, TILE_COLS);
  for (let row = 0; row < rows; row++, c += stride) {
    const source = scratch + 4 * TILE_COLS * <usize>row;
    for (let col: usize = 0; col < <usize>cols; col++) {
      const sum = load<i32>(source + 4 * col);
      store<i32>(c + 4 * col, add ? load<i32>(c + 4 * col) + sum : sum);
    }
  }
}
