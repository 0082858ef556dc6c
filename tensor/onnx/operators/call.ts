import { OnnxError, demand } from "../errors";
import { LIMITS } from "../file/limits";
import { describeDims, sizeOf } from "../graph/tensor";
import type { OnnxErrorCode } from "../errors";
import type { AttributeValue, GraphNode } from "../graph/graph";
import type { ElementPool } from "../graph/pool";
import type { Elements, FloatTensor, Kind, Shaped } from "../graph/tensor";

/** An input of an operator: its shape, and its elements if they are constant. */
export interface Operand extends Shaped {
  readonly name: string;
  readonly data?: Elements;
}

/** An output of an operator. */
export interface Result extends Shaped {
  /** Operations that `compute` takes, about. */
  readonly work: number;
  /** The elements, from those of the operator's inputs; one that is left out has none. */
  readonly compute: (inputs: readonly Elements[], pool: ElementPool) => Elements;
}

/** Writes elements into zeros; what it takes from the pool besides, it gives back. */
export type Fill = (target: Elements, inputs: readonly Elements[], pool: ElementPool) => void;

/** What an operator puts out for inputs of given shapes. Throws `OnnxError`. */
export type Rule = (call: OperatorCall) => Result | readonly Result[];

/** A node with the shapes of its inputs, and typed access to its attributes. */
export class OperatorCall {
  constructor(
    readonly node: GraphNode,
    readonly opset: number,
    readonly operands: readonly (Operand | undefined)[],
  ) {}

  /** An error that names the node. */
  error(code: OnnxErrorCode, message: string): OnnxError {
    return new OnnxError(code, message, this.node);
  }

  /** Throws SHAPE, naming the node, unless `condition` holds. */
  demandShape(condition: boolean, message: string): void {
    demand(condition, "SHAPE", message, this.node);
  }

  /** Input `index`. Throws SHAPE if it is left out. */
  input(index: number): Operand {
    const operand = this.operands[index];
    if (operand === undefined) throw this.error("SHAPE", `input ${index} is missing`);
    return operand;
  }

  /** The inputs that are there. */
  get inputs(): Operand[] {
    return this.operands.filter((operand) => operand !== undefined);
  }

  /** The elements of a constant input, undefined if it is left out. Throws NOT_CONSTANT. */
  elements(index: number): Elements | undefined {
    const operand = this.operands[index];
    if (operand === undefined) return undefined;
    if (operand.data === undefined) {
      throw this.error("NOT_CONSTANT", `input "${operand.name}" has to be constant`);
    }
    return operand.data;
  }

  /** A short constant input as a list, undefined if it is left out. Throws NOT_CONSTANT or LIMIT. */
  constant(index: number): readonly number[] | undefined {
    const elements = this.elements(index);
    if (elements === undefined) return undefined;
    const short = elements.length <= LIMITS.parameterElements;
    demand(short, "LIMIT", `its input ${index} has ${elements.length} elements`, this.node);
    return Array.from(elements);
  }

  /**
   * Whole numbers: a constant input of newer opsets, an attribute of older ones. Throws NOT_CONSTANT,
   * LIMIT, ATTRIBUTE, or SHAPE if they are not whole.
   */
  parameter(index: number, attribute: string): readonly number[] | undefined {
    const list = this.constant(index) ?? this.numbers(attribute);
    this.demandShape(list?.every(Number.isInteger) ?? true, `its ${attribute} are [${list}]`);
    return list;
  }

  /** A number. Throws ATTRIBUTE if it is something else, or missing without a default. */
  number(name: string, byDefault?: number): number {
    const value = this.node.attributes.get(name) ?? byDefault;
    if (typeof value !== "number") throw this.wrong(name, value);
    return value;
  }

  /** A list of numbers, undefined if it is missing. Throws ATTRIBUTE. */
  numbers(name: string): readonly number[] | undefined {
    const value = this.node.attributes.get(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.wrong(name, value);
    return value as readonly number[];
  }

  /** A text. Throws ATTRIBUTE. */
  text(name: string, byDefault: string): string {
    const value = this.node.attributes.get(name) ?? byDefault;
    if (typeof value !== "string") throw this.wrong(name, value);
    return value;
  }

  /** A tensor, undefined if it is missing. Throws ATTRIBUTE. */
  tensor(name: string): FloatTensor | undefined {
    const value = this.node.attributes.get(name);
    if (value === undefined) return undefined;
    if (typeof value !== "object" || !("data" in value)) throw this.wrong(name, value);
    return value;
  }

  /** An axis of a value of `rank` axes, counted from the end if negative. Throws SHAPE. */
  axis(axis: number, rank: number): number {
    const index = axis < 0 ? axis + rank : axis;
    const valid = Number.isInteger(index) && index >= 0 && index < rank;
    this.demandShape(valid, `axis ${axis} of ${rank} axes`);
    return index;
  }

  /**
   * An output. Throws SHAPE for axes that are no lengths, LIMIT if it has too many elements.
   */
  result(kind: Kind, dims: readonly number[], fill: Fill, work = sizeOf(dims)): Result {
    const valid = dims.every((dim) => Number.isInteger(dim) && dim >= 0);
    this.demandShape(valid && dims.length <= LIMITS.rank, `its shape is ${describeDims(dims)}`);
    const size = sizeOf(dims);
    demand(size <= LIMITS.resultElements, "LIMIT", `its result has ${size} elements`, this.node);
    const compute = (inputs: readonly Elements[], pool: ElementPool) => {
      const target = pool.take(kind, size);
      fill(target, inputs, pool);
      return target;
    };
    return { kind, dims, work, compute };
  }

  /** Input `index` in another shape of as many elements. */
  reshaped(index: number, dims: readonly number[]): Result {
    const { kind, dims: from } = this.input(index);
    const fits = sizeOf(dims) === sizeOf(from);
    this.demandShape(fits, `${describeDims(from)} does not fit ${describeDims(dims)}`);
    return this.result(kind, dims, (target, inputs) => target.set(inputs[index]));
  }

  private wrong(name: string, value: AttributeValue | undefined): OnnxError {
    return this.error("ATTRIBUTE", `attribute "${name}" is ${JSON.stringify(value)}`);
  }
}
