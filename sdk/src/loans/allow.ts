import { translated } from "../errors/translate";
import { InputError } from "../errors/errors";
import { allowClaims } from "../payments/allow";
import { ZERO_ADDRESS, asAddress } from "../types/address";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";

/** Lets the loan book pull claims of the client, unless it may pull so many already. */
export async function allowLoanBook(
  client: ErgonClient,
  token: Address,
  amount: bigint,
): Promise<void> {
  await allowClaims(client, { token, module: client.addresses.loanBook, amount });
}

/** The payment token of a loan. Throws `InputError` if nobody requested it, or `ErgonError` RPC. */
export async function tokenOfLoan({ loanBook }: ErgonClient, id: bigint): Promise<Address> {
  const { state } = await translated(() => loanBook.loanOf(id));
  const token = asAddress(state.token);
  if (token === ZERO_ADDRESS) throw new InputError(`nobody requested loan ${id}`);
  return token;
}
