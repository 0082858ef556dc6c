import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import { parseAddressBook } from "./addresses";
import type { AddressBook } from "./addresses";
import { checkDeployment } from "./check";
import LocalToken from "./modules/LocalToken";
import Protocol from "./modules/Protocol";
import type { ProtocolParameters } from "./parameters";

/** How to deploy. */
export interface DeployOptions {
  parameters: ProtocolParameters;
  /** Forget what was deployed under this chain id before, as after a restart of a local chain. */
  fresh?: boolean;
  /** Milliseconds between two looks at the chain; a chain that mines at once needs no whole second. */
  pollingInterval?: number;
  /** Show Ignition's progress. */
  displayUi?: boolean;
}

/**
 * Deploys the protocol to the network of `hre`, or goes on where an interrupted deployment stopped,
 * and checks who holds which right, and what was set. Returns the addresses, which the caller may write down.
 * Throws what Ignition throws, or a DeployError with code DEPLOYMENT_UNEXPECTED.
 */
export async function deployProtocol(
  hre: HardhatRuntimeEnvironment,
  { parameters, fresh = false, pollingInterval = 1_000, displayUi = false }: DeployOptions,
): Promise<AddressBook> {
  const chainId = Number((await hre.ethers.provider.getNetwork()).chainId);
  const directory = join(hre.config.paths.ignition, "deployments", `chain-${chainId}`);
  if (fresh) await rm(directory, { recursive: true, force: true });
  const startBlock = await hre.ethers.provider.getBlockNumber();

  const { Governance, Compute, Verification, Finance, LocalToken: description } = parameters;
  const options = { displayUi, config: { blockPollingInterval: pollingInterval } };
  const localToken = async () => {
    const section = { LocalToken: { ...description } };
    const { token } = await hre.ignition.deploy(LocalToken, { ...options, parameters: section });
    return token.getAddress();
  };
  const token = Compute.token ?? (await localToken());
  const deployed = await hre.ignition.deploy(Protocol, {
    ...options,
    parameters: {
      Governance,
      Compute: { ...Compute, token },
      Verification: { ...Verification, token },
      Finance,
    },
  });

  const addresses = await Promise.all(
    Object.entries(deployed).map(async ([name, contract]) => [name, await contract.getAddress()]),
  );
  const book = parseAddressBook({
    chainId,
    fromBlock: Math.min(startBlock, await firstBlock(join(directory, "journal.jsonl"))),
    contracts: { ...Object.fromEntries(addresses), token },
  });
  await checkDeployment(hre, book, parameters);
  return book;
}

/** The first block in Ignition's journal, which outlives interruptions; infinite without one. */
async function firstBlock(path: string): Promise<number> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return Math.min(...[...text.matchAll(/"blockNumber":(\d+)/g)].map((match) => Number(match[1])));
}
