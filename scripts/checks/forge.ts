// Runs forge with the given arguments and exits as it does; the launcher of its package exits with 0 always.
import { spawnSync } from "node:child_process";

const ARCHITECTURES: Readonly<Partial<Record<NodeJS.Architecture, string>>> = {
  x64: "amd64",
  arm64: "arm64",
};

const { platform, arch, argv } = process;
const [suffix, ending] = platform === "win32" ? ["win32", ".exe"] : [platform, ""];
const binary = `@foundry-rs/forge-${suffix}-${ARCHITECTURES[arch] ?? arch}/bin/forge${ending}`;
const { status, error } = spawnSync(require.resolve(binary), argv.slice(2), { stdio: "inherit" });
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
