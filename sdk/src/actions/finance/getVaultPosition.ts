import { zeroPadValue } from "ethers";
import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { translated } from "../../errors/translate";
import { logsIn } from "../../jobs/logs";
import { vaultAt } from "../../vaults/contract";
import { windowStart } from "../../vaults/windows";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Whose position in which vault. */
export interface GetVaultPositionParameters {
  readonly vault: Address;
  /** The client's account unless given. */
  readonly account?: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** What an account has in one window. Times are seconds since 1970. */
export interface ExitRequest {
  readonly requestId: bigint;
  readonly shares: bigint;
  /** Until one second before, the request can be cancelled. */
  readonly startsAt: bigint;
  /** From then on, the window can be settled, unless jobs of the vault are frozen. */
  readonly endsAt: bigint;
  /** `claimable` once the window is settled. */
  readonly state: "pending" | "claimable";
  /** What a claim of all of it would pay now, in payment-token units; 0 while pending. */
  readonly assets: bigint;
  /** Shares that would leave in the next window instead. */
  readonly rolled: bigint;
}

/** What an account has in a vault. */
export interface VaultPosition {
  readonly account: Address;
  /** Without those that leave. */
  readonly shares: bigint;
  /** What they are worth, in payment-token units, rounded down. */
  readonly worth: bigint;
  /** Tokens of windows, the oldest first. */
  readonly requests: readonly ExitRequest[];
}

/** A transfer of tokens of a window; the contract has another event of this name, for shares. */
const REQUEST_MOVED = abi.stakeVault.getEvent("Transfer(address,address,address,uint256,uint256)");

/**
 * The shares of an account in a vault, and its requests to leave. Throws `ErgonError` NO_SIGNER or RPC.
 *
 * @example
 * const { worth, requests } = await getVaultPosition(client, { vault });
 */
export async function getVaultPosition(
  client: ErgonClient,
  { vault, ...rest }: GetVaultPositionParameters,
): Promise<VaultPosition> {
  const account = rest.account ?? (await accountOf(client));
  const latest = () => translated(() => client.provider.getBlockNumber());
  const blockTag = rest.blockNumber ?? (await latest());
  const contract = vaultAt(client, vault);
  const shares = await translated(() => contract["balanceOf(address)"](account, { blockTag }));
  const worth = await translated(() => contract.convertToAssets(shares, { blockTag }));
  const requests: ExitRequest[] = [];
  for (const requestId of await windowsOf(client, vault, account, blockTag)) {
    const request = await requestOf(client, { vault, account, requestId, blockTag });
    if (request.shares !== 0n) requests.push(request);
  }
  return { account, shares, worth, requests };
}

/** The windows of which an account ever got tokens, the oldest first. */
async function windowsOf(
  client: ErgonClient,
  address: Address,
  account: Address,
  to: number,
): Promise<bigint[]> {
  const topics = [REQUEST_MOVED.topicHash, null, zeroPadValue(account, 32)];
  const ids = new Set<bigint>();
  for await (const log of logsIn(client, { address, topics }, { from: client.fromBlock, to })) {
    ids.add(BigInt(log.topics[3]));
  }
  return [...ids].sort((a, b) => Number(a - b));
}

async function requestOf(
  client: ErgonClient,
  {
    vault,
    account,
    requestId,
    blockTag,
  }: {
    readonly vault: Address;
    readonly account: Address;
    readonly requestId: bigint;
    readonly blockTag: number;
  },
): Promise<ExitRequest> {
  const contract = vaultAt(client, vault);
  const [shares, window] = await translated(() =>
    Promise.all([
      contract["balanceOf(address,uint256)"](account, requestId, { blockTag }),
      contract.windowOf(requestId, { blockTag }),
    ]),
  );
  const settled = window.status !== 0n && window.shares !== 0n;
  const part = (whole: bigint) => (settled ? (whole * shares) / window.shares : 0n);
  return {
    requestId,
    shares,
    startsAt: windowStart(requestId),
    endsAt: windowStart(requestId + 1n),
    state: settled ? "claimable" : "pending",
    assets: part(window.assets),
    rolled: part(window.rolled),
  };
}
