import { bytesToHex, hexToBytes, isHex } from "../hex";
import { WORD_BYTES, hashPair } from "../merkle";
import { zeros } from "../tensor";
import { openWords, tensorRoot } from "../tensorTree";
import { ensureValuation } from "./errors";
import { checkShape } from "./options";
import { NO_TAG, OWNER_BYTES, WORD_ELEMENTS, encodeRows } from "./rows";
import type { Hex } from "../hex";
import type { Tensor } from "../tensor";
import type { SlotShape } from "./options";
import type { PointRow } from "./rows";

/** What one owner puts into a slot. */
export interface Contribution {
  /** Address of 20 bytes, other than 0, in each of the slot's rows. */
  readonly owner: Hex;
  /** A secret of 32 bytes, from which each row has a salt, so that its hash does not tell it. */
  readonly salt: Hex;
  /** At most `slotRows` - 1. */
  readonly points: readonly PointRow[];
}

/** What a slot holds; an empty one holds a place, in zeros. */
export type Slot = Contribution | undefined;

const ADDRESS_ZERO = `0x${"00".repeat(OWNER_BYTES)}`;

/**
 * The rows of a slot, i32 [slotRows, 8 rowWords]. Row 0 is the header: zeros but for the owner at the
 * start of its last word. Each other row holds a point, or none, and ends with a tag: the owner, then
 * 12 bytes of salt. Throws `ValuationError` OPTIONS, COUNT, POINT or TAG.
 */
export function encodeSlot(shape: SlotShape, slot: Slot): Tensor {
  checkShape(shape);
  const { slotRows, rowWords } = shape;
  if (slot === undefined) return zeros("i32", slotRows, WORD_ELEMENTS * rowWords);
  checkContribution(shape, slot);
  return encodeRows(
    shape,
    Array.from({ length: slotRows }, (_, row) =>
      row === 0
        ? { tag: headerTag(slot.owner) }
        : { point: slot.points[row - 1], tag: rowTag(slot, row) },
    ),
  );
}

/** The root of a slot's rows. Throws like `encodeSlot`. */
export function slotRoot(shape: SlotShape, slot: Slot): Hex {
  return tensorRoot(encodeSlot(shape, slot));
}

/**
 * What a contributor gives beside its name: the log2 `slotRows` siblings with which the root of the
 * header row folds to the slot's root, bottom-up. Throws like `encodeSlot`.
 */
export function slotSiblings(shape: SlotShape, contribution: Contribution): Hex[] {
  return [...openWords(encodeSlot(shape, contribution), 0, shape.rowWords).siblings];
}

/** The root of the words of an owner's header row. Throws `ValuationError` OPTIONS or TAG. */
export function headerRowRoot(shape: SlotShape, owner: Hex): Hex {
  checkShape(shape);
  checkOwner(owner);
  return tensorRoot(encodeRows(shape, [{ tag: headerTag(owner) }]));
}

/**
 * The points by the row in which a state has them: none in the header of a slot. Throws
 * `ValuationError` COUNT or TAG.
 */
export function pointRows(shape: SlotShape, slots: readonly Slot[]): PointRow[] {
  const { rows, slotRows } = shape;
  checkSlotCount(shape, slots);
  for (const slot of slots) if (slot !== undefined) checkContribution(shape, slot);
  return Array.from({ length: rows }, (_, row) =>
    row % slotRows === 0
      ? undefined
      : slots[Math.floor(row / slotRows)]?.points[(row % slotRows) - 1],
  );
}

/** Throws `ValuationError` COUNT if a state has no room for the slots. */
export function checkSlotCount(shape: SlotShape, { length }: readonly Slot[]): void {
  const most = shape.rows / shape.slotRows;
  ensureValuation(length <= most, "COUNT", `a state has ${most} slots, not ${length}`);
}

function checkContribution({ slotRows }: SlotShape, contribution: Contribution): void {
  const { owner, salt, points } = contribution;
  checkOwner(owner);
  ensureValuation(isHex(salt, WORD_BYTES), "TAG", `a salt has ${WORD_BYTES} bytes: ${salt}`);
  ensureValuation(
    points.length < slotRows,
    "COUNT",
    `a slot has ${slotRows - 1} points, not ${points.length}`,
  );
}

function checkOwner(owner: Hex): void {
  const isOwner = isHex(owner, OWNER_BYTES) && owner !== ADDRESS_ZERO;
  ensureValuation(isOwner, "TAG", `${owner} is no owner`);
}

function headerTag(owner: Hex): Hex {
  return `${owner}${NO_TAG.slice(2 + 2 * OWNER_BYTES)}`;
}

/** The owner, then the first bytes of keccak256(salt, number of the row in its slot). */
function rowTag({ owner, salt }: Contribution, row: number): Hex {
  const number = new Uint8Array(WORD_BYTES);
  new DataView(number.buffer).setUint32(WORD_BYTES - 4, row);
  const hash = bytesToHex(hashPair(hexToBytes(salt), number));
  return `${owner}${hash.slice(2, 2 + 2 * (WORD_BYTES - OWNER_BYTES))}`;
}
