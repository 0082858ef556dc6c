import type { Wallet } from "ethers";
import type { ProcessParameters } from "./assembly";
import type { CommonConfig, Config } from "./config/schema";
import { openKeystore, readPassword } from "./keystore";
import { isAbort } from "./errors";
import { createLogger } from "./log";

/** Where a key lies, and its password. */
export type KeyConfig = Pick<Config, "keystore" | "passwordFile">;

/** Runs `run` until it ends, which the first SIGINT or SIGTERM asks it to. Throws `ConfigError`. */
export async function runUntilSignal(
  { logLevel }: Pick<CommonConfig, "logLevel">,
  key: KeyConfig,
  run: (given: Pick<ProcessParameters, "wallet" | "log" | "signal">) => Promise<void>,
): Promise<void> {
  const wallet = await walletOf(key);
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    // a second signal ends the process at once; the journal makes up for it
    process.once(name, () => controller.abort());
  }
  const { signal } = controller;
  try {
    await run({ wallet, log: createLogger(logLevel), signal });
  } catch (error) {
    if (!(signal.aborted && isAbort(error))) throw error;
  }
}

/** Opens the keystore. Throws `ConfigError` KEYSTORE or PASSWORD. */
export async function walletOf({ keystore, passwordFile }: KeyConfig): Promise<Wallet> {
  return openKeystore(keystore, await readPassword(passwordFile));
}
