import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";
import { reportSchema } from "../../bench/src/report";

const REPORT: unknown = JSON.parse(
  readFileSync(resolve(__dirname, "../../docs/bench.json"), "utf8"),
);
/** Figures are rounded to four digits. */
const ROUNDING = 0.002;

interface Timing {
  readonly latency: number;
  readonly coreTime: number;
}

/*
docs/bench.json
├── it holds what a run measures now, and no more
├── its speedups are the ratios of its times
└── its overhead of a worker is that of its times
*/
describe("docs/bench.json", () => {
  it("holds what a run measures now, and no more", () => {
    expect(reportSchema.safeParse(REPORT).error?.issues ?? []).to.deep.equal([]);
  });

  it("has speedups that are the ratios of its times", () => {
    const { products, digits } = reportSchema.parse(REPORT);
    for (const { micros, speedup } of [...products, digits]) {
      for (const [name, factor] of Object.entries(speedup)) {
        const other = (micros as Readonly<Record<string, Timing>>)[name];
        expectRatio(factor, other, micros.wasm, name);
      }
    }
  });

  it("has an overhead of the worker that is that of its times", () => {
    const { overhead, micros } = reportSchema.parse(REPORT).worker;
    const whole = { latency: overhead.latency + 1, coreTime: overhead.coreTime + 1 };
    expectRatio(whole, micros.job, micros.execution, "worker");
  });
});

function expectRatio(ratio: Timing, of: Timing, to: Timing, what: string): void {
  for (const key of ["latency", "coreTime"] as const) {
    expect(ratio[key] / (of[key] / to[key]), `${what}, ${key}`).to.be.closeTo(1, ROUNDING);
  }
}
