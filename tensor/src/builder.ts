import { ensure } from "./errors";
import { checkModel } from "./model";
import { describeHeader, elementCount } from "./tensor";
import { tensorRoot } from "./tensorTree";
import { MAX_NODES, checkNode, describeNode, naming } from "./validate";
import type { DType } from "./dtype";
import type { Model } from "./model";
import type { Axes, Loop, MapFunction, MapNode, ProgramNode, ReduceFunction } from "./node";
import type { Header, Tensor } from "./tensor";

/** A node of the program under construction. */
export interface Value extends Header {
  readonly index: number;
  readonly name: string;
}

/** Element type and shape of a result, where they are not to be inferred. */
export type ResultOptions = Partial<Header>;

export interface DotOptions extends ResultOptions {
  /** Groups of the rows of a; 1 by default. */
  readonly groups?: number;
  /** Groups of the rows of b, a divisor of `groups` and as many by default. */
  readonly groupsOfB?: number;
}

export interface MulOptions extends ResultOptions {
  /** Bits that the product is shifted by, rounding half up; 0 by default. */
  readonly shift?: number;
}

export interface ViewOptions extends ResultOptions {
  readonly rows: number;
  readonly cols: number;
  readonly dims: Axes;
  /** Slowest first. */
  readonly loops: readonly Loop[];
  /** Zeros by default. */
  readonly offsets?: Axes;
  /** The value outside of a; 0 by default. */
  readonly pad?: number;
}

export interface TakeOptions extends ResultOptions {
  /** Elements of one chunk; 1 by default. */
  readonly chunk?: number;
}

type Binary<Options> = (name: string, a: Value, b: Value, options?: Options) => Value;

/**
 * Builds a program node by node. Each method adds one node under a name of its own and returns it
 * as a value for later operands; the node added last is the output. Methods throw `ProgramError` as
 * `validateProgram` does, naming the node, NAME for a name that is empty or taken, and OPERAND for
 * a value of another builder.
 */
export class ProgramBuilder {
  private readonly nodes: ProgramNode[] = [];
  private readonly values = new Map<string, Value>();
  private readonly weights = new Map<number, Tensor>();
  private readonly found: string[] = [];

  /**
   * Element-wise functions. Operands repeat along rows and columns; the result has as many rows and
   * columns as the larger operand, of i32, unless the options say otherwise.
   */
  readonly map = {
    add: this.binary("add"),
    sub: this.binary("sub"),
    mul: this.binary<MulOptions>("mul"),
    min: this.binary("min"),
    max: this.binary("max"),
    div: this.binary("div"),
    sqrt: (name: string, a: Value, options: ResultOptions = {}): Value =>
      this.addMap(name, "sqrt", [a], options),
  };

  /** What is legal and likely a mistake, such as an operand that does not repeat evenly. */
  get warnings(): readonly string[] {
    return this.found;
  }

  /** The program's one input; the first node. */
  input(name: string, dtype: DType, rows: number, cols: number): Value {
    return this.add(name, { op: "input", dtype, rows, cols }, []);
  }

  /** A constant with its data. */
  constant(name: string, data: Tensor): Value {
    const { dtype, rows, cols } = data;
    const value = this.add(name, { op: "const", dtype, rows, cols, root: tensorRoot(data) }, []);
    this.weights.set(value.index, data);
    return value;
  }

  /** Products of rows: an i32 [a.rows, rows of one group of b] unless the options say otherwise. */
  dot(name: string, a: Value, b: Value, options: DotOptions = {}): Value {
    const { groups = 1, groupsOfB = groups } = options;
    const header = result(options, { dtype: "i32", rows: a.rows, cols: b.rows / groupsOfB });
    return this.add(name, { op: "dot", ...header, a: a.index, b: b.index, groups }, [a, b]);
  }

  /** A function of each row: a column, of i32, or of a's type for max. */
  reduce(name: string, fn: ReduceFunction, a: Value, options: ResultOptions = {}): Value {
    const dtype = fn === "max" ? a.dtype : "i32";
    const header = result(options, { dtype, rows: a.rows, cols: 1 });
    return this.add(name, { op: "reduce", fn, ...header, a: a.index }, [a]);
  }

  /** Reads a along loops; the result has a's type unless the options say otherwise. */
  view(name: string, a: Value, options: ViewOptions): Value {
    const { dims, loops, offsets = [0, 0, 0, 0], pad = 0 } = options;
    const header = result(options, { dtype: a.dtype, rows: options.rows, cols: options.cols });
    return this.add(name, { op: "view", ...header, a: a.index, dims, offsets, loops, pad }, [a]);
  }

  /** Looks up chunks of a by b: of b's shape for single elements, else one row for each index. */
  take(name: string, a: Value, b: Value, options: TakeOptions = {}): Value {
    const { chunk = 1 } = options;
    const shape = chunk === 1 ? b : { rows: elementCount(b), cols: chunk };
    const header = result(options, { dtype: a.dtype, rows: shape.rows, cols: shape.cols });
    return this.add(name, { op: "take", ...header, a: a.index, b: b.index, chunk }, [a, b]);
  }

  /** The model so far. Throws `ProgramError` UNUSED_NODE if a node is read by no later one. */
  build(): Model {
    const program = { nodes: [...this.nodes], names: [...this.values.keys()] };
    const model = { program, weights: new Map(this.weights) };
    checkModel(model);
    return model;
  }

  private binary<Options extends MulOptions = ResultOptions>(fn: MapFunction): Binary<Options> {
    return (name, a, b, options) => this.addMap(name, fn, [a, b], options ?? {});
  }

  private addMap(
    name: string,
    fn: MapFunction,
    operands: readonly [Value, Value?],
    options: MulOptions,
  ): Value {
    const [a, b = a] = operands;
    const header = result(options, {
      dtype: "i32",
      rows: Math.max(a.rows, b.rows),
      cols: Math.max(a.cols, b.cols),
    });
    const { shift = 0 } = options;
    const indexOfB = fn === "sqrt" ? 0 : b.index;
    const node: MapNode = { op: "map", fn, ...header, a: a.index, b: indexOfB, shift };
    const value = this.add(name, node, [a, b]);
    for (const operand of new Set([a, b])) this.warnUneven(value, operand);
    return value;
  }

  private warnUneven(value: Value, operand: Value): void {
    if (value.rows % operand.rows === 0 && value.cols % operand.cols === 0) return;
    const node = describeNode(this.nodes[value.index], value.index, value.name);
    this.found.push(`${node}: "${operand.name}" ${describeHeader(operand)} does not repeat evenly`);
  }

  private add(name: string, node: ProgramNode, operands: readonly Value[]): Value {
    const index = this.nodes.length;
    naming(node, index, name, () => {
      ensure(name !== "" && !this.values.has(name), "NAME", "its name is empty or taken");
      ensure(index < MAX_NODES, "NODE_COUNT", `a program has at most ${MAX_NODES} nodes`);
      ensure((node.op === "input") === (index === 0), "INPUT_POSITION", "the input comes first");
      for (const operand of operands) {
        const own = this.values.get(operand.name) === operand;
        ensure(own, "OPERAND", `"${operand.name}" belongs to another builder`);
      }
      checkNode(node, operands);
    });
    const value = { index, name, dtype: node.dtype, rows: node.rows, cols: node.cols };
    this.nodes.push(node);
    this.values.set(name, value);
    return value;
  }
}

/** `inferred`, where `options` does not say otherwise. */
function result(options: ResultOptions, inferred: Header): Header {
  const { dtype = inferred.dtype, rows = inferred.rows, cols = inferred.cols } = options;
  return { dtype, rows, cols };
}
