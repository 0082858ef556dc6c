import { dtypeMax, dtypeMin } from "../dtype";
import { requantize } from "../layers";
import { tensor } from "../tensor";
import { quantize, symmetricOver } from "./affine";
import { QuantizeError } from "./errors";
import { multipliersFor } from "./multiplier";
import { rangeOf } from "./range";
import type { ProgramBuilder, Value } from "../builder";
import type { DType } from "../dtype";
import type { Tensor } from "../tensor";
import type { Affine } from "./affine";

/** A float layer: each channel is a weighted sum of taps, plus a bias. */
export interface LinearLayer {
  /** Channels x taps, row after row, in the order in which DOT reads its operand b. */
  readonly weights: ArrayLike<number>;
  /** One for each channel. */
  readonly bias: ArrayLike<number>;
}

/** The constants of a layer in integers; what it puts out is `(DOT + bias) x multiplier >> shift`. */
export interface QuantizedLinear {
  /** i8 [channels, taps], with a scale for each channel. */
  readonly weights: Tensor;
  /** i32, one for each channel; holds the corrections for both zero points. */
  readonly bias: Tensor;
  /** i32, one for each channel. */
  readonly multiplier: Tensor;
  readonly shift: number;
  /** Type of the output. */
  readonly dtype: DType;
}

/** Whether the channels of DOT's result are its columns, or its rows as in a depthwise convolution. */
export type ChannelAxis = "columns" | "rows";

/**
 * Quantises a layer from and to given integers. With weights w of scale s_w, input a of scale s_a and
 * zero point z_a, output of scale s_o and zero point z_o, the output is
 * `s_a s_w / s_o x (sum of (a - z_a) w + b / (s_a s_w)) + z_o`: the factor goes into multiplier and
 * shift, all that does not depend on `a` into the bias. Padding must hold z_a.
 *
 * Throws `QuantizeError` LENGTH (weights are not channels x taps), RANGE, RATIO, or OVERFLOW if some
 * input could leave i32, where arithmetic wraps.
 */
export function quantizeLinear(
  { weights, bias }: LinearLayer,
  input: Affine,
  output: Affine,
  axis: ChannelAxis = "columns",
): QuantizedLinear {
  const channels = bias.length;
  const taps = weights.length / channels;
  if (!Number.isInteger(taps) || taps === 0) {
    throw new QuantizeError("LENGTH", `${weights.length} weights are not ${channels} channels`);
  }
  const rows = Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: taps }, (_, tap) => weights[channel * taps + tap]),
  );
  const scales = rows.map((row) => symmetricOver(rangeOf(row)));
  const integers = rows.map((row, channel) => quantize(row, scales[channel]));
  const { multipliers, shift } = multipliersFor(
    scales.map(({ scale }) => (input.scale * scale) / output.scale),
  );
  const biases = integers.map((row, channel) => {
    const sum = Array.from(row).reduce((total, weight) => total + weight, 0);
    const outputZero = (output.zeroPoint * 2 ** shift) / multipliers[channel];
    const real = bias[channel] / (input.scale * scales[channel].scale);
    const integer = Math.round(real - input.zeroPoint * sum + outputZero);
    checkReach(row, integer, input.dtype, multipliers[channel] / 2 ** shift, channel);
    return integer;
  });
  const [height, width] = axis === "columns" ? [1, channels] : [channels, 1];
  return {
    weights: tensor("i8", channels, taps, Int8Array.from(integers.flatMap((row) => [...row]))),
    bias: tensor("i32", height, width, biases),
    multiplier: tensor("i32", height, width, multipliers),
    shift,
    dtype: output.dtype,
  };
}

/** Adds bias and requantisation of a layer to the DOT of its input and weights. */
export function addQuantized(
  builder: ProgramBuilder,
  name: string,
  sums: Value,
  { bias, multiplier, shift, dtype }: QuantizedLinear,
): Value {
  const biased = builder.map.add(`${name}.biased`, sums, builder.constant(`${name}.bias`, bias));
  const factor = builder.constant(`${name}.multiplier`, multiplier);
  return requantize(builder, name, biased, factor, shift, dtype);
}

/** Throws OVERFLOW unless the sum, and what it is scaled to, fit i32 for every input of `dtype`. */
function checkReach(
  weights: ArrayLike<number>,
  bias: number,
  dtype: DType,
  factor: number,
  channel: number,
): void {
  let [low, high] = [bias, bias];
  for (let tap = 0; tap < weights.length; tap++) {
    const products = [weights[tap] * dtypeMin(dtype), weights[tap] * dtypeMax(dtype)];
    low += Math.min(...products);
    high += Math.max(...products);
  }
  const fits = (value: number) => value >= dtypeMin("i32") && value <= dtypeMax("i32");
  // One more than rounding can add to the scaled sum.
  if (![bias, low, high, low * factor - 1, high * factor + 1].every(fits)) {
    throw new QuantizeError("OVERFLOW", `channel ${channel} can leave i32`);
  }
}
