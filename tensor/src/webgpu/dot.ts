import { elementCount } from "../tensor";
import { elementPass } from "./elementPass";
import { QUAD, WORKGROUP } from "./kernel";
import { rowsOf, stepsOf, withoutRest } from "./dotRows";
import { elementsPerWord, packed, u32 } from "./wgsl";
import type { DotNode } from "../node";
import type { Rows, Unit } from "./dotRows";
import type { Header } from "../tensor";
import type { Element, Finish, Operands } from "./elementPass";
import type { Abilities, KernelBuilder, Pass, Stored, Target } from "./kernel";
import type { Wgsl } from "./wgsl";

/** Most rows and columns of the result that one invocation computes. */
const TILE = 8;

/** Invocations of a workgroup along either axis. */
const SIDE = Math.sqrt(WORKGROUP);

/** The sizes of a DOT. */
interface Shape {
  /** Rows of a in a group. */
  readonly rows: number;
  /** Rows of b in a group, and columns of the result. */
  readonly width: number;
  readonly groups: number;
  readonly groupsOfB: number;
  readonly unit: Unit;
  readonly steps: number;
}

/** Rows and columns of the result that one invocation computes. */
interface Tile {
  readonly rows: number;
  readonly cols: number;
}

function shapeOf(operands: Operands, node: DotNode): Shape {
  const [a, b] = [operands.node(node.a), operands.node(node.b)];
  const width = elementCount(node) / a.rows;
  const unit = a.dtype === "i8" && b.dtype === "i8" ? "word" : "element";
  return {
    rows: a.rows / node.groups,
    width,
    groups: node.groups,
    groupsOfB: b.rows / width,
    unit,
    steps: stepsOf(a.cols, unit),
  };
}

/** Columns of the matrix that a DOT makes: rows of b in a group. */
export function widthOf(operands: Operands, node: DotNode): number {
  return elementCount(node) / operands.node(node.a).rows;
}

/** A DOT in tiles: b is laid out first, in panels of as many rows as a tile has columns. */
export class TiledDot {
  private readonly shape: Shape;
  private readonly tile: Tile;

  constructor(
    private readonly operands: Operands,
    private readonly node: DotNode,
    abilities: Abilities,
  ) {
    this.shape = shapeOf(operands, node);
    this.tile = tileFor(this.shape, abilities);
  }

  /** Whether tiles can store a result of this type: rows of tiles must fill its words. */
  stores({ dtype }: Header): boolean {
    return this.shape.width % elementsPerWord(dtype) === 0;
  }

  /** The header of the panels. Column j of row (p, k) is what lies at step k of row j of panel p. */
  get panels(): Header {
    const { groupsOfB, steps } = this.shape;
    return { dtype: "i32", rows: groupsOfB * this.panelsOfGroup * steps, cols: this.tile.cols };
  }

  /** A pass that fills the panels. */
  packPass(builder: KernelBuilder, target: Target): Pass {
    const { shape, operands, node } = this;
    const { width, steps } = shape;
    const height = this.tile.cols;
    const b = rowsOfB(builder, operands, node, shape);
    const value = shape.unit === "word" ? `bitcast<i32>(${b.load("start")})` : b.load("start");
    builder.define(
      "panel",
      `fn panel(o: u32) -> i32 {
  let k = (o / ${u32(height)}) % ${u32(steps)};
  let p = o / ${u32(height * steps)};
  let row = min((p % ${u32(this.panelsOfGroup)}) * ${u32(height)} + o % ${u32(height)}, ${u32(width - 1)});
  let start = ${b.start(`((p / ${u32(this.panelsOfGroup)}) * ${u32(width)} + row)`)};
  ${b.step}
  return ${value};
}`,
    );
    return elementPass(
      builder,
      target,
      (o) => `panel(${o})`,
      (each) => each,
    );
  }

