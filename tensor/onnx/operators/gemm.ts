import type { Elements } from "../graph/tensor";

/** Rows of numbers in a larger array. */
export interface Rows {
  readonly data: Elements;
  readonly start: number;
  readonly count: number;
}

/**
 * Products of the rows of a with the rows of b, `cols` long: c[start + i x stride + j]. Four rows of a
 * and two of b are worked on at a time, so that sums stay in registers.
 */
export function multiplyRows(
  a: Rows,
  b: Rows,
  cols: number,
  c: Elements,
  start: number,
  stride: number,
): void {
  for (let i = 0; i < a.count; i += 4) {
    for (let j = 0; j < b.count; j += 2) {
      const at = start + i * stride + j;
      if (i + 4 <= a.count && j + 2 <= b.count) tile(a, i, b, j, cols, c, at, stride);
      else edge(a, i, b, j, cols, c, at, stride);
    }
  }
}

function tile(
  { data: x, start: xStart }: Rows,
  i: number,
  { data: y, start: yStart }: Rows,
  j: number,
  cols: number,
  c: Elements,
  at: number,
  stride: number,
): void {
  let a0 = xStart + i * cols;
  let a1 = a0 + cols;
  let a2 = a1 + cols;
  let a3 = a2 + cols;
  let b0 = yStart + j * cols;
  let b1 = b0 + cols;
  let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const end = a0 + cols; a0 < end; a0++, a1++, a2++, a3++, b0++, b1++) {
    const y0 = y[b0];
    const y1 = y[b1];
    const x0 = x[a0];
    s00 += x0 * y0;
    s01 += x0 * y1;
    const x1 = x[a1];
    s10 += x1 * y0;
    s11 += x1 * y1;
    const x2 = x[a2];
    s20 += x2 * y0;
    s21 += x2 * y1;
    const x3 = x[a3];
    s30 += x3 * y0;
    s31 += x3 * y1;
  }
  [c[at], c[at + 1]] = [s00, s01];
  [c[at + stride], c[at + stride + 1]] = [s10, s11];
  [c[at + 2 * stride], c[at + 2 * stride + 1]] = [s20, s21];
  [c[at + 3 * stride], c[at + 3 * stride + 1]] = [s30, s31];
}

function edge(
  a: Rows,
  i: number,
  b: Rows,
  j: number,
  cols: number,
  c: Elements,
  at: number,
  stride: number,
): void {
  for (let row = 0; row < Math.min(4, a.count - i); row++) {
    for (let col = 0; col < Math.min(2, b.count - j); col++) {
      const [x, y] = [a.start + (i + row) * cols, b.start + (j + col) * cols];
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += a.data[x + k] * b.data[y + k];
      c[at + row * stride + col] = sum;
    }
  }
}
