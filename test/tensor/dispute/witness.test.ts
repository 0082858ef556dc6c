import { expect } from "chai";
import {
  bytesToHex,
  layoutOf,
  openElement,
  openNothing,
  placeOf,
  tensor,
  tensorHeader,
  tensorRoot,
  tensorWords,
  verifyWords,
} from "../../../tensor/src/index";
import { createRandom, randomTensor } from "../../shared/random";
import type {
  DType,
  Hex,
  InstructionNode,
  OperandOpening,
  Tensor,
} from "../../../tensor/src/index";

const SEED = 81;

function random(dtype: DType, rows: number, cols: number): Tensor {
  return randomTensor(createRandom(SEED + rows * cols), dtype, rows, cols);
}

/** The word at an index among those of a tensor. */
function wordAt(operand: Tensor, word: number): Hex {
  return bytesToHex(tensorWords(operand).subarray(32 * word, 32 * word + 32));
}

/** Expects the opening of `count` words from `first` on, with a proof of them. */
function expectWords(opening: OperandOpening, operand: Tensor, first: number, count: number): void {
  const { header, words, siblings } = opening;
  expect(header).to.equal(bytesToHex(tensorHeader(operand)));
  expect(words).to.deep.equal(Array.from({ length: count }, (_, i) => wordAt(operand, first + i)));
  expect(verifyWords(operand, tensorRoot(operand), { first, words, siblings })).to.equal(true);
}

/** Expects the opening of the whole row. */
function expectRow(opening: OperandOpening, operand: Tensor, row: number): void {
  const { rowWords } = layoutOf(operand);
  expectWords(opening, operand, row * rowWords, rowWords);
}

/** Expects the opening of the one word that has an element. */
function expectElement(opening: OperandOpening, operand: Tensor, row: number, col: number): void {
  const perWord = { i8: 32, i16: 16, i32: 8 }[operand.dtype];
  const first = row * layoutOf(operand).rowWords + Math.floor(col / perWord);
  expectWords(opening, operand, first, 1);
}

