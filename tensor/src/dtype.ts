/** Element type of a tensor: a two's-complement integer of 8, 16 or 32 bits. */
export type DType = "i8" | "i16" | "i32";

/** The typed array that holds the elements of a tensor. */
export type Elements = Int8Array | Int16Array | Int32Array;

const SIZES = { i8: 1, i16: 2, i32: 4 } as const;
const LEAST = { i8: -(2 ** 7), i16: -(2 ** 15), i32: -(2 ** 31) } as const;
const ARRAYS = { i8: Int8Array, i16: Int16Array, i32: Int32Array } as const;

/** Every element type, narrowest first. */
export const DTYPES: readonly DType[] = ["i8", "i16", "i32"];

/** Bytes of one element; also the code of the type in headers and nodes. */
export function dtypeSize(dtype: DType): 1 | 2 | 4 {
  return SIZES[dtype];
}

/** The type whose code is `code`, or undefined if there is none. */
export function dtypeFromCode(code: number): DType | undefined {
  return DTYPES.find((dtype) => SIZES[dtype] === code);
}

/** Least value of the type. */
export function dtypeMin(dtype: DType): number {
  return LEAST[dtype];
}

/** Greatest value of the type. */
export function dtypeMax(dtype: DType): number {
  return -1 - LEAST[dtype];
}

/** The value of the type that is nearest to `value`: the saturating store. */
export function saturate(dtype: DType, value: number): number {
  return Math.min(Math.max(value, dtypeMin(dtype)), dtypeMax(dtype));
}

/** `count` zero elements. */
export function allocate(dtype: DType, count: number): Elements {
  return new ARRAYS[dtype](count);
}

/** Whether `values` is the typed array of `dtype`. */
export function isElements(dtype: DType, values: unknown): values is Elements {
  return values instanceof ARRAYS[dtype];
}
