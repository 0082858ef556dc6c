import { isInstruction, operandsOf } from "../node";
import { lowerFused, lowerPlainly, resultOf } from "../lowering";
import { weightOf } from "../model";
import { ProgramError } from "../errors";
import { TiledDot, widthOf } from "./dot";
import { elementPass } from "./elementPass";
import { elementOf, finishElement } from "./elements";
import { KernelBuilder, WORD_BYTES, wordsOf } from "./kernel";
import type { Lowering, Stage, Task } from "../lowering";
import type { Model } from "../model";
import type { DotNode, ProgramNode } from "../node";
import type { Header, Tensor } from "../tensor";
import type { Finish, InlinedView, Operands } from "./elementPass";
import type { Abilities, Pass, Stored } from "./kernel";

/** Makes and reuses buffers of the device. */
export interface Buffers {
  /** A buffer of so many words; a new one if it lasts. */
  take(words: number, lasts: boolean): GPUBuffer;
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

/** Most MAPs of one kernel: drivers take minutes to compile what is some thousand lines long. */
const MOST_STAGES = 16;

/** Fewer columns do not fill a tile. */
const LEAST_TILED_WIDTH = 4;

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

/** A DOT to be computed in tiles. */
interface Tiled {
  readonly dot: TiledDot;
  /** Whether its panels are filled once. */
  readonly once: boolean;
  /** Bindings of what tiles read. */
  readonly bindings: number;
}

class Planner implements Operands {
  private readonly nodes: readonly ProgramNode[];
  private readonly tasks: readonly Task[];
  private readonly known = new Map<number, Stored>();
  private readonly loads: Step[] = [];
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
    this.tasks = lowering.tasks.flatMap((task) => this.cut(task));
    for (const task of this.tasks) {
      for (const index of this.readBy(task)) this.lastReaders.set(index, task);
    }
  }

  plan(): Plan {
    const { tasks } = this;
    const { fixed } = this.lowering;
    const input = this.store(0, true);
    const isFixed = (task: Task) => fixed.has(resultOf(task));
    for (const task of tasks.filter(isFixed)) this.loads.push(this.step(task, true));
    const runs = tasks.filter((task) => !isFixed(task)).map((task) => this.step(task, false));
    const output = this.stored(this.nodes.length - 1);
    return { input, weights: this.weights, loads: this.loads, runs, output };
  }

  node(index: number): ProgramNode {
    return this.nodes[index];
  }

  stored(index: number): Stored {
    const known = this.known.get(index);
    if (known !== undefined) return known;
    const stored = this.store(index, true);
    this.weights.push({ tensor: weightOf(this.model.weights, index), stored });
    return stored;
  }

  inlined(index: number): InlinedView | undefined {
    const node = this.nodes[index];
    if (node.op !== "view" || !this.lowering.inlined.has(index)) return undefined;
    return { node, source: this.stored(node.a) };
  }

  /** The task in as few parts as have no more bindings than the adapter allows, and are not too long. */
  private cut({ head, stages }: Task): Task[] {
    const room = this.abilities.bindings - 1;
    const parts: { head: number; stages: Stage[] }[] = [{ head, stages: [] }];
    let used = this.bindingsOf(head);
    for (const stage of stages) {
      const more = stage.other === undefined ? 0 : this.piecesOf(this.nodes[stage.other]);
      const { stages: before } = parts[parts.length - 1];
      if (used + more <= room && before.length < MOST_STAGES) {
        before.push(stage);
        used += more;
      } else {
        parts.push({ head: stage.index, stages: [] });
        used = this.bindingsOf(stage.index);
      }
    }
    return parts;
  }

  /** Bindings of the operands of a node. */
  private bindingsOf(index: number): number {
    const node = this.nodes[index];
    const tiled = node.op === "dot" ? this.tiled(node) : undefined;
    if (tiled !== undefined) return tiled.bindings;
    const read = this.readBy({ head: index, stages: [] });
    return read.reduce((sum, each) => sum + this.piecesOf(this.nodes[each]), 0);
  }

