import { ProgramBuilder } from "./builder";
import { dtypeMax, dtypeMin, dtypeSize } from "./dtype";
import { ReferenceExecutor } from "./reference";
import { tensor } from "./tensor";
import { tensorId } from "./tensorTree";
import type { Value } from "./builder";
import type { DType } from "./dtype";
import type { TracingExecutor } from "./executor";
import type { Model } from "./model";
import type { Tensor } from "./tensor";

const ROWS = 36;
const COLS = 12;

/**
 * Tries an executor on a program of all instructions and functions, on extremes and values of all sizes, with
 * every result kept and with steps fused. Gives in words the first result that is not the reference's, such as
 * "a wrong dot, node 40 of its test"; undefined if there is none. Throws what the executor throws.
 */
export async function findWrongResult(
  executor: Pick<TracingExecutor, "run" | "trace">,
): Promise<string | undefined> {
  const model = selfTestModel();
  const input = withExtremes(noise("i32", ROWS, COLS, 1));
  const expected = new ReferenceExecutor().trace(model, input).map(tensorId);
  const { nodes } = model.program;

  const results = await executor.trace(model, input);
  const wrong = nodes.findIndex((_, i) => tensorId(results[i]) !== expected[i]);
  if (wrong >= 0) return `a wrong ${nodes[wrong].op}, node ${wrong} of its test`;

  const [output] = await executor.run(model, [input]);
  return tensorId(output) === expected[nodes.length - 1] ? undefined : "a wrong output in its test";
}

function selfTestModel(): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("x", "i32", ROWS, COLS);
  const y = builder.constant("y", withExtremes(noise("i32", 1, COLS, 2)));
  const values = [...mapped(builder, x, y), ...multiplied(builder, x)];
  const sums = values.map((value, i) => builder.reduce(`sums ${i}`, "sum", value));
  const totals = sums.map((value, i) => {
    const row = { rows: 1, cols: value.rows, dims: [1, 1, 1, value.rows] } as const;
    const loops = [{ extent: value.rows, axis: 3, stride: 1 }];
    return builder.reduce(`total ${i}`, "sum", builder.view(`row ${i}`, value, { ...row, loops }));
  });
  totals.reduce((sum, value, i) => builder.map.add(`sum ${i}`, sum, value));
  return builder.build();
}

/** Every function of MAP, TAKE and REDUCE. */
function mapped(builder: ProgramBuilder, x: Value, y: Value): Value[] {
  const { map } = builder;
  const table = builder.constant("table", noise("i16", 7, 3, 3));
  return [
    ...(["add", "sub", "min", "max", "div"] as const).map((fn) => map[fn](fn, x, y)),
    ...[0, 1, 31, 32, 33, 62].map((shift) => map.mul(`mul ${shift}`, x, y, { shift })),
    map.sqrt("sqrt", x),
    map.max("halves", x, y, { dtype: "i16" }),
    builder.take("taken", table, x, { chunk: 3 }),
    builder.reduce("greatest", "max", x),
    builder.reduce("place", "argmax", x, { dtype: "i8" }),
  ];
}

/** Products of all kinds: of bytes, of wider elements, and of windows that are read in place. */
function multiplied(builder: ProgramBuilder, x: Value): Value[] {
  const bytes = builder.map.mul("bytes", x, builder.constant("1", tensor("i8", 1, 1, [1])), {
    shift: 24,
    dtype: "i8",
  });
  const kernels = builder.constant("kernels", noise("i8", 8, 9 * COLS, 4));
  const windows = builder.view("windows", bytes, {
    rows: ROWS,
    cols: 9 * COLS,
    dims: [1, 6, 6, COLS],
    offsets: [0, -1, -1, 0],
    loops: [
      { extent: 6, axis: 1, stride: 1 },
      { extent: 6, axis: 2, stride: 1 },
      { extent: 3, axis: 1, stride: 1 },
      { extent: 3, axis: 2, stride: 1 },
      { extent: COLS, axis: 3, stride: 1 },
    ],
    pad: -128,
    dtype: "i8",
  });
  return [
    builder.dot("convolution", windows, kernels, { dtype: "i16" }),
    builder.dot("squares", bytes, bytes),
    builder.dot("wide", x, builder.constant("wide kernels", noise("i16", 5, COLS, 5))),
  ];
}

/** Values of all magnitudes and both signs, always the same. */
function noise(dtype: DType, rows: number, cols: number, seed: number): Tensor {
  let state = Math.imul(seed, 0x9e3779b1);
  const next = () => (state = (Math.imul(state, 0x0019660d) + 0x3c6ef35f) | 0);
  const bits = 8 * dtypeSize(dtype);
  const values = Array.from({ length: rows * cols }, () => {
    const value = next() >> (32 - bits);
    return next() < 0 ? value : value >> ((next() >>> 8) % bits);
  });
  return tensor(dtype, rows, cols, values);
}

/** The same with extremes as its first rows, or in a single row as its first elements. */
function withExtremes({ dtype, rows, cols, data }: Tensor): Tensor {
  const [least, most] = [dtypeMin(dtype), dtypeMax(dtype)];
  const extremes = [least, least + 1, -1, 0, 1, most];
  const perExtreme = rows === 1 ? 1 : cols;
  const values = extremes.flatMap((value) => Array<number>(perExtreme).fill(value));
  return tensor(dtype, rows, cols, [...values, ...data.slice(values.length)]);
}
