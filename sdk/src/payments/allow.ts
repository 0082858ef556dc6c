import { allowModule } from "../actions/payments/allowModule";
import { getBalances } from "../actions/payments/getBalances";
import type { ErgonClient } from "../client";
import type { Address } from "../types/address";

/** Who may pull how many claims. */
interface Allowance {
  readonly token: Address;
  readonly module: Address;
  /** Payment-token units. */
  readonly amount: bigint;
}

/** Lets a module pull claims of the client, unless it may pull so many already. */
export async function allowClaims(client: ErgonClient, wanted: Allowance): Promise<void> {
  const { token, module, amount } = wanted;
  const { allowance, isOperator } = await getBalances(client, { token, module });
  if (isOperator || allowance >= amount) return;
  await allowModule(client, { token, module, amount });
}
