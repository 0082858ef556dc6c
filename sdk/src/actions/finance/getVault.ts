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
  /** Rents that the junior could not pay so far; nobody can deposit until it does. */
  readonly arrears: bigint;
  /** What is owed to those who left. */
  readonly owedExits: bigint;
  /** What stakers lost, and would get if a vote gave the bonds back. */
  readonly unrestoredLoss: bigint;
  /** What may be deposited now; 0 while entries are paused. */
  readonly maxDeposit: bigint;
  readonly closed: boolean;
}

/**
 * A vault as of one block. Throws `InputError` for an address without a contract, `ErgonRevertError` for another contract,
 * or `ErgonError` RPC.
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
  const [identity, money, junior, exits] = await translated(() =>
    Promise.all([
      identityOf(client, vault, blockNumber),
      moneyOf(client, vault, blockNumber),
      juniorOf(client, vault, blockNumber),
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
  return { vault, blockNumber, ...identity, ...money, ...junior, ...exits, stake, sharePrice };
}

async function identityOf(client: ErgonClient, vault: Address, blockTag: number) {
  const contract = vaultAt(client, vault);
  const at = { blockTag };
  const [made, token, operator, decimals, rent] = await Promise.all([
    client.stakeVaultFactory.isVault(vault, at),
    contract.asset(at),
    contract.operator(at),
    contract.decimals(at),
    contract.announcedRent(at),
  ]);
  const { rentBps, appliesAt } = rent;
  return {
    made,
    token: asAddress(token),
    operator: asAddress(operator),
    decimals: Number(decimals),
    announcedRent: appliesAt === 0n ? undefined : { rentBps, appliesAt },
  };
}

async function moneyOf(client: ErgonClient, vault: Address, blockTag: number) {
  const contract = vaultAt(client, vault);
  const at = { blockTag };
  const [shares, assets, unvested, arrears, unrestoredLoss, maxDeposit] = await Promise.all([
    contract.totalSupply(at),
    contract.totalAssets(at),
    contract.unvested(at),
    contract.rentArrears(at),
    contract.unrestoredLoss(at),
    contract.maxDeposit(vault, at),
  ]);
  return { shares, assets, unvested, arrears, unrestoredLoss, maxDeposit };
}

async function juniorOf(client: ErgonClient, vault: Address, blockTag: number) {
  const contract = vaultAt(client, vault);
  const at = { blockTag };
  const [owner, junior, withdrawableJunior, limit] = await Promise.all([
    contract.juniorOwner(at),
    contract.junior(at),
    contract.withdrawableJunior(at),
    contract.juniorLimit(at),
  ]);
  const juniorLimit = limit === MaxUint256 ? undefined : limit;
  return { juniorOwner: asAddress(owner), junior, withdrawableJunior, juniorLimit };
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
