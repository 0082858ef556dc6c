import { dtypeMax, tensor } from "../../src/index";
import { normalisationOf, softmaxAxis } from "../operators/reduce";
import { asRows, arrange } from "./held";
import { centred } from "./rescale";
import type { Affine, Value } from "../../src/index";
import type { Step } from "../graph/infer";
import type { Operand } from "../operators/call";
import type { Emitter } from "./emitter";
import type { Lowering } from "./lowering";

/** Entries of the table of exponentials, and how many there are for a difference of 1. */
const [EXPONENTIALS, PER_UNIT] = [8_192, 512];

/** Shares are integers of this scale. */
const SHARE: Affine = { dtype: "i16", scale: 2 ** -15, zeroPoint: 0 };

/** exp(-k / 512) for index -k modulo 8,192. */
function exponentials(): ReturnType<typeof tensor> {
  const most = dtypeMax("i16");
  const entries = Int16Array.from({ length: EXPONENTIALS }, (_, index) => {
    const k = (EXPONENTIALS - index) % EXPONENTIALS;
    return Math.round(most * Math.exp(-k / PER_UNIT));
  });
  return tensor("i16", 1, EXPONENTIALS, entries);
}

/** Shares of the exponentials along an axis: differences to the greatest, a table, a division. */
export function lowerSoftmax(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const [x] = step.operands as readonly Operand[];
  const axis = softmaxAxis(lowering.call(step));
  const held = lowering.get(x);
  const order = [...held.order.filter((other) => other !== axis), axis];
  const rows = arrange(emit, held, order);
  const { value, affine } = rows;
  const greatest = emit.builder.reduce(emit.name("greatest"), "max", value);
  const below = emit.map("sub", "below", value, greatest);
  const { multiplier, shift } = fixed(affine.scale * PER_UNIT, 30);
  const steps = emit.multiply("steps", below, multiplier, shift, "i32");
  const least = emit.map("max", "least", steps, 1 - EXPONENTIALS);
  const table = emit.constant("exponentials", exponentials());
  const parts = emit.builder.take(emit.name("parts"), table, least);
  const sums = emit.builder.reduce(emit.name("sums"), "sum", parts);
  const scaled = emit.map("mul", "raised", parts, 2 ** 15);
  const shares = emit.map("div", "shares", scaled, sums, { dtype: "i16" });
  const isShares = axis === x.dims.length - 1;
  lowering.hold(step.node.outputs[0], { ...rows, value: shares, affine: SHARE, isShares });
}

/** A factor as an integer of at most `bits` bits over a power of two. */
function fixed(factor: number, bits: number): { multiplier: number; shift: number } {
  let shift = 0;
  while (shift < 62 && Math.abs(factor) * 2 ** (shift + 1) < 2 ** bits) shift++;
  return { multiplier: Math.round(factor * 2 ** shift), shift };
}

/** Bits of the results of a norm before scale and bias. */
const UNIT_BITS = 14;
const FRACTION_BITS = 6;

/**
 * Rows less their mean, over their root mean square. Rows are first divided by their greatest, so that
 * their squares fit i32.
 */
export function lowerNormalisation(lowering: Lowering, step: Step): void {
  const { emit } = lowering;
  const call = lowering.call(step);
  const x = call.input(0);
  const [gamma, beta] = [call.elements(1), call.elements(2)];
  const { cols, epsilon, centred: isCentred } = normalisationOf(call);
  call.demandShape(cols === x.dims.at(-1) && cols <= 4_096, `rows of ${cols} are not normalised`);
  const rows = asRows(emit, lowering.get(x));
  const { affine } = rows;
  const plain = centred(emit, rows.value, affine);
  const c = isCentred ? withoutMean(lowering, plain, cols) : plain;
  const more = Math.round(Math.sqrt(cols * epsilon) / affine.scale);
  const bits = squareBits(cols);
  if (more * 2 ** bits >= 2 ** 31) {
    throw call.error("CALIBRATION", "its numbers are too small beside epsilon");
  }
  const norm = normOf(lowering, c, bits, more);
  const raised = emit.map("mul", "raised", c, 2 ** UNIT_BITS);
  const units = emit.map("div", "units", raised, norm);
  const unit = Math.sqrt(cols) / 2 ** UNIT_BITS;
  const format = lowering.format(step.node.outputs[0]);
  const value = scaleColumns(lowering, units, { gamma, beta, unit }, format);
  lowering.hold(step.node.outputs[0], { ...rows, value, affine: format });
}