  /** A pass in which every invocation computes a tile. */
  tilePass(builder: KernelBuilder, panels: Stored, target: Target, finish: Finish): Pass {
    const { shape, tile } = this;
    const a = rowsOf(builder, this.operands, this.node.a, shape.unit);
    const [first, last] = tileRowsOf(shape, tile, target, builder.abilities);
    const across = Math.ceil(this.panelsOfGroup / SIDE);
    const down = Math.ceil((last - first + 1) / SIDE);
    const rows = range(tile.rows);
    const perGroup = u32(Math.ceil(shape.rows / tile.rows));
    const group = shape.groups === shape.groupsOfB ? "block" : `block % ${u32(shape.groupsOfB)}`;
    return builder.finish(
      target,
      across * down,
      `  let y = (group / ${u32(across)}) * ${u32(SIDE)} + local / ${u32(SIDE)} + ${u32(first)};
  let panel = (group % ${u32(across)}) * ${u32(SIDE)} + local % ${u32(SIDE)};
  if (y > ${u32(last)} || panel >= ${u32(this.panelsOfGroup)}) { return; }
  let x = panel * ${u32(tile.cols)};
  let block = y / ${perGroup};
  let row = block * ${u32(shape.rows)} + (y % ${perGroup}) * ${u32(tile.rows)};
  let end = (block + 1u) * ${u32(shape.rows)};
  let b0 = ((${group}) * ${u32(this.panelsOfGroup)} + panel) * ${u32(shape.steps * (tile.cols / QUAD))};
${rows.map((i) => `  let a${i} = ${a.start(`min(row + ${u32(i)}, end - 1u)`)};`).join("\n")}
${rows
  .map((i) =>
    range(tile.cols)
      .map((j) => `  var s${i}_${j} = 0;`)
      .join(""),
  )
  .join("\n")}
${this.loop(builder, a, builder.quads(panels))}
${rows.map((i) => storeRow(i, shape, tile, target, finish)).join("\n")}`,
    );
  }

  /** Adds up all steps; four at a time if rows of a are read so. */
  private loop(builder: KernelBuilder, a: Rows, panels: string): Wgsl {
    const { steps } = this.shape;
    const rows = range(this.tile.rows);
    if (a.quads === undefined) {
      return `  for (var k = 0u; k < ${u32(steps)}; k++) {
    ${a.step}
${this.products(builder, panels, (i) => a.load(`a${i}`))}
  }`;
    }
    const { step, load } = a.quads;
    const four = ["x", "y", "z", "w"].map(
      (part, i) =>
        `    {\n    let k = q * 4u + ${u32(i)};\n${this.products(builder, panels, (row) => `w${row}.${part}`)}\n    }`,
    );
    return `  for (var q = 0u; q < ${u32(steps / QUAD)}; q++) {
    ${step}
${rows.map((i) => `    let w${i} = ${load(`a${i}`)};`).join("\n")}
${four.join("\n")}
  }`;
  }

  /** One step: what rows of a hold, times what the panel of b holds. */
  private products(builder: KernelBuilder, panels: string, load: (row: number) => Wgsl): Wgsl {
    const { shape, tile } = this;
    const signed = shape.unit === "element" ? "bitcast<vec4i>" : "";
    const [rows, cols, quads] = [tile.rows, tile.cols, tile.cols / QUAD].map(range);
    const inQuad = (j: number) => `p${Math.floor(j / QUAD)}.${"xyzw"[j % QUAD]}`;
    const at = (quad: number) => `b0 + k * ${u32(quads.length)} + ${u32(quad)}`;
    return [
      ...quads.map((quad) => `    let p${quad} = ${signed}(${panels}(${at(quad)}));`),
      ...cols.map((j) => `    let y${j} = ${operand(builder, shape, inQuad(j))};`),
      ...rows.map((i) => `    let x${i} = ${operand(builder, shape, load(i))};`),
      ...rows.flatMap((i) =>
        cols.map((j) => `    s${i}_${j} += ${product(builder, shape, `x${i}`, `y${j}`)};`),
      ),
    ].join("\n");
  }

  private get panelsOfGroup(): number {
    return Math.ceil(this.shape.width / this.tile.cols);
  }
}

/** The elements of a DOT one by one, neither operand read in place. */
export function dotElement(builder: KernelBuilder, operands: Operands, node: DotNode): Element {
  const shape = shapeOf(operands, node);
  const { width, steps } = shape;
  const a = rowsOf(builder, operands, node.a, shape.unit);
  const b = rowsOfB(builder, operands, node, shape);
  builder.define(
    "product",
    `fn product(o: u32) -> i32 {
  let row = o / ${u32(width)};
  let a0 = ${a.start("row")};
  let b0 = ${b.start(`(${groupOfB(shape, `row / ${u32(shape.rows)}`)} + o % ${u32(width)})`)};
  var sum = 0;
  for (var k = 0u; k < ${u32(steps)}; k++) {
    ${a.step} ${b.step}
    let x = ${operand(builder, shape, a.load("a0"))};
    let y = ${operand(builder, shape, b.load("b0"))};
    sum += ${product(builder, shape, "x", "y")};
  }
  return sum;
}`,
  );
  return (o) => `product(${o})`;
}

