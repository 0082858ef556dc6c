// Kernels of the WebAssembly executor. They own no memory: the caller passes addresses, and leaves
// 16 bytes readable after every operand and writable after every result.
export { broadcast } from "./broadcast";
export { narrow, widen } from "./convert";
export { dot } from "./dot";
export { hashPairs } from "./keccak";
export { apply, clamp } from "./map";
export { pack } from "./pack";
export { reduce } from "./reduce";
export { take } from "./take";
export { gather } from "./view";

/** First address that the kernels leave to the caller. */
export function heapBase(): usize {
  return __heap_base;
}
