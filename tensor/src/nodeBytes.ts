import { dtypeFromCode, dtypeSize } from "./dtype";
import { ProgramError } from "./errors";
import { bytesToHex, hexToBytes } from "./hex";
import { WORD_BYTES, keccak256 } from "./merkle";
import { MAP_FUNCTIONS, OPS, REDUCE_FUNCTIONS } from "./node";
import { MAX_LOOPS, checkFields } from "./nodeFields";
import type { Hex } from "./hex";
import type { Axes, Loop, ProgramNode } from "./node";
import type { Header } from "./tensor";

/** Bytes of an encoded node: four words. */
export const NODE_BYTES = 4 * WORD_BYTES;

const OP_AT = 0;
const FUNCTION_AT = 1;
const DTYPE_AT = 2;
const LOOP_COUNT_AT = 3;
const ROWS_AT = 8;
const COLS_AT = 12;
const A_AT = 16;
const B_AT = 20;
const IMMEDIATE_AT = 24;
const PAD_AT = 28;
const ROOT_AT = 32;
const DIMS_AT = 32;
const OFFSETS_AT = 48;
const LOOPS_AT = 64;
const LOOP_BYTES = 8;

/** The one encoding of `node`. Throws `ProgramError` if a field is unused and set, or too large. */
export function encodeNode(node: ProgramNode): Uint8Array {
  checkFields(node);
  const bytes = new Uint8Array(NODE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(OP_AT, OPS.indexOf(node.op));
  view.setUint8(DTYPE_AT, dtypeSize(node.dtype));
  view.setUint32(ROWS_AT, node.rows);
  view.setUint32(COLS_AT, node.cols);
  switch (node.op) {
    case "input":
      break;
    case "const":
      bytes.set(hexToBytes(node.root), ROOT_AT);
      break;
    case "dot":
      writeOperands(view, node.a, node.b, node.groups);
      break;
    case "map":
      view.setUint8(FUNCTION_AT, MAP_FUNCTIONS.indexOf(node.fn));
      writeOperands(view, node.a, node.b, node.shift);
      break;
    case "reduce":
      view.setUint8(FUNCTION_AT, REDUCE_FUNCTIONS.indexOf(node.fn));
      writeOperands(view, node.a, 0, 0);
      break;
    case "view":
      writeOperands(view, node.a, 0, 0);
      view.setInt32(PAD_AT, node.pad);
      node.dims.forEach((dim, axis) => view.setUint32(DIMS_AT + 4 * axis, dim));
      node.offsets.forEach((offset, axis) => view.setInt32(OFFSETS_AT + 4 * axis, offset));
      view.setUint8(LOOP_COUNT_AT, node.loops.length);
      node.loops.forEach((loop, i) => writeLoop(view, LOOPS_AT + LOOP_BYTES * i, loop));
      break;
    case "take":
      writeOperands(view, node.a, node.b, node.chunk);
      break;
  }
  return bytes;
}

/**
 * Reads an encoded node. Throws `ProgramError` ENCODING (not 128 bytes), OP, FUNCTION, DTYPE,
 * VIEW_LOOPS, or UNUSED_FIELD (a byte that this node does not use is set).
 */
export function decodeNode(bytes: Uint8Array): ProgramNode {
  if (bytes.length !== NODE_BYTES) {
    throw new ProgramError("ENCODING", `a node has ${NODE_BYTES} bytes, not ${bytes.length}`);
  }
  const node = readNode(bytes);
  const canonical = encodeNode(node);
  const dirty = bytes.findIndex((byte, i) => byte !== canonical[i]);
  if (dirty >= 0) throw new ProgramError("UNUSED_FIELD", `byte ${dirty} is unused and not zero`);
  return node;
}

/** keccak256 of the encoded node: its leaf in the program's tree. */
export function nodeLeaf(node: ProgramNode): Hex {
  return bytesToHex(keccak256(encodeNode(node)));
}

function readNode(bytes: Uint8Array): ProgramNode {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const a = view.getUint32(A_AT);
  const b = view.getUint32(B_AT);
  const immediate = view.getUint32(IMMEDIATE_AT);
  const op = named(OPS, "OP", view.getUint8(OP_AT));
  switch (op) {
    case "input":
      return { op, ...header };
    case "const":
      return { op, ...header, root: bytesToHex(bytes.subarray(ROOT_AT, ROOT_AT + WORD_BYTES)) };
    case "dot":
      return { op, ...header, a, b, groups: immediate };
    case "map": {
      const fn = named(MAP_FUNCTIONS, "FUNCTION", view.getUint8(FUNCTION_AT));
      return { op, fn, ...header, a, b, shift: immediate };
    }
    case "reduce": {
      const fn = named(REDUCE_FUNCTIONS, "FUNCTION", view.getUint8(FUNCTION_AT));
      return { op, fn, ...header, a };
    }
    case "view":
      return { op, ...header, a, ...readView(view) };
    case "take":
      return { op, ...header, a, b, chunk: immediate };
  }
}

function readHeader(view: DataView): Header {
  const code = view.getUint8(DTYPE_AT);
  const dtype = dtypeFromCode(code);
  if (dtype === undefined) throw new ProgramError("DTYPE", `there is no element type ${code}`);
  return { dtype, rows: view.getUint32(ROWS_AT), cols: view.getUint32(COLS_AT) };
}

function readView(view: DataView): { pad: number; dims: Axes; offsets: Axes; loops: Loop[] } {
  const count = view.getUint8(LOOP_COUNT_AT);
  if (count > MAX_LOOPS) {
    throw new ProgramError("VIEW_LOOPS", `a view has at most ${MAX_LOOPS} loops, not ${count}`);
  }
  return {
    pad: view.getInt32(PAD_AT),
    dims: readAxes((axis) => view.getUint32(DIMS_AT + 4 * axis)),
    offsets: readAxes((axis) => view.getInt32(OFFSETS_AT + 4 * axis)),
    loops: Array.from({ length: count }, (_, i) => readLoop(view, LOOPS_AT + LOOP_BYTES * i)),
  };
}

function readAxes(read: (axis: number) => number): Axes {
  return [read(0), read(1), read(2), read(3)];
}

/** A loop is extent 32 bits, axis 8 bits, stride 24 bits signed. */
function writeLoop(view: DataView, at: number, { extent, axis, stride }: Loop): void {
  view.setUint32(at, extent);
  view.setUint32(at + 4, (axis << 24) | (stride & 0xffffff));
}

function readLoop(view: DataView, at: number): Loop {
  return {
    extent: view.getUint32(at),
    axis: view.getUint8(at + 4),
    stride: (view.getInt32(at + 4) << 8) >> 8,
  };
}

function writeOperands(view: DataView, a: number, b: number, immediate: number): void {
  view.setUint32(A_AT, a);
  view.setUint32(B_AT, b);
  view.setUint32(IMMEDIATE_AT, immediate);
}

function named<Name>(names: readonly Name[], code: "OP" | "FUNCTION", index: number): Name {
  if (index >= names.length) {
    throw new ProgramError(
      code,
      `there is no ${code === "OP" ? "operation" : "function"} ${index}`,
    );
  }
  return names[index];
}
