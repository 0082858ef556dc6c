import { ProgramBuilder, tensor } from "../../tensor/src/index";
import type { Model } from "../../tensor/src/index";

/** Bytes of all values. */
export function randomBytes(random: () => number, length: number): Int8Array {
  return Int8Array.from({ length }, () => Math.floor(random() * 256));
}

/** The product of the input with a constant. */
export function productModel(size: number, b: Int8Array): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("a", "i8", size, size);
  // DOT multiplies rows by rows, so the constant is stored as its transpose.
  const transposed = b.map((_, i) => b[(i % size) * size + Math.floor(i / size)]);
  builder.dot("product", x, builder.constant("b", tensor("i8", size, size, transposed)));
  return builder.build();
}
