import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** An address in the memory of the kernels, in bytes. */
export type Address = number;

/**
 * The functions of `tensor/assembly`, documented there, with a memory of their own. A `size` is the
 * bytes of an element. Kernels may read, and write, up to {@link SLACK} bytes beyond an operand's, or
 * a result's, end.
 */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  apply(fn: number, shift: number, a: Address, b: Address, target: Address, count: number): void;
  broadcast(
    source: Address,
    size: number,
    rows: number,
    cols: number,
    width: number,
    start: number,
    count: number,
    target: Address,
  ): void;
  clamp(target: Address, size: number, count: number): void;
  dot(
    a: Address,
    b: Address,
    rows: number,
    cols: number,
    steps: number,
    wide: boolean,
    target: Address,
    stride: number,
  ): void;
  gather(
    view: Address,
    source: Address,
    size: number,
    start: number,
    count: number,
    target: Address,
    targetSize: number,
  ): void;
  hashPairs(source: Address, count: number, target: Address): void;
  heapBase(): Address;
  narrow(source: Address, target: Address, size: number, count: number): void;
  pack(
    source: Address,
    size: number,
    rows: number,
    cols: number,
    height: number,
    wide: boolean,
    target: Address,
  ): void;
  reduce(
    fn: number,
    source: Address,
    size: number,
    rows: number,
    cols: number,
    target: Address,
  ): void;
  take(
    source: Address,
    size: number,
    chunks: number,
    length: number,
    indices: Address,
    skip: number,
    count: number,
    target: Address,
  ): void;
  widen(source: Address, size: number, target: Address, count: number): void;
}

/** Bytes that kernels may touch beyond the end of a tensor. */
export const SLACK = 16;

const PAGE_BYTES = 65_536;
const PATH = resolve(__dirname, "../../build/kernels.wasm");

const modules = new Map<string, WebAssembly.Module>();

/** The WebAssembly kernels cannot be used: NOT_BUILT (no file) or MEMORY (too little of it). */
export class WasmError extends Error {
  override readonly name = "WasmError";

  constructor(
    readonly code: "NOT_BUILT" | "MEMORY",
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** New kernels, of the module at `path`, with a memory of their own. Throws `WasmError` NOT_BUILT. */
export function instantiateKernels(path = PATH): Kernels {
  const module = modules.get(path) ?? new WebAssembly.Module(readKernels(path));
  modules.set(path, module);
  return new WebAssembly.Instance(module, {}).exports as unknown as Kernels;
}

function readKernels(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new WasmError("NOT_BUILT", `no kernels at ${path}: run npm run build:wasm`, { cause });
  }
}

/** Grows the memory so that addresses below `end` exist. Throws `WasmError` MEMORY. */
export function growMemory({ memory }: Kernels, end: Address): void {
  const missing = Math.ceil(end / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES;
  if (missing <= 0) return;
  try {
    memory.grow(missing);
  } catch (cause) {
    throw new WasmError("MEMORY", `the model needs ${end} bytes of memory`, { cause });
  }
}