function withoutMean({ emit }: Lowering, x: Value, cols: number): Value {
  const sums = emit.builder.reduce(emit.name("sums"), "sum", x);
  const mean = emit.multiply("mean", sums, Math.round(2 ** 30 / cols), 30, "i32");
  return emit.map("sub", "differences", x, mean);
}

/** Bits of numbers of which one more than `cols` can be squared and added up in i32. */
function squareBits(cols: number): number {
  return Math.floor((31 - Math.ceil(Math.log2(cols + 1))) / 2);
}

/** The square root of each row's sum of squares and that of `more`, at least 1. */
function normOf({ emit }: Lowering, c: Value, bits: number, more: number): Value {
  const { builder } = emit;
  const above = builder.reduce(emit.name("greatest"), "max", c, { dtype: "i32" });
  const negated = emit.map("sub", "negated", emit.scalar(0), c);
  const below = builder.reduce(emit.name("least"), "max", negated, { dtype: "i32" });
  const own = emit.map("max", "most", above, below);
  const most = more === 0 ? own : emit.map("max", "most", own, more);
  const raised = emit.map("mul", "enlarged", c, 2 ** bits);
  const relative = emit.map("div", "relative", raised, most, { dtype: "i16" });
  const squares = builder.dot(emit.name("squares"), relative, relative, {
    groups: c.rows,
    rows: c.rows,
    cols: 1,
  });
  const root = builder.map.sqrt(emit.name("root"), withSquare(emit, squares, most, more, bits));
  const norm = emit.multiply("norm", most, root, bits, "i32");
  return emit.map("max", "floor", norm, 1);
}

/** Sums of squares and the square of `more`, all of them in parts of `most`. */
function withSquare(emit: Emitter, sums: Value, most: Value, more: number, bits: number): Value {
  if (more === 0) return sums;
  const raised = emit.multiply("raised", emit.scalar(more), 2 ** bits, 0, "i32");
  const relative = emit.map("div", "relative", raised, most);
  return emit.map("add", "squares", sums, emit.map("mul", "square", relative, relative));
}

/** Scale and bias of each column, and what an integer stands for before. */
interface Columns {
  readonly gamma?: ArrayLike<number>;
  readonly beta?: ArrayLike<number>;
  readonly unit: number;
}

/** Scale and bias of each column, and the format of the result. */
function scaleColumns(
  { emit }: Lowering,
  units: Value,
  { gamma = [], beta, unit }: Columns,
  { dtype, scale, zeroPoint }: Affine,
): Value {
  const factors = Array.from(gamma, (g) => (g * unit) / scale);
  const most = Math.max(...factors.map(Math.abs));
  const { shift } = fixed(most * 2 ** FRACTION_BITS, 30);
  const multipliers = factors.map((f) => Math.round(f * 2 ** (shift + FRACTION_BITS)));
  const offsets = factors.map((_, i) =>
    Math.round(((beta?.[i] ?? 0) / scale + zeroPoint) * 2 ** FRACTION_BITS),
  );
  const row = (list: number[]) => tensor("i32", 1, list.length, list);
  const scaled = emit.multiply(
    "scaled",
    units,
    emit.constant("scale", row(multipliers)),
    shift,
    "i32",
  );
  const shifted = offsets.every((offset) => offset === 0)
    ? scaled
    : emit.map("add", "shifted", scaled, emit.constant("offset", row(offsets)));
  return emit.multiply("normalised", shifted, 1, FRACTION_BITS, dtype);
}
