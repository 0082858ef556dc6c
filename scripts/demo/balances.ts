import { accountOf, getBalances } from "../../sdk/src/index";
import type { Address, ErgonClient } from "../../sdk/src/index";
import { formatAmount } from "../shared/token";
import type { Token } from "../shared/token";
import type { Cast } from "./cast";
import { printRows, requireEqual } from "./report";

/** Claims in the Ledger by party, in payment-token units. */
export type Claims<Party extends string> = Readonly<Record<Party, bigint>>;

/** Who has a part in every job. */
export type Trader = "client" | "provider" | "treasury" | "escrow";

/** What a job moved, in payment-token units. */
export interface Payment {
  /** Fee included. */
  readonly paid: bigint;
  readonly fee: bigint;
}

/** What accounts have in the Ledger. */
export async function readClaims<Party extends string>(
  client: ErgonClient,
  { address: token }: Token,
  accounts: Readonly<Record<Party, Address>>,
): Promise<Claims<Party>> {
  const parties = Object.entries<Address>(accounts) as [Party, Address][];
  const claims = await Promise.all(
    parties.map(async ([party, account]) => {
      const { claims: amount } = await getBalances(client, { token, account });
      return [party, amount] as const;
    }),
  );
  return Object.fromEntries(claims) as Claims<Party>;
}

/** What client, provider, treasury and escrow have in the Ledger. */
export async function readBalances(cast: Cast): Promise<Claims<Trader>> {
  return readClaims(cast.client, cast.token, await tradersOf(cast));
}

/** The accounts of those who have a part in every job. */
export async function tradersOf({
  client,
  provider,
  treasury,
}: Cast): Promise<Readonly<Record<Trader, Address>>> {
  const [clientAccount, providerAccount] = await Promise.all([client, provider].map(accountOf));
  const escrow = client.addresses.jobEscrow;
  return { client: clientAccount, provider: providerAccount, treasury, escrow };
}

/** The balances after a payment out of the client's claims. */
export function afterPayment<Party extends string>(
  before: Claims<Party | Trader>,
  { paid, fee }: Payment,
): Claims<Party | Trader> {
  return {
    ...before,
    client: before.client - paid,
    provider: before.provider + paid - fee,
    treasury: before.treasury + fee,
  };
}

/** Prints balances at several times, each under its name, and what changed from first to last. */
export function printClaims<Party extends string>(
  token: Token,
  times: Readonly<Record<string, Claims<Party>>>,
): void {
  const all = Object.values(times);
  const [first, last] = [all[0], all[all.length - 1]];
  const row = (name: string, amountIn: (claims: Claims<Party>) => bigint): string[] => [
    name,
    ...all.map((claims) => formatAmount(token, amountIn(claims))),
    formatAmount(token, amountIn(last) - amountIn(first)),
  ];
  const parties = Object.keys(first) as Party[];
  printRows(
    ["claims in the Ledger", ...Object.keys(times), "change"],
    [...parties.map((party) => row(party, (claims) => claims[party])), row("sum", sum)],
  );
}

/** Throws `ScriptError` CHECK_FAILED unless each party has what it should have. */
export function requireClaims<Party extends string>(
  actual: Claims<Party>,
  expected: Claims<Party>,
): void {
  for (const party of Object.keys(expected) as Party[]) {
    requireEqual(`the balance of the ${party}`, actual[party], expected[party]);
  }
}

function sum(claims: Claims<string>): bigint {
  return Object.values(claims).reduce((total, amount) => total + amount, 0n);
}
