import { arrange } from "./held";
import type { Axes } from "../../src/index";
import type { Spatial } from "../operators/windows";
import type { Emitter } from "./emitter";
import type { Held } from "./held";

/** Axes of an image of one batch: where rows, columns and channels lie in memory. */
export interface ImageAxes {
  readonly dims: Axes;
  readonly channel: number;
  readonly row: number;
  readonly col: number;
}

/** How an image [1, C, H, W] lies in memory, in whatever order. */
export function imageAxes({ dims, order }: Held): ImageAxes {
  const inner = order.filter((axis) => axis !== 0);
  const at = (axis: number) => inner.indexOf(axis) + 1;
  const [a, b, c] = inner.map((axis) => dims[axis]);
  return { dims: [1, a, b, c], channel: at(1), row: at(2), col: at(3) };
}

/** Loops of windows over an image, and where they start. */
export function windowView(spatial: Spatial, axes: ImageAxes) {
  const { kernel, stride, dilation, padding, outHeight, outWidth } = spatial;
  const offsets: [number, number, number, number] = [0, 0, 0, 0];
  offsets[axes.row] = 0 - padding[0];
  offsets[axes.col] = 0 - padding[1];
  const loops = {
    down: { extent: outHeight, axis: axes.row, stride: stride[0] },
    right: { extent: outWidth, axis: axes.col, stride: stride[1] },
    kernelDown: { extent: kernel[0], axis: axes.row, stride: dilation[0] },
    kernelRight: { extent: kernel[1], axis: axes.col, stride: dilation[1] },
  };
  return { offsets, loops };
}

/** An image with its channels last, in rows of channels. */
export function channelsLast(emit: Emitter, held: Held): Held {
  return arrange(emit, held, [0, 2, 3, 1], held.dims[1]);
}
