import { dtypeSize } from "../dtype";
import { elementCount } from "../tensor";
import type { Header } from "../tensor";
import type { Address } from "./kernels";
import type { StepBuilder, Stored } from "./step";

/** Where elements `start` to `start + count` of an operand lie as i32, until the next such call. */
export type Read = (start: number, count: number) => Address;

/** Most elements of a MAP, REDUCE, VIEW or TAKE that are worked on at a time, to stay in a cache. */
export const BLOCK = 4096;

/** Bytes of an i32, to which all elements are widened. */
export const WIDE = 4;

/** Reads an operand in its own order, up to `most` elements at a time. */
export function readInOrder(step: StepBuilder, operand: Stored, most: number): Read {
  const { region } = operand;
  const size = dtypeSize(operand.dtype);
  if (size === WIDE) return (start) => region.address + WIDE * start;

  const block = step.scratch(WIDE * most);
  return (start, count) => {
    step.kernels.widen(region.address + size * start, size, block.address, count);
    return block.address;
  };
}

/**
 * Reads operand `index`, which repeats along the rows and columns of `reader`, in the order of
 * `reader`, up to `most` elements at a time.
 */
export function readRepeated(step: StepBuilder, index: number, reader: Header, most: number): Read {
  const header = step.header(index);
  if (isInOrder(header, reader)) return readInOrder(step, step.operand(index), most);

  const period = periodOf(header, reader);
  if (period !== undefined && period <= most) {
    // Enough repetitions that a block may start at any element of the first.
    const count = most + period;
    const repeats = step.derived(index, WIDE * count, (operand, target) =>
      broadcast(step, operand, reader, 0, count, target),
    );
    return (start) => repeats.address + WIDE * (start % period);
  }

  const operand = step.operand(index);
  const block = step.scratch(WIDE * most);
  return (start, count) => {
    broadcast(step, operand, reader, start, count, block.address);
    return block.address;
  };
}

function broadcast(
  { kernels }: StepBuilder,
  { region, dtype, rows, cols }: Stored,
  reader: Header,
  start: number,
  count: number,
  target: Address,
): void {
  const { address } = region;
  kernels.broadcast(address, dtypeSize(dtype), rows, cols, reader.cols, start, count, target);
}

/** Whether element o of `reader` reads element o of `operand`, for every o. */
function isInOrder(operand: Header, reader: Header): boolean {
  return (
    (operand.cols === reader.cols && operand.rows >= reader.rows) ||
    (reader.rows === 1 && operand.cols >= reader.cols)
  );
}

/** Elements after which `operand` repeats in the order of `reader`; undefined if it is uneven. */
function periodOf(operand: Header, reader: Header): number | undefined {
  if (operand.cols === reader.cols) return elementCount(operand);
  if (operand.rows === 1 && reader.cols % operand.cols === 0) return operand.cols;
  return undefined;
}
