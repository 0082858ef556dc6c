import { readFile } from "node:fs/promises";
import { Contract, Wallet, keccak256, parseEther, parseUnits, toBeHex } from "ethers";
import type { BaseWallet, JsonRpcProvider } from "ethers";

import {
  TermsClass,
  accountOf,
  allowModule,
  asHex,
  ceilDiv,
  createErgonClient,
  deposit,
  isModelRegistered,
  makeBid,
  registerGpu,
  registerModel,
  workOf,
} from "../../sdk/src/index";
import type { Address, Bid, ErgonClient } from "../../sdk/src/index";
import { modelId as idOf, listRoot, tensorId } from "../../tensor/src/index";
import type { Hex, Model, Tensor } from "../../tensor/src/index";
import { DIGIT_FILES, loadDigitModel } from "../../tensor/train/files";
import { timeOf } from "../shared/chain";
import { readToken } from "../shared/token";
import type { Token } from "../shared/token";
import type { Stage } from "./stage";

/** Multiply–accumulates of one PMAC. */
const PMAC = 10n ** 15n;

/** What the provider asks for, in payment-token units per PMAC. */
export const PRICE_PER_PMAC = 5_000_000_000_000n;

/** At which a lie does not pay that is found once in twenty times: see docs/disputes.md. */
const BOND_PER_PRICE = 22n;

const CLIENT_ACCOUNT = 4;
const TOKENS = "1000";
const ETHER = "10";
const DEVICE = { hardwareClass: "h200", memoryMiB: 144_384n };

/** A client, a provider and what they trade. */
export interface Cast {
  readonly client: ErgonClient;
  readonly provider: ErgonClient;
  /** The key of the provider, which is its own worker. */
  readonly key: BaseWallet;
  readonly treasury: Hex;
  readonly token: Token;
  readonly model: Model;
  readonly modelId: Hex;
  readonly gpuId: bigint;
}

/** Funds a client and a provider, and registers the provider's model and GPU. */
export async function prepareCast({ provider, book, parameters }: Stage): Promise<Cast> {
  const { contracts: addresses, fromBlock } = book;
  const runner = await provider.getSigner(CLIENT_ACCOUNT);
  const asClient = createErgonClient({ runner, addresses, fromBlock });
  const token = await readToken(asClient, addresses.token);
  await fund(provider, asClient, token);
  const { client: asProvider, key } = await newPlayer({ provider, book }, token);

  const model = loadDigitModel();
  const modelId = idOf(model.program);
  if (!(await isModelRegistered(asProvider, modelId))) await registerDigits(asProvider, model);
  const { gpuId } = await registerGpu(asProvider, { ...DEVICE, device: Wallet.createRandom() });
  const { treasury } = parameters.Compute;
  return { client: asClient, provider: asProvider, key, treasury, token, model, modelId, gpuId };
}

/** The client's bid on answers of the provider at its price, with `changes` to the usual terms. */
export async function bidOn(
  { client, provider, gpuId, modelId, token }: Cast,
  inputs: readonly Tensor[],
  inputUri: string,
  changes: Partial<Bid> = {},
): Promise<Bid> {
  const unitPrice = unitPriceOf(modelId);
  return makeBid({
    client: await accountOf(client),
    provider: await accountOf(provider),
    gpuId,
    modelId,
    inputRoot: listRoot(inputs.map(tensorId)),
    inputUri,
    units: BigInt(inputs.length),
    token: token.address,
    maxUnitPrice: unitPrice,
    minUnitBond: unitPrice,
    now: await timeOf(client.provider),
    ...changes,
  });
}

/** The terms of a bid whose outputs anybody can contest, under a bond that deters one lie in twenty. */
export function contestable({
  client,
  modelId,
}: Pick<Cast, "client" | "modelId">): Pick<Bid, "verifier" | "termsClass" | "minUnitBond"> {
  return {
    verifier: client.addresses.optimisticVerifier,
    termsClass: TermsClass.Fast,
    minUnitBond: BOND_PER_PRICE * unitPriceOf(modelId),
  };
}

/** An account with its key. */
export interface Player {
  readonly client: ErgonClient;
  readonly key: BaseWallet;
}

/** A new account, funded. */
export async function newPlayer(
  { provider, book }: Pick<Stage, "provider" | "book">,
  token: Token,
  module?: Address,
): Promise<Player> {
  const { contracts: addresses, fromBlock } = book;
  const key = Wallet.createRandom(provider);
  const client = createErgonClient({ runner: key, addresses, fromBlock });
  await fund(provider, client, token, module);
  return { client, key };
}

/**
 * Gives an account ether and test tokens, deposits the tokens and lets a module pull them: the escrow
 * unless another one is given.
 */
export async function fund(
  provider: JsonRpcProvider,
  client: ErgonClient,
  { address: token, decimals }: Token,
  module?: Address,
): Promise<void> {
  const account = await accountOf(client);
  await provider.send("anvil_setBalance", [account, toBeHex(parseEther(ETHER))]);
  const amount = parseUnits(TOKENS, decimals);
  const mint = ["function mint(address to, uint256 amount)"];
  const contract = new Contract(token, mint, client.signer);
  const sent = await contract.getFunction("mint").send(account, amount);
  await sent.wait();
  await deposit(client, { token, amount });
  await allowModule(client, { token, module });
}

async function registerDigits(client: ErgonClient, { program }: Model): Promise<void> {
  await registerModel(client, {
    program,
    card: {
      uri: "tensor/models/digits.json",
      digest: asHex(keccak256(await readFile(DIGIT_FILES.card))),
      weightsUri: "tensor/models/digits.ergon",
    },
  });
}

/** The provider's price of one unit, in payment-token units. */
export function unitPriceOf(modelId: Hex): bigint {
  return ceilDiv(PRICE_PER_PMAC * workOf(modelId), PMAC);
}
