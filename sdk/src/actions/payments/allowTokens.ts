import { IERC20__factory } from "../../../../typechain-types/factories/@openzeppelin/contracts/token/ERC20/IERC20__factory";
import { accountOf } from "../../client";
import { translated } from "../../errors/translate";
import { callOf, sendCall } from "../../send";
import type { ErgonClient } from "../../client";
import type { Address } from "../../types/address";

/** Who may take how many tokens. */
export interface AllowTokensParameters {
  readonly token: Address;
  readonly spender: Address;
  /** Token units. */
  readonly amount: bigint;
}

/**
 * Lets a contract take tokens of the client, unless it may take so many already. Some tokens refuse to
 * change one allowance into another, so one that is too low goes first.
 *
 * @example
 * await allowTokens(client, { token, spender: addresses.ledger, amount: 5_000_000n });
 */
export async function allowTokens(
  client: ErgonClient,
  { token, spender, amount }: AllowTokensParameters,
): Promise<void> {
  const erc20 = IERC20__factory.connect(token, client.provider);
  const account = await accountOf(client);
  const allowed = await translated(() => erc20.allowance(account, spender));
  if (allowed >= amount) return;
  for (const value of allowed === 0n ? [amount] : [0n, amount]) {
    await sendCall(
      client,
      callOf(token, () => erc20.interface.encodeFunctionData("approve", [spender, value])),
    );
  }
}
