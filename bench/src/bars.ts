import type { Report } from "./report";

/** How many times faster than another WebAssembly has to be, in latency. */
export interface Bar {
  readonly what: string;
  readonly least: number;
  readonly measured: number;
  readonly verdict: "within" | "below the bar";
}

const SIZE = 1_024;
const BARS = [
  { other: "reference", least: 20 },
  { other: "onnxruntime i8, 1 thread", least: 1.5 },
] as const;

/** The bars for products of 1,024 rows, with what was measured. */
export function barsOf({ products }: Pick<Report, "products">): Bar[] {
  const rows = products.filter(({ size }) => size === SIZE);
  return rows.flatMap(({ speedup }) =>
    BARS.map(({ other, least }) => {
      const measured = speedup[other].latency;
      return {
        what: `i8 product of ${SIZE}: WebAssembly beside ${other}`,
        least,
        measured,
        verdict: measured >= least ? "within" : "below the bar",
      };
    }),
  );
}
