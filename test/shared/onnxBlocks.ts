import { OnnxBuilder, createNormal } from "./onnxModels";
import type { GraphInputs } from "./onnx";

/** Sizes of the blocks: positions, width, heads, width of a head, inner width, heads of keys, words. */
const T = 16;
const [WIDTH, HEADS, HEAD, INNER, KEY_HEADS, WORDS] = [64, 4, 16, 256, 2, 100];

export const BLOCK_SIZES = { positions: T, width: WIDTH, words: WORDS } as const;

function heads(b: OnnxBuilder, x: string, count: number): string {
  const split = b.node("Reshape", [x, b.whole(1, T, count, HEAD)]);
  return b.node("Transpose", [split], { perm: [0, 2, 1, 3] });
}

function attention(b: OnnxBuilder, q: string, k: string, v: string, mask: string): string {
  const products = b.node("MatMul", [q, b.node("Transpose", [k], { perm: [0, 1, 3, 2] })]);
  const scores = b.node("Add", [b.node("Div", [products, b.number(Math.sqrt(HEAD))]), mask]);
  const mixed = b.node("MatMul", [b.node("Softmax", [scores], { axis: -1 }), v]);
  const back = b.node("Transpose", [mixed], { perm: [0, 2, 1, 3] });
  return b.node("Reshape", [back, b.whole(1, T, WIDTH)]);
}

function layerNorm(b: OnnxBuilder, x: string): string {
  const c = b.node("Sub", [x, b.node("ReduceMean", [x], { axes: [-1] })]);
  const variance = b.node("ReduceMean", [b.node("Pow", [c, b.number(2)])], { axes: [-1] });
  const root = b.node("Sqrt", [b.node("Add", [variance, b.number(1e-5)])]);
  const scaled = b.node("Mul", [b.node("Div", [c, root]), b.noise([WIDTH], 0.1, 1)]);
  return b.node("Add", [scaled, b.noise([WIDTH], 0.1)]);
}

function rmsNorm(b: OnnxBuilder, x: string): string {
  const square = b.node("ReduceMean", [b.node("Pow", [x, b.number(2)])], { axes: [-1] });
  const root = b.node("Sqrt", [b.node("Add", [square, b.number(1e-6)])]);
  const inverse = b.node("Div", [b.number(1), root]);
  return b.node("Mul", [b.noise([WIDTH], 0.1, 1), b.node("Mul", [x, inverse])]);
}

function gelu(b: OnnxBuilder, x: string): string {
  const erf = b.node("Erf", [b.node("Div", [x, b.number(Math.SQRT2)])]);
  return b.node("Mul", [b.node("Mul", [x, b.node("Add", [erf, b.number(1)])]), b.number(0.5)]);
}

/** An encoder block with embeddings of words and positions, a mask, LayerNorm and GELU. */
export function bertBlock(): GraphInputs {
  const b = new OnnxBuilder(createNormal(1));
  const words = b.node("Gather", [b.noise([WORDS, WIDTH], 1), "ids"]);
  const x = layerNorm(b, b.node("Add", [words, b.noise([T, WIDTH], 0.3)]));
  const [q, k, v] = [0, 1, 2].map(() => heads(b, b.linear(x, WIDTH, WIDTH), HEADS));
  const mask = b.constant([1, 1, 1, T], (i) => (i < T - 2 ? 0 : -10_000));
  const mixed = b.linear(attention(b, q, k, v, mask), WIDTH, WIDTH);
  const y = layerNorm(b, b.node("Add", [mixed, x]));
  const inner = b.linear(gelu(b, b.linear(y, WIDTH, INNER)), INNER, WIDTH);
  return b.finish({ ids: [1, T] }, layerNorm(b, b.node("Add", [inner, y])), ["ids"]);
}

/** Turns pairs of a head's numbers by angles that grow with the position. */
function rotate(b: OnnxBuilder, x: string): string {
  const half = HEAD / 2;
  const angle = (i: number) => Math.floor(i / HEAD) / 10_000 ** ((2 * (i % half)) / HEAD);
  const cos = b.constant([1, 1, T, HEAD], (i) => Math.cos(angle(i)));
  const sin = b.constant([1, 1, T, HEAD], (i) => Math.sin(angle(i)));
  const first = b.node("Slice", [x, b.whole(0), b.whole(half), b.whole(-1)]);
  const second = b.node("Slice", [x, b.whole(half), b.whole(2 ** 40), b.whole(-1)]);
  const swapped = b.node("Concat", [b.node("Neg", [second]), first], { axis: -1 });
  return b.node("Add", [b.node("Mul", [x, cos]), b.node("Mul", [swapped, sin])]);
}

/** Keys and values of few heads, repeated for all. */
function repeat(b: OnnxBuilder, x: string): string {
  const apart = b.node("Unsqueeze", [x, b.whole(2)]);
  const wide = b.node("Expand", [apart, b.whole(1, KEY_HEADS, HEADS / KEY_HEADS, T, HEAD)]);
  return b.node("Reshape", [wide, b.whole(1, HEADS, T, HEAD)]);
}

/** A decoder block with RMSNorm, rotary embedding, grouped heads, a causal mask and SiLU. */
export function llamaBlock(): GraphInputs {
  const b = new OnnxBuilder(createNormal(2));
  const plain = (x: string, inputs: number, outputs: number) => b.linear(x, inputs, outputs, false);
  const y = rmsNorm(b, "x");
  const q = rotate(b, heads(b, plain(y, WIDTH, WIDTH), HEADS));
  const k = repeat(b, rotate(b, heads(b, plain(y, WIDTH, KEY_HEADS * HEAD), KEY_HEADS)));
  const v = repeat(b, heads(b, plain(y, WIDTH, KEY_HEADS * HEAD), KEY_HEADS));
  const mask = b.constant([1, 1, T, T], (i) => (i % T > Math.floor(i / T) ? -3.4e38 : 0));
  const x = b.node("Add", ["x", plain(attention(b, q, k, v, mask), WIDTH, WIDTH)]);
  const z = rmsNorm(b, x);
  const gate = plain(z, WIDTH, INNER);
  const silu = b.node("Mul", [gate, b.node("Sigmoid", [gate])]);
  const inner = b.node("Mul", [silu, plain(z, WIDTH, INNER)]);
  return b.finish({ x: [1, T, WIDTH] }, b.node("Add", [x, plain(inner, INNER, WIDTH)]));
}
