import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonRpcProvider } from "ethers";

import type { AddressBook } from "../../deploy/addresses";
import { deployProtocol } from "../../deploy/deployProtocol";
import { readParameters } from "../../deploy/parameters";
import type { ProtocolParameters } from "../../deploy/parameters";
import { loadHardhat } from "../shared/hardhat";
import { startChain } from "./chain";
import { Helpers, clearOnSignal } from "./processes";
import { step } from "./report";

/** What every act plays on. */
export interface Stage {
  readonly rpc: string;
  readonly provider: JsonRpcProvider;
  readonly book: AddressBook;
  readonly parameters: ProtocolParameters;
  /** A folder that is gone when the act is over. */
  readonly folder: string;
  readonly helpers: Helpers;
}

const POLLING_MS = 10;

/** Starts a chain, deploys the protocol and plays `act`; afterwards nothing is left of it. */
export async function withStage<Result>(act: (stage: Stage) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "ergon-demo-"));
  const helpers = new Helpers();
  const clear = async (): Promise<void> => {
    await helpers.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const cleared = clearOnSignal(clear);
  try {
    const { rpc, provider } = await step("start a local chain", () => startChain(helpers));
    const parameters = await readParameters("localhost");
    const book = await step("deploy the protocol", () => deploy(rpc, parameters));
    const result = await act({ rpc, provider, book, parameters, folder, helpers });
    provider.destroy();
    return result;
  } finally {
    await clear();
    cleared();
  }
}

async function deploy(rpc: string, parameters: ProtocolParameters): Promise<AddressBook> {
  const hre = await loadHardhat(rpc);
  // on a network of this name Ignition keeps its journal in memory, and this one is gone in a minute
  hre.network.name = "hardhat";
  return deployProtocol(hre, { parameters, pollingInterval: POLLING_MS });
}
