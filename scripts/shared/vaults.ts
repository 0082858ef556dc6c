import { getVault, getVaultPosition, translated } from "../../sdk/src/index";
import type {
  Address,
  ErgonClient,
  ExitRequest,
  Vault,
  VaultPosition,
  VaultReport,
} from "../../sdk/src/index";
import { ScriptError } from "./errors";
import { fields } from "./output";
import { formatAmount, readToken } from "./token";
import type { Token } from "./token";
import { formatTime } from "./values";

/** A vault, its token and its shares, and what one account has in it. */
export interface VaultView {
  readonly vault: Vault;
  readonly token: Token;
  /** The vault's own shares, as a token. */
  readonly share: Token;
  readonly position?: VaultPosition;
}

/** Throws `ScriptError` ARGUMENT unless the deployment's factory made a vault at `address`: nothing else is to be trusted. */
export async function requireVault(
  { stakeVaultFactory }: ErgonClient,
  address: Address,
): Promise<void> {
  if (await translated(() => stakeVaultFactory.isVault(address))) return;
  throw new ScriptError("ARGUMENT", `the deployment's factory made no vault at ${address}`);
}

/** Reads a vault, and what `account` has in it if one is given. */
export async function viewVault(
  client: ErgonClient,
  address: Address,
  account?: Address,
): Promise<VaultView> {
  const vault = await getVault(client, { vault: address });
  const { blockNumber } = vault;
  const [token, share] = await Promise.all([
    readToken(client, vault.token),
    readToken(client, address),
  ]);
  if (account === undefined) return { vault, token, share };
  const position = await getVaultPosition(client, { vault: address, account, blockNumber });
  return { vault, token, share, position };
}

/** A vault in lines, and what an account has in it. */
export function describeVault({ vault, token, share, position }: VaultView): string[] {
  const { stake, windows, announcedRent, juniorLimit, arrears } = vault;
  const money = (amount: bigint) => formatAmount(token, amount);
  const lines = fields({
    vault: vault.vault,
    state: stateOf(vault),
    operator: vault.operator,
    shares: `${formatAmount(share, vault.shares)}, worth ${money(vault.assets)}`,
    "a share": money(vault.sharePrice),
    "to vest": money(vault.unvested),
    junior: `${money(vault.junior)} of ${vault.juniorOwner}, ${money(vault.withdrawableJunior)} withdrawable`,
    ...(juniorLimit !== undefined && { "bonds lean on": `${money(juniorLimit)} of it at most` }),
    stake: `${money(stake.free)} free, ${money(stake.locked)} in bonds`,
    ...(stake.suspended && {
      suspended: "bonds no jobs until a rebalance finds that it may again",
    }),
    rent: `${percent(stake.rentBps)} a year${announced(announcedRent)}`,
    ...(arrears !== 0n && { arrears: `${money(arrears)} of rent that the junior still owes` }),
    window: `${windows.current}, the next starts ${formatTime(windows.nextStartsAt)}`,
    leaving: `${formatAmount(share, windows.waitingShares)}${oldest(windows.oldest)}`,
  });
  return position === undefined ? lines : [...lines, "", ...positionLines(position, token, share)];
}

function stateOf({ closed, maxDeposit }: Vault): string {
  if (closed) return "closed: no deposits, no jobs";
  return maxDeposit === 0n ? "open, but takes no deposits now" : "open";
}

/** What a vault earned and lost, in lines: totals, then a line for each job that moved money. */
export function describeReport(report: VaultReport, token: Token): string[] {
  const { range, totals, utilisation, prices, entries } = report;
  const money = (amount: bigint) => formatAmount(token, amount);
  const jobs = [...new Set(entries.map(({ jobId }) => jobId))];
  return [
    ...fields({
      blocks: `${range.from} to ${range.to}`,
      rent: `${money(totals.rent)} owed by bonds, ${money(totals.realisedRent)} paid to stakers`,
      prices: `${money(totals.paid)} paid to the vault`,
      losses: `${money(totals.losses)}, ${money(totals.lossesOfStakers)} of it stakers'`,
      restored: money(totals.restored),
      utilisation: percent(utilisation.averageBps),
      "a share": prices.length === 0 ? "no change" : shareChange(prices, money),
    }),
    ...jobs.map((id) => {
      const own = entries.filter(({ jobId }) => jobId === id);
      return `job ${id}: ${own.map(({ kind, amount }) => `${kind} ${money(amount)}`).join(", ")}`;
    }),
  ];
}

function shareChange(prices: VaultReport["prices"], money: (amount: bigint) => string): string {
  const [first, last] = [prices[0], prices[prices.length - 1]];
  return `${money(first.price)} at first, ${money(last.price)} at last`;
}

function positionLines(
  { account, shares, worth, requests }: VaultPosition,
  token: Token,
  share: Token,
): string[] {
  return [
    ...fields({
      account,
      has: `${formatAmount(share, shares)}, worth ${formatAmount(token, worth)}`,
    }),
    ...requests.map((request) => requestLine(request, token, share)),
  ];
}

function requestLine(request: ExitRequest, token: Token, share: Token): string {
  const { requestId, shares, state, assets, rolled, startsAt, endsAt } = request;
  const what = `window ${requestId}: ${formatAmount(share, shares)}`;
  if (state === "pending") return `${what}, from ${formatTime(startsAt)} to ${formatTime(endsAt)}`;
  const later = rolled === 0n ? "" : `, and ${formatAmount(share, rolled)} of the next window`;
  return `${what}, to be claimed for ${formatAmount(token, assets)}${later}`;
}

function announced(rent: Vault["announcedRent"]): string {
  if (rent === undefined) return "";
  return `, ${percent(rent.rentBps)} can be applied from ${formatTime(rent.appliesAt)} on`;
}

function oldest(requestId: bigint): string {
  return requestId === 0n ? "" : `, the oldest in window ${requestId}`;
}

/** Basis points as a percentage. */
export function percent(bps: bigint): string {
  return `${Number(bps) / 100} %`;
}
