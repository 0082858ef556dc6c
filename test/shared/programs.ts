import { bytesToHex, encodeProgram, keccak256 } from "../../tensor/src/index";
import type { Hex, Loop, Program, ProgramNode } from "../../tensor/src/index";

/** A node as the registry takes it. */
export type NodeWords = [Hex, Hex, Hex, Hex];

/** The words of every node of a program. */
export function programWords(program: Program): NodeWords[] {
  return bytesToWords(encodeProgram(program));
}

/** Encoded nodes, cut into words. */
export function bytesToWords(bytes: Uint8Array): NodeWords[] {
  const word = (at: number) => bytesToHex(bytes.subarray(at, at + 32));
  return Array.from({ length: bytes.length / 128 }, (_, i) => {
    const at = 128 * i;
    return [word(at), word(at + 32), word(at + 64), word(at + 96)];
  });
}

/**
 * A quantised convolutional network of exactly `nodes` nodes, at least 8: a strided 3×3 convolution,
 * then blocks of a depthwise 3×3 convolution, a pointwise one and a lookup table, each with bias and
 * requantisation. The roots of the constants are hashes of their indices.
 */
export function convolutionalProgram(nodes: number): Program {
  const net = new ConvolutionalNet();
  net.convolution(16, 2);
  while (nodes - net.nodes.length > 20) {
    net.depthwise();
    net.pointwise(net.channels === 16 ? 32 : 16);
    net.lookup();
  }
  while (net.nodes.length < nodes) net.activation();
  return { nodes: net.nodes };
}

const SIDE = 64;
const BYTE_VALUES = 256;

class ConvolutionalNet {
  readonly nodes: ProgramNode[] = [{ op: "input", dtype: "i8", rows: SIDE * SIDE, cols: 3 }];
  channels = 3;
  private side = SIDE;

  convolution(channels: number, stride: number): void {
    const from = { side: this.side, channels: this.channels };
    this.side /= stride;
    const window = 9 * from.channels;
    const a = this.view(this.side ** 2, window, [1, from.side, from.side, from.channels], -1, [
      { extent: this.side, axis: 1, stride },
      { extent: this.side, axis: 2, stride },
      { extent: 3, axis: 1, stride: 1 },
      { extent: 3, axis: 2, stride: 1 },
      { extent: from.channels, axis: 3, stride: 1 },
    ]);
    this.channels = channels;
    this.dot(a, this.constant("i8", channels, window), this.side ** 2, channels, 1);
    this.requantise("column");
  }

  depthwise(): void {
    const { side, channels } = this;
    const a = this.view(channels * side ** 2, 9, [1, side, side, channels], -1, [
      { extent: channels, axis: 3, stride: 1 },
      { extent: side, axis: 1, stride: 1 },
      { extent: side, axis: 2, stride: 1 },
      { extent: 3, axis: 1, stride: 1 },
      { extent: 3, axis: 2, stride: 1 },
    ]);
    this.dot(a, this.constant("i8", channels, 9), channels, side ** 2, channels);
    this.requantise("row");
    this.view(side ** 2, channels, [1, 1, channels, side ** 2], 0, [
      { extent: side ** 2, axis: 3, stride: 1 },
      { extent: channels, axis: 2, stride: 1 },
    ]);
  }

  pointwise(channels: number): void {
    const a = this.nodes.length - 1;
    const b = this.constant("i8", channels, this.channels);
    this.channels = channels;
    this.dot(a, b, this.side ** 2, channels, 1);
    this.requantise("column");
  }

  lookup(): void {
    const b = this.nodes.length - 1;
    const a = this.constant("i8", 1, BYTE_VALUES);
    const { rows, cols } = this.nodes[b];
    this.nodes.push({ op: "take", dtype: "i8", rows, cols, a, b, chunk: 1 });
  }

  activation(): void {
    const a = this.nodes.length - 1;
    const { rows, cols } = this.nodes[a];
    this.nodes.push({ op: "map", fn: "max", dtype: "i8", rows, cols, a, b: a, shift: 0 });
  }

  private dot(a: number, b: number, rows: number, cols: number, groups: number): void {
    this.nodes.push({ op: "dot", dtype: "i32", rows, cols, a, b, groups });
  }

  /** Adds a bias and multiplies by a scale, one for each channel. */
  private requantise(channel: "row" | "column"): void {
    const shape = channel === "row" ? [this.channels, 1] : [1, this.channels];
    for (const step of [
      { fn: "add", dtype: "i32", shift: 0 },
      { fn: "mul", dtype: "i8", shift: 24 },
    ] as const) {
      const a = this.nodes.length - 1;
      const { rows, cols } = this.nodes[a];
      const b = this.constant("i32", shape[0], shape[1]);
      this.nodes.push({ op: "map", ...step, rows, cols, a, b });
    }
  }

  private view(
    rows: number,
    cols: number,
    dims: readonly [number, number, number, number],
    offset: number,
    loops: readonly Loop[],
  ): number {
    const a = this.nodes.length - 1;
    const offsets = [0, offset, offset, 0] as const;
    return (
      this.nodes.push({ op: "view", dtype: "i8", rows, cols, a, dims, offsets, loops, pad: -128 }) -
      1
    );
  }

  private constant(dtype: "i8" | "i32", rows: number, cols: number): number {
    const root = bytesToHex(keccak256(Uint8Array.of(this.nodes.length >> 8, this.nodes.length)));
    return this.nodes.push({ op: "const", dtype, rows, cols, root }) - 1;
  }
}
