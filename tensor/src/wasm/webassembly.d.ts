/** The part of the WebAssembly interface in use; Node has it, its type package does not. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }

  class Instance {
    readonly exports: Record<string, unknown>;
    constructor(module: Module, imports?: object);
  }

  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
}
