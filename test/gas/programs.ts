import { ProgramBuilder, tensor } from "../../tensor/src/index";
import { createRandom, randomTensor } from "../shared/random";
import type { DType, Model, Tensor, Value } from "../../tensor/src/index";

const NODES = 256;

/** A model and the nodes that a dispute is about, by name. */
export interface DisputedModel {
  readonly model: Model;
  readonly input: Tensor;
  readonly nodeOf: ReadonlyMap<string, number>;
}

/** A program of 256 nodes with one node for each step that is measured. */
export function stepProgram(): DisputedModel {
  const builder = new ProgramBuilder();
  const random = createRandom(7);
  const data = (rows: number, cols: number, dtype: DType = "i8") =>
    randomTensor(random, dtype, rows, cols);
  const x = builder.input("x", "i8", 64, 4_096);
  const slice = (cols: number) =>
    builder.view(`slice${cols}`, x, {
      rows: 64,
      cols,
      dims: [1, 1, 64, 4_096],
      loops: [
        { extent: 64, axis: 2, stride: 1 },
        { extent: cols, axis: 3, stride: 1 },
      ],
    });
  const dotOf = (k: number, a: Value) =>
    builder.dot(`dot${k}`, a, builder.constant(`w${k}`, data(1_024, k)));
  const dots = [dotOf(256, slice(256)), dotOf(1_024, slice(1_024)), dotOf(4_096, x)];
  const scale = builder.constant("scale", data(1, 1_024, "i32"));
  const map = builder.map.mul("map", dots[1], scale, { shift: 40, dtype: "i8" });
  const table = builder.constant("table", data(1, 256));
  const take = builder.take("take", table, map);
  const view = builder.view("view", take, {
    rows: 64,
    cols: 1_024,
    dims: [1, 64, 32, 32],
    loops: [
      { extent: 64, axis: 1, stride: 1 },
      { extent: 32, axis: 3, stride: 1 },
      { extent: 32, axis: 2, stride: 1 },
    ],
  });
  const reduce = builder.reduce("reduce1024", "sum", view);
  const sums = dots.map((dot) => builder.reduce(`${dot.name} sums`, "sum", dot));
  const all = sums.reduce((a, b, i) => builder.map.add(`total ${i}`, a, b), reduce);
  return finish(builder, all, data(64, 4_096));
}

/** A program of 256 nodes and 1.07 × 10^9 multiply–accumulates. */
export function largeProgram(): DisputedModel {
  const builder = new ProgramBuilder();
  const random = createRandom(11);
  const data = (rows: number, cols: number, dtype: DType = "i8") =>
    randomTensor(random, dtype, rows, cols);
  let x = builder.input("x", "i8", 256, 1_024);
  const input = data(256, 1_024);
  const scale = builder.constant("scale", tensor("i32", 1, 1, [3]));
  for (let layer = 0; layer < 4; layer++) {
    const w = builder.constant(`w${layer}`, data(1_024, 1_024));
    const dot = builder.dot(`dot${layer}`, x, w);
    x = builder.map.mul(`requantised${layer}`, dot, scale, { shift: 20, dtype: "i8" });
  }
  return finish(builder, x, input);
}

/** Adds element-wise nodes until there are 256. */
function finish(builder: ProgramBuilder, last: Value, input: Tensor): DisputedModel {
  const { dtype } = last;
  const zero = builder.constant("zero", tensor("i32", 1, 1, [0]));
  let value = last;
  while (value.index < NODES - 1) {
    value = builder.map.add(`padding ${value.index}`, value, zero, { dtype });
  }
  const model = builder.build();
  const nodeOf = new Map(model.program.names?.map((name, index) => [name, index]));
  return { model, input, nodeOf };
}