  /** A DOT in tiles, if it fills them and its panels are not too large. */
  private tiled(node: DotNode): Tiled | undefined {
    if (widthOf(this, node) < LEAST_TILED_WIDTH) return undefined;
    const dot = new TiledDot(this, node, this.abilities);
    const a = this.lowering.inlined.has(node.a) ? operandsOf(this.nodes[node.a])[0] : node.a;
    const once = this.lowering.fixed.has(node.b);
    const bindings = this.piecesOf(this.nodes[a]) + this.piecesOf(dot.panels);
    return bindings < this.abilities.bindings ? { dot, once, bindings } : undefined;
  }

  private piecesOf(header: Header): number {
    return Math.ceil(wordsOf(header) / this.abilities.pieceWords);
  }

  private step(task: Task, lasts: boolean): Step {
    const result = this.store(resultOf(task), lasts);
    const passes = this.passes(task, result);
    if (!this.keep && !lasts) this.release(task);
    return { passes, result };
  }

  private passes({ head, stages }: Task, result: Stored): Pass[] {
    const node = this.nodes[head];
    if (!isInstruction(node)) throw new ProgramError("OP", "it computes nothing", head);
    const finished = (builder: KernelBuilder) => finishElement(builder, this, node, stages);
    const tiled = node.op === "dot" ? this.tiled(node) : undefined;
    if (tiled !== undefined) return this.tiledPasses(tiled, result, finished);
    return this.eachPiece(result, (builder, target) => {
      const element = elementOf(builder, this, node);
      return elementPass(builder, target, element, finished(builder));
    });
  }

  /** Products in tiles; panels of what does not change are filled once. */
  private tiledPasses(
    { dot, once }: Tiled,
    result: Stored,
    finished: (builder: KernelBuilder) => Finish,
  ): Pass[] {
    const panels = this.allocate(dot.panels, once);
    const packing = this.eachPiece(panels, (builder, target) => dot.packPass(builder, target));
    if (once) this.loads.push({ passes: packing, result: panels });
    const before = once ? [] : packing;
    if (dot.stores(result)) {
      const tiles = this.eachPiece(result, (builder, target) =>
        dot.tilePass(builder, panels, target, finished(builder)),
      );
      if (!once) this.give(panels);
      return [...before, ...tiles];
    }
    const products = this.allocate({ ...result, dtype: "i32" }, false);
    const tiles = this.eachPiece(products, (builder, target) =>
      dot.tilePass(builder, panels, target, (value) => value),
    );
    const rest = this.eachPiece(result, (builder, target) => {
      const name = builder.source(products);
      return elementPass(builder, target, (o) => `${name}_element(${o})`, finished(builder));
    });
    this.give(products);
    if (!once) this.give(panels);
    return [...before, ...tiles, ...rest];
  }

  private eachPiece(
    stored: Stored,
    pass: (builder: KernelBuilder, target: { stored: Stored; piece: number }) => Pass,
  ): Pass[] {
    return stored.buffers.map((_, piece) =>
      pass(new KernelBuilder(this.abilities), { stored, piece }),
    );
  }

  private store(index: number, lasts: boolean): Stored {
    const stored = this.allocate(this.nodes[index], lasts);
    this.known.set(index, stored);
    return stored;
  }

  /** Buffers for a tensor; if it lasts, they were never anything else's. */
  private allocate({ dtype, rows, cols }: Header, lasts: boolean): Stored {
    const { pieceWords } = this.abilities;
    const words = wordsOf({ dtype, rows, cols });
    const length = this.piecesOf({ dtype, rows, cols });
    const buffers = Array.from({ length }, (_, piece) =>
      this.buffers.take(Math.min(pieceWords, words - piece * pieceWords), lasts),
    );
    return { dtype, rows, cols, buffers, pieceBytes: pieceWords * WORD_BYTES };
  }

  private give({ buffers }: Stored): void {
    for (const buffer of buffers) this.buffers.give(buffer);
  }

  /** Gives back what no later task of a run reads. */
  private release(task: Task): void {
    for (const index of new Set(this.readBy(task))) {
      const kept =
        index === 0 || this.lowering.fixed.has(index) || this.lastReaders.get(index) !== task;
      if (!kept) this.give(this.stored(index));
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
