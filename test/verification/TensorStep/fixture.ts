import { expect } from "chai";
import { ethers } from "hardhat";

import { encodeNode, openElement, tensorId } from "../../../tensor/src/index";
import type { Hex, InstructionNode, OperandOpening, Tensor } from "../../../tensor/src/index";
import type { VerificationHarness as Harness, TensorStep } from "../../../typechain-types";
import type { VerificationHarness } from "../../../typechain-types/contracts/mocks/VerificationHarness";
import { bytesToWords } from "../../shared/programs";
import type { NodeWords } from "../../shared/programs";

/** An opening as the ABI takes it. */
export interface Opening {
  readonly header: Hex;
  readonly words: Hex[];
  readonly siblings: Hex[];
}

/** The arguments of `computeElement`. */
export interface Step {
  readonly node: NodeWords;
  readonly index: number;
  readonly a: Opening;
  readonly b: Opening;
}

/** A step, and what it must give; an operand that is not read has id zero. */
export interface KnownStep {
  readonly name: string;
  readonly step: Step;
  readonly value: number;
  readonly ids: readonly [Hex, Hex];
}

/** What a chain needs to compute elements. */
export interface Chain {
  readonly tensorStep: TensorStep;
  readonly harness: Harness;
}

const NO_ID: Hex = `0x${"00".repeat(32)}`;

/** The step, and a harness that makes many in one call. */
export async function stepFixture(): Promise<Chain> {
  const tensorStep = await ethers.deployContract("TensorStep");
  return { tensorStep, harness: await ethers.deployContract("VerificationHarness") };
}

/** The words of one node. */
export function nodeWords(node: InstructionNode): NodeWords {
  return bytesToWords(encodeNode(node))[0];
}

/** The step of one element. */
export function stepOf(node: InstructionNode, index: number, operands: readonly Tensor[]): Step {
  const { a, b } = openElement(node, index, operands);
  return { node: nodeWords(node), index, a: writable(a), b: writable(b) };
}

/** The step of one element of a known result. */
export function knownStep(
  name: string,
  node: InstructionNode,
  index: number,
  operands: readonly Tensor[],
  result: ArrayLike<number>,
): KnownStep {
  const step = stepOf(node, index, operands);
  const idOf = ({ words }: Opening, operand: Tensor | undefined) =>
    words.length === 0 || operand === undefined ? NO_ID : tensorId(operand);
  const ids = [idOf(step.a, operands[0]), idOf(step.b, operands[1])] as const;
  return { name: `${name}, element ${index}`, step, value: result[index], ids };
}

/** Expects the chain to compute what is known of each step, many in a call. */
export async function expectSteps(
  { tensorStep, harness }: Chain,
  known: readonly KnownStep[],
): Promise<void> {
  const computed: VerificationHarness.ElementStructOutput[] = [];
  for (const steps of batches(known.map(({ step }) => step))) {
    computed.push(...(await harness.computeElements(tensorStep, steps)));
  }
  const lines = known.map(({ name }, i) => {
    const { value, idA, idB } = computed[i];
    return `${name}: ${value} of ${idA} and ${idB}`;
  });
  expect(lines).to.deep.equal(
    known.map(({ name, value, ids: [idA, idB] }) => `${name}: ${value} of ${idA} and ${idB}`),
  );
}

const WORDS_OF_BATCH = 2_000;

function* batches(steps: readonly Step[]): Generator<Step[]> {
  let batch: Step[] = [];
  let words = 0;
  for (const step of steps) {
    batch.push(step);
    words += 20;
    for (const { words: row, siblings } of [step.a, step.b]) words += row.length + siblings.length;
    if (words < WORDS_OF_BATCH) continue;
    yield batch;
    [batch, words] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

function writable({ header, words, siblings }: OperandOpening): Opening {
  return { header, words: [...words], siblings: [...siblings] };
}
