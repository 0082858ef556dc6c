import { IERC20__factory } from "../../../../typechain-types/factories/@openzeppelin/contracts/token/ERC20/IERC20__factory";
import { accountOf } from "../../client";
import { translated } from "../../errors/translate";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Whose balances, of which token. */
export interface GetBalancesParameters {
  readonly token: Address;
  /** The client's account unless given. */
  readonly account?: Address;
  /** The module whose allowance is looked at; the escrow unless given. */
  readonly module?: Address;
  /** The newest block unless given. */
  readonly blockNumber?: number;
}

/** What an account has of a token, in token units. */
export interface Balances {
  /** Tokens in its own hands. */
  readonly wallet: bigint;
  /** Claims in the Ledger. */
  readonly claims: bigint;
  /** Claims that the module may pull, if it has so many; without bound for an operator. */
  readonly allowance: bigint;
  /** Whether the module may pull all claims on every token. */
  readonly isOperator: boolean;
  /** Claims that the module could pull now. */
  readonly usable: bigint;
}

/**
 * What an account has of a token and lets a module pull. Throws `ErgonError` NO_SIGNER or RPC.
 *
 * @example
 * const { claims, usable } = await getBalances(client, { token });
 */
export async function getBalances(
  client: ErgonClient,
  { token, blockNumber, ...rest }: GetBalancesParameters,
): Promise<Balances> {
  const account = rest.account ?? (await accountOf(client));
  const spender = rest.module ?? client.addresses.jobEscrow;
  const at = { blockTag: blockNumber ?? "latest" };
  const { ledger } = client;
  const [wallet, claims, allowance, isOperator] = await translated(() =>
    Promise.all([
      IERC20__factory.connect(token, client.provider).balanceOf(account, at),
      ledger.balanceOf(account, tokenId(token), at),
      ledger.allowance(account, spender, tokenId(token), at),
      ledger.isOperator(account, spender, at),
    ]),
  );
  const usable = isOperator || allowance > claims ? claims : allowance;
  return { wallet, claims, allowance, isOperator, usable };
}

/** The ERC-6909 id of claims on a token. */
export function tokenId(token: Address): bigint {
  return BigInt(token);
}
