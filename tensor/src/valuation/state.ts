import { bytesToHex, hexToBytes } from "../hex";
import { listPadding } from "../list";
import { hashPair } from "../merkle";
import { ceilLog2, describeHeader, elementCount, sameHeader, zeros } from "../tensor";
import { openWords, tensorIdOf, tensorRoot } from "../tensorTree";
import { ensureValuation } from "./errors";
import { checkShape } from "./options";
import { encodeTests } from "./pool";
import { WORD_ELEMENTS } from "./rows";
import { checkSlotCount, encodeSlot } from "./slots";
import type { Hex } from "../hex";
import type { Header, Tensor } from "../tensor";
import type { SlotShape, StateShape } from "./options";
import type { TestRow } from "./pool";
import type { Slot } from "./slots";

/** Roots of the four blocks of a state: its subtrees at depth 2, in order. */
export interface BlockRoots {
  readonly points: Hex;
  readonly tests: Hex;
  readonly sums: Hex;
  readonly values: Hex;
}

/** What contributions are worth, in units of 1 / `wholeValue`. */
export interface SlotValues {
  /** One for each slot. */
  readonly values: readonly number[];
  /** The sum of those above 0. */
  readonly total: number;
}

/** A word of the block of values, with the proof that it is part of its root. */
export interface ValueOpening {
  /** Word 0 of the row: the value is its first four bytes, signed, the highest first. */
  readonly word: Hex;
  /** Siblings from the word to the root of the block, bottom-up. */
  readonly path: readonly Hex[];
}

/** Blocks of a state, each of `rows` rows: points, test points, sums and values. */
export const [POINTS, TESTS, SUMS, VALUES] = [0, 1, 2, 3];
export const BLOCKS = 4;

/** Header of input and output of the program: i32, four blocks of rows. */
export function stateHeader({ rows, rowWords }: StateShape): Header {
  return { dtype: "i32", rows: BLOCKS * rows, cols: WORD_ELEMENTS * rowWords };
}

/**
 * The state before the first unit: contributions in their slots, test points, and zeros for sums and
 * values. Throws `ValuationError` OPTIONS, COUNT, POINT or TAG.
 */
export function encodeState(
  shape: SlotShape,
  slots: readonly Slot[],
  tests: readonly TestRow[],
): Tensor {
  checkShape(shape);
  checkSlotCount(shape, slots);
  checkTestCount(shape, tests);
  const { rows, slotRows } = shape;
  const { dtype, rows: stateRows, cols } = stateHeader(shape);
  const state = zeros(dtype, stateRows, cols);
  slots.forEach((slot, i) => {
    state.data.set(encodeSlot(shape, slot).data, (POINTS * rows + i * slotRows) * cols);
  });
  if (tests.length > 0) state.data.set(encodeTests(shape, tests).data, TESTS * rows * cols);
  return state;
}

/** Throws `ValuationError` COUNT if a state has no room for the test points. */
export function checkTestCount({ rows }: StateShape, { length }: readonly TestRow[]): void {
  ensureValuation(length <= rows, "COUNT", `a block has ${rows} rows, not ${length}`);
}

/**
 * The sum of each row's values so far, in units of `wholeShare`: the first element of its row in the
 * block of sums. Throws `ValuationError` STATE if the tensor has another header.
 */
export function readSums(shape: StateShape, state: Tensor): number[] {
  return firstElements(blockOf(shape, state, SUMS));
}

/**
 * The value of each slot, and their total: the first elements of rows in the block of values. Throws
 * `ValuationError` STATE if the tensor has another header.
 */
export function readValues(shape: SlotShape, state: Tensor): SlotValues {
  const slots = shape.rows / shape.slotRows;
  const elements = firstElements(blockOf(shape, state, VALUES));
  return { values: elements.slice(0, slots), total: elements[slots] };
}

/**
 * Opens the value of slot `row`, or the total in row `rows` / `slotRows`. Throws `ValuationError`
 * STATE if the tensor has another header, and COUNT if a block has no such row.
 */
export function openValue(shape: StateShape, state: Tensor, row: number): ValueOpening {
  const values = blockOf(shape, state, VALUES);
  const isRow = Number.isInteger(row) && row >= 0 && row < shape.rows;
  ensureValuation(isRow, "COUNT", `a block of ${shape.rows} rows has no row ${row}`);
  const { words, siblings } = openWords(values, row * shape.rowWords);
  return { word: words[0], path: siblings };
}

/** The roots of a state's blocks. Throws `ValuationError` STATE if the tensor has another header. */
export function blockRoots(shape: StateShape, state: Tensor): BlockRoots {
  const root = (block: number) => tensorRoot(blockOf(shape, state, block));
  return {
    points: root(POINTS),
    tests: root(TESTS),
    sums: root(SUMS),
    values: root(VALUES),
  };
}

/** The id of the state whose blocks have these roots. */
export function stateId(shape: StateShape, roots: BlockRoots): Hex {
  const pair = (left: Hex, right: Hex) => bytesToHex(hashPair(hexToBytes(left), hexToBytes(right)));
  const root = pair(pair(roots.points, roots.tests), pair(roots.sums, roots.values));
  return tensorIdOf(stateHeader(shape), root);
}

/** The root of a block of zeros, such as those of sums and values before the first unit. */
export function zeroBlockRoot({ rows, rowWords }: StateShape): Hex {
  return listPadding(ceilLog2(rows * rowWords));
}

function blockOf(shape: StateShape, state: Tensor, block: number): Tensor {
  const header = stateHeader(shape);
  ensureValuation(
    sameHeader(header, state) && state.data.length === elementCount(header),
    "STATE",
    `a state is ${describeHeader(header)}, not ${describeHeader(state)}`,
  );
  const { rows } = shape;
  const { dtype, cols } = header;
  const data = state.data.slice(block * rows * cols, (block + 1) * rows * cols);
  return { dtype, rows, cols, data };
}

function firstElements({ rows, cols, data }: Tensor): number[] {
  return Array.from({ length: rows }, (_, i) => data[i * cols]);
}
