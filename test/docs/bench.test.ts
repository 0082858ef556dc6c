import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";
import { barsOf } from "../../bench/src/bars";
import { REPORT_FILE, readReport, renderBench } from "../../bench/src/page";
import { reportSchema } from "../../bench/src/report";

const PAGE = resolve(__dirname, "../../docs/bench.md");
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
├── its overhead of a worker is that of its times
├── its threads' ratios are those of their units a second
└── its bars are within, where what was measured reaches them, and below where it does not
docs/bench.md
└── it holds what docs/bench.json gives
*/
describe("docs/bench.json", () => {
  it("holds what a run measures now, and no more", () => {
    const report: unknown = JSON.parse(readFileSync(REPORT_FILE, "utf8"));
    expect(reportSchema.safeParse(report).error?.issues ?? []).to.deep.equal([]);
  });

  it("has speedups that are the ratios of its times", () => {
    const { products, digits, imports } = readReport();
    for (const { micros, speedup } of [...products, digits, ...imports]) {
      for (const [name, factor] of Object.entries(speedup)) {
        const other = (micros as Readonly<Record<string, Timing>>)[name];
        expectRatio(factor, other, micros.wasm, name);
      }
    }
  });

  it("has an overhead of the worker that is that of its times", () => {
    const { overhead, micros } = readReport().worker;
    const whole = { latency: overhead.latency + 1, coreTime: overhead.coreTime + 1 };
    expectRatio(whole, micros.job, micros.execution, "worker");
  });

  it("has ratios of threads that are those of their units a second", () => {
    const { scaling, machine } = readReport();
    for (const { model, runs } of scaling) {
      expect(runs[0].threads, model).to.equal(1);
      expect(runs[runs.length - 1].threads, model).to.equal(machine.cores);
      for (const { unitsPerSecond, ratio } of runs) {
        const expected = unitsPerSecond / runs[0].unitsPerSecond;
        expect(ratio / expected, model).to.be.closeTo(1, ROUNDING);
      }
    }
  });

  it("has bars that are within where what was measured reaches them, and below where it does not", () => {
    const { products } = readReport();
    const bars = barsOf({ products });
    expect(bars.map(({ least }) => least)).to.deep.equal([20, 1.5]);
    for (const { measured, least, verdict } of bars) {
      expect(verdict).to.equal(measured < least ? "below the bar" : "within");
    }
    const slow = structuredClone(products);
    slow[2].speedup.reference.latency = 19.9;
    slow[2].speedup["onnxruntime i8, 1 thread"].latency = 1.5;
    expect(barsOf({ products: slow }).map(({ verdict }) => verdict)).to.deep.equal([
      "below the bar",
      "within",
    ]);
  });
});

describe("docs/bench.md", () => {
  it("holds what docs/bench.json gives", async () => {
    expect(await renderBench(readReport())).to.equal(readFileSync(PAGE, "utf8"));
  });
});

function expectRatio(ratio: Timing, of: Timing, to: Timing, what: string): void {
  for (const key of ["latency", "coreTime"] as const) {
    expect(ratio[key] / (of[key] / to[key]), `${what}, ${key}`).to.be.closeTo(1, ROUNDING);
  }
}
