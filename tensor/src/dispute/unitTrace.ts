import { dtypeSize } from "../dtype";
import { ProgramError, TensorError } from "../errors";
import { checkInput, weightOf } from "../model";
import { isInstruction, operandsOf } from "../node";
import { elementCount } from "../tensor";
import { tensorId, tensorIdOf } from "../tensorTree";
import { evaluateOnWasm } from "../wasm/evaluate";
import { MerkleTree } from "./tree";
import type { Hex } from "../hex";
import type { Model } from "../model";
import type { InstructionNode } from "../node";
import type { Tensor } from "../tensor";

/** Computes one instruction on operands in the order of `operandsOf`. */
export type Evaluate = (node: InstructionNode, operands: readonly Tensor[]) => Tensor;

/** The results of all nodes of one unit, true or not. */
export interface NodeResults {
  /** The tensor id of each node's result: the leaves of the trace. */
  readonly ids: readonly Hex[];
  /** The tree over `ids`. */
  readonly tree: MerkleTree;
  /** The result of a node. */
  result(index: number): Tensor;
}

/** How a trace is kept. */
export interface UnitTraceOptions {
  /** WebAssembly unless given. */
  readonly evaluate?: Evaluate;
  /** Bytes of results that are kept to start from again; 128 MiB unless given. */
  readonly keptBytes?: number;
}

const KEPT_BYTES = 2 ** 27;

/**
 * The results of all nodes of one unit. Their ids are computed in one pass, which lets go of each
 * result after its last use; a result that is asked for later is computed again from what was kept.
 * So memory holds the results that wait for a use, and `keptBytes`.
 */
export class UnitTrace implements NodeResults {
  private readonly evaluate: Evaluate;
  private readonly kept: ResultCache;
  private known: { readonly ids: readonly Hex[]; readonly tree: MerkleTree } | undefined;

  /** Throws `ProgramError` INPUT if the input does not fit. */
  constructor(
    readonly model: Model,
    readonly input: Tensor,
    { evaluate = evaluateOnWasm, keptBytes = KEPT_BYTES }: UnitTraceOptions = {},
  ) {
    checkInput(model.program, input);
    this.evaluate = evaluate;
    this.kept = new ResultCache(keptBytes);
  }

  /** The tensor id of each node's result: the leaves of the trace. */
  get ids(): readonly Hex[] {
    return this.compute().ids;
  }

  /** The tree over `ids`. */
  get tree(): MerkleTree {
    return this.compute().tree;
  }

  /** The result of a node. Throws `TensorError` INDEX if there is no such node. */
  result(index: number): Tensor {
    const { nodes } = this.model.program;
    const result =
      index in nodes
        ? (this.resultIfKnown(index) ?? this.run([index], () => undefined))
        : undefined;
    if (result !== undefined) return result;
    throw new TensorError("INDEX", `a program of ${nodes.length} nodes has no node ${index}`);
  }

  private compute(): { readonly ids: readonly Hex[]; readonly tree: MerkleTree } {
    if (this.known !== undefined) return this.known;
    const { nodes } = this.model.program;
    const ids = nodes.map((node): Hex => {
      if (node.op === "input") return tensorId(this.input);
      return node.op === "const" ? tensorIdOf(node, node.root) : "0x";
    });
    const instructions = [...nodes.keys()].filter((index) => ids[index] === "0x");
    this.run(instructions, (index, result) => (ids[index] = tensorId(result)));
    this.known = { ids, tree: MerkleTree.ofList(ids) };
    return this.known;
  }

  /** Computes `wanted` and what they need, in order; returns the result of the last. */
  private run(
    wanted: readonly number[],
    done: (index: number, result: Tensor) => void,
  ): Tensor | undefined {
    const order = this.missing(wanted);
    const uses = this.countUses(order);
    const waiting = new Map<number, Tensor>();
    let last: Tensor | undefined;
    for (const index of order) {
      const node = this.model.program.nodes[index];
      if (!isInstruction(node)) throw new ProgramError("OP", "it computes nothing", index);
      const operands = operandsOf(node).map(
        (operand) => waiting.get(operand) ?? this.resultIfKnown(operand) ?? this.result(operand),
      );
      last = this.evaluate(node, operands);
      done(index, last);
      if ((uses.get(index) ?? 0) > 0) waiting.set(index, last);
      this.kept.add(index, last);
      for (const operand of operandsOf(node)) {
        const left = (uses.get(operand) ?? 0) - 1;
        uses.set(operand, left);
        if (left === 0) waiting.delete(operand);
      }
    }
    return last;
  }

  /** `wanted` and all they are computed from that is not known, in order. */
  private missing(wanted: readonly number[]): number[] {
    const found = new Set<number>(wanted);
    const open = [...wanted];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      for (const operand of operandsOf(this.model.program.nodes[index])) {
        if (found.has(operand) || this.resultIfKnown(operand) !== undefined) continue;
        found.add(operand);
        open.push(operand);
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  private countUses(order: readonly number[]): Map<number, number> {
    const uses = new Map<number, number>();
    for (const index of order) {
      for (const operand of operandsOf(this.model.program.nodes[index])) {
        uses.set(operand, (uses.get(operand) ?? 0) + 1);
      }
    }
    return uses;
  }

  private resultIfKnown(index: number): Tensor | undefined {
    const { op } = this.model.program.nodes[index];
    if (op === "input") return this.input;
    return op === "const" ? weightOf(this.model.weights, index) : this.kept.get(index);
  }
}

/** The results that were used last, up to a number of bytes. */
class ResultCache {
  private readonly results = new Map<number, Tensor>();
  private bytes = 0;

  constructor(private readonly limit: number) {}

  get(index: number): Tensor | undefined {
    const result = this.results.get(index);
    if (result === undefined) return undefined;
    this.results.delete(index);
    this.results.set(index, result);
    return result;
  }

  add(index: number, result: Tensor): void {
    if (this.results.has(index) || bytesOf(result) > this.limit) return;
    this.results.set(index, result);
    this.bytes += bytesOf(result);
    for (const [oldest, old] of this.results) {
      if (this.bytes <= this.limit) return;
      this.results.delete(oldest);
      this.bytes -= bytesOf(old);
    }
  }
}

function bytesOf(tensor: Tensor): number {
  return elementCount(tensor) * dtypeSize(tensor.dtype);
}
