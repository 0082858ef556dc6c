export { embeddingProgram, truncate } from "./embedding";
export type { EmbeddingOptions } from "./embedding";
export { ValuationError } from "./errors";
export type { ValuationErrorCode } from "./errors";
export { addFractions, exactValues, fraction } from "./exact";
export type { Fraction } from "./exact";
export { knnShapleyProgram } from "./program";
export {
  MAX_ROWS,
  MAX_ROW_WORDS,
  dimensionsOf,
  rowWordsFor,
  shareTable,
  valueBits,
  wholeShare,
  wholeValue,
} from "./options";
export type { SlotShape, StateShape, ValuationOptions } from "./options";
export { openSegment, poolRoot, testBlockRoot } from "./pool";
export type { SegmentOpening, TestPoint, TestRow } from "./pool";
export { rankPoints, slotValues, valuePoints } from "./reference";
export type { LabelledPoint, PointRow } from "./rows";
export { encodeSlot, headerRowRoot, pointRows, slotRoot, slotSiblings } from "./slots";
export type { Contribution, Slot } from "./slots";
export {
  blockRoots,
  encodeState,
  openValue,
  readSums,
  readValues,
  stateHeader,
  stateId,
  zeroBlockRoot,
} from "./state";
export type { BlockRoots, SlotValues, ValueOpening } from "./state";
