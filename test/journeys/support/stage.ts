import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { JsonRpcSigner, Wallet, parseEther, toQuantity } from "ethers";
import { readAddressBook } from "../../../deploy/addresses";
import { readParameters } from "../../../deploy/parameters";
import { prepareCast } from "../../../scripts/demo/cast";
import type { Cast } from "../../../scripts/demo/cast";
import { startChain } from "../../../scripts/demo/chain";
import { Helpers, clearOnSignal } from "../../../scripts/demo/processes";
import type { Stage } from "../../../scripts/demo/stage";
import { LOCAL_CHAIN_ID } from "../../../scripts/shared/chain";
import { asAddress } from "../../../sdk/src/index";
import type { Address } from "../../../sdk/src/index";
import { OrderBook__factory } from "../../../typechain-types";

const DEPLOY = resolve(__dirname, "../../../scripts/deploy.ts");

/** A chain with the protocol on it, who trades there, and a verifier that jobs may name. */
export interface JourneyStage extends Stage {
  readonly cast: Cast;
  readonly verifier: Address;
}

const helpers = new Helpers();
let folder: string | undefined;
let opened: Promise<JourneyStage> | undefined;

/** The stage of all journeys, which is opened once. */
export function openStage(): Promise<JourneyStage> {
  return (opened ??= open());
}

after(close);

async function close(): Promise<void> {
  await helpers.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}

async function open(): Promise<JourneyStage> {
  clearOnSignal(close);
  folder = await mkdtemp(join(tmpdir(), "ergon-journeys-"));
  const { rpc, provider } = await startChain(helpers);
  // another process: Hardhat knows one network in each, and here it is its own
  const args = ["-r", "ts-node/register", DEPLOY, "--rpc", rpc, "--addresses", folder];
  await helpers.start("deployment", process.execPath, args).finished();
  const book = await readAddressBook(Number(LOCAL_CHAIN_ID), folder);
  const stage = { rpc, provider, book, folder, helpers };
  const parameters = await readParameters("localhost");
  const cast = await prepareCast({ ...stage, parameters });
  const verifier = await listVerifier({ ...stage, parameters });
  return { ...stage, parameters, cast, verifier };
}

/** Lists a verifier on the terms of jobs without one. The timelock does it, without waiting. */
async function listVerifier({ provider, book, parameters }: Stage): Promise<Address> {
  const { timelock, orderBook, token } = book.contracts;
  const verifier = asAddress(Wallet.createRandom().address);
  await provider.send("anvil_setBalance", [timelock, toQuantity(parseEther("1"))]);
  await provider.send("anvil_impersonateAccount", [timelock]);
  const market = OrderBook__factory.connect(orderBook, new JsonRpcSigner(provider, timelock));
  const terms = parameters.Compute.termsWithoutVerifier;
  await (await market.setVerifierTerms(token, verifier, terms)).wait();
  await provider.send("anvil_stopImpersonatingAccount", [timelock]);
  return verifier;
}
