import { keccak256 } from "ethers";
import type { DType, Hex, InstructionNode, MapFunction } from "../../tensor/src/index";

/**
 * A second reading of the instructions, for tests only: unbounded integers, no shared code, nothing
 * clever. Every value is a bigint, wrapping and saturation are spelt out.
 */
export interface OracleTensor {
  readonly dtype: DType;
  readonly rows: number;
  readonly cols: number;
  readonly values: readonly bigint[];
}

const BITS = { i8: 8n, i16: 16n, i32: 32n } as const;

/** The result of a valid instruction; `a` and `b` are the operands it has. */
export function oracle(node: InstructionNode, a: OracleTensor, b: OracleTensor): bigint[] {
  const values: bigint[] = [];
  for (let i = 0; i < node.rows; i++) {
    for (let j = 0; j < node.cols; j++) {
      values.push(store(node.dtype, element(node, a, b, i, j)));
    }
  }
  return values;
}

/** The id of a tensor, from words written digit by digit. */
export function oracleId(tensor: OracleTensor): { root: Hex; id: Hex } {
  const root = `0x${merkle(wordsOf(tensor))}` as const;
  const size = (BITS[tensor.dtype] / 8n).toString(16);
  const header = `${size}${hex32(tensor.rows)}${hex32(tensor.cols)}`.padStart(64, "0");
  return { root, id: `0x${keccakPair(header, root.slice(2))}` };
}

/** The root of a list of words. */
export function oracleListRoot(leaves: readonly Hex[]): Hex {
  const words = leaves.map((leaf) => leaf.slice(2));
  while (Math.log2(words.length) % 1 !== 0) words.push("0".repeat(64));
  return `0x${merkle(words)}`;
}

function element(
  node: InstructionNode,
  a: OracleTensor,
  b: OracleTensor,
  i: number,
  j: number,
): bigint {
  const o = i * node.cols + j;
  switch (node.op) {
    case "dot": {
      const n = (node.rows * node.cols) / a.rows;
      const m = a.rows / node.groups;
      const h = b.rows / n;
      const r = div(o, n);
      const c = o % n;
      const g = div(r, m);
      let sum = 0n;
      for (let k = 0; k < a.cols; k++) sum += at(a, r, k) * at(b, (g % h) * n + c, k);
      return wrap(sum);
    }
    case "map": {
      const x = at(a, i % a.rows, j % a.cols);
      if (node.fn === "sqrt") return squareRoot(x);
      return apply(node.fn, x, at(b, i % b.rows, j % b.cols), BigInt(node.shift));
    }
    case "reduce": {
      const row = a.values.slice(o * a.cols, (o + 1) * a.cols);
      if (node.fn === "sum") return wrap(row.reduce((sum, x) => sum + x, 0n));
      const greatest = [...row].sort((x, y) => (x < y ? 1 : -1))[0];
      return node.fn === "max" ? greatest : BigInt(row.indexOf(greatest));
    }
    case "view": {
      const digits: number[] = [];
      let rest = o;
      for (let l = node.loops.length - 1; l >= 0; l--) {
        digits[l] = rest % node.loops[l].extent;
        rest = div(rest, node.loops[l].extent);
      }
      const p = [0, 1, 2, 3].map((x) => {
        const steps = node.loops.map((loop, l) => (loop.axis === x ? digits[l] * loop.stride : 0));
        return node.offsets[x] + steps.reduce((sum, step) => sum + step, 0);
      });
      const [, d1, d2, d3] = node.dims;
      if (![0, 1, 2, 3].every((x) => 0 <= p[x] && p[x] < node.dims[x])) return BigInt(node.pad);
      return a.values[((p[0] * d1 + p[1]) * d2 + p[2]) * d3 + p[3]];
    }
    case "take": {
      const chunks = BigInt((a.rows * a.cols) / node.chunk);
      const x = b.values[div(o, node.chunk)];
      const t = ((x % chunks) + chunks) % chunks;
      return a.values[Number(t) * node.chunk + (o % node.chunk)];
    }
  }
}

function apply(fn: Exclude<MapFunction, "sqrt">, a: bigint, b: bigint, s: bigint): bigint {
  switch (fn) {
    case "add":
      return wrap(a + b);
    case "sub":
      return wrap(a - b);
    case "min":
      return a < b ? a : b;
    case "max":
      return a > b ? a : b;
    case "mul":
      return wrap((a * b + (s > 0n ? 2n ** (s - 1n) : 0n)) >> s);
    case "div":
      // Half up: floor(a / b + 1/2) = floor((2a + b) / 2b).
      return b <= 0n ? 0n : floorDiv(2n * a + b, 2n * b);
  }
}

function squareRoot(x: bigint): bigint {
  let low = 0n;
  let high = 46_341n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle <= x) low = middle;
    else high = middle;
  }
  return low;
}

function store(dtype: DType, value: bigint): bigint {
  const limit = 2n ** (BITS[dtype] - 1n);
  if (value < -limit) return -limit;
  return value >= limit ? limit - 1n : value;
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(32, value);
}

function floorDiv(a: bigint, b: bigint): bigint {
  return a >= 0n ? a / b : -((-a + b - 1n) / b);
}

function div(a: number, b: number): number {
  return (a - (a % b)) / b;
}

function at(tensor: OracleTensor, row: number, col: number): bigint {
  return tensor.values[row * tensor.cols + col];
}

function wordsOf({ dtype, rows, cols, values }: OracleTensor): string[] {
  const words: string[] = [];
  for (let row = 0; row < rows; row++) {
    const elements = values.slice(row * cols, (row + 1) * cols);
    let text = elements.map((value) => twosComplement(value, BITS[dtype])).join("");
    while (text.length % 64 !== 0 || Math.log2(text.length / 64) % 1 !== 0) text += "00";
    words.push(...(text.match(/.{64}/g) ?? []));
  }
  while (Math.log2(words.length) % 1 !== 0) words.push("0".repeat(64));
  return words;
}

function merkle(words: readonly string[]): string {
  if (words.length === 1) return words[0];
  const half = words.length / 2;
  return keccakPair(merkle(words.slice(0, half)), merkle(words.slice(half)));
}

function keccakPair(left: string, right: string): string {
  return keccak256(`0x${left}${right}`).slice(2);
}

function twosComplement(value: bigint, bits: bigint): string {
  return BigInt.asUintN(Number(bits), value)
    .toString(16)
    .padStart(Number(bits) / 4, "0");
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}
