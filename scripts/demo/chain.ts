import { resolve } from "node:path";
import { toQuantity } from "ethers";
import type { JsonRpcProvider } from "ethers";

import { connect, timeOf } from "../shared/chain";
import { ScriptError } from "../shared/errors";
import { waitFor } from "../shared/wait";
import { freePort } from "./processes";
import type { Helpers } from "./processes";

const ANVIL = resolve(__dirname, "../../node_modules/.bin/anvil");
const START = { what: "the start of the local chain", everyMs: 20, timeoutMs: 20_000 };

/** A local chain that mines every transaction at once, unless its flags say otherwise. */
export interface LocalChain {
  readonly rpc: string;
  readonly provider: JsonRpcProvider;
}

/** Starts anvil, with `flags` of its own, on a free port. Throws `ScriptError` STOPPED or TIMEOUT. */
export async function startChain(helpers: Helpers, ...flags: string[]): Promise<LocalChain> {
  const port = await freePort();
  const args = ["--port", String(port), "--hardfork", "cancun", ...flags];
  const anvil = helpers.start("local chain", ANVIL, args);
  const rpc = `http://127.0.0.1:${port}`;
  const provider = await waitFor(START, async () => {
    anvil.requireRunning();
    return connect(rpc).catch((error: unknown) => {
      if (error instanceof ScriptError && error.retryable) return undefined;
      throw error;
    });
  });
  return { rpc, provider };
}

/** Lets time pass: so many seconds later a block is mined. */
export async function passTime(provider: JsonRpcProvider, seconds: bigint): Promise<void> {
  await provider.send("evm_increaseTime", [toQuantity(seconds)]);
  await provider.send("anvil_mine", []);
}

/** Lets time pass until a second since 1970; none if it is over. */
export async function passUntil(provider: JsonRpcProvider, time: bigint): Promise<void> {
  const left = time - (await timeOf(provider));
  if (left > 0n) await passTime(provider, left);
}
