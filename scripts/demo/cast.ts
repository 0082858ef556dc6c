import { Contract, Wallet, parseEther, parseUnits, toBeHex } from "ethers";
import type { BaseWallet, JsonRpcProvider } from "ethers";

import {
  TermsClass,
  accountOf,
  allowModule,
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
import type { Hex, Tensor } from "../../tensor/src/index";
import { timeOf } from "../shared/chain";
import { readToken } from "../shared/token";
import type { Token } from "../shared/token";
import { digitClassifier } from "./product";
import type { Product } from "./product";
import type { Stage } from "./stage";

/** Multiply–accumulates of one PMAC. */
const PMAC = 10n ** 15n;

/** At which a lie does not pay that is found once in twenty times: see docs/disputes.md. */
const BOND_PER_PRICE = 22n;

const CLIENT_ACCOUNT = 4;
const TOKENS = "1000";
const ETHER = "10";
const DEVICE = { hardwareClass: "h200", memoryMiB: 144_384n };

/** A client, a provider and what they trade. */
export interface Cast extends Product {
  readonly client: ErgonClient;
  readonly provider: ErgonClient;
  /** The key of the provider, which is its own worker. */
  readonly key: BaseWallet;
  readonly treasury: Hex;
  readonly token: Token;
  readonly modelId: Hex;
  /** 0 if an earlier act registered the model. */
  readonly registrationGas: bigint;
  readonly gpuId: bigint;
}

/** Funds a client and a provider, and registers what the provider sells, digits unless given, and its GPU. */
export async function prepareCast(
  { provider, book, parameters }: Stage,
  product = digitClassifier(),
): Promise<Cast> {
  const { contracts: addresses, fromBlock } = book;
  const runner = await provider.getSigner(CLIENT_ACCOUNT);
  const asClient = createErgonClient({ runner, addresses, fromBlock });
  const token = await readToken(asClient, addresses.token);
  await fund(provider, asClient, token);
  const { client: asProvider, key } = await newPlayer({ provider, book }, token);

  const registered = await register(asProvider, product);
  const { gpuId } = await registerGpu(asProvider, { ...DEVICE, device: Wallet.createRandom() });
  const { treasury } = parameters.Compute;
  return {
    ...{ ...product, ...registered },
    ...{ client: asClient, provider: asProvider, key, treasury, token, gpuId },
  };
}

/** The client's bid on answers of the provider at its price, with `changes` to the usual terms. */
export async function bidOn(
  cast: Cast,
  inputs: readonly Tensor[],
  inputUri: string,
  changes: Partial<Bid> = {},
): Promise<Bid> {
  const { client, provider, gpuId, modelId, token } = cast;
  const unitPrice = unitPriceOf(cast);
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
export function contestable(
  cast: Pick<Cast, "client" | "modelId" | "pricePerPmac">,
): Pick<Bid, "verifier" | "termsClass" | "minUnitBond"> {
  return {
    verifier: cast.client.addresses.optimisticVerifier,
    termsClass: TermsClass.Fast,
    minUnitBond: BOND_PER_PRICE * unitPriceOf(cast),
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

/** Registers a model with its card, unless an earlier act did. */
export async function register(
  client: ErgonClient,
  { model: { program }, card }: Pick<Product, "model" | "card">,
): Promise<Pick<Cast, "modelId" | "registrationGas">> {
  const modelId = idOf(program);
  if (await isModelRegistered(client, modelId)) return { modelId, registrationGas: 0n };
  const { transactions } = await registerModel(client, { program, card });
  return { modelId, registrationGas: transactions.reduce((sum, { gasUsed }) => sum + gasUsed, 0n) };
}

/** The provider's price of one unit, in payment-token units. */
export function unitPriceOf({
  modelId,
  pricePerPmac,
}: Pick<Cast, "modelId" | "pricePerPmac">): bigint {
  return ceilDiv(pricePerPmac * workOf(modelId), PMAC);
}
