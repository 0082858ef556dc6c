import { dtypeSize } from "../dtype";
import { WORD_BYTES } from "../merkle";
import { floorMod } from "../arithmetic";
import { elementCount, layoutOf } from "../tensor";
import { tensorHeader } from "../tensorBytes";
import { bytesToHex } from "../hex";
import { openWords } from "../tensorTree";
import { viewSource } from "../reference";
import type { Hex } from "../hex";
import type { InstructionNode, ViewNode } from "../node";
import type { Header, Tensor } from "../tensor";

/** The opening of what one element reads of an operand, as `ITensorStep.Operand`. */
export interface OperandOpening {
  /** Header word of the operand. */
  readonly header: Hex;
  /** The row or the one word that is read, in words of 32 bytes; none if the operand is not read. */
  readonly words: readonly Hex[];
  /** Siblings from the subtree of these words to the operand's root, bottom-up. */
  readonly siblings: readonly Hex[];
}

/** The openings of both operands; one that is not read is empty. */
export interface ElementWitness {
  readonly a: OperandOpening;
  readonly b: OperandOpening;
}

/** Where an element lies: its word among those of the tensor, and its place in the word. */
export interface ElementPlace {
  readonly word: number;
  readonly element: number;
}

const NOT_READ: OperandOpening = { header: `0x${"00".repeat(32)}`, words: [], siblings: [] };

/** The opening of an operand that is not read. */
export function openNothing(): OperandOpening {
  return NOT_READ;
}

/** The place of an element of a row and column; of padding too. */
export function placeOf(header: Header, row: number, col: number): ElementPlace {
  const size = dtypeSize(header.dtype);
  const position = col * size;
  return {
    word: row * layoutOf(header).rowWords + Math.floor(position / WORD_BYTES),
    element: (position % WORD_BYTES) / size,
  };
}

/**
 * What the chain needs to compute element `index` of an instruction: the openings of its operands,
 * in the order of `operandsOf`.
 */
export function openElement(
  node: InstructionNode,
  index: number,
  [a, b]: readonly Tensor[],
): ElementWitness {
  switch (node.op) {
    case "dot": {
      const n = elementCount(node) / a.rows;
      const row = Math.floor(index / n);
      const group = Math.floor(row / (a.rows / node.groups));
      const rowOfB = (group % (b.rows / n)) * n + (index % n);
      return { a: openRow(a, row), b: openRow(b, rowOfB) };
    }
    case "map": {
      const [row, col] = [Math.floor(index / node.cols), index % node.cols];
      const read = (x: Tensor) => openAt(x, (row % x.rows) * x.cols + (col % x.cols));
      return { a: read(a), b: node.fn === "sqrt" ? NOT_READ : read(b) };
    }
    case "reduce":
      return { a: openRow(a, index), b: NOT_READ };
    case "view":
      return { a: openView(node, index, a), b: NOT_READ };
    case "take": {
      const taken = Math.floor(index / node.chunk);
      const chunk = floorMod(b.data[taken], elementCount(a) / node.chunk);
      return {
        a: openAt(a, chunk * node.chunk + (index % node.chunk)),
        b: openAt(b, taken),
      };
    }
  }
}

function openView(node: ViewNode, index: number, a: Tensor): OperandOpening {
  const source = viewSource(node, index);
  return source === undefined ? NOT_READ : openAt(a, source);
}

function openRow(tensor: Tensor, row: number): OperandOpening {
  const { rowWords } = layoutOf(tensor);
  return opening(tensor, row * rowWords, rowWords);
}

/** Opens the word of the element with this index, counted row by row. */
function openAt(tensor: Tensor, index: number): OperandOpening {
  const row = Math.floor(index / tensor.cols);
  return opening(tensor, placeOf(tensor, row, index % tensor.cols).word, 1);
}

function opening(tensor: Tensor, first: number, count: number): OperandOpening {
  const { words, siblings } = openWords(tensor, first, count);
  return { header: bytesToHex(tensorHeader(tensor)), words, siblings };
}
