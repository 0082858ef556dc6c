import { saturate } from "../dtype";
import { flattenView, rangeOf } from "../flatView";
import { i32, packed, saturated, u32 } from "./wgsl";
import type { FlatView } from "../flatView";
import type { Loop, ViewNode } from "../node";
import type { KernelBuilder, Stored } from "./kernel";
import type { Wgsl } from "./wgsl";

const AXES = [0, 1, 2, 3] as const;

/** A position in two parts, to be added up: of the start of a row, and of element `k` in it. */
export interface ViewParts {
  readonly row: (row: Wgsl) => Wgsl;
  readonly column: (k: Wgsl) => Wgsl;
}

/**
 * A view as kernels read it. A position is a vec4i, one number for each axis. A function is there once it is
 * asked for.
 */
export interface ViewText {
  /** Name of the function that gives the element at a position, as it is stored. */
  readonly at: () => string;
  /** Position of element `o`, a u32. */
  readonly start: (o: Wgsl) => Wgsl;
  /** Undefined if no digit of the view starts where a row does. */
  readonly parts?: ViewParts;
  /** Name of the function that gives four elements of i8 in a word, if they always lie in one. */
  readonly word?: () => string;
  /** Name of the function that gives 16 elements of i8 in four words, if they always lie in such four. */
  readonly quad?: () => string;
}

/** Functions of a VIEW of `source`, whose names start with `prefix`. */
export function viewText(
  builder: KernelBuilder,
  prefix: string,
  node: ViewNode,
  source: Stored,
): ViewText {
  const view = flattenView(node);
  const define = (kind: string, type: Wgsl, outside: Wgsl, inside: Wgsl) =>
    builder.define(`${prefix}_${kind}`, guarded(`${prefix}_${kind}`, type, view, outside, inside));
  const pad = i32(saturate(node.dtype, node.pad));
  const at = () => {
    const read = `${builder.source(source)}_element(${flatIndex(view)})`;
    return define("at", "i32", pad, saturated(read, node.dtype));
  };

  const whole = positionFunction(builder, `${prefix}_whole`, view.loops, view.offsets);
  const split = splitLoops(view.loops, node.cols);
  if (split === undefined) return { at, start: whole };
  const [outer, inner] = split;
  const parts = {
    row: positionFunction(builder, `${prefix}_row`, outer, view.offsets),
    column: positionFunction(builder, `${prefix}_column`, inner, [0, 0, 0, 0]),
  };
  const bytes = node.dtype === "i8" && source.dtype === "i8";
  const run = bytes ? runOf(view, inner) : 1;
  const pads = packed("i8", [pad, pad, pad, pad]);
  const word = () =>
    define("word", "u32", pads, `${builder.source(source)}(${flatIndex(view)} / 4u)`);
  const quad = () =>
    define("quad", "vec4u", `vec4u(${pads})`, `${builder.quads(source)}(${flatIndex(view)} / 16u)`);
  return {
    at,
    start: whole,
    parts,
    word: run % 4 === 0 ? word : undefined,
    quad: run % 16 === 0 ? quad : undefined,
  };
}

/** A number of elements along the fastest loop that always lie side by side and aligned, or are all padding. */
function runOf({ loops, dims, offsets }: FlatView, inner: readonly Loop[]): number {
  const fast = inner.at(-1);
  if (fast === undefined || fast.stride !== 1) return 1;
  const { axis, extent } = fast;
  if (dims.slice(axis + 1).some((dim) => dim !== 1)) return 1;
  const others = loops.slice(0, -1).filter((loop) => loop.axis === axis);
  const steps = [extent, dims[axis], offsets[axis], ...others.map(({ stride }) => stride)];
  return [16, 4].find((run) => steps.every((step) => step % run === 0)) ?? 1;
}

/** The loops of a row's start, and those within a row of `cols` elements. */
function splitLoops(
  loops: readonly Loop[],
  cols: number,
): [outer: readonly Loop[], inner: readonly Loop[]] | undefined {
  let rest = cols;
  for (let l = loops.length - 1; rest > 1; l--) {
    const { extent, axis, stride } = loops[l];
    if (rest % extent === 0) {
      rest /= extent;
      if (rest === 1) return [loops.slice(0, l), loops.slice(l)];
    } else if (extent % rest === 0) {
      const outer = { extent: extent / rest, axis, stride: stride * rest };
      const inner = { extent: rest, axis, stride };
      return [
        [...loops.slice(0, l), outer],
        [inner, ...loops.slice(l + 1)],
      ];
    } else return undefined;
  }
  return [loops, []];
}

function positionFunction(
  builder: KernelBuilder,
  name: string,
  loops: readonly Loop[],
  offsets: readonly number[],
): (o: Wgsl) => Wgsl {
  const steps = loops.map((_, l) => {
    const { extent, axis, stride } = loops[loops.length - 1 - l];
    const last = l === loops.length - 1;
    const digit = last ? "rest" : `rest % ${u32(extent)}`;
    const carry = last ? "" : `rest /= ${u32(extent)};`;
    return `  p[${axis}] += i32(${digit}) * ${i32(stride)}; ${carry}`;
  });
  builder.define(
    name,
    `fn ${name}(o: u32) -> vec4i {
  var rest = o;
  var p = vec4i(${offsets.map(i32).join(", ")});
${steps.join("\n")}
  return p;
}`,
  );
  return (o) => `${name}(${o})`;
}

/** `inside` where a position is within the array, else `outside`; axes that never leave it go unchecked. */
function guarded(name: string, type: string, view: FlatView, outside: Wgsl, inside: Wgsl): Wgsl {
  const checks = AXES.flatMap((axis) => {
    const [low, high] = rangeOf(view, axis);
    const dim = view.dims[axis];
    return low < 0 || high >= dim ? [`p[${axis}] >= 0 && p[${axis}] < ${i32(dim)}`] : [];
  });
  const guard =
    checks.length === 0 ? "" : `if (!(${checks.join(" && ")})) { return ${outside}; }\n  `;
  return `fn ${name}(p: vec4i) -> ${type} {\n  ${guard}return ${inside};\n}`;
}

function flatIndex({ dims }: FlatView): Wgsl {
  const flat = AXES.slice(1).reduce<Wgsl>(
    (index, axis) =>
      dims[axis] === 1 ? `(${index} + p[${axis}])` : `(${index} * ${i32(dims[axis])} + p[${axis}])`,
    "p[0]",
  );
  return `u32(${flat})`;
}
