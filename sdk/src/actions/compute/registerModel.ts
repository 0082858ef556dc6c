import { dataLength, keccak256 } from "ethers";
import { abi } from "../../contracts";
import { translated } from "../../errors/translate";
import { sendCall } from "../../send";
import { ZERO_HASH, asHex } from "../../types/address";
import { bytesToHex, encodeProgram, modelId, operandsOf } from "../../../../tensor/src/index";
import type { TransactionReceipt } from "ethers";
import type {
  ProgramDraftStruct,
  ProgramDraftStructOutput,
} from "../../../../typechain-types/contracts/compute/ModelRegistry";
import type { Hex, Program } from "../../../../tensor/src/index";
import type { ErgonClient } from "../../client";

/** Where a model is described; none of it is checked on chain. */
export interface ModelCard {
  readonly uri: string;
  /** keccak256 of the card. */
  readonly digest: Hex;
  /** Where the constants are; each is checked against its root in the program. */
  readonly weightsUri: string;
}

/** A valid program and its card. */
export interface RegisterModelParameters {
  readonly program: Program;
  readonly card: ModelCard;
  /** Most nodes that one transaction carries; 1,024 unless given. */
  readonly nodesPerCall?: number;
}

/** A registered model. */
export interface ModelOutcome {
  readonly modelId: Hex;
  /** One for each part of the program, in order. */
  readonly transactions: readonly TransactionReceipt[];
}

/** What the registry keeps the hash of between two parts. */
type Draft = Omit<ProgramDraftStruct, "pages"> & { readonly pages: string[] };

type NodeWords = [Hex, Hex, Hex, Hex];

const NODE_BYTES = 128;
const WORD_BYTES = 32;
const PAGE_NODES = 256;
const NODES_PER_CALL = 1_024;
const FRONTIER_LEVELS = 17;

const EMPTY: Draft = {
  progress: {
    nodes: 0n,
    used: 0n,
    work: 0n,
    traceBytes: 0n,
    input: 0n,
    frontier: Array<Hex>(FRONTIER_LEVELS).fill(ZERO_HASH),
  },
  pages: [],
};

/**
 * Registers a program with the client's account as author, in as many transactions as its size asks
 * for. Throws `ProgramError` for a program without an id, and `ErgonRevertError`:
 * `ModelRegistryModelTaken`, `ModelRegistryDraftMismatch`.
 *
 * @example
 * const { modelId } = await registerModel(author, { program: model.program, card });
 */
export async function registerModel(
  client: ErgonClient,
  { program, card, nodesPerCall = NODES_PER_CALL }: RegisterModelParameters,
): Promise<ModelOutcome> {
  const id = modelId(program);
  const words = nodeWords(program);
  const transactions: TransactionReceipt[] = [];
  let draft = EMPTY;
  let from = 0;
  for (; words.length - from > nodesPerCall; from += nodesPerCall) {
    const part = words.slice(from, from + nodesPerCall);
    const given = closePages(draft, program, from, nodesPerCall);
    const next = await translated(() => client.modelRegistry.extend.staticCall(part, given));
    const data = abi.modelRegistry.encodeFunctionData("extend", [part, given]);
    transactions.push(await send(client, data));
    draft = openPages(draft, next);
  }
  const last = words.slice(from);
  const given = closePages(draft, program, from, last.length);
  const data =
    from === 0
      ? abi.modelRegistry.encodeFunctionData("register", [last, card])
      : abi.modelRegistry.encodeFunctionData("finish", [last, given, card]);
  transactions.push(await send(client, data));
  return { modelId: id, transactions };
}

/** Whether a model is registered. Throws `ErgonError` RPC. */
export function isModelRegistered(client: ErgonClient, id: Hex): Promise<boolean> {
  return translated(() => client.modelRegistry.isRegistered(id));
}

function send(client: ErgonClient, data: string): Promise<TransactionReceipt> {
  return sendCall(client, { to: client.addresses.modelRegistry, data: asHex(data) });
}

function nodeWords(program: Program): NodeWords[] {
  const bytes = encodeProgram(program);
  const word = (at: number): Hex => bytesToHex(bytes.subarray(at, at + WORD_BYTES));
  return program.nodes.map((_, i) => {
    const at = NODE_BYTES * i;
    return [word(at), word(at + WORD_BYTES), word(at + 2 * WORD_BYTES), word(at + 3 * WORD_BYTES)];
  });
}

/** Replaces the pages that the next `count` nodes do not touch by their hashes. */
function closePages(
  { progress, pages }: Draft,
  program: Program,
  from: number,
  count: number,
): Draft {
  const operands = program.nodes.slice(from, from + count).flatMap(operandsOf);
  const touched = new Set(operands.map((operand) => Math.floor(operand / PAGE_NODES)));
  if (from % PAGE_NODES !== 0) touched.add(pages.length - 1);
  return { progress, pages: pages.map((page, i) => (touched.has(i) ? page : keccak256(page))) };
}

/** The pages after a call, those that it did not touch from before. */
function openPages(before: Draft, next: ProgramDraftStructOutput): Draft {
  const { nodes, used, work, traceBytes, input, frontier } = next.progress;
  const isHash = (page: string): boolean => dataLength(page) === WORD_BYTES;
  return {
    progress: { nodes, used, work, traceBytes, input, frontier: [...frontier] },
    pages: next.pages.map((page, i) => (isHash(page) ? before.pages[i] : page)),
  };
}
