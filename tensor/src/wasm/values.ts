import { dtypeSize } from "../dtype";
import { MAP_FUNCTIONS, REDUCE_FUNCTIONS } from "../node";
import { elementCount } from "../tensor";
import { dotValues } from "./dot";
import { BLOCK, WIDE, readInOrder, readRepeated } from "./reads";
import { gatherView } from "./rows";
import type { InstructionNode, MapNode, ReduceNode, TakeNode, ViewNode } from "../node";
import type { Address } from "./kernels";
import type { StepBuilder } from "./step";

/** The elements of a node as i32, before the saturating store. */
export interface Values {
  /** Most elements that may be asked for at a time. */
  readonly most: number;
  /** Writes elements `start`, a multiple of `most`, to `start + count`. */
  write(start: number, count: number, target: Address): void;
}

/** The elements of `node`. */
export function valuesOf(step: StepBuilder, node: InstructionNode): Values {
  switch (node.op) {
    case "dot":
      return dotValues(step, node);
    case "map":
      return mapValues(step, node);
    case "reduce":
      return reduceValues(step, node);
    case "view":
      return viewValues(step, node);
    case "take":
      return takeValues(step, node);
  }
}

function mapValues(step: StepBuilder, node: MapNode): Values {
  const most = Math.min(BLOCK, elementCount(node));
  const fn = MAP_FUNCTIONS.indexOf(node.fn);
  const a = readRepeated(step, node.a, node, most);
  const b = node.fn === "sqrt" ? a : readRepeated(step, node.b, node, most);
  return {
    most,
    write(start, count, target) {
      step.kernels.apply(fn, node.shift, a(start, count), b(start, count), target, count);
    },
  };
}

function reduceValues(step: StepBuilder, node: ReduceNode): Values {
  const { region, dtype, cols } = step.operand(node.a);
  const size = dtypeSize(dtype);
  const fn = REDUCE_FUNCTIONS.indexOf(node.fn);
  return {
    most: BLOCK,
    write(start, count, target) {
      const rows = region.address + start * cols * size;
      step.kernels.reduce(fn, rows, size, count, cols, target);
    },
  };
}

function viewValues(step: StepBuilder, node: ViewNode): Values {
  return { most: BLOCK, write: gatherView(step, node, step.operand(node.a), WIDE) };
}

function takeValues(step: StepBuilder, node: TakeNode): Values {
  const { chunk } = node;
  const table = step.operand(node.a);
  const size = dtypeSize(table.dtype);
  const chunks = elementCount(table) / chunk;
  // A block may start and end inside a chunk.
  const indices = readInOrder(step, step.operand(node.b), Math.ceil(BLOCK / chunk) + 1);
  return {
    most: BLOCK,
    write(start, count, target) {
      const first = Math.floor(start / chunk);
      const last = Math.ceil((start + count) / chunk);
      const at = indices(first, last - first);
      const { address } = table.region;
      step.kernels.take(address, size, chunks, chunk, at, start - first * chunk, count, target);
    },
  };
}
