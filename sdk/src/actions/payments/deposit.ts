import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { callOf, sendCall } from "../../send";
import { ZERO_ADDRESS, sameHex } from "../../types/address";
import { allowTokens } from "./allowTokens";
import { tokenId } from "./getBalances";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** What is deposited, and for whom. */
export interface DepositParameters {
  readonly token: Address;
  /** Token units. */
  readonly amount: bigint;
  /** Gets the claims; the client's account unless given. */
  readonly to?: Address;
}

/** Claims that a deposit created, in token units; fewer than its amount if the token takes a fee. */
export interface DepositOutcome {
  readonly claims: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `deposit`, without the token's approval. */
export function depositCall(addresses: Addresses, parameters: Required<DepositParameters>): Call {
  const { token, amount, to } = parameters;
  return callOf(addresses.ledger, () =>
    abi.ledger.encodeFunctionData("deposit", [token, amount, to]),
  );
}

/**
 * Deposits tokens into the Ledger. If the Ledger is allowed too few of them, it is allowed `amount`
 * first, in a transaction of its own. Throws `ErgonRevertError`: `ERC20InsufficientBalance`,
 * `LedgerTokenShort`, `LedgerInvalidToken`.
 *
 * @example
 * const { claims } = await deposit(client, { token, amount: 5_000_000n });
 */
export async function deposit(
  client: ErgonClient,
  parameters: DepositParameters,
): Promise<DepositOutcome> {
  const { token, amount, to = await accountOf(client) } = parameters;
  await allowTokens(client, { token, spender: client.addresses.ledger, amount });
  const transaction = await sendCall(client, depositCall(client.addresses, { token, amount, to }));
  return { claims: claimsCreated(client, transaction, token, to), transaction };
}

/** Claims that a deposit in a transaction created for `to`, in token units. */
export function claimsCreated(
  { addresses }: Pick<ErgonClient, "addresses">,
  transaction: TransactionReceipt,
  token: Address,
  to: Address,
): bigint {
  return transaction.logs
    .filter((log) => sameHex(log.address, addresses.ledger))
    .map((log) => abi.ledger.parseLog(log))
    .filter((event) => event?.name === "Transfer")
    .filter((event) => event?.args.sender === ZERO_ADDRESS && event.args.id === tokenId(token))
    .filter((event) => sameHex(event?.args.receiver as string, to))
    .reduce((sum, event) => sum + (event?.args.amount as bigint), 0n);
}
