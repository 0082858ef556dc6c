import { parseUnits } from "ethers";

import {
  abi,
  addJunior,
  asHex,
  castVote,
  createErgonClient,
  createVault,
  delegateVotes,
  depositToVault,
  executeProposal,
  propose,
  queueProposal,
  rebalanceVault,
} from "../../../sdk/src/index";
import type { Address, ErgonClient } from "../../../sdk/src/index";
import type { Hex, Model } from "../../../tensor/src/index";
import type { Token } from "../../shared/token";
import { newPlayer, prepareCast } from "../cast";
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
  const account = async (module?: Address) => (await newPlayer(stage, token, module)).client;
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

/** Governance's way: a holder proposes and votes, and after the delay anybody executes. */
async function listAsMirrored({ provider, book, parameters }: Stage, modelId: Hex): Promise<void> {
  const { contracts: addresses, fromBlock } = book;
  const { holdings, votingDelay, votingPeriod, minDelay } = parameters.Governance;
  const runner = await provider.getSigner(holdings[0].holder);
  const holder = createErgonClient({ runner, addresses, fromBlock });
  const data = abi.orderBook.encodeFunctionData("setMirrored", [modelId, true]);
  const calls = [{ to: addresses.orderBook, data: asHex(data) }];
  await delegateVotes(holder);
  await passTime(provider, 1n);
  const proposal = await propose(holder, { calls, description: "Mirror the digits" });
  await passTime(provider, BigInt(votingDelay) + 1n);
  await castVote(holder, { proposalId: proposal.proposalId, choice: "for" });
  await passTime(provider, BigInt(votingPeriod));
  await queueProposal(holder, proposal);
  await passTime(provider, BigInt(minDelay));
  await executeProposal(holder, proposal);
}
