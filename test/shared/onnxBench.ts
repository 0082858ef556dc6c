import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { messageOf } from "../../scripts/shared/errors";

const BENCH = resolve(__dirname, "../../bench");
const INSTALL_MS = 300_000;

/** What is used of `onnxruntime-node`, a package of `bench/`, which the root does without. */
export interface Runtime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: { intraOpNumThreads: number }): Promise<Session>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => unknown;
}

interface Session {
  run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>;
  release(): Promise<void>;
}

/** Loads onnxruntime, installing `bench/` first; or says why it is not there. */
export function loadRuntime(): Runtime | string {
  if (!existsSync(resolve(BENCH, "node_modules/onnxruntime-node"))) {
    const args = ["ci", "--prefix", BENCH, "--ignore-scripts", "--no-audit", "--no-fund"];
    const { status, stderr, error } = spawnSync("npm", args, {
      encoding: "utf8",
      timeout: INSTALL_MS,
    });
    if (status !== 0) return `bench/ cannot be installed: ${error?.message ?? stderr}`;
  }
  try {
    return createRequire(resolve(BENCH, "package.json"))("onnxruntime-node") as Runtime;
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

  static async load(runtime: Runtime, bytes: Uint8Array): Promise<FloatModel> {
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
