// Values 1,000 points by 100 test points as a worker does: runs a unit, takes the id of its output,
// and makes its trace, one unit after another. Prints what memory and time that took.
import {
  UnitTrace,
  WasmExecutor,
  encodeState,
  evaluateOnWasm,
  knnShapleyProgram,
  tensorId,
} from "../../../tensor/src/index";
import { createRandom } from "../../shared/random";
import { LARGE, LARGE_TESTS, largePoints, resultsIn, slotsOf } from "./points";
import type { Evaluate, Tensor } from "../../../tensor/src/index";
import type { Results } from "./points";

/** What a valuation took. */
export interface Measured extends Results {
  /** The most memory that the process had after any result, bytes. */
  readonly resident: number;
  /** Milliseconds for runs and ids of all units. */
  readonly running: number;
  /** Milliseconds for the traces that were made. */
  readonly tracing: number;
  readonly traces: number;
}

async function measure(tracedEvery: number): Promise<Measured> {
  const model = knnShapleyProgram(LARGE);
  const executor = new WasmExecutor();
  let [resident, running, tracing, traces] = [0, 0, 0, 0];
  // not the system's high-water mark, in which that of the process that started this one is counted
  const sample = () => (resident = Math.max(resident, process.memoryUsage.rss()));
  const evaluate: Evaluate = (node, operands) => {
    const result = evaluateOnWasm(node, operands);
    sample();
    return result;
  };
  const { points, tests } = largePoints(createRandom(1));
  let state: Tensor = encodeState(LARGE, slotsOf(LARGE, points), tests);
  for (let unit = 0; unit < LARGE_TESTS; unit++) {
    const start = performance.now();
    const [next] = await executor.run(model, [state]);
    const id = tensorId(next);
    running += performance.now() - start;
    sample();
    if (unit % tracedEvery === 0) {
      const traceStart = performance.now();
      const { ids } = new UnitTrace(model, state, { evaluate });
      tracing += performance.now() - traceStart;
      traces++;
      if (ids[ids.length - 1] !== id) throw new Error(`unit ${unit} has another output`);
    }
    state = next;
  }
  return { ...resultsIn(LARGE, state), resident, running, tracing, traces };
}

void measure(Number(process.argv[2])).then((measured) =>
  process.stdout.write(JSON.stringify(measured)),
);
