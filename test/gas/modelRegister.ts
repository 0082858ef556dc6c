import { ethers } from "hardhat";
import { convolutionalProgram, programWords } from "../shared/programs";
import type { TransactionReceipt } from "ethers";

const NODES = 256;
const CARD = {
  uri: "https://models.example.org/conv-net-16-32/card.json",
  digest: ethers.id("card"),
  weightsUri: "https://models.example.org/conv-net-16-32/weights.bin",
};

/**
 * Registers a convolutional network of 256 nodes (a real mix: one third constants, half of them
 * instructions on i8 and i32, one in nine a VIEW with 2 or 5 loops) in one transaction.
 */
export async function registerModel(): Promise<{ receipt: TransactionReceipt; nodes: number }> {
  const registry = await ethers.deployContract("ModelRegistry");
  const words = programWords(convolutionalProgram(NODES));
  await registry.register(programWords(convolutionalProgram(8)), CARD);
  const receipt = await (await registry.register(words, CARD)).wait();
  if (receipt === null) throw new Error("the registration was not mined");
  return { receipt, nodes: NODES };
}
