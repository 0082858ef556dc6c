import { Wallet } from "ethers";
import type { Signer } from "ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { ScriptError } from "./errors";

/**
 * Hardhat's environment for the node at `rpc`, whose first account is `signer`. To be called once in a
 * process. Throws `ScriptError` NOT_BUILT if the contracts are not compiled.
 */
export async function loadHardhat(
  rpc: string,
  signer?: Signer,
): Promise<HardhatRuntimeEnvironment> {
  process.env.HARDHAT_NETWORK = "localhost";
  process.env.ERGON_RPC_URL = rpc;
  // imported late: the environment is made, from these variables, when it is imported
  const { default: hre } = await import("hardhat");
  if (signer instanceof Wallet) hre.config.networks.localhost.accounts = [signer.privateKey];
  if (await hre.artifacts.artifactExists("JobEscrow")) return hre;
  throw new ScriptError("NOT_BUILT", "the contracts are not compiled: run npm run build first");
}
