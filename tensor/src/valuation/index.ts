export { ValuationError } from "./errors";
export type { ValuationErrorCode } from "./errors";
export { knnShapleyProgram } from "./program";
export { dimensionsOf, rowWordsFor, shareTable, wholeShare } from "./options";
export type { ValuationOptions } from "./options";
export { encodeState, readSums, stateHeader } from "./state";
export type { LabelledPoint, PointRow, StateShape } from "./state";
