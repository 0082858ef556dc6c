/** What the elements of a float graph are: real numbers, or whole ones such as shapes and indices. */
export type Kind = "real" | "whole";

/** Elements in row-major order; real numbers are rounded to 32 bits, whole ones exact below 2^53. */
export type Elements = Float32Array | Float64Array;

/** Kind and shape of a value of the graph. */
export interface Shaped {
  readonly kind: Kind;
  readonly dims: readonly number[];
}

/** A value with its elements. */
export interface FloatTensor extends Shaped {
  readonly data: Elements;
}

/** Number of elements of a shape. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}

/** Zeros. */
export function allocateElements(kind: Kind, count: number): Elements {
  return kind === "real" ? new Float32Array(count) : new Float64Array(count);
}

/** Steps between elements along each axis, in row-major order. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let stride = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= dims[axis];
  }
  return strides;
}

/** Describes a shape for messages, as in `[1,3,48,320]`. */
export function describeDims(dims: readonly number[]): string {
  return `[${dims.join(",")}]`;
}
