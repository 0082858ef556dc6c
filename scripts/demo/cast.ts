import { readFile } from "node:fs/promises";
import { Contract, Wallet, keccak256, parseEther, parseUnits, toBeHex } from "ethers";
import type { BaseWallet } from "ethers";

import {
  accountOf,
  allowModule,
  asHex,
  ceilDiv,
  createErgonClient,
  deposit,
  makeBid,
  registerGpu,
  registerModel,
  workOf,
} from "../../sdk/src/index";
import type { Bid, ErgonClient } from "../../sdk/src/index";
import { listRoot, tensorId } from "../../tensor/src/index";
import type { Hex, Model, Tensor } from "../../tensor/src/index";
import { DIGIT_FILES, loadDigitModel } from "../../tensor/train/files";
import { readToken } from "../shared/token";
import type { Token } from "../shared/token";
import type { Stage } from "./stage";

/** Multiply–accumulates of one PMAC. */
const PMAC = 10n ** 15n;

/** What the provider asks for, in payment-token units per PMAC. */
export const PRICE_PER_PMAC = 5_000_000_000_000n;

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
  const key = Wallet.createRandom(provider);
  await provider.send("anvil_setBalance", [key.address, toBeHex(parseEther(ETHER))]);
  const asClient = createErgonClient({
    runner: await provider.getSigner(CLIENT_ACCOUNT),
    addresses,
    fromBlock,
  });
  const asProvider = createErgonClient({ runner: key, addresses, fromBlock });
  const token = await readToken(asClient, addresses.token);
  await Promise.all([fund(asClient, token), fund(asProvider, token)]);

  const model = loadDigitModel();
  const { modelId } = await registerModel(asProvider, {
    program: model.program,
    card: {
      uri: "tensor/models/digits.json",
      digest: asHex(keccak256(await readFile(DIGIT_FILES.card))),
      weightsUri: "tensor/models/digits.ergon",
    },
  });
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
  const unitPrice = ceilDiv(PRICE_PER_PMAC * workOf(modelId), PMAC);
  const block = await client.provider.getBlock("latest");
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
    now: BigInt(block?.timestamp ?? 0),
    ...changes,
  });
}

/** Mints test tokens for an account, deposits them and lets the escrow pull them. */
async function fund(client: ErgonClient, { address: token, decimals }: Token): Promise<void> {
  const amount = parseUnits(TOKENS, decimals);
  const mint = ["function mint(address to, uint256 amount)"];
  const contract = new Contract(token, mint, client.signer);
  const sent = await contract.getFunction("mint").send(await accountOf(client), amount);
  await sent.wait();
  await deposit(client, { token, amount });
  await allowModule(client, { token });
}
