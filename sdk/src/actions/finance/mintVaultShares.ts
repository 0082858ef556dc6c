import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { translated } from "../../errors/translate";
import { callOf, sendCall } from "../../send";
import { asAddress } from "../../types/address";
import { vaultAt } from "../../vaults/contract";
import { vaultEventIn } from "../../vaults/events";
import { allowTokens } from "../payments/allowTokens";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address } from "../../types/address";
import type { DepositToVaultOutcome } from "./depositToVault";

/** How many shares of a vault are bought, and for whom. */
export interface MintVaultSharesParameters {
  readonly vault: Address;
  /** Vault shares. */
  readonly shares: bigint;
  /** Gets the shares; the client's account unless given. */
  readonly receiver?: Address;
}

/** The call of `mintVaultShares`, without the allowance. */
export function mintVaultSharesCall(parameters: Required<MintVaultSharesParameters>): Call {
  const { vault, shares, receiver } = parameters;
  return callOf(vault, () => abi.stakeVault.encodeFunctionData("mint", [shares, receiver]));
}

/**
 * Buys so many shares of a vault for tokens of the client's wallet. If the vault is allowed too few of
 * them, it is allowed what the shares cost now first, in a transaction of its own. Throws
 * `ErgonRevertError`: `VaultIsClosed`, `VaultEntriesPaused` (retryable), `VaultLossPending` (retryable),
 * `VaultInArrears` (retryable), `VaultTooLarge`, `VaultShortDeposit`, `ERC20InsufficientBalance`, and
 * `ERC20InsufficientAllowance` if the price rose in between.
 *
 * @example
 * const { assets } = await mintVaultShares(client, { vault, shares: 5_000_000_000n });
 */
export async function mintVaultShares(
  client: ErgonClient,
  parameters: MintVaultSharesParameters,
): Promise<DepositToVaultOutcome> {
  const { vault, shares, receiver = await accountOf(client) } = parameters;
  const contract = vaultAt(client, vault);
  const [token, amount] = await translated(() =>
    Promise.all([contract.asset(), contract.previewMint(shares)]),
  );
  await allowTokens(client, { token: asAddress(token), spender: vault, amount });
  const transaction = await sendCall(client, mintVaultSharesCall({ vault, shares, receiver }));
  const { assets } = vaultEventIn<{ readonly assets: bigint }>(transaction, vault, "Deposit");
  return { assets, shares, transaction };
}
