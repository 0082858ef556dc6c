import {
  MAP_FUNCTIONS,
  REDUCE_FUNCTIONS,
  checkModel,
  elementCount,
  operandsOf,
  tensorRoot,
} from "../../tensor/src/index";
import {
  createRandom,
  randomDType,
  randomDivisor,
  randomElement,
  randomFactors,
  randomTensor,
} from "./random";
import type {
  Axes,
  DType,
  Header,
  InstructionNode,
  Loop,
  MapFunction,
  Model,
  ProgramNode,
  ReduceFunction,
  Tensor,
} from "../../tensor/src/index";
import type { Random } from "./random";

/** What an instruction is to be; what is left out is random. */
export interface Wanted {
  readonly op: InstructionNode["op"];
  readonly fn?: MapFunction | ReduceFunction;
  readonly dtype?: DType;
  /** Types of the operands. */
  readonly operands?: readonly DType[];
  readonly shift?: number;
}

export interface RandomProgramOptions {
  /** What instructions are to be, instead of as many random ones. */
  readonly wanted?: readonly Wanted[];
  /** Instructions before those that join what is left over. */
  readonly instructions?: number;
  /** Most elements of one result. */
  readonly elements?: number;
}

const OPS = ["dot", "map", "reduce", "view", "take"] as const;
const SHIFTS = [0, 1, 15, 16, 31, 32, 33, 61, 62];
const STRIDES = [-(2 ** 23), 2 ** 23 - 1];

/**
 * A valid model with all instructions, functions and element types, extreme values, broadcasts that
 * do not divide, groups that repeat, views that turn back or leave the array, and indices of either
 * sign. Equal arguments give equal models.
 */
export function randomProgram(seed: number, options: RandomProgramOptions = {}): Model {
  const { instructions = 8, elements = 96 } = options;
  const generator = new Generator(createRandom(seed), elements);
  const wanted = options.wanted ?? Array.from({ length: instructions }, () => undefined);
  for (const each of wanted) generator.addInstruction(each);
  return generator.finish();
}

/** The model with one node more, which gives the output the header of the input: it can be chained. */
export function chainable({ program: { nodes }, weights }: Model): Model {
  const { dtype, rows, cols } = nodes[0];
  const a = nodes.length - 1;
  const node = { op: "map", fn: "add", dtype, rows, cols, a, b: 0, shift: 0 } as const;
  return { program: { nodes: [...nodes, node] }, weights };
}

/** An input for `model`, with extreme values. */
export function randomInput(seed: number, { program }: Model): Tensor {
  const { dtype, rows, cols } = program.nodes[0];
  return randomTensor(createRandom(seed), dtype, rows, cols);
}

/** An instruction with its operands, for tests of single nodes. */
export function randomInstruction(
  random: Random,
  op: InstructionNode["op"],
): { node: InstructionNode; operands: Tensor[] } {
  const generator = new Generator(random, 64);
  const node = generator.addInstruction({ op });
  const operands = operandsOf(node).map((index) => {
    const { dtype, rows, cols } = generator.nodes[index];
    return generator.weights.get(index) ?? randomTensor(random, dtype, rows, cols);
  });
  return { node, operands };
}

class Generator {
  readonly nodes: ProgramNode[] = [];
  readonly weights = new Map<number, Tensor>();
  private readonly unused = new Set<number>();

  constructor(
    private readonly random: Random,
    private readonly elements: number,
  ) {
    this.push({ op: "input", dtype: randomDType(random), ...this.shape(this.count()) });
  }

  addInstruction(wanted: Wanted = { op: this.random.pick(OPS) }): InstructionNode {
    const node = this.instruction(wanted, this.operand(wanted.operands?.[0]));
    this.push(node);
    return node;
  }

  /** Joins every result that nothing reads, so that the last node depends on all. */
  finish(): Model {
    while (this.unused.size > 1) {
      const [a, b] = [...this.unused].slice(-2);
      this.push(this.map(b, a, { op: "map" }));
    }
    const model = { program: { nodes: this.nodes }, weights: this.weights };
    checkModel(model);
    return model;
  }

  private instruction(wanted: Wanted, a: number): InstructionNode {
    switch (wanted.op) {
      case "dot":
        return this.dot(a, wanted);
      case "map":
        return this.map(a, this.operand(wanted.operands?.[1]), wanted);
      case "reduce":
        return this.reduce(a, wanted);
      case "view":
        return this.view(a, wanted);
      case "take":
        return this.take(a, wanted);
    }
  }

  private dot(a: number, wanted: Wanted): InstructionNode {
    const { random, nodes } = this;
    const { rows, cols } = nodes[a];
    const groups = randomDivisor(random, rows);
    const groupsOfB = randomDivisor(random, groups);
    const most = Math.max(1, Math.floor(this.elements / rows));
    const n = random.int(1, Math.min(most, 5));
    const fits = (wanted.operands?.[1] ?? nodes[a].dtype) === nodes[a].dtype;
    const b = random.oneIn(4) && fits && rows * rows <= this.elements ? a : undefined;
    const header = { dtype: this.dtype(wanted) };
    if (b !== undefined)
      return { op: "dot", ...header, ...this.shape(rows * rows), a, b, groups: 1 };
    const constant = this.constant(groupsOfB * n, cols, wanted.operands?.[1]);
    return { op: "dot", ...header, ...this.shape(rows * n), a, b: constant, groups };
  }

