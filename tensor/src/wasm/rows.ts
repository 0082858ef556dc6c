import { dtypeSize, saturate } from "../dtype";
import { flattenView } from "../flatView";
import { encodeView } from "./views";
import type { ViewNode } from "../node";
import type { Address } from "./kernels";
import type { StepBuilder, Stored } from "./step";

/** Where rows `first` to `first + count` of an operand lie, until the next such call. */
export type ReadRows = (first: number, count: number) => Address;

/** Writes elements `start` to `start + count` of a VIEW. */
export type Gather = (start: number, count: number, target: Address) => void;

/** Gathers a VIEW of `source` as elements of `size` bytes, saturating. */
export function gatherView(
  step: StepBuilder,
  node: ViewNode,
  source: Stored,
  size: number,
): Gather {
  const view = step.constant(encodeView(flattenView(node), saturate(node.dtype, node.pad)));
  const { region, dtype } = source;
  const sourceSize = dtypeSize(dtype);
  return (start, count, target) =>
    step.kernels.gather(view.address, region.address, sourceSize, start, count, target, size);
}

/** Reads up to `most` rows at a time of operand `index`, which may be a VIEW to be read in place. */
export function readRows(step: StepBuilder, index: number, most: number): ReadRows {
  const { dtype, cols } = step.header(index);
  const size = dtypeSize(dtype);
  const rowBytes = cols * size;
  const inlined = step.inlined(index);
  if (inlined === undefined) {
    const { region } = step.operand(index);
    return (first) => region.address + first * rowBytes;
  }
  const gather = gatherView(step, inlined.node, inlined.source, size);
  const rows = step.scratch(most * rowBytes);
  return (first, count) => {
    gather(first * cols, count * cols, rows.address);
    return rows.address;
  };
}
