import { elementCount } from "../tensor";
import { WORKGROUP } from "./kernel";
import { rowsOf, stepsOf, withoutRest } from "./dotRows";
import { elementsPerWord, packed, u32 } from "./wgsl";
import type { DotNode } from "../node";
import type { Rows, Unit } from "./dotRows";
import type { Header } from "../tensor";
import type { Element, Finish, Operands } from "./elements";
import type { Abilities, KernelBuilder, Pass, Target } from "./kernel";
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

/** Whether rows of `width` elements of the type fill whole words, so that tiles can store them. */
export function fillsWords(width: number, { dtype }: Header): boolean {
  return width % elementsPerWord(dtype) === 0;
}

/** Columns of the matrix that a DOT makes: rows of b in a group. */
export function widthOf(operands: Operands, node: DotNode): number {
  return elementCount(node) / operands.node(node.a).rows;
}

/** The elements of a DOT one by one. */
export function dotElement(builder: KernelBuilder, operands: Operands, node: DotNode): Element {
  const shape = shapeOf(operands, node);
  const { width, steps } = shape;
  const [a, b] = readers(builder, operands, node, shape);
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

/** A pass in which every invocation computes a tile of a DOT whose rows fill whole words. */
export function tilePass(
  builder: KernelBuilder,
  operands: Operands,
  node: DotNode,
  target: Target,
  finish: Finish,
): Pass {
  const shape = shapeOf(operands, node);
  const tile = tileFor(shape, elementsPerWord(target.stored.dtype), builder.abilities);
  const [a, b] = readers(builder, operands, node, shape);
  const [first, last] = tileRowsOf(shape, tile, target, builder.abilities);
  const across = Math.ceil(shape.width / tile.cols / SIDE);
  const down = Math.ceil((last - first + 1) / SIDE);
  const [rows, cols] = [count(tile.rows), count(tile.cols)];
  const { width, steps } = shape;
  const perGroup = u32(Math.ceil(shape.rows / tile.rows));
  return builder.finish(
    target,
    across * down,
    `  let y = (group / ${u32(across)}) * ${u32(SIDE)} + local / ${u32(SIDE)} + ${u32(first)};
  let x = ((group % ${u32(across)}) * ${u32(SIDE)} + local % ${u32(SIDE)}) * ${u32(tile.cols)};
  if (y > ${u32(last)} || x >= ${u32(width)}) { return; }
  let block = y / ${perGroup};
  let row = block * ${u32(shape.rows)} + (y % ${perGroup}) * ${u32(tile.rows)};
  let end = (block + 1u) * ${u32(shape.rows)};
  let other = ${groupOfB(shape, "block")};
${rows.map((i) => `  let a${i} = ${a.start(`min(row + ${u32(i)}, end - 1u)`)};`).join("\n")}
${cols.map((j) => `  let b${j} = ${b.start(`(other + min(x + ${u32(j)}, ${u32(width - 1)}))`)};`).join("\n")}
${rows.map((i) => cols.map((j) => `  var s${i}_${j} = 0;`).join("")).join("\n")}
  for (var k = 0u; k < ${u32(steps)}; k++) {
    ${a.step} ${b.step}
${rows.map((i) => `    let x${i} = ${operand(builder, shape, a.load(`a${i}`))};`).join("\n")}
${cols.map((j) => `    let y${j} = ${operand(builder, shape, b.load(`b${j}`))};`).join("\n")}
${rows.map((i) => cols.map((j) => `    s${i}_${j} += ${product(builder, shape, `x${i}`, `y${j}`)};`).join("")).join("\n")}
  }
${rows.map((i) => storeRow(i, shape, tile, target, finish)).join("\n")}`,
  );
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
  const words = count(tile.cols / per).map((word) => {
    const at = u32(word * per);
    const values = count(per).map((e) =>
      finish(`s${i}_${word * per + e}`, `o + ${u32(word * per + e)}`),
    );
    return `    if (x + ${at} < ${u32(width)}) { store((o + ${at}) / ${u32(per)}, ${packed(dtype, values)}); }`;
  });
  return `  if (row + ${u32(i)} < end) {
    let o = (row + ${u32(i)}) * ${u32(width)} + x;
${words.join("\n")}
  }`;
}

/** The largest tile, halved until the adapter is kept busy, if the result is large enough for that. */
function tileFor({ rows, width, groups }: Shape, least: number, { invocations }: Abilities): Tile {
  let tile: Tile = { rows: powerFor(rows), cols: Math.max(least, powerFor(width)) };
  const tiles = () => groups * Math.ceil(rows / tile.rows) * Math.ceil(width / tile.cols);
  while (tiles() < invocations && (tile.rows > 1 || tile.cols > least)) {
    const shrinkRows = tile.rows > 1 && (tile.rows >= tile.cols || tile.cols === least);
    tile = shrinkRows ? { ...tile, rows: tile.rows / 2 } : { ...tile, cols: tile.cols / 2 };
  }
  return tile;
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

function readers(
  builder: KernelBuilder,
  operands: Operands,
  node: DotNode,
  { unit }: Shape,
): [a: Rows, b: Rows] {
  const [a, b] = [node.a, node.b].map((index) => rowsOf(builder, operands, index, unit));
  return [a, withoutRest(b, operands.node(node.b).cols, unit)];
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

function count(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
