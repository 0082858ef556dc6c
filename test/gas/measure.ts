import { getBytes } from "ethers";
import { ethers } from "hardhat";
import type { ContractTransactionResponse, TransactionReceipt } from "ethers";

/** Gas of transactions: as used at 16 gas a calldata byte, and under a floor of 40 gas a byte. */
export interface Gas {
  readonly used: bigint;
  readonly floored: bigint;
}

/** No gas. */
export const NO_GAS: Gas = { used: 0n, floored: 0n };

/** The receipt of a transaction, and the gas of all of it. */
export async function measure(
  sent: Promise<ContractTransactionResponse>,
): Promise<Gas & { readonly receipt: TransactionReceipt }> {
  const receipt = await (await sent).wait();
  if (receipt === null) throw new Error("a measured transaction was not mined");
  return { ...(await gasOf(receipt)), receipt };
}

/** The gas of a mined transaction. The floor is that of EIP-7623: 10 gas a zero byte, 40 gas another. */
export async function gasOf({ hash, gasUsed }: TransactionReceipt): Promise<Gas> {
  const transaction = await ethers.provider.getTransaction(hash);
  if (transaction === null) throw new Error(`no transaction ${hash}`);
  const bytes = getBytes(transaction.data);
  const floor = bytes.reduce((sum, byte) => sum + (byte === 0 ? 10n : 40n), 21_000n);
  return { used: gasUsed, floored: gasUsed > floor ? gasUsed : floor };
}

/** The sum of several. */
export function sum(...parts: readonly Gas[]): Gas {
  return parts.reduce(
    ({ used, floored }, part) => ({ used: used + part.used, floored: floored + part.floored }),
    NO_GAS,
  );
}

/** The gas of each of `count` items, rounded up. */
export function each({ used, floored }: Gas, count: bigint): Gas {
  return { used: (used + count - 1n) / count, floored: (floored + count - 1n) / count };
}
