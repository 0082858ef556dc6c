import { kindOf } from "../file/constants";
import { ELEMENT_TYPES } from "../file/schema";
import { sizeOf } from "../graph/tensor";
import type { OperatorCall, Result, Rule } from "./call";

const constant: Rule = (call) => {
  const value = call.tensor("value");
  if (value !== undefined) {
    const { kind, dims, data } = value;
    return { kind, dims, work: 0, compute: () => data };
  }
  const list = call.numbers("value_ints") ?? call.numbers("value_floats");
  const kind = ["value_ints", "value_int"].some((name) => call.node.attributes.has(name))
    ? "whole"
    : "real";
  if (list !== undefined) return call.result(kind, [list.length], (target) => target.set(list), 0);
  const number = call.number(kind === "whole" ? "value_int" : "value_float");
  return call.result(kind, [], (target) => target.fill(number), 0);
};

const constantOfShape: Rule = (call) => {
  const value = call.tensor("value");
  const fill = value?.data[0] ?? 0;
  return call.result(value?.kind ?? "real", call.constant(0) ?? [], (target) => target.fill(fill));
};

function shape(call: OperatorCall): Result {
  const { dims } = call.input(0);
  const part = dims.slice(call.number("start", 0), call.number("end", dims.length));
  return call.result("whole", [part.length], (target) => target.set(part), 0);
}

const range: Rule = (call) => {
  const [[start], [limit], [delta]] = [0, 1, 2].map((index) => call.constant(index) ?? []);
  const length = Math.max(0, Math.ceil((limit - start) / delta));
  return call.result(call.input(0).kind, [length], (target) => {
    for (let i = 0; i < length; i++) target[i] = start + i * delta;
  });
};

const cast: Rule = (call) => {
  const { kind: from, dims } = call.input(0);
  const type = call.number("to");
  const kind = kindOf(type, call.node.name);
  const truncates = from === "real" && kind === "whole";
  const convert = type === ELEMENT_TYPES.bool ? isNotZero : truncates ? Math.trunc : identity;
  return call.result(kind, dims, (target, [x]) => {
    for (let i = 0; i < target.length; i++) target[i] = convert(x[i]);
  });
};

const identity = (x: number) => x;
const isNotZero = (x: number) => Number(x !== 0);

const dropout: Rule = (call) => {
  const isTraining = call.constant(2)?.some((x) => x !== 0) ?? false;
  if (isTraining) throw call.error("OPERATOR", "it is in training mode");
  return call.reshaped(0, call.input(0).dims);
};

/** Rows and columns of an image that each row and column of a larger one repeats. */
export interface Nearest {
  readonly rows: readonly number[];
  readonly cols: readonly number[];
}

/** Most rows or columns of a resized image. */
const MAX_SIDE = 2 ** 16;

/** What a Resize by nearest neighbours reads. Throws `OnnxError` SHAPE, or OPERATOR for other modes. */
export function nearestOf(call: OperatorCall): Nearest {
  const { dims } = call.input(0);
  call.demandShape(dims.length === 4 && dims[0] === 1, "only one image of two axes");
  const places = call.text("coordinate_transformation_mode", "half_pixel");
  const rounding = call.text("nearest_mode", "round_prefer_floor");
  const places0 = call.node.operator === "Upsample" || call.opset < 11 ? "asymmetric" : places;
  const rounding0 = call.node.operator === "Upsample" || call.opset < 11 ? "floor" : rounding;
  const supported =
    call.text("mode", "nearest") === "nearest" &&
    ["asymmetric", "half_pixel"].includes(places0) &&
    ["floor", "round_prefer_floor"].includes(rounding0) &&
    !["axes", "keep_aspect_ratio_policy"].some((name) => call.node.attributes.has(name));
  if (!supported) {
    throw call.error("OPERATOR", `mode ${call.text("mode", "nearest")} ${places0} ${rounding0}`);
  }
  const { sizes, scales } = sizesOf(call, dims);
  const [rows, cols] = [2, 3].map((axis) =>
    Array.from({ length: sizes[axis] }, (_, i) => {
      const scale = scales[axis];
      const place =
        places0 === "asymmetric"
          ? Math.fround(i / scale)
          : Math.fround(Math.fround((i + 0.5) / scale) - 0.5);
      const nearest = rounding0 === "floor" ? Math.floor(place) : Math.ceil(place - 0.5);
      return Math.min(Math.max(nearest, 0), dims[axis] - 1);
    }),
  );
  return { rows, cols };
}

/** Lengths of the axes, and how many times as long as before they are, as 32 bits hold it. */
function sizesOf(
  call: OperatorCall,
  dims: readonly number[],
): { sizes: readonly number[]; scales: readonly number[] } {
  const isOld = call.node.operator === "Upsample" || call.opset < 11;
  const given = isOld ? undefined : call.constant(3);
  const scales =
    given?.map((size, axis) => Math.fround(size / dims[axis])) ??
    call.constant(isOld ? 1 : 2) ??
    [];
  const sizes =
    given ?? dims.map((dim, axis) => Math.floor(Math.fround(dim * (scales[axis] ?? NaN))));
  const grows = scales.every((scale) => scale >= 1);
  call.demandShape(!isOld || grows, `scales [${scales}] below 1 are not supported`);
  // Runtimes differ on whether such a one is a copy.
  const isClear = sizes.join() !== dims.join() || scales.every((scale) => scale === 1);
  call.demandShape(isClear, `scales [${scales}] change no length`);
  const fits = sizes.length === 4 && sizes[0] === dims[0] && sizes[1] === dims[1];
  const valid = sizes.every((size) => size >= 1 && size <= MAX_SIDE);
  call.demandShape(fits && valid, `its sizes are [${sizes}]`);
  return { sizes, scales };
}

const resize: Rule = (call) => {
  const { dims } = call.input(0);
  const { rows, cols } = nearestOf(call);
  const area = rows.length * cols.length;
  return call.result("real", [dims[0], dims[1], rows.length, cols.length], (target, [x]) => {
    for (let i = 0; i < target.length; i++) {
      const row = rows[Math.floor(i / cols.length) % rows.length];
      target[i] = x[(Math.floor(i / area) * dims[2] + row) * dims[3] + cols[i % cols.length]];
    }
  });
};

/** Operators on shapes and constants, and on the grid of an image. */
export const SHAPE: Readonly<Record<string, Rule>> = {
  Cast: cast,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Dropout: dropout,
  Range: range,
  Resize: resize,
  Shape: shape,
  Size: (call) => call.result("whole", [], (target) => target.fill(sizeOf(call.input(0).dims)), 0),
  Upsample: resize,
};