/** Stores the words of row `i` of a tile. */
function storeRow(
  i: number,
  { width }: Shape,
  tile: Tile,
  { stored: { dtype } }: Target,
  finish: Finish,
): Wgsl {
  const per = elementsPerWord(dtype);
  const words = range(tile.cols / per).map((word) => {
    const at = u32(word * per);
    const values = range(per).map((e) =>
      finish(`s${i}_${word * per + e}`, `o + ${u32(word * per + e)}`),
    );
    return `    if (x + ${at} < ${u32(width)}) { store((o + ${at}) / ${u32(per)}, ${packed(dtype, values)}); }`;
  });
  return `  if (row + ${u32(i)} < end) {
    let o = (row + ${u32(i)}) * ${u32(width)} + x;
${words.join("\n")}
  }`;
}

/** The largest tile, halved until the adapter is kept busy. */
function tileFor({ rows, width, groups }: Shape, { invocations }: Abilities): Tile {
  let tile: Tile = { rows: powerFor(rows), cols: width > QUAD ? TILE : QUAD };
  const tiles = () => groups * Math.ceil(rows / tile.rows) * Math.ceil(width / tile.cols);
  while (tiles() < invocations && tile.rows > 1) tile = { ...tile, rows: tile.rows / 2 };
  return tiles() < invocations ? { ...tile, cols: QUAD } : tile;
}

/** The greatest power of two that is at most `n`, up to the side of a tile. */
function powerFor(n: number): number {
  return Math.min(TILE, 2 ** Math.floor(Math.log2(n)));
}

/** First and last row of tiles that a piece of the result has a part of. */
function tileRowsOf(
  shape: Shape,
  tile: Tile,
  { stored, piece }: Target,
  { pieceWords }: Abilities,
): [first: number, last: number] {
  const { rows, width, groups } = shape;
  const rowOf = (element: number) => Math.floor(element / width);
  const tileOf = (row: number) =>
    Math.floor(row / rows) * Math.ceil(rows / tile.rows) + Math.floor((row % rows) / tile.rows);
  const size = pieceWords * elementsPerWord(stored.dtype);
  const end = Math.min((piece + 1) * size, rows * groups * width);
  return [tileOf(rowOf(piece * size)), tileOf(rowOf(end - 1))];
}

/** The rows of b, with zeros where their last words hold more. */
function rowsOfB(builder: KernelBuilder, operands: Operands, node: DotNode, { unit }: Shape): Rows {
  return withoutRest(rowsOf(builder, operands, node.b, unit), operands.node(node.b).cols, unit);
}

/** The first row of b that rows of group `group` are multiplied by. */
function groupOfB({ width, groups, groupsOfB }: Shape, group: Wgsl): Wgsl {
  if (groupsOfB === 1) return "0u";
  const index = groups === groupsOfB ? `(${group})` : `(${group} % ${u32(groupsOfB)})`;
  return `${index} * ${u32(width)}`;
}

/** What is loaded in the form in which it is multiplied. */
function operand(builder: KernelBuilder, { unit }: Shape, loaded: Wgsl): Wgsl {
  if (unit === "element" || builder.abilities.dot4) return loaded;
  builder.define("unpacked", UNPACKED);
  return `unpacked(${loaded})`;
}

function product(builder: KernelBuilder, { unit }: Shape, x: Wgsl, y: Wgsl): Wgsl {
  if (unit === "element") return `${x} * ${y}`;
  if (builder.abilities.dot4) return `dot4I8Packed(${x}, ${y})`;
  return `${x}.x * ${y}.x + ${x}.y * ${y}.y + ${x}.z * ${y}.z + ${x}.w * ${y}.w`;
}

const UNPACKED = `fn unpacked(word: u32) -> vec4i {
  return (vec4i(bitcast<i32>(word)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u);
}`;

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
