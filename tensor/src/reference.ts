import { add, div, floorMod, mulShift, sqrt, sub } from "./arithmetic";
import { allocate, saturate } from "./dtype";
import { checkInput, weightOf } from "./model";
import { operandsOf } from "./node";
import { elementCount } from "./tensor";
import type { TracingExecutor } from "./executor";
import type { Model } from "./model";
import type { DotNode, InstructionNode, MapNode, ReduceNode, TakeNode, ViewNode } from "./node";
import type { Tensor } from "./tensor";

/** The i32 value of element `index` of an instruction's result, before the store. */
type Element = (index: number) => number;

/** The specification in code: every node in order, every element by itself. */
export class ReferenceExecutor implements TracingExecutor {
  readonly name = "reference";

  async run(model: Model, inputs: readonly Tensor[]): Promise<Tensor[]> {
    return inputs.map((input) => this.trace(model, input)[model.program.nodes.length - 1]);
  }

  /** The result of every node. Throws `ProgramError` INPUT if the input does not fit. */
  trace({ program, weights }: Model, input: Tensor): Tensor[] {
    checkInput(program, input);
    const results: Tensor[] = [];
    program.nodes.forEach((node, index) => {
      if (node.op === "input") results.push(input);
      else if (node.op === "const") results.push(weightOf(weights, index));
      else {
        const operands = operandsOf(node).map((operand) => results[operand]);
        results.push(evaluateNode(node, operands));
      }
    });
    return results;
  }
}

/** The result of a valid instruction on operands in the order of `operandsOf`. */
export function evaluateNode(node: InstructionNode, operands: readonly Tensor[]): Tensor {
  const { dtype, rows, cols } = node;
  const data = allocate(dtype, elementCount(node));
  const element = elementOf(node, operands);
  for (let index = 0; index < data.length; index++) data[index] = saturate(dtype, element(index));
  return { dtype, rows, cols, data };
}

function elementOf(node: InstructionNode, [a, b]: readonly Tensor[]): Element {
  switch (node.op) {
    case "dot":
      return dot(node, a, b);
    case "map":
      return map(node, a, b);
    case "reduce":
      return reduce(node, a);
    case "view":
      return view(node, a);
    case "take":
      return take(node, a, b);
  }
}

function dot(node: DotNode, a: Tensor, b: Tensor): Element {
  const n = elementCount(node) / a.rows;
  const groupRows = a.rows / node.groups;
  const groupsOfB = b.rows / n;
  return (index) => {
    const rowOfA = Math.floor(index / n);
    const group = Math.floor(rowOfA / groupRows);
    const rowOfB = (group % groupsOfB) * n + (index % n);
    return dotRows(a, rowOfA, b, rowOfB);
  };
}

function dotRows(a: Tensor, rowOfA: number, b: Tensor, rowOfB: number): number {
  const [startOfA, startOfB] = [rowOfA * a.cols, rowOfB * b.cols];
  let sum = 0;
  for (let k = 0; k < a.cols; k++) {
    sum = (sum + Math.imul(a.data[startOfA + k], b.data[startOfB + k])) | 0;
  }
  return sum;
}

function map(node: MapNode, a: Tensor, b: Tensor): Element {
  if (node.fn === "sqrt") return (index) => sqrt(broadcast(node, a, index));
  const apply = mapFunction(node);
  return (index) => apply(broadcast(node, a, index), broadcast(node, b, index));
}

/** The element of `operand` that falls on element `index` of the result. */
function broadcast(node: MapNode, operand: Tensor, index: number): number {
  const row = Math.floor(index / node.cols) % operand.rows;
  const col = (index % node.cols) % operand.cols;
  return operand.data[row * operand.cols + col];
}

function mapFunction({ fn, shift }: MapNode): (a: number, b: number) => number {
  switch (fn) {
    case "add":
      return add;
    case "sub":
      return sub;
    case "mul":
      return (a, b) => mulShift(a, b, shift);
    case "min":
      return Math.min;
    case "max":
      return Math.max;
    case "div":
      return div;
    case "sqrt":
      return sqrt;
  }
}

function reduce({ fn }: ReduceNode, a: Tensor): Element {
  const row = (index: number) => Array.from(a.data.subarray(index * a.cols, (index + 1) * a.cols));
  switch (fn) {
    case "sum":
      return (index) => row(index).reduce(add, 0);
    case "max":
      return (index) => row(index).reduce((x, y) => Math.max(x, y));
    case "argmax":
      return (index) => row(index).reduce((best, x, col, xs) => (x > xs[best] ? col : best), 0);
  }
}

function view(node: ViewNode, a: Tensor): Element {
  return (index) => {
    const source = viewSource(node, index);
    return source === undefined ? node.pad : a.data[source];
  };
}

/** The element of its operand that a VIEW reads for element `index`; undefined if it pads. */
export function viewSource({ loops, dims, offsets }: ViewNode, index: number): number | undefined {
  const position = [...offsets];
  let rest = index;
  for (const { extent, axis, stride } of [...loops].reverse()) {
    position[axis] += (rest % extent) * stride;
    rest = Math.floor(rest / extent);
  }
  const inside = position.every((p, axis) => p >= 0 && p < dims[axis]);
  return inside ? position.reduce((flat, p, axis) => flat * dims[axis] + p, 0) : undefined;
}

function take({ chunk }: TakeNode, a: Tensor, b: Tensor): Element {
  const chunks = elementCount(a) / chunk;
  return (index) => {
    const wanted = floorMod(b.data[Math.floor(index / chunk)], chunks);
    return a.data[wanted * chunk + (index % chunk)];
  };
}