/*
openElement
├── given DOT, it opens row r of a and row c of b, whole
│  └── given groups, the row of b is that of the group, and groups of b repeat
├── given MAP, it opens the words with the elements of both, which repeat
│  └── given SQRT, it opens nothing of b
├── given REDUCE, it opens the whole row
├── given VIEW, it opens the word that is read
│  └── given an element of the padding, it opens nothing
└── given TAKE, it opens the word of the index and that of the element it names
   └── given an index below zero or beyond the chunks, it counts modulo their number
placeOf
└── it gives word and place of an element, beyond the columns too
openNothing
└── it is an opening without header, words and siblings
*/
describe("openElement", () => {
  context("given DOT", () => {
    it("opens row r of a and row c of b, whole", () => {
      const [a, b] = [random("i8", 3, 65), random("i16", 5, 65)];
      const node: InstructionNode = {
        ...{ op: "dot", dtype: "i32", rows: 3, cols: 5, a: 0, b: 1 },
        groups: 1,
      };
      for (let i = 0; i < 15; i++) {
        const witness = openElement(node, i, [a, b]);
        expectRow(witness.a, a, Math.floor(i / 5));
        expectRow(witness.b, b, i % 5);
      }
    });

    it("given groups, the row of b is that of the group, and groups of b repeat", () => {
      // Four rows of a in four groups; b has two groups of two rows.
      const [a, b] = [random("i8", 4, 9), random("i8", 4, 9)];
      const node: InstructionNode = {
        ...{ op: "dot", dtype: "i32", rows: 4, cols: 2, a: 0, b: 1 },
        groups: 4,
      };
      const rowsOfB = [0, 1, 2, 3, 0, 1, 2, 3];
      rowsOfB.forEach((row, i) => {
        const witness = openElement(node, i, [a, b]);
        expectRow(witness.a, a, Math.floor(i / 2));
        expectRow(witness.b, b, row);
      });
    });
  });

  context("given MAP", () => {
    it("opens the words with the elements of both, which repeat", () => {
      const [a, b] = [random("i32", 4, 20), random("i16", 2, 40)];
      const node: InstructionNode = {
        ...{ op: "map", fn: "add", dtype: "i32", rows: 4, cols: 40, a: 0, b: 1 },
        shift: 0,
      };
      for (let i = 0; i < 160; i++) {
        const [row, col] = [Math.floor(i / 40), i % 40];
        const witness = openElement(node, i, [a, b]);
        expectElement(witness.a, a, row, col % 20);
        expectElement(witness.b, b, row % 2, col);
      }
    });

    it("given SQRT, opens nothing of b", () => {
      const a = random("i32", 1, 9);
      const node: InstructionNode = {
        ...{ op: "map", fn: "sqrt", dtype: "i32", rows: 1, cols: 9, a: 0, b: 0 },
        shift: 0,
      };
      const witness = openElement(node, 8, [a]);
      expectElement(witness.a, a, 0, 8);
      expect(witness.b).to.deep.equal(openNothing());
    });
  });

  it("given REDUCE, opens the whole row", () => {
    const a = random("i16", 6, 33);
    const node = { op: "reduce", fn: "sum", dtype: "i32", rows: 2, cols: 3, a: 0 } as const;
    for (let i = 0; i < 6; i++) {
      const witness = openElement(node, i, [a]);
      expectRow(witness.a, a, i);
      expect(witness.b).to.deep.equal(openNothing());
    }
  });

  context("given VIEW", () => {
    const a = random("i8", 2, 40);
    // The rows from right to left, from two columns before their end on.
    const node: InstructionNode = {
      ...{ op: "view", dtype: "i8", rows: 2, cols: 40, a: 0, pad: 7 },
      dims: [1, 1, 2, 40],
      offsets: [0, 0, 0, 37],
      loops: [
        { extent: 2, axis: 2, stride: 1 },
        { extent: 40, axis: 3, stride: -1 },
      ],
    };

    it("opens the word that is read", () => {
      for (let i = 0; i < 80; i++) {
        const [row, col] = [Math.floor(i / 40), 37 - (i % 40)];
        if (col < 0) continue;
        const witness = openElement(node, i, [a]);
        expectElement(witness.a, a, row, col);
        expect(witness.b).to.deep.equal(openNothing());
      }
    });

    it("given an element of the padding, opens nothing", () => {
      for (const i of [38, 39, 78, 79]) {
        expect(openElement(node, i, [a])).to.deep.equal({ a: openNothing(), b: openNothing() });
      }
    });
  });

  context("given TAKE", () => {
    const a = random("i16", 5, 24); // twenty chunks of six elements
    const node = { op: "take", dtype: "i16", rows: 1, cols: 42, a: 0, b: 1, chunk: 6 } as const;
    const indices = [0, 3, 19, 20, -1, -20, -21];
    const chunks = [0, 3, 19, 0, 19, 0, 19];
    const b = tensor("i32", 1, 7, indices);

    it("opens the word of the index and that of the element it names, modulo the chunks", () => {
      for (let i = 0; i < 42; i++) {
        const taken = Math.floor(i / 6);
        const element = chunks[taken] * 6 + (i % 6);
        const witness = openElement(node, i, [a, b]);
        expectElement(witness.a, a, Math.floor(element / 24), element % 24);
        expectElement(witness.b, b, 0, taken);
      }
    });
  });
});

describe("placeOf", () => {
  it("gives word and place of an element, beyond the columns too", () => {
    const header = { dtype: "i16", rows: 3, cols: 20 } as const;
    expect(placeOf(header, 0, 0)).to.deep.equal({ word: 0, element: 0 });
    expect(placeOf(header, 1, 15)).to.deep.equal({ word: 2, element: 15 });
    expect(placeOf(header, 2, 19)).to.deep.equal({ word: 5, element: 3 });
    expect(placeOf(header, 3, 31)).to.deep.equal({ word: 7, element: 15 });
    expect(placeOf({ ...header, dtype: "i32" }, 1, 7)).to.deep.equal({ word: 4, element: 7 });
    expect(placeOf({ ...header, dtype: "i8" }, 2, 19)).to.deep.equal({ word: 2, element: 19 });
  });
});

describe("openNothing", () => {
  it("is an opening without header, words and siblings", () => {
    expect(openNothing()).to.deep.equal({
      header: `0x${"00".repeat(32)}`,
      words: [],
      siblings: [],
    });
  });
});