  private map(a: number, b: number, wanted: Wanted): InstructionNode {
    const { random, nodes } = this;
    const fn = (wanted.fn as MapFunction | undefined) ?? random.pick(MAP_FUNCTIONS);
    const anyShift = () => (fn === "mul" ? random.pick([...SHIFTS, random.int(0, 62)]) : 0);
    const shift = wanted.shift ?? anyShift();
    const shape = random.oneIn(4)
      ? this.shape(this.count())
      : {
          rows: Math.max(nodes[a].rows, nodes[b].rows),
          cols: Math.max(nodes[a].cols, nodes[b].cols),
        };
    const fits = shape.rows * shape.cols <= this.elements ? shape : this.shape(this.count());
    return {
      op: "map",
      fn,
      dtype: this.dtype(wanted),
      ...fits,
      a,
      b: fn === "sqrt" ? 0 : b,
      shift,
    };
  }

  private reduce(a: number, wanted: Wanted): InstructionNode {
    const fn = (wanted.fn as ReduceFunction | undefined) ?? this.random.pick(REDUCE_FUNCTIONS);
    const shape = this.shape(this.nodes[a].rows);
    return { op: "reduce", fn, dtype: this.dtype(wanted), ...shape, a };
  }

  private view(a: number, wanted: Wanted): InstructionNode {
    const { random } = this;
    const dims = axes(randomFactors(random, elementCount(this.nodes[a]), 4));
    const loops: Loop[] = [];
    let count = 1;
    for (let i = random.int(0, 8); i > 0; i--) {
      const extent = random.int(1, Math.max(1, Math.min(6, Math.floor(this.elements / count))));
      const stride = random.oneIn(16) ? random.pick(STRIDES) : random.int(-3, 3);
      loops.push({ extent, axis: random.int(0, 3), stride });
      count *= extent;
    }
    const offsets = axes(dims.map((dim) => this.offset(dim)));
    const pad = randomElement(random, "i32");
    return {
      op: "view",
      dtype: this.dtype(wanted),
      ...this.shape(count),
      a,
      dims,
      offsets,
      loops,
      pad,
    };
  }

  /** An offset on an axis of `dim` places; far enough from the limits for all loops. */
  private offset(dim: number): number {
    const { random } = this;
    if (random.oneIn(16)) return random.pick([-1, 1]) * random.int(2 ** 29, 2 ** 30);
    return random.int(-2, dim + 1);
  }

  private take(a: number, wanted: Wanted): InstructionNode {
    const { random, nodes } = this;
    const b = this.operand(wanted.operands?.[1]);
    const most = Math.floor(this.elements / elementCount(nodes[b]));
    const divisor = randomDivisor(random, elementCount(nodes[a]));
    const chunk = divisor <= most ? divisor : 1;
    const shape = this.shape(elementCount(nodes[b]) * chunk);
    return { op: "take", dtype: this.dtype(wanted), ...shape, a, b, chunk };
  }

  private dtype({ dtype }: Wanted): DType {
    return dtype ?? randomDType(this.random);
  }

  /** A node to read: often one that nothing reads yet, now and then a new constant. */
  private operand(dtype?: DType): number {
    const { random } = this;
    if (dtype !== undefined) return this.operandOf(dtype);
    if (random.oneIn(5)) {
      const { rows, cols } = this.shape(this.count());
      return this.constant(rows, cols);
    }
    if (this.unused.size > 0 && random.oneIn(2)) return random.pick([...this.unused]);
    return random.int(0, this.nodes.length - 1);
  }

  /** A node of one type to read: often the result of an instruction, else a new constant. */
  private operandOf(dtype: DType): number {
    const results = [...this.nodes.keys()].filter((index) => this.nodes[index].dtype === dtype);
    if (results.length > 0 && this.random.oneIn(2)) return this.random.pick(results);
    const { rows, cols } = this.shape(this.count());
    return this.constant(rows, cols, dtype);
  }

  private constant(rows: number, cols: number, type?: DType): number {
    const dtype = type ?? randomDType(this.random);
    const data = randomTensor(this.random, dtype, rows, cols);
    const index = this.push({ op: "const", dtype, rows, cols, root: tensorRoot(data) });
    this.weights.set(index, data);
    return index;
  }

  private push(node: ProgramNode): number {
    const index = this.nodes.push(node) - 1;
    for (const operand of operandsOf(node)) this.unused.delete(operand);
    this.unused.add(index);
    return index;
  }

  private count(): number {
    return this.random.int(1, this.elements);
  }

  private shape(count: number): Pick<Header, "rows" | "cols"> {
    const [rows, cols] = randomFactors(this.random, count, 2);
    return { rows, cols };
  }
}

function axes([x0, x1, x2, x3]: readonly number[]): Axes {
  return [x0, x1, x2, x3];
}
