import { dtypeSize } from "../dtype";
import { MAP_FUNCTIONS } from "../node";
import { elementCount } from "../tensor";
import { BLOCK, WIDE, readRepeated } from "./reads";
import { gatherView } from "./rows";
import { valuesOf } from "./values";
import type { DType } from "../dtype";
import type { InstructionNode } from "../node";
import type { Address } from "./kernels";
import type { Stage } from "../lowering";
import type { StepBuilder, Stored } from "./step";

/** Changes `count` i32 at `at`, elements from `start` on of the task. */
type Change = (at: Address, start: number, count: number) => void;

/** Computes `head`, passes it through `stages` and stores the outcome in `result`. */
export function buildTask(
  step: StepBuilder,
  head: InstructionNode,
  stages: readonly Stage[],
  result: Stored,
): () => void {
  const { region, dtype } = result;
  const size = dtypeSize(dtype);
  const total = elementCount(result);
  if (head.op === "view" && stages.length === 0) {
    const gather = gatherView(step, head, step.operand(head.a), size);
    return () => gather(0, total, region.address);
  }

  const { kernels } = step;
  const { most, write } = valuesOf(step, head);
  const changes = changesOf(step, head.dtype, stages);
  // What is stored as i32 is computed where it is stored.
  const tile = size === WIDE ? undefined : step.scratch(WIDE * Math.min(most, total));
  return () => {
    for (let start = 0; start < total; start += most) {
      const count = Math.min(most, total - start);
      const stored = region.address + size * start;
      const at = tile?.address ?? stored;
      write(start, count, at);
      change(changes, at, start, count);
      if (tile !== undefined) kernels.narrow(at, stored, size, count);
    }
  };
}

/** Makes all changes to one block before going on to the next. */
function change(changes: readonly Change[], at: Address, start: number, count: number): void {
  if (changes.length === 0) return;
  for (let done = 0; done < count; done += BLOCK) {
    const block = Math.min(BLOCK, count - done);
    for (const each of changes) each(at + WIDE * done, start + done, block);
  }
}

/** The stages, and before each the saturating store of what it reads. */
function changesOf(step: StepBuilder, head: DType, stages: readonly Stage[]): Change[] {
  const { kernels } = step;
  let stored = head;
  return stages.flatMap((stage) => {
    const size = dtypeSize(stored);
    stored = stage.node.dtype;
    const clamp: Change = (at, _, count) => kernels.clamp(at, size, count);
    return size === WIDE ? [applyStage(step, stage)] : [clamp, applyStage(step, stage)];
  });
}

function applyStage(step: StepBuilder, { node, other, swapped }: Stage): Change {
  const { kernels } = step;
  const fn = MAP_FUNCTIONS.indexOf(node.fn);
  const most = Math.min(BLOCK, elementCount(node));
  if (other === undefined) {
    return (at, _, count) => kernels.apply(fn, 0, at, at, at, count);
  }
  const operand = readRepeated(step, other, node, most);
  return swapped
    ? (at, start, count) => kernels.apply(fn, node.shift, operand(start, count), at, at, count)
    : (at, start, count) => kernels.apply(fn, node.shift, at, operand(start, count), at, count);
}
