import { dtypeSize } from "../dtype";
import { ProgramError } from "../errors";
import { weightOf } from "../model";
import { isInstruction, operandsOf } from "../node";
import { elementCount } from "../tensor";
import { growMemory, instantiateKernels } from "./kernels";
import { resultOf } from "../lowering";
import { MemoryPlan } from "./memory";
import { buildTask } from "./task";
import type { Elements } from "../dtype";
import type { Model } from "../model";
import type { ProgramNode } from "../node";
import type { Tensor } from "../tensor";
import type { Address, Kernels } from "./kernels";
import type { Lowering, Task } from "../lowering";
import type { Region } from "./memory";
import type { InlinedView, StepBuilder, Stored } from "./step";

/** A step of each run. */
interface RunStep {
  /** The node whose result it stores. */
  readonly index: number;
  readonly work: () => void;
  readonly result: Stored;
}

/** A model in the memory of kernels of its own, ready to run. */
export class CompiledModel {
  constructor(
    private readonly kernels: Kernels,
    private readonly input: Stored,
    private readonly steps: readonly RunStep[],
    private readonly output: Stored,
  ) {}

  /** Bytes of the memory, which no run changes. */
  get memoryBytes(): number {
    return this.kernels.memory.buffer.byteLength;
  }

  /** The output for an input that fits. */
  run(input: Tensor): Tensor {
    this.begin(input);
    for (const { work } of this.steps) work();
    return this.copy(this.output);
  }

  /** Runs one step after another; after each, gives its node and what copies the result. */
  *results(input: Tensor): Generator<{ index: number; copy: () => Tensor }, void> {
    this.begin(input);
    for (const { index, work, result } of this.steps) {
      work();
      yield { index, copy: () => this.copy(result) };
    }
  }

  private begin(input: Tensor): void {
    elementsAt(this.kernels, this.input).set(input.data);
  }

  private copy(stored: Stored): Tensor {
    const { dtype, rows, cols } = stored;
    return { dtype, rows, cols, data: elementsAt(this.kernels, stored).slice() };
  }
}

/** Lays a model out in memory and computes what does not depend on the input. */
export function compileModel(model: Model, lowering: Lowering): CompiledModel {
  return new Compiler(model, lowering).compile();
}

/** When a step runs: all loading comes before all runs. */
const LOAD = 0;
const RUN = 2 ** 32;

class Compiler {
  readonly kernels = instantiateKernels();
  readonly memory = new MemoryPlan();
  readonly nodes: readonly ProgramNode[];
  readonly loads: (() => void)[] = [];
  private readonly runs: RunStep[] = [];
  private readonly constants: { region: Region; words: Int32Array }[] = [];
  private readonly stored = new Map<number, Stored>();
  private readonly taskOf: ReadonlyMap<number, Task>;

  constructor(
    private readonly model: Model,
    readonly lowering: Lowering,
  ) {
    this.nodes = model.program.nodes;
    this.taskOf = new Map(lowering.tasks.map((task) => [resultOf(task), task]));
  }

  compile(): CompiledModel {
    const input = this.store(0, RUN);
    for (const task of this.lowering.tasks) {
      if (this.lowering.fixed.has(resultOf(task))) continue;
      this.runs.push(this.addTask(task, new Step(this, RUN + this.runs.length)));
    }
    const output = this.storedAt(this.nodes.length - 1);
    this.memory.keep(output.region, Infinity);
    growMemory(this.kernels, this.memory.place(this.kernels.heapBase()));
    const { buffer } = this.kernels.memory;
    for (const { region, words } of this.constants) {
      new Int32Array(buffer, region.address).set(words);
    }
    for (const load of this.loads) load();
    return new CompiledModel(this.kernels, input, this.runs, output);
  }

  /** The result of a node that an earlier step stores; stores it if it is fixed and not yet there. */
  storedAt(index: number): Stored {
    const known = this.stored.get(index);
    if (known !== undefined) return known;

    const task = this.taskOf.get(index);
    if (task === undefined) return this.loadWeight(index);
    for (const operand of operandsOf(this.nodes[index])) this.storedAt(operand);
    const { work, result } = this.addTask(task, new Step(this, this.loadTime));
    this.loads.push(work);
    return result;
  }

