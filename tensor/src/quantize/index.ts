export * from "./affine";
export { QuantizeError } from "./errors";
export type { QuantizeErrorCode } from "./errors";
export * from "./linear";
export * from "./multiplier";
export * from "./range";
