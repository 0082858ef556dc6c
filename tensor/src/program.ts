import { ProgramError, ensure } from "./errors";
import { bytesToHex, hexToBytes } from "./hex";
import { listRoot } from "./list";
import { keccak256 } from "./merkle";
import { operandsOf } from "./node";
import { NODE_BYTES, decodeNode, encodeNode, nodeLeaf } from "./nodeBytes";
import { elementCount, layoutOf } from "./tensor";
import { MAX_NODES, atNode } from "./validate";
import type { Hex } from "./hex";
import type { ProgramNode } from "./node";

/** A tensor program: nodes in topological order; the last is the output. */
export interface Program {
  readonly nodes: readonly ProgramNode[];
  /** A name for each node, for messages only; no part of the program's identity. */
  readonly names?: readonly string[];
}

const HASH_BITS = 160n;
const WORK_BITS = 56n;
const TRACE_BITS = 40n;

/** All nodes, 128 bytes each. Throws like `encodeNode`, naming the node. */
export function encodeProgram(program: Program): Uint8Array {
  const bytes = new Uint8Array(program.nodes.length * NODE_BYTES);
  program.nodes.forEach((node, index) => {
    bytes.set(
      atNode(program, index, () => encodeNode(node)),
      index * NODE_BYTES,
    );
  });
  return bytes;
}

/**
 * Reads what `encodeProgram` writes, without validating the program. Throws `ProgramError` ENCODING
 * or NODE_COUNT, or like `decodeNode`, naming the node.
 */
export function decodeProgram(bytes: Uint8Array): Program {
  const count = bytes.length / NODE_BYTES;
  ensure(Number.isInteger(count), "ENCODING", `${bytes.length} bytes are not whole nodes`);
  ensure(
    count <= MAX_NODES,
    "NODE_COUNT",
    `a program has at most ${MAX_NODES} nodes, not ${count}`,
  );
  const nodes = Array.from({ length: count }, (_, index) => {
    try {
      return decodeNode(bytes.subarray(index * NODE_BYTES, (index + 1) * NODE_BYTES));
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      throw new ProgramError(error.code, `node ${index}: ${error.message}`, index, {
        cause: error,
      });
    }
  });
  return { nodes };
}

/** List root of the node hashes. */
export function programRoot(program: Program): Hex {
  return listRoot(program.nodes.map((node, index) => atNode(program, index, () => nodeLeaf(node))));
}

/** Multiply-accumulates of one run of a valid program; nodes that need no input count nothing. */
export function programWork({ nodes }: Program): bigint {
  const live = new Uint8Array(nodes.length);
  let work = 0n;
  nodes.forEach((node, index) => {
    live[index] = Number(index === 0 || operandsOf(node).some((operand) => live[operand] === 1));
    if (live[index] === 1) work += nodeWork(nodes, node);
  });
  return work;
}

function nodeWork(nodes: readonly ProgramNode[], node: ProgramNode): bigint {
  switch (node.op) {
    case "input":
    case "const":
    case "view":
      return 0n;
    case "dot":
      return BigInt(elementCount(node)) * BigInt(nodes[node.a].cols);
    case "reduce":
      return BigInt(elementCount(nodes[node.a]));
    case "map":
    case "take":
      return BigInt(elementCount(node));
  }
}

/** Committed bytes of all results of one run of a valid program, input and constants aside. */
export function traceBytes({ nodes }: Program): bigint {
  return nodes
    .filter((node) => node.op !== "input" && node.op !== "const")
    .reduce((sum, node) => sum + BigInt(layoutOf(node).bytes), 0n);
}

/**
 * The id of a valid program: 160 bits of keccak256(root . number of nodes), 56 bits of work, 40
 * bits of trace bytes. Throws `ProgramError` WORK (zero, or too large) or TRACE_BYTES (too large).
 */
export function modelId(program: Program): Hex {
  const [work, trace] = [programWork(program), traceBytes(program)];
  ensure(work > 0n, "WORK", "the program does no work that depends on its input");
  ensure(work < 2n ** WORK_BITS, "WORK", `its work ${work} takes more than ${WORK_BITS} bits`);
  ensure(
    trace < 2n ** TRACE_BITS,
    "TRACE_BYTES",
    `its ${trace} trace bytes take more than ${TRACE_BITS} bits`,
  );
  const count = program.nodes.length.toString(16).padStart(64, "0");
  const hash = BigInt(bytesToHex(keccak256(hexToBytes(`${programRoot(program)}${count}`))));
  const id = (((hash >> (256n - HASH_BITS)) << WORK_BITS) | work) << TRACE_BITS;
  return `0x${(id | trace).toString(16).padStart(64, "0")}`;
}
