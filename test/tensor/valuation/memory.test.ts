import { expect } from "chai";
import { spawnSync } from "node:child_process";
import path from "node:path";
import {
  elementCount,
  knnShapleyProgram,
  programWork,
  slotValues,
  traceBytes,
  valuePoints,
} from "../../../tensor/src/index";
import { compileModel } from "../../../tensor/src/wasm/compile";
import { lowerFused } from "../../../tensor/src/lowering";
import { createRandom } from "../../shared/random";
import { LARGE, LARGE_POINTS, LARGE_TESTS, largePoints, slotsOf } from "./points";
import type { Measured } from "./measureValuation";

const MIB = 2 ** 20;
const BOUND = 1_024 * MIB;
/** The trace of every fourth unit is made. */
const TRACED_EVERY = 4;
const CHILD = path.join(__dirname, "measureValuation.ts");

function measure(): Measured {
  const run = ["-r", "ts-node/register/transpile-only", CHILD, `${TRACED_EVERY}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, run, { encoding: "utf8" });
  expect(status, stderr).to.equal(0);
  return JSON.parse(stdout) as Measured;
}

/*
1,000 points and 100 test points
├── the process that runs, identifies and traces them stays below 1 GiB
│  └── its sums and values are those of the plain rule
├── the memory of the kernels is a few results
└── a unit is 41 million multiply–accumulates and 17 MB of trace, whatever the points
*/
describe(`${LARGE_POINTS} points and ${LARGE_TESTS} test points`, function () {
  this.timeout(300_000);
  const model = knnShapleyProgram(LARGE);

  it("take a process below 1 GiB, with the sums and values of the plain rule", () => {
    const { sums, values, total, resident, running, tracing, traces } = measure();
    const each = (time: number, count: number) => `${(time / count).toFixed(0)} ms`;
    console.log(
      `      ${Math.round(resident / MIB)} MiB resident; ${each(running, LARGE_TESTS)} a unit, ` +
        `${each(tracing, traces)} a trace`,
    );
    expect(resident).to.be.below(BOUND);
    expect(traces).to.equal(LARGE_TESTS / TRACED_EVERY);
    const { points, tests } = largePoints(createRandom(1));
    expect(sums).to.deep.equal(valuePoints(LARGE, slotsOf(LARGE, points), tests));
    expect({ values, total }).to.deep.equal(slotValues(LARGE, sums));
    expect(sums.filter((sum) => sum !== 0).length).to.be.within(LARGE_POINTS / 2, LARGE_POINTS);
  });

  it("take a few results of memory for the kernels", () => {
    const { memoryBytes } = compileModel(model, lowerFused(model.program.nodes));
    console.log(`      ${(memoryBytes / MIB).toFixed(1)} MiB of kernels`);
    expect(memoryBytes).to.be.below(4 * 4 * LARGE.rows ** 2);
  });

  it("are units of 41 million multiply–accumulates and 17 MB of trace", () => {
    const { nodes } = model.program;
    console.log(
      `      ${nodes.length} nodes, ${programWork(model.program)} MACs, ` +
        `${traceBytes(model.program)} bytes of trace`,
    );
    expect(nodes.length).to.be.at.most(100);
    expect(Number(programWork(model.program))).to.be.within(40e6, 43e6);
    expect(Number(traceBytes(model.program))).to.be.within(16e6, 18e6);
    expect(Math.max(...nodes.map(elementCount))).to.equal(LARGE.rows ** 2);
  });
});
