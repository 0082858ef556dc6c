import { WORKGROUP, wordsOf } from "./kernel";
import { elementsPerWord, packed, u32 } from "./wgsl";
import type { ProgramNode, ViewNode } from "../node";
import type { KernelBuilder, Pass, Stored, Target } from "./kernel";
import type { Wgsl } from "./wgsl";

/** A view that its reader reads in place. */
export interface InlinedView {
  readonly node: ViewNode;
  readonly source: Stored;
}

/** What kernels of a task may ask for. */
export interface Operands {
  /** The header of node `index`. */
  node(index: number): ProgramNode;
  /** The result of node `index`. */
  stored(index: number): Stored;
  /** The view that node `index` is and what it reads, if it is read in place. */
  inlined(index: number): InlinedView | undefined;
}

/** The element `o` of a result, as an i32 before the saturating store. */
export type Element = (o: Wgsl) => Wgsl;

/** What is stored of a value computed as element `o`. */
export type Finish = (value: Wgsl, o: Wgsl) => Wgsl;

/** A pass in which every invocation computes the elements of one word: `element`, then `finish`. */
export function elementPass(
  builder: KernelBuilder,
  target: Target,
  element: Element,
  finish: Finish,
): Pass {
  const { dtype } = target.stored;
  const { pieceWords } = builder.abilities;
  const first = target.piece * pieceWords;
  const count = Math.min(pieceWords, wordsOf(target.stored) - first);
  const per = elementsPerWord(dtype);
  const values = Array.from({ length: per }, (_, i) => `value(o + ${u32(i)})`);
  builder.define("value", `fn value(o: u32) -> i32 { return ${finish(element("o"), "o")}; }`);
  return builder.finish(
    target,
    Math.ceil(count / WORKGROUP),
    `  let index = group * ${u32(WORKGROUP)} + local;
  if (index >= ${u32(count)}) { return; }
  let word = index + ${u32(first)};
  let o = word * ${u32(per)};
  store(word, ${packed(dtype, values)});`,
  );
}
