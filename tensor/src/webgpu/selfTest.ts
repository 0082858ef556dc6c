import { ProgramBuilder } from "../builder";
import { ReferenceExecutor } from "../reference";
import { tensor } from "../tensor";
import { tensorId } from "../tensorTree";
import { WebGpuError } from "./errors";
import type { Value } from "../builder";
import type { DType } from "../dtype";
import type { Model } from "../model";
import type { Tensor } from "../tensor";
import type { GpuProcess } from "./GpuProcess";

const ROWS = 36;
const COLS = 12;
const KEY = -1;

/**
 * Runs a program of all instructions and functions on values of all sizes, with every result kept and with
 * steps fused. Throws `WebGpuError` MISMATCH unless each result is the reference's.
 */
export async function checkSelf(gpu: GpuProcess, adapter: string): Promise<void> {
  const model = selfTestModel();
  const input = noise("i32", ROWS, COLS, 1);
  const expected = new ReferenceExecutor().trace(model, input);
  const { nodes } = model.program;
  const instructions = nodes.flatMap(({ op }, i) => (op === "input" || op === "const" ? [] : [i]));

  await gpu.ask({ kind: "load", key: KEY, model, keep: true });
  const results = await gpu.ask({ kind: "trace", key: KEY, input });
  await gpu.ask({ kind: "drop", key: KEY });
  instructions.forEach((index, i) => {
    if (tensorId(results[i]) === tensorId(expected[index])) return;
    const { op } = nodes[index];
    throw new WebGpuError("MISMATCH", `${adapter} gives a wrong ${op}, node ${index} of its test`);
  });

  await gpu.ask({ kind: "load", key: KEY, model, keep: false });
  const [output] = await gpu.ask({ kind: "run", key: KEY, inputs: [input] });
  await gpu.ask({ kind: "drop", key: KEY });
  if (tensorId(output) === tensorId(expected[nodes.length - 1])) return;
  throw new WebGpuError("MISMATCH", `${adapter} gives a wrong output in its test`);
}

function selfTestModel(): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("x", "i32", ROWS, COLS);
  const y = builder.constant("y", noise("i32", 1, COLS, 2));
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
  const bits = { i8: 8, i16: 16, i32: 32 }[dtype];
  const values = Array.from({ length: rows * cols }, () => {
    const value = next() >> (32 - bits);
    return next() < 0 ? value : value >> ((next() >>> 8) % bits);
  });
  return tensor(dtype, rows, cols, values);
}
