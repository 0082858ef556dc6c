import { accountOf } from "../../client";
import { translated } from "../../errors/translate";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Whose stake, in which token. */
export interface GetStakeParameters {
  readonly token: Address;
  /** The client's account unless given. */
  readonly account?: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** What an account keeps in the escrow for bonds. Amounts are token units. */
export interface Stake {
  /** Can bond jobs, or be taken back. */
  readonly free: bigint;
  /** Bonds of live jobs. */
  readonly locked: bigint;
  /** What a bond owes for a year of 365 days, in basis points of it. */
  readonly rentBps: bigint;
  /** Whether it bonds no jobs until its account resumes it: a job took something out of it, or its account asked for it. */
  readonly suspended: boolean;
  /** The rents of all bonds that ever came back to the stake, or were lost; those of open jobs are not in it. */
  readonly rentOwed: bigint;
}

/**
 * What an account has at stake. Throws `ErgonError` NO_SIGNER or RPC.
 *
 * @example
 * const { free, locked } = await getStake(client, { token });
 */
export async function getStake(
  client: ErgonClient,
  { token, blockNumber, ...rest }: GetStakeParameters,
): Promise<Stake> {
  const account = rest.account ?? (await accountOf(client));
  const at = { blockTag: blockNumber ?? "latest" };
  const { jobEscrow } = client;
  return translated(async () => {
    const [{ free, locked, rentBps, suspended }, rentOwed] = await Promise.all([
      jobEscrow.stakeOf(account, token, at),
      jobEscrow.rentOwed(account, token, at),
    ]);
    return { free, locked, rentBps, suspended, rentOwed };
  });
}
