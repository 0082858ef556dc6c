import { z } from "zod";

/** Rows, columns and inner length of the products that are compared. */
export const SIZES = [256, 512, 1024] as const;

/** What a job of a worker waits for. */
export const PARTS = ["fetch", "hash", "run", "blobs", "journal", "chain"] as const;

const OTHER_PRODUCTS = [
  "reference",
  "onnxruntime i8, 1 thread",
  "onnxruntime f32, 1 thread",
  "onnxruntime i8, all threads",
  "onnxruntime f32, all threads",
] as const;

const OTHER_CLASSIFIERS = [
  "reference",
  "onnxruntime f32 in one batch, 1 thread",
  "onnxruntime f32 one by one, 1 thread",
  "onnxruntime f32 in one batch, all threads",
  "onnxruntime f32 one by one, all threads",
] as const;

const timing = z.strictObject({ latency: z.number().positive(), coreTime: z.number().positive() });

/** Microseconds by name, and how many times less WebAssembly takes than each other one. */
function comparison<Name extends string>(others: readonly Name[]) {
  return {
    micros: z.record(z.enum(["wasm", ...others]), timing),
    speedup: z.record(z.enum(others), timing),
  };
}

/** What `docs/bench.json` holds: one run, on one machine. */
export const reportSchema = z.strictObject({
  date: z.iso.date(),
  machine: z.strictObject({ cpu: z.string().min(1), cores: z.int().positive(), node: z.string() }),
  products: z.tuple([product(SIZES[0]), product(SIZES[1]), product(SIZES[2])]),
  digits: z.strictObject({ batch: z.int().positive(), ...comparison(OTHER_CLASSIFIERS) }),
  /** Latency in microseconds, on the adapter that the machine has; none without. */
  webgpu: z
    .strictObject({
      adapter: z.string(),
      tasks: z.record(
        z.string(),
        z.strictObject({
          wasm: z.number().positive(),
          webgpu: z.number().positive(),
          speedup: z.number().positive(),
        }),
      ),
    })
    .optional(),
  worker: z.strictObject({
    units: z.int().positive(),
    micros: z.strictObject({ execution: timing, job: timing }),
    parts: z.record(z.enum(PARTS), z.number().nonnegative()),
    overhead: timing,
  }),
});

function product(size: number) {
  return z.strictObject({ size: z.literal(size), ...comparison(OTHER_PRODUCTS) });
}
