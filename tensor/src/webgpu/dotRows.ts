import { viewText } from "./views";
import { packed, u32 } from "./wgsl";
import type { InlinedView, Operands } from "./elementPass";
import type { KernelBuilder, Stored } from "./kernel";
import type { ViewParts, ViewText } from "./views";
import type { Wgsl } from "./wgsl";

const FOUR = [0, 1, 2, 3];

/** How a kernel walks along rows of an operand of DOT, one step `k` after the other. */
export interface Rows {
  /** The value of a variable that stands for `row`. */
  readonly start: (row: Wgsl) => Wgsl;
  /** Statements at the start of step `k`, for all rows. */
  readonly step: Wgsl;
  /** What lies at step `k` of a row: an i32, or four i8 in a word, the last of which may hold more than the row. */
  readonly load: (row: Wgsl) => Wgsl;
  /** The same four steps at a time, if rows can be read so: from step 4 `q` on. */
  readonly quads?: { readonly step: Wgsl; readonly load: (row: Wgsl) => Wgsl };
}

/** Whether DOT multiplies words of four i8, or elements one by one. */
export type Unit = "word" | "element";

/** Steps of a row. */
export function stepsOf(cols: number, unit: Unit): number {
  return unit === "word" ? Math.ceil(cols / 4) : cols;
}

/** The rows of operand `index`. */
export function rowsOf(
  builder: KernelBuilder,
  operands: Operands,
  index: number,
  unit: Unit,
): Rows {
  const inlined = operands.inlined(index);
  return inlined === undefined
    ? plainRows(builder, operands.stored(index), unit)
    : viewRows(builder, inlined, unit);
}

/** The same rows, of `cols` elements, with zeros where the last word has more. */
export function withoutRest(rows: Rows, cols: number, unit: Unit): Rows {
  const rest = cols % 4;
  if (unit === "element" || rest === 0) return rows;
  const last = stepsOf(cols, unit) - 1;
  const mask = u32(2 ** (8 * rest) - 1);
  return {
    ...rows,
    load: (row) => `(${rows.load(row)} & select(0xffffffffu, ${mask}, k == ${u32(last)}))`,
  };
}

function plainRows(builder: KernelBuilder, stored: Stored, unit: Unit): Rows {
  const { cols } = stored;
  if (unit === "element") {
    return {
      start: (row) => `${row} * ${u32(cols)}`,
      step: "",
      load: (row) => `${builder.source(stored)}_element(${row} + k)`,
    };
  }
  if (cols % 4 === 0) {
    const aligned = (row: Wgsl) => `${builder.quads(stored)}(${row} / 4u + q)`;
    return {
      start: (row) => `${row} * ${u32(cols / 4)}`,
      step: "",
      load: (row) => `${builder.source(stored)}(${row} + k)`,
      quads: cols % 16 === 0 ? { step: "", load: aligned } : undefined,
    };
  }
  const name = builder.source(stored);
  builder.define(
    `${name}_bytes`,
    `fn ${name}_bytes(i: u32) -> u32 {
  let low = ${name}(i >> 2u);
  let bits = (i & 3u) * 8u;
  if (bits == 0u) { return low; }
  return (low >> bits) | (${name}((i >> 2u) + 1u) << (32u - bits));
}`,
  );
  return {
    start: (row) => `${row} * ${u32(cols)}`,
    step: "",
    load: (row) => `${name}_bytes(${row} + k * 4u)`,
  };
}

function viewRows(builder: KernelBuilder, { node, source }: InlinedView, unit: Unit): Rows {
  const prefix = "view";
  const view = viewText(builder, prefix, node, source);
  return view.parts === undefined
    ? wholeViewRows(view, node.cols, unit)
    : splitViewRows(view, view.parts, prefix, unit);
}

/** Positions are found from the start for every element. */
function wholeViewRows({ at, start }: ViewText, cols: number, unit: Unit): Rows {
  const element = (o: Wgsl) => `${at()}(${start(o)})`;
  return {
    start: (row) => `${row} * ${u32(cols)}`,
    step: "",
    load: (row) =>
      unit === "element"
        ? element(`${row} + k`)
        : word((i) => element(`${row} + k * 4u + ${u32(i)}`)),
  };
}

/** The part of a position that depends on the step is found once for all rows. */
function splitViewRows(
  view: ViewText,
  { row, column }: ViewParts,
  prefix: string,
  unit: Unit,
): Rows {
  const part = `${prefix}_part`;
  if (unit === "element" || view.word !== undefined) {
    const [k, read] = unit === "word" && view.word ? ["k * 4u", view.word] : ["k", view.at];
    const { quad } = view;
    return {
      start: row,
      step: `let ${part} = ${column(k)};`,
      load: (start) => `${read()}(${start} + ${part})`,
      quads:
        unit === "word" && quad !== undefined
          ? {
              step: `let ${part} = ${column("q * 16u")};`,
              load: (start) => `${quad()}(${start} + ${part})`,
            }
          : undefined,
    };
  }
  return {
    start: row,
    step: FOUR.map((i) => `let ${part}${i} = ${column(`k * 4u + ${u32(i)}`)};`).join(" "),
    load: (start) => word((i) => `${view.at()}(${start} + ${part}${i})`),
  };
}

function word(element: (i: number) => Wgsl): Wgsl {
  return `(${packed("i8", FOUR.map(element))})`;
}
