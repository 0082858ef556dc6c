import { resolve } from "node:path";

import { createCommand, runCommand } from "./shared/cli";
import { signerFor, connect, LOCAL_CHAIN_ID, withAccount } from "./shared/chain";
import type { AccountOptions, ChainOptions } from "./shared/chain";
import { ScriptError } from "./shared/errors";
import { loadHardhat } from "./shared/hardhat";
import { fields, printResult } from "./shared/output";
import { deployProtocol } from "../deploy/deployProtocol";
import { writeAddressBook } from "../deploy/addresses";
import { readParameters } from "../deploy/parameters";

interface DeployOptions extends ChainOptions, AccountOptions {
  readonly parameters?: string;
  readonly fresh?: boolean;
}

const LOCAL_POLLING_MS = 50;

const command = withAccount(createCommand("deploy", "Deploy the protocol, or finish deploying it."))
  .option("--parameters <network>", "name of a file in deploy/parameters (default: localhost)")
  .option("--fresh", "forget what was deployed under this chain id before")
  .action(deploy);

async function deploy(options: DeployOptions): Promise<void> {
  const provider = await connect(options.rpc);
  const { chainId } = await provider.getNetwork();
  const local = chainId === LOCAL_CHAIN_ID;
  if (!local && options.parameters === undefined) {
    const message = `chain ${chainId} is no local chain: name its file with --parameters`;
    throw new ScriptError("ARGUMENT", message);
  }
  const parameters = await readParameters(options.parameters ?? "localhost");
  const signer = await signerFor(provider, options);
  provider.destroy();

  const hre = await loadHardhat(options.rpc, signer);
  // Ignition's journal lies beside the address books that it belongs to
  if (options.addresses !== undefined) hre.config.paths.ignition = resolve(options.addresses);
  const book = await deployProtocol(hre, {
    parameters,
    fresh: options.fresh,
    pollingInterval: local ? LOCAL_POLLING_MS : undefined,
    displayUi: options.json !== true && process.stderr.isTTY,
  });
  const path = await writeAddressBook(book, options.addresses);
  printResult(options.json === true, { path, ...book }, [
    ...fields({ chain: book.chainId, ...book.contracts }),
    `address book written to ${path}`,
  ]);
}

/** Settled when the command has ended. */
export const ended = runCommand(command);
