import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { dataLength, formatUnits } from "ethers";
import { ReferenceExecutor, evaluateNode, operandsOf } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { loadDigitParameters } from "../../tensor/train/files";
import { CALIBRATION_COUNT, digitInput, quantizeDigits } from "../../tensor/train/quantizeDigits";
import { ARENA_TERMS, deployArena, registerModel, resultsOf, trueTraces } from "../shared/arena";
import type { PlayedMove } from "../../scripts/docs/measured";
import type { Model, NodeResults, Tensor } from "../../tensor/src/index";
import type { Arena } from "../shared/arena";

/** A market that knows the digit classifier, and a hundred digits with the results of all nodes. */
export interface DigitArena extends Arena {
  /** With the names of its nodes. */
  readonly model: Model;
  readonly inputs: readonly Tensor[];
  readonly honest: readonly NodeResults[];
}

/** 0.05 tokens for a digit, and a bond 22 times that. */
export const DIGIT_ORDER = {
  unitPrice: 50_000n,
  maxUnitPrice: 50_000n,
  unitBond: 1_100_000n,
} as const;

const UNITS = 100;
/** A bond of 22 times the price, and at least 20 tokens. */
const TERMS = {
  ...ARENA_TERMS,
  scale: 0n,
  bondMultipleBps: 220_000n,
  bondFloorFast: 20_000_000n,
  bondFloorStandard: 20_000_000n,
  bondFloorHigh: 20_000_000n,
} as const;

/** Deploys a market for digits. */
export async function deployDigits(): Promise<DigitArena> {
  const arena = await loadFixture(deployArena);
  const { book, tokenAddress, addresses } = arena;
  await book.setVerifierTerms(tokenAddress, addresses.optimisticVerifier, TERMS);
  const { training, heldOut } = loadDigits();
  const model = quantizeDigits(loadDigitParameters(), training.slice(0, CALIBRATION_COUNT));
  await registerModel(arena, model);
  const inputs = heldOut.slice(0, UNITS).map(digitInput);
  return { ...arena, model, inputs, honest: trueTraces(model, inputs) };
}

/** The id of a unit's output. */
export function outputOf({ ids }: NodeResults): `0x${string}` {
  return ids[ids.length - 1];
}

/** The digit with the greatest logit. */
export function digitOf({ ids, result }: NodeResults): number {
  const logits = [...result(ids.length - 1).data];
  return logits.indexOf(Math.max(...logits));
}

/** The results of all nodes after one false sum of node `at` that makes the model name another digit. */
export function forge(model: Model, input: Tensor, at: number): NodeResults {
  const truth = new ReferenceExecutor().trace(model, input);
  for (let element = 0; element < truth[at].data.length; element++) {
    const data = truth[at].data.slice();
    data[element] += 100_000;
    const results = resultsOf(continued(model, truth.with(at, { ...truth[at], data }), at));
    if (digitOf(results) !== digitOf(resultsOf(truth))) return results;
  }
  throw new Error("no single sum changes the digit");
}

/** The results with all after node `at` computed again. */
function continued({ program }: Model, results: Tensor[], at: number): Tensor[] {
  for (const [index, node] of program.nodes.entries()) {
    if (index <= at || node.op === "input" || node.op === "const") continue;
    const operands = operandsOf(node).map((operand) => results[operand]);
    results[index] = evaluateNode(node, operands);
  }
  return results;
}

/** What a transaction took. */
export async function measureMove(
  { players }: Arena,
  by: PlayedMove["by"],
  call: string,
  hash: string,
): Promise<PlayedMove> {
  const { provider } = players.stranger;
  const receipt = await provider.getTransactionReceipt(hash);
  const transaction = await provider.getTransaction(hash);
  if (receipt === null || transaction === null) throw new Error(`no transaction ${hash}`);
  return { by, call, gas: Number(receipt.gasUsed), bytes: dataLength(transaction.data) };
}

/** An amount in whole tokens. */
export function inTokens(amount: bigint): string {
  return formatUnits(amount, 6).replace(/\.0$/, "");
}
