import { kindOf } from "../file/constants";
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
  const kind = kindOf(call.number("to"), call.node.name);
  const truncates = from === "real" && kind === "whole";
  return call.result(kind, dims, (target, [x]) => {
    for (let i = 0; i < target.length; i++) target[i] = truncates ? Math.trunc(x[i]) : x[i];
  });
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
  call.demandShape(dims.length === 4, "only images of two axes");
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
  const sizes = sizesOf(call, dims);
  const [rows, cols] = [2, 3].map((axis) =>
    Array.from({ length: sizes[axis] }, (_, i) => {
      const ratio = dims[axis] / sizes[axis];
      const place = places0 === "asymmetric" ? i * ratio : (i + 0.5) * ratio - 0.5;
      const nearest = rounding0 === "floor" ? Math.floor(place) : Math.ceil(place - 0.5);
      return Math.min(Math.max(nearest, 0), dims[axis] - 1);
    }),
  );
  return { rows, cols };
}

function sizesOf(call: OperatorCall, dims: readonly number[]): readonly number[] {
  const isOld = call.node.operator === "Upsample" || call.opset < 11;
  const scales = call.constant(isOld ? 1 : 2);
  const sizes =
    isOld || call.operands[3] === undefined
      ? dims.map((dim, axis) => Math.floor(dim * (scales?.[axis] ?? NaN)))
      : (call.constant(3) ?? []);
  const fits = sizes.length === 4 && sizes[0] === dims[0] && sizes[1] === dims[1];
  const valid = sizes.every((size) => size >= 1 && size <= MAX_SIDE);
  call.demandShape(fits && valid, `its sizes are [${sizes}]`);
  return sizes;
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
  Dropout: (call) => call.reshaped(0, call.input(0).dims),
  Range: range,
  Resize: resize,
  Shape: shape,
  Size: (call) => call.result("whole", [], (target) => target.fill(sizeOf(call.input(0).dims)), 0),
  Upsample: resize,
};
