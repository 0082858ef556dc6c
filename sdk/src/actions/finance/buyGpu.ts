import { accountOf } from "../../client";
import { abi } from "../../contracts";
import { allowLoanBook, tokenOfLoan } from "../../loans/allow";
import { loanEventIn } from "../../loans/events";
import { callOf, sendCall } from "../../send";
import type { TransactionReceipt } from "ethers";
import type { ErgonClient } from "../../client";
import type { Call } from "../../send";
import type { Address, Addresses } from "../../types/address";

/** A GPU of a loan in default, and the most to pay for it. */
export interface BuyGpuParameters {
  readonly id: bigint;
  readonly gpuId: bigint;
  /** Payment-token units. */
  readonly maxPrice: bigint;
  /** Gets the GPU; the client's account unless given. */
  readonly to?: Address;
}

/** What a GPU was sold for. */
export interface BuyGpuOutcome {
  /** Payment-token units. */
  readonly price: bigint;
  readonly transaction: TransactionReceipt;
}

/** The call of `buyGpu`. */
export function buyGpuCall(addresses: Addresses, parameters: Required<BuyGpuParameters>): Call {
  const { id, gpuId, maxPrice, to } = parameters;
  return callOf(addresses.loanBook, () =>
    abi.loanBook.encodeFunctionData("buyGpu", [id, gpuId, maxPrice, to]),
  );
}

/**
 * Buys a GPU of a loan in default with claims of the client. If the book is allowed too few of them, it
 * is allowed `maxPrice` first, in a transaction of its own. Throws `ErgonRevertError`:
 * `CollateralNotForSale`, `CollateralPriceTooHigh` (retryable), `LoansWrongStatus`,
 * `ERC6909InsufficientBalance`.
 *
 * @example
 * const { price } = await buyGpu(client, { id, gpuId, maxPrice: 800_000_000n });
 */
export async function buyGpu(
  client: ErgonClient,
  parameters: BuyGpuParameters,
): Promise<BuyGpuOutcome> {
  const { addresses } = client;
  const { id, maxPrice, to = await accountOf(client) } = parameters;
  await allowLoanBook(client, await tokenOfLoan(client, id), maxPrice);
  const transaction = await sendCall(client, buyGpuCall(addresses, { ...parameters, to }));
  const { price } = loanEventIn<{ readonly price: bigint }>(
    transaction,
    addresses.loanBook,
    "GpuSold",
  );
  return { price, transaction };
}
