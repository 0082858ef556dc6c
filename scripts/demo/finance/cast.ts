import { Contract, Wallet, ZeroHash, id, parseUnits } from "ethers";
import type { JsonRpcProvider } from "ethers";

import {
  addJunior,
  createErgonClient,
  createVault,
  depositToVault,
  rebalanceVault,
} from "../../../sdk/src/index";
import type { Address, ErgonClient } from "../../../sdk/src/index";
import type { Hex, Model } from "../../../tensor/src/index";
import type { Token } from "../../shared/token";
import { fund, prepareCast } from "../cast";
import { passTime } from "../chain";
import type { Stage } from "../stage";

/** What a bond owes stakers for a year, in basis points of it. */
const RENT_BPS = 1_500n;
const [JUNIOR, STAKED, LATE] = ["150", "700", "200"];

/** A vault and who works for it. */
export interface Firm {
  readonly name: string;
  readonly vault: Address;
  readonly operator: ErgonClient;
}

/** Who plays the season. */
export interface FinanceCast {
  readonly client: ErgonClient;
  readonly challenger: ErgonClient;
  /** The first stays to the end, the second leaves early, the third comes late. */
  readonly stakers: readonly [ErgonClient, ErgonClient, ErgonClient];
  readonly lenders: readonly [ErgonClient, ErgonClient];
  readonly custodian: ErgonClient;
  readonly honest: Firm;
  readonly lying: Firm;
  readonly token: Token;
  readonly model: Model;
  readonly modelId: Hex;
}

/** Funds the players, lets governance list the model as mirrored, and opens two vaults with a junior and two stakers each. */
export async function prepareFinance(stage: Stage): Promise<FinanceCast> {
  const { client, token, model, modelId } = await prepareCast(stage);
  await listAsMirrored(stage, modelId);
  const account = async (module?: Address) => {
    const { contracts: addresses, fromBlock } = stage.book;
    const runner = Wallet.createRandom(stage.provider);
    const made = createErgonClient({ runner, addresses, fromBlock });
    await fund(stage.provider, made, token, module);
    return made;
  };
  const challenger = await account(client.addresses.optimisticVerifier);
  const stakers = [await account(), await account(), await account()] as const;
  const lenders = [await account(), await account()] as const;
  const custodian = await account();
  const cast = { client, challenger, stakers, lenders, custodian, token, model, modelId };
  const honest = await openFirm("honest", await account(), cast);
  const lying = await openFirm("lying", await account(), cast);
  return { ...cast, honest, lying };
}

/** Lets a staker who comes late into both vaults. */
export async function comeLate({ stakers, honest, lying, token }: FinanceCast): Promise<void> {
  const assets = parseUnits(LATE, token.decimals);
  for (const { vault } of [honest, lying]) {
    await depositToVault(stakers[2], { vault, assets, from: "claims" });
  }
}

async function openFirm(
  name: string,
  operator: ErgonClient,
  { stakers, token: { address: token, decimals } }: Pick<FinanceCast, "stakers" | "token">,
): Promise<Firm> {
  const { vault } = await createVault(operator, { token, rentBps: RENT_BPS });
  await addJunior(operator, { vault, token, amount: parseUnits(JUNIOR, decimals) });
  const assets = parseUnits(STAKED, decimals) / 2n;
  for (const staker of stakers.slice(0, 2)) {
    await depositToVault(staker, { vault, assets, from: "claims" });
  }
  await rebalanceVault(operator, { vault });
  return { name, vault, operator };
}

/** Governance's way: the proposer schedules, and after the delay anybody executes. */
async function listAsMirrored({ provider, book, parameters }: Stage, modelId: Hex): Promise<void> {
  const { proposer, minDelay } = parameters.Governance;
  const { timelock, orderBook } = book.contracts;
  const contract = new Contract(
    timelock,
    [
      "function schedule(address,uint256,bytes,bytes32,bytes32,uint256)",
      "function execute(address,uint256,bytes,bytes32,bytes32) payable",
    ],
    await provider.getSigner(proposer),
  );
  const target = new Contract(orderBook, ["function setMirrored(bytes32,bool)"]);
  const data = target.interface.encodeFunctionData("setMirrored", [modelId, true]);
  const operation = [orderBook, 0n, data, ZeroHash, id("mirror the digits")];
  await send(contract, "schedule", [...operation, minDelay]);
  await passTime(provider, BigInt(minDelay));
  await send(contract, "execute", operation);
}

async function send(contract: Contract, name: string, args: unknown[]): Promise<void> {
  await (await contract.getFunction(name).send(...args)).wait();
}

/** The time on the chain, in seconds. */
export async function timeOf(provider: JsonRpcProvider): Promise<bigint> {
  return BigInt((await provider.getBlock("latest"))?.timestamp ?? 0);
}
