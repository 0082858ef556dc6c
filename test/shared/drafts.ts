import { AbiCoder, concat, dataLength, keccak256, toBeHex, zeroPadValue } from "ethers";
import { dtypeSize, nodeLeaf, operandsOf, programWork, traceBytes } from "../../tensor/src/index";
import { headerWord } from "../../sdk/src/index";
import type { Program } from "../../tensor/src/index";

/** Nodes whose shapes make up a page, and bytes of a page. */
export const PAGE_NODES = 256;
export const PAGE_BYTES = 8 * PAGE_NODES;

const LEVELS = 17;
const USED = 1n << 63n;
const LIVE = 1n << 62n;
const ZERO = `0x${"00".repeat(32)}`;
const HASHED_DRAFT = [
  "tuple(uint256 nodes,uint256 used,uint256 work,uint256 traceBytes,uint256 input,bytes32[17] frontier)",
  "bytes32[]",
];

/** The draft that starts a program. */
export const EMPTY_DRAFT = {
  progress: {
    nodes: 0n,
    used: 0n,
    work: 0n,
    traceBytes: 0n,
    input: 0n,
    frontier: Array.from({ length: LEVELS }, () => ZERO),
  },
  pages: [] as string[],
};

export type Draft = typeof EMPTY_DRAFT;

/** The draft of the first `count` nodes of a valid program, all pages open. */
export function draftAfter(program: Program, count: number): Draft {
  const nodes = program.nodes.slice(0, count);
  const used = new Set(nodes.flatMap(operandsOf));
  const live = new Set([0]);
  nodes.forEach((node, i) => {
    if (operandsOf(node).some((operand) => live.has(operand))) live.add(i);
  });
  const entries = nodes.map(({ dtype, rows, cols }, i) => {
    const size = (BigInt(dtypeSize(dtype)) << 59n) | (BigInt(rows) << 32n) | BigInt(cols);
    return size | (used.has(i) ? USED : 0n) | (live.has(i) ? LIVE : 0n);
  });
  return {
    progress: {
      nodes: BigInt(count),
      used: BigInt(used.size),
      work: programWork({ nodes }),
      traceBytes: traceBytes({ nodes }),
      input: headerWord(nodes[0]),
      frontier: frontierOf(nodes.map(nodeLeaf)),
    },
    pages: pagesOf(entries),
  };
}

/** A draft that the registry returned, as plain values that can be given back. */
export function plainDraft({ progress, pages }: Draft): Draft {
  const { nodes, used, work, traceBytes: bytes, input, frontier } = progress;
  return {
    progress: { nodes, used, work, traceBytes: bytes, input, frontier: [...frontier] },
    pages: [...pages],
  };
}

/** The hash that the registry keeps of a draft, whichever of its pages are open. */
export function draftHash({ progress, pages }: Draft): string {
  const pageHashes = pages.map((page) => (dataLength(page) === 32 ? page : keccak256(page)));
  return keccak256(AbiCoder.defaultAbiCoder().encode(HASHED_DRAFT, [progress, pageHashes]));
}

/** A draft whose pages are hashes but for those in `open`. */
export function closePages({ progress, pages }: Draft, open: ReadonlySet<number>): Draft {
  return { progress, pages: pages.map((page, i) => (open.has(i) ? page : keccak256(page))) };
}

function frontierOf(leaves: readonly string[]): string[] {
  const frontier = [...EMPTY_DRAFT.progress.frontier];
  leaves.forEach((leaf, length) => {
    let node = leaf;
    let level = 0;
    for (; (length >> level) & 1; level++) node = keccak256(concat([frontier[level], node]));
    frontier[level] = node;
  });
  return frontier;
}

function pagesOf(entries: readonly bigint[]): string[] {
  return Array.from({ length: Math.ceil(entries.length / PAGE_NODES) }, (_, page) => {
    const own = entries.slice(PAGE_NODES * page, PAGE_NODES * (page + 1));
    const bytes = concat(own.map((entry) => zeroPadValue(toBeHex(entry), 8)));
    return `${bytes}${"00".repeat(PAGE_BYTES - dataLength(bytes))}`;
  });
}