  /** Time of the loading step that is added next. */
  get loadTime(): number {
    return LOAD + this.loads.length;
  }

  /** Memory that holds `words` for good. */
  constant(words: Int32Array): Region {
    const region = this.memory.reserve(words.byteLength, LOAD);
    this.memory.keep(region, Infinity);
    this.constants.push({ region, words });
    return region;
  }

  private loadWeight(index: number): Stored {
    const { data } = weightOf(this.model.weights, index);
    const result = this.store(index, this.loadTime);
    this.loads.push(() => elementsAt(this.kernels, result).set(data));
    return result;
  }

  private addTask(task: Task, step: Step): RunStep {
    const head = this.nodes[task.head];
    if (!isInstruction(head)) throw new ProgramError("OP", "it computes nothing", task.head);
    const index = resultOf(task);
    const result = this.store(index, step.time);
    const work = buildTask(step, head, task.stages, result);
    return { index, work: step.complete(work), result };
  }

  private store(index: number, time: number): Stored {
    const { dtype, rows, cols } = this.nodes[index];
    const region = this.memory.reserve(elementCount(this.nodes[index]) * dtypeSize(dtype), time);
    const stored = { dtype, rows, cols, region };
    this.stored.set(index, stored);
    return stored;
  }
}

class Step implements StepBuilder {
  readonly kernels: Kernels;
  private readonly prologue: (() => void)[] = [];

  constructor(
    private readonly compiler: Compiler,
    readonly time: number,
  ) {
    this.kernels = compiler.kernels;
  }

  header(index: number): ProgramNode {
    return this.compiler.nodes[index];
  }

  operand(index: number): Stored {
    const stored = this.compiler.storedAt(index);
    this.compiler.memory.keep(stored.region, this.isLoaded(index) ? Infinity : this.time);
    return stored;
  }

  inlined(index: number): InlinedView | undefined {
    const node = this.compiler.nodes[index];
    if (node.op !== "view" || !this.compiler.lowering.inlined.has(index)) return undefined;
    return { node, source: this.operand(node.a) };
  }

  scratch(bytes: number): Region {
    return this.compiler.memory.reserve(bytes, this.time);
  }

  constant(words: Int32Array): Region {
    return this.compiler.constant(words);
  }

  derived(index: number, bytes: number, fill: (operand: Stored, target: Address) => void): Region {
    if (!this.isLoaded(index)) {
      const operand = this.operand(index);
      const region = this.scratch(bytes);
      this.before(() => fill(operand, region.address));
      return region;
    }
    const { memory, loads } = this.compiler;
    const operand = this.compiler.storedAt(index);
    const time = this.compiler.loadTime;
    memory.keep(operand.region, time);
    const region = memory.reserve(bytes, time);
    memory.keep(region, Infinity);
    loads.push(() => fill(operand, region.address));
    return region;
  }

  before(work: () => void): void {
    this.prologue.push(work);
  }

  /** The whole step, with `work` as its main part. */
  complete(work: () => void): () => void {
    if (this.prologue.length === 0) return work;
    const { prologue } = this;
    return () => {
      for (const first of prologue) first();
      work();
    };
  }

  /** Whether this step is part of each run, and `index` is computed before all runs. */
  private isLoaded(index: number): boolean {
    return this.time >= RUN && this.compiler.lowering.fixed.has(index);
  }
}

/** The elements of a tensor, in memory. */
function elementsAt({ memory }: Kernels, { dtype, rows, cols, region }: Stored): Elements {
  const count = rows * cols;
  switch (dtype) {
    case "i8":
      return new Int8Array(memory.buffer, region.address, count);
    case "i16":
      return new Int16Array(memory.buffer, region.address, count);
    case "i32":
      return new Int32Array(memory.buffer, region.address, count);
  }
}
