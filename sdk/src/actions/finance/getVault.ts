import { MaxUint256 } from "ethers";

import { translated } from "../../errors/translate";
import { asAddress } from "../../types/address";
import { vaultAt } from "../../vaults/contract";
import { windowStart } from "../../vaults/windows";
import { getStake } from "../compute/getStake";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";
import type { Stake } from "../compute/getStake";

/** Which vault, and as of which block. */
export interface GetVaultParameters {
  readonly vault: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** A rate of rent that was announced. */
export interface AnnouncedRent {
  /** Basis points of a bond for a year of 365 days. */
  readonly rentBps: bigint;
  /** Seconds since 1970; from then on anyone can make it the rate. */
  readonly appliesAt: bigint;
}

/** A vault. Amounts are payment-token units, times are seconds since 1970. */
export interface Vault {
  readonly vault: Address;
  readonly blockNumber: number;
  /** Whether the factory of this deployment made it: nothing else below can be trusted if not. */
  readonly made: boolean;
  readonly token: Address;
  readonly operator: Address;
  readonly juniorOwner: Address;
  /** Decimals of a share. */
  readonly decimals: number;
  /** All shares, with those that wait to leave. */
  readonly shares: bigint;
  /** What all shares are worth, without income that has not vested. */
  readonly assets: bigint;
  /** What a whole share, `10 ** decimals`, is worth, rounded down. */
  readonly sharePrice: bigint;
  /** What has been earned and has not vested. */
  readonly unvested: bigint;
  readonly junior: bigint;
  readonly withdrawableJunior: bigint;
  /** How much of the junior carries bonds at the most, if its owner limits it. */
  readonly juniorLimit?: bigint;
  readonly stake: Stake;
  readonly announcedRent?: AnnouncedRent;
  readonly windows: {
    /** The window that time is in. */
    readonly current: bigint;
    /** When the next one starts, which takes the requests of now. */
    readonly nextStartsAt: bigint;
    /** The oldest that waits to be settled; 0 = none. */
    readonly oldest: bigint;
    /** Shares that wait to leave. */
    readonly waitingShares: bigint;
  };
  /** What is owed to those who left. */
  readonly owedExits: bigint;
  /** What stakers lost, and would get if a vote gave the bonds back. */
  readonly unrestoredLoss: bigint;
  /** What may be deposited now; 0 while entries are paused. */
  readonly maxDeposit: bigint;
  readonly closed: boolean;
}

/**
 * A vault as of one block. Throws `ErgonError` RPC, or `ErgonRevertError` if there is no vault.
 *
 * @example
 * const { sharePrice, junior, stake } = await getVault(client, { vault });
 */
export async function getVault(
  client: ErgonClient,
  { vault, ...rest }: GetVaultParameters,
): Promise<Vault> {
  const latest = () => translated(() => client.provider.getBlockNumber());
  const blockNumber = rest.blockNumber ?? (await latest());
  const [identity, money, exits] = await translated(() =>
    Promise.all([
      identityOf(client, vault, blockNumber),
      moneyOf(client, vault, blockNumber),
      exitsOf(client, vault, blockNumber),
    ]),
  );
  const { token, decimals } = identity;
  const [stake, sharePrice] = await Promise.all([
    getStake(client, { account: vault, token, blockNumber }),
    translated(() =>
      vaultAt(client, vault).convertToAssets(10n ** BigInt(decimals), { blockTag: blockNumber }),
    ),
  ]);
  return { vault, blockNumber, ...identity, ...money, ...exits, stake, sharePrice };
}

async function identityOf(client: ErgonClient, vault: Address, blockTag: number) {
  const contract = vaultAt(client, vault);
  const at = { blockTag };
  const [made, token, operator, juniorOwner, decimals, rent, limit] = await Promise.all([
    client.stakeVaultFactory.isVault(vault, at),
    contract.asset(at),
    contract.operator(at),
    contract.juniorOwner(at),
    contract.decimals(at),
    contract.announcedRent(at),
    contract.juniorLimit(at),
  ]);
  const { rentBps, appliesAt } = rent;
  return {
    made,
    token: asAddress(token),
    operator: asAddress(operator),
    juniorOwner: asAddress(juniorOwner),
    decimals: Number(decimals),
    juniorLimit: limit === MaxUint256 ? undefined : limit,
    announcedRent: appliesAt === 0n ? undefined : { rentBps, appliesAt },
  };
}

async function moneyOf(client: ErgonClient, vault: Address, blockTag: number) {
  const contract = vaultAt(client, vault);
  const at = { blockTag };
  const [shares, assets, unvested, junior, withdrawableJunior, unrestoredLoss, maxDeposit] =
    await Promise.all([
      contract.totalSupply(at),
      contract.totalAssets(at),
      contract.unvested(at),
      contract.junior(at),
      contract.withdrawableJunior(at),
      contract.unrestoredLoss(at),
      contract.maxDeposit(vault, at),
    ]);
  return { shares, assets, unvested, junior, withdrawableJunior, unrestoredLoss, maxDeposit };
}

async function exitsOf(client: ErgonClient, vault: Address, blockTag: number) {
  const contract = vaultAt(client, vault);
  const at = { blockTag };
  const [{ current, oldest, waitingShares }, owedExits, closed] = await Promise.all([
    contract.windows(at),
    contract.owedExits(at),
    contract.isClosed(at),
  ]);
  const nextStartsAt = windowStart(current + 1n);
  return { windows: { current, nextStartsAt, oldest, waitingShares }, owedExits, closed };
}
