import { dtypeSize } from "../dtype";
import { elementCount } from "../tensor";
import { readRows } from "./rows";
import type { DotNode } from "../node";
import type { Address } from "./kernels";
import type { Region } from "./memory";
import type { ReadRows } from "./rows";
import type { StepBuilder } from "./step";
import type { Values } from "./values";

/** Bytes of a step of a panel for each of its rows. */
const STEP_BYTES = 4;

/** Rows of a panel of the right operand, and rows that tiles of the left are a multiple of. */
const PANEL_ROWS = 8;

/** Rows of a panel of the left operand, unless it has one row. */
const LEFT_ROWS = 4;

/** What a tile of rows, packed, gathered and multiplied, may take of a second-level cache. */
const TILE_BYTES = 192 * 1024;

interface Shape {
  readonly cols: number;
  /** Rows of a in a group. */
  readonly rows: number;
  /** Rows of b in a group, and columns of the result. */
  readonly width: number;
  readonly groupsOfB: number;
  /** Whether elements are packed as i32. */
  readonly wide: boolean;
  /** Steps of a panel. */
  readonly steps: number;
}

/** DOT: tiles of rows of a, packed when needed, times all of b, packed before. */
export function dotValues(step: StepBuilder, node: DotNode): Values {
  const shape = shapeOf(step, node);
  const { rows, width } = shape;
  const tileRows = tileRowsOf(step, node, shape);
  const a = readRows(step, node.a, tileRows);
  const multiply = width === 1 && rows > 1 ? timesOne : timesMany;
  const group = multiply(step, node, shape, a, tileRows);
  return {
    most: tileRows * width,
    write(start, count, target) {
      const end = (start + count) / width;
      for (let row = start / width; row < end;) {
        const index = Math.floor(row / rows);
        const last = Math.min(end, (index + 1) * rows);
        group(index % shape.groupsOfB, row, last - row, target);
        target += (last - row) * width * STEP_BYTES;
        row = last;
      }
    },
  };
}

/** Writes the products of `count` rows of a, from `first` on, with a group of b. */
type MultiplyGroup = (groupOfB: number, first: number, count: number, target: Address) => void;

/** The rows of a on the left, those of b on the right. */
function timesMany(
  step: StepBuilder,
  node: DotNode,
  shape: Shape,
  a: ReadRows,
  tileRows: number,
): MultiplyGroup {
  const { kernels } = step;
  const { cols, width, steps, wide } = shape;
  const size = dtypeSize(step.header(node.a).dtype);
  const left = step.scratch(panelBytes(shape, tileRows, LEFT_ROWS));
  const right = packB(step, node, shape, PANEL_ROWS);
  const groupBytes = panelBytes(shape, width, PANEL_ROWS);
  return (groupOfB, first, count, target) => {
    const height = count === 1 ? 1 : LEFT_ROWS;
    kernels.pack(a(first, count), size, count, cols, height, wide, left.address);
    const panels = right.address + groupOfB * groupBytes;
    kernels.dot(left.address, panels, count, width, steps, wide, target, width * STEP_BYTES);
  };
}

/** One row of b on the left, the rows of a on the right: eight products at a time all the same. */
function timesOne(
  step: StepBuilder,
  node: DotNode,
  shape: Shape,
  a: ReadRows,
  tileRows: number,
): MultiplyGroup {
  const { kernels } = step;
  const { cols, steps, wide } = shape;
  const size = dtypeSize(step.header(node.a).dtype);
  const left = packB(step, node, shape, 1);
  const right = step.scratch(panelBytes(shape, tileRows, PANEL_ROWS));
  const rowBytes = panelBytes(shape, 1, 1);
  return (groupOfB, first, count, target) => {
    kernels.pack(a(first, count), size, count, cols, PANEL_ROWS, wide, right.address);
    const row = left.address + groupOfB * rowBytes;
    kernels.dot(row, right.address, 1, count, steps, wide, target, count * STEP_BYTES);
  };
}

/** Packs b, group after group. */
function packB(step: StepBuilder, node: DotNode, shape: Shape, height: number): Region {
  const { kernels } = step;
  const { cols, width, groupsOfB, wide } = shape;
  const size = dtypeSize(step.header(node.b).dtype);
  const groupBytes = panelBytes(shape, width, height);
  const pack = (rows: ReadRows, most: number, target: Address) => {
    for (let group = 0; group < groupsOfB; group++) {
      for (let row = 0; row < width; row += most) {
        const count = Math.min(most, width - row);
        const panels = target + group * groupBytes + panelBytes(shape, row, height);
        const source = rows(group * width + row, count);
        kernels.pack(source, size, count, cols, height, wide, panels);
      }
    }
  };
  if (step.inlined(node.b) === undefined) {
    return step.derived(node.b, groupsOfB * groupBytes, ({ region }, target) =>
      pack((first) => region.address + first * cols * size, width, target),
    );
  }
  const most = Math.min(width, tileRowsFor(TILE_BYTES, cols * size));
  const rows = readRows(step, node.b, most);
  const packed = step.scratch(groupsOfB * groupBytes);
  step.before(() => pack(rows, most, packed.address));
  return packed;
}

function shapeOf(step: StepBuilder, node: DotNode): Shape {
  const [a, b] = [step.header(node.a), step.header(node.b)];
  const width = elementCount(node) / a.rows;
  const wide = a.dtype === "i32" || b.dtype === "i32";
  return {
    cols: a.cols,
    rows: a.rows / node.groups,
    width,
    groupsOfB: b.rows / width,
    wide,
    steps: wide ? a.cols : Math.ceil(a.cols / 2),
  };
}

function tileRowsOf(step: StepBuilder, node: DotNode, { cols, width, steps }: Shape): number {
  const { dtype, rows } = step.header(node.a);
  const gathered = step.inlined(node.a) === undefined ? 0 : cols * dtypeSize(dtype);
  return Math.min(rows, tileRowsFor(TILE_BYTES, STEP_BYTES * (steps + width) + gathered));
}

/** Rows of `rowBytes` that fit in `bytes`: whole panels, at least one. */
function tileRowsFor(bytes: number, rowBytes: number): number {
  return Math.max(1, Math.floor(bytes / rowBytes / PANEL_ROWS)) * PANEL_ROWS;
}

function panelBytes({ steps }: Shape, rows: number, height: number): number {
  return Math.ceil(rows / height) * height * steps * STEP_BYTES;
}
