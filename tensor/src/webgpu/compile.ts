import { isInstruction, operandsOf } from "../node";
import { lowerFused, lowerPlainly, resultOf } from "../lowering";
import { weightOf } from "../model";
import { ProgramError } from "../errors";
import { fillsWords, tilePass, widthOf } from "./dot";
import { elementOf, elementPass, finishElement } from "./elements";
import { KernelBuilder, WORD_BYTES, wordsOf } from "./kernel";
import type { Lowering, Task } from "../lowering";
import type { Model } from "../model";
import type { ProgramNode } from "../node";
import type { Header, Tensor } from "../tensor";
import type { InlinedView, Operands } from "./elements";
import type { Abilities, Pass, Stored } from "./kernel";

/** Makes and reuses buffers of the device. */
export interface Buffers {
  /** A buffer of so many words. */
  take(words: number): GPUBuffer;
  /** Lets what is taken later have this buffer: passes run in the order in which they were planned. */
  give(buffer: GPUBuffer): void;
}

/** Passes that make one result. */
export interface Step {
  readonly passes: readonly Pass[];
  readonly result: Stored;
}

/** A model laid out in buffers. */
export interface Plan {
  readonly input: Stored;
  /** What is written once. */
  readonly weights: readonly { readonly tensor: Tensor; readonly stored: Stored }[];
  /** What is computed once. */
  readonly loads: readonly Step[];
  readonly runs: readonly Step[];
  readonly output: Stored;
}

/** Narrower results are not worth a pass of their own that stores their words. */
const LEAST_SCRATCH_WIDTH = 8;

/**
 * Plans a model with fused steps, or, if `keep` says so, with one step for each instruction whose result
 * stays until the next run. Throws `WebGpuError` LIMIT.
 */
export function planModel(
  model: Model,
  abilities: Abilities,
  buffers: Buffers,
  keep = false,
): Plan {
  const { nodes } = model.program;
  const lowering = keep ? lowerPlainly(nodes) : lowerFused(nodes);
  return new Planner(model, abilities, buffers, lowering, keep).plan();
}

class Planner implements Operands {
  private readonly nodes: readonly ProgramNode[];
  private readonly known = new Map<number, Stored>();
  private readonly weights: { tensor: Tensor; stored: Stored }[] = [];
  /** For each node, the last task that reads its result. */
  private readonly lastReaders = new Map<number, Task>();

  constructor(
    private readonly model: Model,
    private readonly abilities: Abilities,
    private readonly buffers: Buffers,
    private readonly lowering: Lowering,
    private readonly keep: boolean,
  ) {
    this.nodes = model.program.nodes;
    for (const task of lowering.tasks) {
      for (const index of this.readBy(task)) this.lastReaders.set(index, task);
    }
  }

  plan(): Plan {
    const { tasks, fixed } = this.lowering;
    const input = this.store(0);
    // Before any buffer is given back, so that no run writes to theirs.
    this.nodes.forEach(({ op }, index) => op === "const" && this.storeWeight(index));
    const [loads, runs] = [true, false].map((isFixed) =>
      tasks
        .filter((task) => fixed.has(resultOf(task)) === isFixed)
        .map((task) => this.step(task, isFixed)),
    );
    const output = this.stored(this.nodes.length - 1);
    return { input, weights: this.weights, loads, runs, output };
  }

  node(index: number): ProgramNode {
    return this.nodes[index];
  }

  stored(index: number): Stored {
    const stored = this.known.get(index);
    if (stored === undefined) throw new ProgramError("OPERAND", "it is read too early", index);
    return stored;
  }

  inlined(index: number): InlinedView | undefined {
    const node = this.nodes[index];
    if (node.op !== "view" || !this.lowering.inlined.has(index)) return undefined;
    return { node, source: this.stored(node.a) };
  }

  private step(task: Task, isFixed: boolean): Step {
    const result = this.store(resultOf(task));
    const passes = this.passes(task, result);
    if (!this.keep && !isFixed) this.release(task);
    return { passes, result };
  }

  private passes({ head, stages }: Task, result: Stored): Pass[] {
    const node = this.nodes[head];
    if (!isInstruction(node)) throw new ProgramError("OP", "it computes nothing", head);
    const width = node.op === "dot" ? widthOf(this, node) : 0;
    if (node.op === "dot" && fillsWords(width, result)) {
      return this.eachPiece(result, (builder, target) => {
        const finish = finishElement(builder, this, node, stages);
        return tilePass(builder, this, node, target, finish);
      });
    }
    if (node.op === "dot" && width >= LEAST_SCRATCH_WIDTH) {
      const scratch = this.allocate({ ...result, dtype: "i32" });
      const products = this.eachPiece(scratch, (builder, target) =>
        tilePass(builder, this, node, target, (value) => value),
      );
      const rest = this.eachPiece(result, (builder, target) => {
        const name = builder.source(scratch);
        const finish = finishElement(builder, this, node, stages);
        return elementPass(builder, target, (o) => `${name}_element(${o})`, finish);
      });
      scratch.buffers.forEach((buffer) => this.buffers.give(buffer));
      return [...products, ...rest];
    }
    return this.eachPiece(result, (builder, target) => {
      const element = elementOf(builder, this, node);
      return elementPass(builder, target, element, finishElement(builder, this, node, stages));
    });
  }

  private eachPiece(
    stored: Stored,
    pass: (builder: KernelBuilder, target: { stored: Stored; piece: number }) => Pass,
  ): Pass[] {
    return stored.buffers.map((_, piece) =>
      pass(new KernelBuilder(this.abilities), { stored, piece }),
    );
  }

  private storeWeight(index: number): void {
    const tensor = weightOf(this.model.weights, index);
    this.weights.push({ tensor, stored: this.store(index) });
  }

  private store(index: number): Stored {
    const stored = this.allocate(this.nodes[index]);
    this.known.set(index, stored);
    return stored;
  }

  private allocate({ dtype, rows, cols }: Header): Stored {
    const { pieceWords } = this.abilities;
    const words = wordsOf({ dtype, rows, cols });
    const buffers = Array.from({ length: Math.ceil(words / pieceWords) }, (_, piece) =>
      this.buffers.take(Math.min(pieceWords, words - piece * pieceWords)),
    );
    return { dtype, rows, cols, buffers, pieceBytes: pieceWords * WORD_BYTES };
  }

  /** Gives back what no later task of a run reads. */
  private release(task: Task): void {
    for (const index of new Set(this.readBy(task))) {
      const kept =
        index === 0 || this.lowering.fixed.has(index) || this.lastReaders.get(index) !== task;
      if (!kept) this.stored(index).buffers.forEach((buffer) => this.buffers.give(buffer));
    }
  }

  /** The nodes whose stored results a task reads. */
  private readBy({ head, stages }: Task): number[] {
    const heads = operandsOf(this.nodes[head]).flatMap((index) =>
      this.lowering.inlined.has(index) ? operandsOf(this.nodes[index]) : [index],
    );
    return [...heads, ...stages.flatMap(({ other }) => (other === undefined ? [] : [other]))];
  }
}
