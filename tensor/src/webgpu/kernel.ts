import { WebGpuError } from "./errors";
import { elementsPerWord, u32 } from "./wgsl";
import type { Header } from "../tensor";
import type { Wgsl } from "./wgsl";

/** Bytes of a word: what kernels read and write at a time. */
export const WORD_BYTES = 4;

/** Words that kernels read at a time where they can; buffers are whole multiples. */
export const QUAD = 4;

type WordType = "u32" | "vec4u";
type Access = "read" | "read_write";

/** Invocations of a workgroup: within the limits of every adapter. */
export const WORKGROUP = 64;

/** Workgroups on the first axis of a dispatch; more go on along the second. */
const GROUPS_PER_ROW = 2 ** 15;

/** What kernels may count on. */
export interface Abilities {
  /** Words of one binding, a power of two; a tensor of more lies in several buffers. */
  readonly pieceWords: number;
  /** Most storage buffers of one kernel. */
  readonly bindings: number;
  /** Invocations that keep the adapter busy. */
  readonly invocations: number;
  /** Whether four products of i8 are one instruction. */
  readonly dot4: boolean;
}

/** A tensor in buffers: its elements as in memory, little endian, `pieceWords` words each. */
export interface Stored extends Header {
  readonly buffers: readonly GPUBuffer[];
  /** Bytes of each buffer but the last. */
  readonly pieceBytes: number;
}

/** A kernel and what it is dispatched on. */
export interface Pass {
  readonly code: Wgsl;
  /** Operands, then the result. */
  readonly buffers: readonly GPUBuffer[];
  readonly groups: readonly [number, number];
}

/** The part of a result that one pass writes. */
export interface Target {
  readonly stored: Stored;
  readonly piece: number;
}

/** Words that hold the elements. */
export function wordsOf({ dtype, rows, cols }: Header): number {
  return Math.ceil((rows * cols) / elementsPerWord(dtype));
}

/** Collects the text of one kernel. Equal tasks give equal text, whatever buffers they are on. */
export class KernelBuilder {
  private readonly parts: Wgsl[] = [];
  private readonly names = { u32: new Map<Stored, string>(), vec4u: new Map<Stored, string>() };
  private readonly defined = new Set<string>();
  private readonly buffers: GPUBuffer[] = [];

  constructor(readonly abilities: Abilities) {}

  /**
   * Name of functions that read an operand: `name(i)` is word i, `name_element(i)` element i as i32. An
   * index beyond the end reads anything, and harms nothing.
   */
  source(stored: Stored): string {
    return this.reader(stored, "u32", (name) => [elementText(stored, name)]);
  }

  /** Name of a function that reads four words of an operand at a time, from 4 i on. */
  quads(stored: Stored): string {
    return this.reader(stored, "vec4u", () => []);
  }

  /** Adds a function unless one of that name is there; gives its name. */
  define(name: string, text: Wgsl): string {
    if (!this.defined.has(name)) this.parts.push(text);
    this.defined.add(name);
    return name;
  }

  /**
   * The kernel whose workgroups run `body`: `group` is their number, `local` that of the invocation. It
   * writes with `store(word, value)`, which leaves out words of other pieces. Throws `WebGpuError` LIMIT
   * if it has more bindings than the adapter allows.
   */
  finish({ stored, piece }: Target, groups: number, body: Wgsl): Pass {
    const { pieceWords, bindings } = this.abilities;
    this.bind(stored.buffers[piece], "result", "read_write", "u32");
    if (this.buffers.length > bindings) {
      throw new WebGpuError(
        "LIMIT",
        `a step needs ${this.buffers.length} storage buffers, the adapter allows ${bindings}`,
      );
    }
    const columns = Math.min(groups, GROUPS_PER_ROW);
    const whole = stored.buffers.length === 1;
    const store = whole
      ? "result[word] = value;"
      : `if (word / ${u32(pieceWords)} == ${u32(piece)}) { result[word % ${u32(pieceWords)}] = value; }`;
    this.parts.push(
      `fn store(word: u32, value: u32) { ${store} }`,
      `@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let group = id.y * ${u32(columns)} + id.x;
${body}
}`,
    );
    return {
      code: this.parts.join("\n"),
      buffers: this.buffers,
      groups: [columns, Math.ceil(groups / columns)],
    };
  }

  private bind(buffer: GPUBuffer, name: string, access: Access, type: WordType): void {
    const binding = this.buffers.push(buffer) - 1;
    this.parts.push(
      `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<${type}>;`,
    );
  }

  private reader(stored: Stored, type: WordType, more: (name: string) => Wgsl[]): string {
    const known = this.names[type].get(stored);
    if (known !== undefined) return known;
    const name = `${type === "u32" ? "t" : "q"}${this.buffers.length}`;
    this.names[type].set(stored, name);
    stored.buffers.forEach((buffer, piece) => this.bind(buffer, `${name}_${piece}`, "read", type));
    this.parts.push(this.readerText(stored, type, name), ...more(name));
    return name;
  }

  private readerText({ buffers }: Stored, type: WordType, name: string): Wgsl {
    const start = `fn ${name}(i: u32) -> ${type}`;
    if (buffers.length === 1) return `${start} { return ${name}_0[i]; }`;
    const { pieceWords } = this.abilities;
    const size = u32(type === "u32" ? pieceWords : pieceWords / QUAD);
    const cases = buffers.map((_, piece) => {
      const label = piece === buffers.length - 1 ? "default" : `case ${u32(piece)}`;
      return `    ${label}: { return ${name}_${piece}[i % ${size}]; }`;
    });
    return `${start} {\n  switch (i / ${size}) {\n${cases.join("\n")}\n  }\n}`;
  }
}

function elementText({ dtype }: Header, name: string): Wgsl {
  const values = {
    i8: `extractBits(bitcast<i32>(${name}(i >> 2u)), (i & 3u) * 8u, 8u)`,
    i16: `extractBits(bitcast<i32>(${name}(i >> 1u)), (i & 1u) * 16u, 16u)`,
    i32: `bitcast<i32>(${name}(i))`,
  };
  return `fn ${name}_element(i: u32) -> i32 { return ${values[dtype]}; }`;
}
