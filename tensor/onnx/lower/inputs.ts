import { DTYPES } from "../../src/index";
import { sizeOf } from "../graph/tensor";
import { WHOLE } from "./formats";
import { naturalOrder } from "./held";
import type { Affine, DType } from "../../src/index";
import type { Inferred } from "../graph/infer";
import type { Held } from "./held";
import type { Lowering } from "./lowering";

/** Where an input of the graph lies in the program's one input. */
export interface PackedInput {
  readonly name: string;
  readonly dims: readonly number[];
  /** Axes in the order in which they lie in memory, slowest first. */
  readonly order: readonly number[];
  readonly affine: Affine;
  /** Index of its first element in the program's input. */
  readonly offset: number;
}

type GraphInput = Inferred["inputs"][number];

/** Makes the program's input: the one of the graph in rows, or all of them one after the other. */
export function lowerInputs(lowering: Lowering): PackedInput[] {
  let offset = 0;
  const packed = lowering.graph.inputs.map((input) => {
    const { name, dims } = input;
    const isImage = dims.length === 4 && dims[0] === 1 && input.kind === "real";
    const order = isImage ? [0, 2, 3, 1] : naturalOrder(dims);
    const place = { name, dims, order, affine: formatOf(lowering, input), offset };
    offset += sizeOf(dims);
    return place;
  });
  const { builder } = lowering.emit;
  const [only] = packed;
  if (packed.length === 1) {
    const cols = only.dims[only.order[only.order.length - 1]] ?? 1;
    const value = builder.input(
      lowering.emit.name(only.name),
      only.affine.dtype,
      offset / cols,
      cols,
    );
    lowering.hold(only.name, { ...only, value });
    return packed;
  }
  const dtype = widest(packed.map(({ affine }) => affine.dtype));
  const whole = builder.input(lowering.emit.name("inputs"), dtype, 1, offset);
  const needed = packed.filter(({ name }) => lowering.needs.need.has(name));
  for (const place of needed) lowering.hold(place.name, cutOut(lowering, whole, place));
  return packed;
}

function cutOut(lowering: Lowering, whole: Held["value"], place: PackedInput): Held {
  const { name, dims, order, affine, offset } = place;
  lowering.emit.begin(name);
  const cols = dims[order[order.length - 1]] ?? 1;
  const value = lowering.emit.view("input", whole, {
    dtype: affine.dtype,
    rows: sizeOf(dims) / cols,
    cols,
    dims: [1, 1, 1, whole.cols],
    offsets: [0, 0, 0, offset],
    loops: [{ extent: sizeOf(dims), axis: 3, stride: 1 }],
  });
  return { value, dims, order, affine };
}

function widest(dtypes: readonly DType[]): DType {
  return DTYPES[Math.max(...dtypes.map((dtype) => DTYPES.indexOf(dtype)))];
}

function formatOf(lowering: Lowering, { name, kind }: GraphInput): Affine {
  return kind === "real" ? lowering.format(name) : WHOLE;
}
