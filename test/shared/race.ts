import { mine } from "@nomicfoundation/hardhat-network-helpers";
import { network } from "hardhat";
import type { ContractTransactionResponse } from "ethers";

/** Gas for each of several transactions that share a block. */
export const RACE_GAS = { gasLimit: 1_000_000n } as const;

/** Mines transactions in one block, in this order, and says of each whether it succeeded. */
export async function mineTogether(
  ...sends: (() => Promise<ContractTransactionResponse>)[]
): Promise<boolean[]> {
  const sent: ContractTransactionResponse[] = [];
  await network.provider.send("evm_setAutomine", [false]);
  try {
    for (const send of sends) sent.push(await send());
    await mine();
  } finally {
    await network.provider.send("evm_setAutomine", [true]);
  }
  const receipts = await Promise.all(
    sent.map(({ provider, hash }) => provider.getTransactionReceipt(hash)),
  );
  const blocks = new Set(receipts.map((receipt) => receipt?.blockNumber));
  const indices = receipts.map((receipt) => receipt?.index);
  if (blocks.size !== 1 || indices.some((index, i) => index !== i)) {
    throw new Error(`not mined together in this order: ${indices.join()}`);
  }
  return receipts.map((receipt) => receipt?.status === 1);
}
