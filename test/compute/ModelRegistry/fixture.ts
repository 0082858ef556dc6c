import { expect } from "chai";
import { ethers } from "hardhat";

import {
  ProgramError,
  decodeProgram,
  hexToBytes,
  modelId,
  validateProgram,
} from "../../../tensor/src/index";
import { programWords } from "../../shared/programs";
import type { Hex, ProgramNode } from "../../../tensor/src/index";
import type { ModelRegistry } from "../../../typechain-types";
import type { NodeWords } from "../../shared/programs";

export const CARD = {
  uri: "https://models.example.org/digits.json",
  digest: ethers.id("card"),
  weightsUri: "ipfs://weights",
};

export async function modelRegistryFixture() {
  const [author, stranger] = await ethers.getSigners();
  const registry = await ethers.deployContract("ModelRegistry");
  return { registry, author, stranger };
}

/** The words of nodes that need not form a valid program. */
export function wordsOf(nodes: readonly ProgramNode[]): NodeWords[] {
  return programWords({ nodes });
}

/** The id that the tensor package gives a program, or its reason to refuse it. */
export function tensorVerdict(words: readonly NodeWords[]): Hex | ProgramError {
  try {
    const program = decodeProgram(hexToBytes(`0x${words.flat().map(digits).join("")}`));
    validateProgram(program);
    return modelId(program);
  } catch (error) {
    if (error instanceof ProgramError) return error;
    throw error;
  }
}

/** Both languages accept the program and give it one id. */
export async function expectAccepted(
  registry: ModelRegistry,
  words: readonly NodeWords[],
): Promise<void> {
  const verdict = tensorVerdict(words);
  if (verdict instanceof ProgramError) throw verdict;
  expect(await registry.register.staticCall([...words], CARD)).to.equal(verdict);
}

/** Both languages refuse the program; the contract does so with this error. */
export async function expectRejected(
  registry: ModelRegistry,
  words: readonly NodeWords[],
  error: string,
  ...args: readonly (number | bigint)[]
): Promise<void> {
  expect(tensorVerdict(words), `${error}(${args.join()}) in TypeScript`).to.be.instanceOf(
    ProgramError,
  );
  await expect(registry.register([...words], CARD))
    .to.be.revertedWithCustomError(registry, error)
    .withArgs(...args);
}

/** The words of one node after byte `at` of its 128 was set to `value`. */
export function withByte(words: NodeWords, at: number, value: number): NodeWords {
  const bytes = hexToBytes(`0x${words.map(digits).join("")}`);
  bytes[at] = value;
  const changed = ethers.hexlify(bytes);
  return [0, 1, 2, 3].map((i) =>
    ethers.dataSlice(changed, 32 * i, 32 * i + 32),
  ) as unknown as NodeWords;
}

function digits(word: Hex): string {
  return word.slice(2);
}
