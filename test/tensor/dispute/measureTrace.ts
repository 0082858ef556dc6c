// Commits to a unit of 10^9 multiply–accumulates, opens one of its results, and prints what memory
// that took, in bytes. Takes the bytes of results to keep; node must run with --expose-gc.
import { UnitTrace, evaluateOnWasm } from "../../../tensor/src/index";
import { largeProgram } from "../../gas/programs";
import type { Evaluate } from "../../../tensor/src/index";

/** What a trace took. */
export interface Measured {
  readonly root: string;
  /** The most memory that the process had after any result, bytes. */
  readonly resident: number;
  /** The most that buffers held besides the model, bytes. */
  readonly held: number;
}

const { model, input } = largeProgram();
const EVERY = 8;
const before = heldNow();
let [held, resident, evaluations] = [0, 0, 0];
const evaluate: Evaluate = (node, operands) => {
  const result = evaluateOnWasm(node, operands);
  // not the system's high-water mark, in which that of the process that started this one is counted
  resident = Math.max(resident, process.memoryUsage.rss());
  if (evaluations++ % EVERY === 0) held = Math.max(held, heldNow() - before);
  return result;
};

const trace = new UnitTrace(model, input, { evaluate, keptBytes: Number(process.argv[2]) });
const { root } = trace.tree;
trace.result(Math.floor(model.program.nodes.length / 2));
const measured: Measured = { root, resident, held };
process.stdout.write(JSON.stringify(measured));

/** The first collection lets go of what the second sweeps. */
function heldNow(): number {
  global.gc?.();
  global.gc?.();
  return process.memoryUsage().arrayBuffers;
}
