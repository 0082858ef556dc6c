import { allocate, dequantize, inputHeader, quantize, tensor } from "../../src/index";
import { OnnxError } from "../errors";
import { ElementPool } from "../graph/pool";
import { sizeOf, stridesOf } from "../graph/tensor";
import { copyStrided } from "../operators/elementwise";
import type { Affine, Model, Tensor } from "../../src/index";
import type { Elements } from "../graph/tensor";
import type { Sample } from "./calibrate";
import type { PackedInput } from "./inputs";

/** A value's elements in the order in which `order` puts its axes, in an array that `pool` lends. */
export function inOrder(
  elements: Elements,
  dims: readonly number[],
  order: readonly number[],
  pool = new ElementPool(),
): Elements {
  const strides = stridesOf(dims);
  const kind = elements instanceof Float32Array ? "real" : "whole";
  const ordered = pool.take(kind, elements.length);
  copyStrided(
    elements,
    order.map((axis) => dims[axis]),
    order.map((axis) => strides[axis]),
    0,
    ordered,
  );
  return ordered;
}

/**
 * The program's input for one sample. Throws `OnnxError` INPUT if an input is missing or of another
 * size.
 */
export function encodeInputs(
  { program }: Model,
  inputs: readonly PackedInput[],
  sample: Sample,
): Tensor {
  const { dtype, rows, cols } = inputHeader(program);
  const integers = allocate(dtype, rows * cols);
  for (const { name, dims, order, affine, offset } of inputs) {
    const elements = sample.get(name);
    if (elements?.length !== sizeOf(dims)) {
      throw new OnnxError("INPUT", `input "${name}" has to have ${sizeOf(dims)} elements`);
    }
    integers.set(quantize(inOrder(elements, dims, order), affine), offset);
  }
  return tensor(dtype, rows, cols, integers);
}

/** The real numbers of a program's output. */
export function decodeOutput(output: Tensor, affine: Affine): Float64Array {
  return dequantize(output.data, affine);
}
