import { accountOf, getBalances } from "../../sdk/src/index";
import type { Address } from "../../sdk/src/index";
import { formatAmount } from "../shared/token";
import type { Cast } from "./cast";
import { printRows, requireEqual } from "./report";

/** Claims in the Ledger, in payment-token units. */
export interface Claims {
  readonly client: bigint;
  readonly provider: bigint;
  readonly treasury: bigint;
  readonly escrow: bigint;
}

/** What a job moved, in payment-token units. */
export interface Payment {
  /** Fee included. */
  readonly paid: bigint;
  readonly fee: bigint;
}

/** What the parties have in the Ledger. */
export async function readBalances(cast: Cast): Promise<Claims> {
  const { client, provider, treasury, token } = cast;
  const claimsOf = async (account: Address): Promise<bigint> =>
    (await getBalances(client, { token: token.address, account })).claims;
  return {
    client: await claimsOf(await accountOf(client)),
    provider: await claimsOf(await accountOf(provider)),
    treasury: await claimsOf(treasury),
    escrow: await claimsOf(client.addresses.jobEscrow),
  };
}

/** The balances after a payment out of the client's claims. */
export function afterPayment(before: Claims, { paid, fee }: Payment): Claims {
  return {
    client: before.client - paid,
    provider: before.provider + paid - fee,
    treasury: before.treasury + fee,
    escrow: before.escrow,
  };
}

/** Prints the balances and throws `ScriptError` CHECK_FAILED unless they moved by the payment. */
export function checkBalances(
  { token }: Cast,
  before: Claims,
  after: Claims,
  payment: Payment,
): void {
  const expected = afterPayment(before, payment);
  const parties = Object.keys(before) as (keyof Claims)[];
  const rows = [...parties, "sum" as const].map((party) => {
    const [from, to] = [before, after].map((claims) =>
      party === "sum" ? sum(claims) : claims[party],
    );
    return [party, ...[from, to, to - from].map((amount) => formatAmount(token, amount))];
  });
  printRows(["claims in the Ledger", "before", "after", "change"], rows);
  for (const party of parties) {
    requireEqual(`the balance of the ${party}`, after[party], expected[party]);
  }
  requireEqual("the sum of the balances", sum(after), sum(before));
}

function sum(claims: Claims): bigint {
  return Object.values<bigint>({ ...claims }).reduce((total, amount) => total + amount, 0n);
}
