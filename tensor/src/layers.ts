import { ensure } from "./errors";
import { elementCount } from "./tensor";
import type { ProgramBuilder, ResultOptions, Value } from "./builder";
import type { DType } from "./dtype";
import type { Loop, ReduceFunction } from "./node";

/** How windows move over an image of height x width pixels, each a row of channels. */
export interface Windows {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Height and width of a window. */
  readonly kernel: readonly [number, number];
  /** Steps down and right; 1 by default. */
  readonly stride?: readonly [number, number];
  /** Pixels added above, left, below and right; none by default. */
  readonly padding?: readonly [number, number, number, number];
  /** Value of the added pixels, the image's zero point; 0 by default. */
  readonly pad?: number;
}

/** Height and width of what windows give: one pixel for each window that fits. */
export function windowCounts(windows: Windows): [number, number] {
  const { height, width, kernel, stride = [1, 1], padding = [0, 0, 0, 0] } = windows;
  return [
    Math.floor((height + padding[0] + padding[2] - kernel[0]) / stride[0]) + 1,
    Math.floor((width + padding[1] + padding[3] - kernel[1]) / stride[1]) + 1,
  ];
}

/** The elements of a in the same order, in other rows and columns. */
export function reshape(
  builder: ProgramBuilder,
  name: string,
  a: Value,
  rows: number,
  cols: number,
): Value {
  const count = elementCount(a);
  const loops = [{ extent: count, axis: 3, stride: 1 }];
  return builder.view(name, a, { rows, cols, dims: [1, 1, 1, count], loops });
}

/** Rows become columns. */
export function transpose(builder: ProgramBuilder, name: string, a: Value): Value {
  return builder.view(name, a, {
    rows: a.cols,
    cols: a.rows,
    dims: [1, 1, a.rows, a.cols],
    loops: [
      { extent: a.cols, axis: 3, stride: 1 },
      { extent: a.rows, axis: 2, stride: 1 },
    ],
  });
}

/**
 * `rows` rows from `firstRow` and `cols` columns from `firstCol` of a. Throws `ProgramError` SHAPE
 * if they are not all there.
 */
export function slice(
  builder: ProgramBuilder,
  name: string,
  a: Value,
  part: { firstRow: number; rows: number; firstCol: number; cols: number },
): Value {
  const { firstRow, rows, firstCol, cols } = part;
  const inside =
    firstRow >= 0 && firstCol >= 0 && firstRow + rows <= a.rows && firstCol + cols <= a.cols;
  ensure(inside, "SHAPE", `"${name}" reaches beyond "${a.name}" [${a.rows},${a.cols}]`);
  return builder.view(name, a, {
    rows,
    cols,
    dims: [1, 1, a.rows, a.cols],
    offsets: [0, 0, firstRow, firstCol],
    loops: [
      { extent: rows, axis: 2, stride: 1 },
      { extent: cols, axis: 3, stride: 1 },
    ],
  });
}

/** (a x multiplier) >> shift, rounded half up, saturated to `dtype`. */
export function requantize(
  builder: ProgramBuilder,
  name: string,
  a: Value,
  multiplier: Value,
  shift: number,
  dtype: DType = "i8",
): Value {
  return builder.map.mul(name, a, multiplier, { shift, dtype });
}

/** One row for each window: its pixels in order, all channels of each. */
export function im2col(
  builder: ProgramBuilder,
  name: string,
  image: Value,
  windows: Windows,
): Value {
  const [outHeight, outWidth] = windowCounts(windows);
  const { channels, kernel } = windows;
  const { down, right, kernelDown, kernelRight, channel } = windowLoops(windows);
  return builder.view(name, image, {
    ...imageOf(windows),
    rows: outHeight * outWidth,
    cols: kernel[0] * kernel[1] * channels,
    loops: [down, right, kernelDown, kernelRight, channel],
  });
}

/**
 * A convolution of all channels: [windows, filters] of i32. `filters` has a row for each filter,
 * its weights in the order of `im2col`. A 1 x 1 kernel that reads each pixel once needs no `im2col`.
 */
export function conv2d(
  builder: ProgramBuilder,
  name: string,
  image: Value,
  filters: Value,
  windows: Windows,
  options: ResultOptions = {},
): Value {
  const { height, width, channels, kernel, stride = [1, 1], padding = [0, 0, 0, 0] } = windows;
  const pointwise = [...kernel, ...stride].every((n) => n === 1) && padding.every((n) => n === 0);
  const inShape = image.rows === height * width && image.cols === channels;
  const patches = pointwise && inShape ? image : im2col(builder, `${name}.patches`, image, windows);
  return builder.dot(name, patches, filters, options);
}

/**
 * A convolution of each channel by its own row of `filters` [channels, kernel]: [channels, windows]
 * of i32, channels first.
 */
export function depthwiseConv2d(
  builder: ProgramBuilder,
  name: string,
  image: Value,
  filters: Value,
  windows: Windows,
  options: ResultOptions = {},
): Value {
  const [outHeight, outWidth] = windowCounts(windows);
  const { channels, kernel } = windows;
  const { down, right, kernelDown, kernelRight, channel } = windowLoops(windows);
  const patches = builder.view(`${name}.patches`, image, {
    ...imageOf(windows),
    rows: channels * outHeight * outWidth,
    cols: kernel[0] * kernel[1],
    loops: [channel, down, right, kernelDown, kernelRight],
  });
  const shape = { rows: channels, cols: outHeight * outWidth };
  return builder.dot(name, patches, filters, { ...shape, ...options, groups: channels });
}

/** `fn` of each channel of each window: [windows, channels]. */
export function pool2d(
  builder: ProgramBuilder,
  name: string,
  fn: ReduceFunction,
  image: Value,
  windows: Windows,
  options: ResultOptions = {},
): Value {
  const [outHeight, outWidth] = windowCounts(windows);
  const { channels, kernel } = windows;
  const { down, right, kernelDown, kernelRight, channel } = windowLoops(windows);
  const patches = builder.view(`${name}.patches`, image, {
    ...imageOf(windows),
    rows: outHeight * outWidth * channels,
    cols: kernel[0] * kernel[1],
    loops: [down, right, channel, kernelDown, kernelRight],
  });
  const shape = { rows: outHeight * outWidth, cols: channels };
  return builder.reduce(name, fn, patches, { ...shape, ...options });
}

const [HEIGHT, WIDTH, CHANNEL] = [1, 2, 3];

function imageOf({ height, width, channels, padding = [0, 0, 0, 0], pad = 0 }: Windows) {
  return {
    dims: [1, height, width, channels] as const,
    offsets: [0, 0 - padding[0], 0 - padding[1], 0] as const,
    pad,
  };
}

function windowLoops(
  windows: Windows,
): Record<"down" | "right" | "kernelDown" | "kernelRight" | "channel", Loop> {
  const [outHeight, outWidth] = windowCounts(windows);
  const { kernel, stride = [1, 1], channels } = windows;
  return {
    down: { extent: outHeight, axis: HEIGHT, stride: stride[0] },
    right: { extent: outWidth, axis: WIDTH, stride: stride[1] },
    kernelDown: { extent: kernel[0], axis: HEIGHT, stride: 1 },
    kernelRight: { extent: kernel[1], axis: WIDTH, stride: 1 },
    channel: { extent: channels, axis: CHANNEL, stride: 1 },
  };
}
