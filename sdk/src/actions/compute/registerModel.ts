import { dataLength, keccak256 } from "ethers";
import { abi } from "../../contracts";
import { translated } from "../../errors/translate";
import { sendCall } from "../../send";
import { ZERO_HASH, asHex } from "../../types/address";
import {
  NODE_BYTES,
  WORD_BYTES,
  bytesToHex,
  encodeProgram,
  modelId,
  operandsOf,
} from "../../../../tensor/src/index";
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
  /** Most nodes that one transaction carries; as many as fit unless given. */
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

const PAGE_NODES = 256;

/** Common nodes refuse a transaction of more than 128 KiB, its signature and fees included. */
const CALL_BYTES = 127 * 1_024;
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
  parameters: RegisterModelParameters,
): Promise<ModelOutcome> {
  const id = modelId(parameters.program);
  const words = nodeWords(parameters.program);
  const transactions: TransactionReceipt[] = [];
  let draft = EMPTY;
  let from = 0;
  for (;;) {
    const { part, given, data } = nextPart(parameters, words, from, draft);
    from += part.length;
    if (from === words.length) {
      transactions.push(await send(client, data));
      return { modelId: id, transactions };
    }
    const next = await translated(() => client.modelRegistry.extend.staticCall(part, given));
    transactions.push(await send(client, data));
    draft = openPages(draft, next);
  }
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

/** A call that carries nodes on. */
interface Part {
  readonly part: NodeWords[];
  readonly given: Draft;
  readonly data: string;
}

/** The call with as many nodes from `from` on as fit, the last of a program with its card. */
function nextPart(
  { program, card, nodesPerCall = Infinity }: RegisterModelParameters,
  words: readonly NodeWords[],
  from: number,
  draft: Draft,
): Part {
  const encode = (count: number): Part => {
    const part = words.slice(from, from + count);
    const given = closePages(draft, program, from, count);
    if (from + count < words.length) {
      return { part, given, data: abi.modelRegistry.encodeFunctionData("extend", [part, given]) };
    }
    const data =
      from === 0
        ? abi.modelRegistry.encodeFunctionData("register", [part, card])
        : abi.modelRegistry.encodeFunctionData("finish", [part, given, card]);
    return { part, given, data };
  };
  const most = Math.min(nodesPerCall, CALL_BYTES / NODE_BYTES, words.length - from);
  let next = encode(Math.max(1, Math.floor(most)));
  while (dataLength(next.data) > CALL_BYTES && next.part.length > 1) {
    const isLast = from + next.part.length === words.length;
    const excess = isLast ? 1 : Math.ceil((dataLength(next.data) - CALL_BYTES) / NODE_BYTES);
    next = encode(Math.max(1, next.part.length - excess));
  }
  return next;
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
