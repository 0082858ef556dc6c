import { JsonRpcProvider, Network } from "ethers";
import type { Command } from "commander";
import type { BlockTag, Provider, Signer } from "ethers";

import { readAddressBook } from "../../deploy/addresses";
import type { AddressBook } from "../../deploy/addresses";
import { createErgonClient, translated } from "../../sdk/src/index";
import type { ErgonClient } from "../../sdk/src/index";
import { ScriptError } from "./errors";
import { openKeystore } from "./keystore";
import { wholeNumber } from "./values";

/** Chain id of local nodes, whose test accounts everybody knows. */
export const LOCAL_CHAIN_ID = 31_337n;

const LOCAL_POLLING_MS = 50;
// ethers would give old answers for a quarter of a second, in which a local chain mines many blocks,
// and hold each call back, in case that another one follows
const AT_ONCE = { cacheTimeout: -1, batchStallTime: 0 };

/** Where a command acts, and how it answers. */
export interface ChainOptions {
  readonly rpc: string;
  readonly json?: boolean;
  readonly addresses?: string;
  readonly confirmations?: number;
}

/** As whom a command acts. */
export interface AccountOptions {
  readonly account?: number;
  readonly keystore?: string;
  readonly passwordFile?: string;
}

/** A connected deployment. */
export interface Session {
  readonly client: ErgonClient;
  readonly book: AddressBook;
  readonly json: boolean;
}

/** Adds the options of a command that reads a chain. */
export function withChain(command: Command): Command {
  return command
    .option("--rpc <url>", "node to talk to", "http://127.0.0.1:8545")
    .option("--addresses <directory>", "folder of address books (default: deploy/addresses)")
    .option("--json", "print the result, and errors, as JSON");
}

/** Adds the options of a command that acts for an account. */
export function withAccount(command: Command): Command {
  return withChain(command)
    .option("--account <number>", "test account of a local chain (default: 0)", wholeNumber)
    .option("--keystore <file>", "encrypted keystore of the account")
    .option("--password-file <file>", "file whose first line is the keystore's password")
    .option("--confirmations <blocks>", "blocks that a transaction waits for", wholeNumber);
}

/**
 * Connects to a node. Throws `ScriptError` RPC_UNREACHABLE (retryable) if it does not answer.
 */
export async function connect(rpc: string): Promise<JsonRpcProvider> {
  const chainId = await chainIdOf(rpc);
  const network = Network.from(chainId);
  const provider = new JsonRpcProvider(rpc, network, { staticNetwork: network, ...AT_ONCE });
  if (chainId === LOCAL_CHAIN_ID) provider.pollingInterval = LOCAL_POLLING_MS;
  return provider;
}

/** The time of a block, the newest unless given, in seconds since 1970. Throws `ErgonError` RPC. */
export async function timeOf(
  provider: Pick<Provider, "getBlock">,
  block: BlockTag = "latest",
): Promise<bigint> {
  return BigInt((await translated(() => provider.getBlock(block)))?.timestamp ?? 0);
}

/** Runs `act` on the deployment of a node's chain, for reading, and closes the connection. */
export async function withReader<Result>(
  options: ChainOptions,
  act: (session: Session) => Promise<Result>,
): Promise<Result> {
  return inSession(options, async (provider) => provider, act);
}

/**
 * Runs `act` on the deployment of a node's chain, as an account, and closes the connection. Throws
 * `ScriptError` of the connection and the keystore, NOT_DEPLOYED and KEY_MISSING.
 */
export async function withSigner<Result>(
  options: ChainOptions & AccountOptions,
  act: (session: Session) => Promise<Result>,
): Promise<Result> {
  return inSession(options, (provider) => signerFor(provider, options), act);
}

/** The account that the options name. Throws `ScriptError` KEY_MISSING, or of the keystore. */
export async function signerFor(
  provider: JsonRpcProvider,
  { account, keystore, passwordFile }: AccountOptions,
): Promise<Signer> {
  if (keystore !== undefined) return (await openKeystore(keystore, passwordFile)).connect(provider);
  const { chainId } = await provider.getNetwork();
  if (chainId === LOCAL_CHAIN_ID) return testAccount(provider, account ?? 0);
  const message = `chain ${chainId} is no local chain: give --keystore instead of --account`;
  throw new ScriptError("KEY_MISSING", message);
}

async function testAccount(provider: JsonRpcProvider, account: number): Promise<Signer> {
  const { length } = await provider.listAccounts();
  if (account < length) return provider.getSigner(account);
  throw new ScriptError(
    "KEY_MISSING",
    `the node has test accounts 0 to ${length - 1}, no ${account}`,
  );
}

/** Throws NOT_DEPLOYED unless the chain has every contract that the address book names. */
async function requireDeployed(
  provider: JsonRpcProvider,
  { contracts }: AddressBook,
): Promise<void> {
  const names = Object.entries(contracts);
  const codes = await Promise.all(names.map(([, address]) => provider.getCode(address)));
  const missing = names.find((_, i) => codes[i] === "0x");
  if (missing === undefined) return;
  const [name, address] = missing;
  const message = `the chain has no ${name} at ${address}, where the address book has it`;
  const remedy = "a local chain that was started again needs npm run deploy -- --fresh";
  throw new ScriptError("NOT_DEPLOYED", `${message}: ${remedy}`);
}

async function inSession<Result>(
  { rpc, json = false, addresses, confirmations }: ChainOptions,
  runnerOf: (provider: JsonRpcProvider) => Promise<Signer | JsonRpcProvider>,
  act: (session: Session) => Promise<Result>,
): Promise<Result> {
  const provider = await connect(rpc);
  try {
    const { chainId } = await provider.getNetwork();
    const book = await readAddressBook(Number(chainId), addresses);
    await requireDeployed(provider, book);
    const runner = await runnerOf(provider);
    const { contracts, fromBlock } = book;
    const client = createErgonClient({ runner, addresses: contracts, confirmations, fromBlock });
    return await act({ client, book, json });
  } finally {
    provider.destroy();
  }
}

async function chainIdOf(rpc: string): Promise<bigint> {
  const request = { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] };
  try {
    const response = await fetch(rpc, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    const { result } = (await response.json()) as { readonly result: string };
    return BigInt(result);
  } catch (cause) {
    const message = `no node answers at ${rpc}: start one, for example anvil, or give --rpc`;
    throw new ScriptError("RPC_UNREACHABLE", message, { cause, retryable: true });
  }
}
