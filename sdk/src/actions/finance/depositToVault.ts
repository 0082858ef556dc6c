import { abi } from "../../contracts";
import { accountOf } from "../../client";
import { translated } from "../../errors/translate";
import { callOf, sendCall } from "../../send";
import { vaultEventIn } from "../../vaults/events";
import { vaultAt } from "../../vaults/contract";
import { asAddress } from "../../types/address";
import { allowModule } from "../payments/allowModule";
import { allowTokens } from "../payments/allowTokens";
import { getBalances } from "../payments/getBalances";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";

/** What is deposited into a vault, and for whom. */
export interface DepositToVaultParameters {
  readonly vault: Address;
  /** Payment-token units. */
  readonly assets: bigint;
  /** Out of the client's wallet, or out of its claims in the Ledger; tokens unless given. */
  readonly from?: "tokens" | "claims";
  /** Gets the shares; the client's account unless given. */
  readonly receiver?: Address;
}

/** What a deposit gave. */
export interface DepositToVaultOutcome {
  /** What arrived, in payment-token units; less than asked if the token takes a fee. */
  readonly assets: bigint;
  readonly shares: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `depositToVault`, without the allowance. */
export function depositToVaultCall(parameters: Required<DepositToVaultParameters>): Call {
  const { vault, assets, from, receiver } = parameters;
  const encode = () =>
    from === "claims"
      ? abi.stakeVault.encodeFunctionData("depositClaims", [assets, receiver])
      : abi.stakeVault.encodeFunctionData("deposit", [assets, receiver]);
  return callOf(vault, encode);
}

/**
 * Deposits tokens or claims into a vault. If the vault is allowed too few of them, it is allowed
 * `assets` first, in a transaction of its own. Throws `ErgonRevertError`: `VaultIsClosed`,
 * `VaultEntriesPaused` (retryable), `VaultLossPending` (retryable), `VaultInArrears` (retryable),
 * `VaultNoShares`, `VaultTooLarge`, `ERC20InsufficientBalance`, `ERC6909InsufficientBalance`.
 *
 * @example
 * const { shares } = await depositToVault(client, { vault, assets: 5_000_000n, from: "claims" });
 */
export async function depositToVault(
  client: ErgonClient,
  parameters: DepositToVaultParameters,
): Promise<DepositToVaultOutcome> {
  const { vault, from = "tokens", receiver = await accountOf(client) } = parameters;
  await allow(client, { ...parameters, from });
  const call = depositToVaultCall({ ...parameters, from, receiver });
  const transaction = await sendCall(client, call);
  const event = vaultEventIn<{ readonly assets: bigint; readonly shares: bigint }>(
    transaction,
    vault,
    "Deposit",
  );
  return { assets: event.assets, shares: event.shares, transaction };
}

async function allow(
  client: ErgonClient,
  { vault, assets, from }: DepositToVaultParameters,
): Promise<void> {
  const token = asAddress(await translated(() => vaultAt(client, vault).asset()));
  if (from === "tokens") return allowTokens(client, { token, spender: vault, amount: assets });
  const { allowance, isOperator } = await getBalances(client, { token, module: vault });
  if (isOperator || allowance >= assets) return;
  await allowModule(client, { token, module: vault, amount: assets });
}
