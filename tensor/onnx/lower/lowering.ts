import { quantize, rangeOf, symmetricOver, tensor } from "../../src/index";
import { OnnxError } from "../errors";
import { sizeOf } from "../graph/tensor";
import { OperatorCall } from "../operators/call";
import { MASK } from "./calibrate";
import { WHOLE, bestOf8Bits, chooseFormat } from "./formats";
import { Emitter } from "./emitter";
import { naturalOrder } from "./held";
import { findUnmasked } from "./masks";
import { findNeeds } from "./needs";
import { PointwiseMap } from "./pointwise";
import type { Affine } from "../../src/index";
import type { Inferred, Step } from "../graph/infer";
import type { Elements } from "../graph/tensor";
import type { Operand } from "../operators/call";
import type { Statistics } from "./calibrate";
import type { Held } from "./held";
import type { LayerFormats } from "./layers";
import type { Needs } from "./needs";

/** How far below all others a masked value lies at least. */
export const MASK_DEPTH = 64;

/** A program under construction: what it holds of a graph's values, and the formats of the others. */
export class Lowering {
  readonly emit = new Emitter();
  readonly pointwise: PointwiseMap;
  readonly needs: Needs;
  private readonly unmasked: ReadonlySet<string>;
  private readonly values = new Map<string, Held>();

  constructor(
    readonly graph: Inferred,
    private readonly statistics: ReadonlyMap<string, Statistics>,
    private readonly leastDecibels: number,
  ) {
    this.pointwise = new PointwiseMap(graph);
    this.needs = findNeeds(graph, this.pointwise);
    this.unmasked = findUnmasked(graph);
  }

  /** All values that the program holds, by name. */
  get held(): ReadonlyMap<string, Held> {
    return this.values;
  }

  /** The call of a step, to ask for its attributes. */
  call({ node, operands }: Step): OperatorCall {
    return new OperatorCall(node, this.graph.opset, operands);
  }

  /** What calibration saw of a value. */
  seen(name: string): Statistics {
    const statistics = this.statistics.get(name);
    if (statistics === undefined) throw new OnnxError("CALIBRATION", `"${name}" was not seen`);
    return statistics;
  }

  /** The format that suits a value. */
  format(name: string): Affine {
    const need = this.needs.need.get(name) ?? "layer";
    return chooseFormat(this.seen(name), need, this.leastDecibels);
  }

  /** What the weights of a layer are quantised for. */
  layer(input: Affine, output: Affine): LayerFormats {
    return { input, output, leastDecibels: this.leastDecibels };
  }

  /** 8 bits for a value, whatever the loss. */
  format8(name: string): Affine {
    return bestOf8Bits(this.seen(name)).affine;
  }

  hold(name: string, held: Held): void {
    this.values.set(name, held);
  }

  /** An operand as a node of the program; see `constant`. */
  get(operand: Operand): Held {
    const known = this.values.get(operand.name);
    if (known !== undefined) return known;
    if (operand.data === undefined) {
      throw new OnnxError("OPERATOR", `"${operand.name}" is not lowered`);
    }
    const held = this.constant(operand);
    this.values.set(operand.name, held);
    return held;
  }

  /** A constant as a node of the program: whole numbers as they are, real ones in 16 bits. */
  constant({ kind, dims, data = new Float32Array(0), name }: Operand): Held {
    const affine = kind === "whole" ? WHOLE : constantFormat(data, this.masks({ name, data }));
    const cols = dims.at(-1) ?? 1;
    const rows = sizeOf(dims) / cols;
    const integers = tensor(affine.dtype, rows, cols, quantize(data, affine));
    const value = this.emit.constant(`constant ${name}`, integers);
    return { value, dims, order: naturalOrder(dims), affine };
  }

  /** Whether a constant masks elements from a Softmax. */
  masks({ name, data }: Pick<Operand, "name" | "data">): boolean {
    return !this.unmasked.has(name) && (data?.some((x) => x < MASK) ?? false);
  }
}

function constantFormat(data: Elements, masks: boolean): Affine {
  if (!masks) return symmetricOver(rangeOf(data), "i16");
  const { min, max } = rangeOf(data.filter((x) => x >= MASK));
  return symmetricOver({ min: min - MASK_DEPTH, max }, "i16");
}
