import { ProgramBuilder, tensor } from "../../tensor/src/index";
import type { Model, Value } from "../../tensor/src/index";

/** Bytes of all values. */
export function randomBytes(random: () => number, length: number): Int8Array {
  return Int8Array.from({ length }, () => Math.floor(random() * 256));
}

/** The product of the input with a constant. */
export function productModel(size: number, b: Int8Array): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("a", "i8", size, size);
  builder.dot("product", x, factor(builder, size, b));
  return builder.build();
}

/** The input times the same constant, `count` times, each product scaled to bytes; the greatest of each row. */
export function productChain(size: number, b: Int8Array, count: number): Model {
  const builder = new ProgramBuilder();
  let value = builder.input("a", "i8", size, size);
  const right = factor(builder, size, b);
  const one = builder.constant("one", tensor("i32", 1, 1, [1]));
  // sums of products of random bytes are about 2^12 times the root of their number
  const shift = 7 + Math.round(Math.log2(size) / 2);
  for (let i = 0; i < count; i++) {
    const product = builder.dot(`product ${i}`, value, right);
    value = builder.map.mul(`bytes ${i}`, product, one, { shift, dtype: "i8" });
  }
  builder.reduce("greatest", "max", value);
  return builder.build();
}

/** DOT multiplies rows by rows, so the constant is stored as its transpose. */
function factor(builder: ProgramBuilder, size: number, b: Int8Array): Value {
  const transposed = b.map((_, i) => b[(i % size) * size + Math.floor(i / size)]);
  return builder.constant("b", tensor("i8", size, size, transposed));
}
