import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { loadRuntime } from "../../bench/src/onnxruntime";
import { messageOf } from "../../scripts/shared/errors";

const BENCH = resolve(__dirname, "../../bench");
const INSTALL_MS = 300_000;

/** Installs onnxruntime, a package of `bench/`, where it is not there; says why it cannot be had. */
export function missingRuntime(): string | undefined {
  if (!existsSync(resolve(BENCH, "node_modules/onnxruntime-node"))) {
    const args = ["ci", "--prefix", BENCH, "--ignore-scripts", "--no-audit", "--no-fund"];
    const { status, stderr, error } = spawnSync("npm", args, {
      encoding: "utf8",
      timeout: INSTALL_MS,
    });
    if (status !== 0) return `bench/ cannot be installed: ${error?.message ?? stderr}`;
  }
  try {
    loadRuntime();
    return undefined;
  } catch (error) {
    return `bench/ cannot be loaded: ${messageOf(error)}`;
  }
}
