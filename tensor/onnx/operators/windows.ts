import { demand } from "../errors";
import { LIMITS } from "../file/limits";
import type { Elements } from "../graph/tensor";
import type { OperatorCall } from "./call";

/** How windows move over one image, channels first. */
export interface Spatial {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Pixels added above, left, below and right. */
  readonly padding: readonly [number, number, number, number];
  readonly outHeight: number;
  readonly outWidth: number;
}

type Pair = readonly [number, number];

/** The windows of a convolution or pooling. Throws `OnnxError` SHAPE, ATTRIBUTE or LIMIT. */
export function windowsOf(call: OperatorCall, kernel: readonly number[]): Spatial {
  const { dims } = call.input(0);
  call.demandShape(dims.length === 4 && dims[0] === 1, "only one image of two axes");
  const [, channels, height, width] = dims;
  const stride = pair(call, "strides");
  const dilation = pair(call, "dilations");
  const auto = call.text("auto_pad", "NOTSET").startsWith("SAME");
  const plain = !auto || dilation.every((step) => step === 1);
  call.demandShape(plain, "dilations with padding of their own are not supported");
  const reach: Pair = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1];
  const padding = paddingOf(call, [height, width], reach, stride);
  const ceil = call.number("ceil_mode", 0) !== 0;
  const count = (size: number, axis: 0 | 1) => {
    const steps = (size + padding[axis] + padding[axis + 2] - reach[axis]) / stride[axis];
    const last = ceil ? Math.ceil(steps) : Math.floor(steps);
    // A window that starts beyond the image is none.
    return ceil && last * stride[axis] >= size + padding[axis] ? last : last + 1;
  };
  const [outHeight, outWidth] = [count(height, 0), count(width, 1)];
  const some = kernel.every(isLength) && outHeight >= 1 && outWidth >= 1;
  call.demandShape(some, `no window of [${kernel}] fits [${dims}]`);
  const few = outHeight * outWidth <= LIMITS.windows;
  demand(few, "LIMIT", `it has ${outHeight} x ${outWidth} windows`, call.node);
  return {
    channels,
    height,
    width,
    kernel: [kernel[0], kernel[1]],
    stride,
    dilation,
    padding,
    outHeight,
    outWidth,
  };
}

function isLength(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function pair(call: OperatorCall, name: string): Pair {
  const [down, right] = call.numbers(name) ?? [1, 1];
  call.demandShape(isLength(down) && isLength(right), `attribute "${name}" has to be two lengths`);
  return [down, right];
}

function paddingOf(
  call: OperatorCall,
  size: Pair,
  reach: Pair,
  stride: Pair,
): [number, number, number, number] {
  const auto = call.text("auto_pad", "NOTSET");
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const total = ([0, 1] as const).map((axis) =>
      Math.max(
        (Math.ceil(size[axis] / stride[axis]) - 1) * stride[axis] + reach[axis] - size[axis],
        0,
      ),
    );
    const less = total.map((pixels) => Math.floor(pixels / 2));
    const more = total.map((pixels, axis) => pixels - less[axis]);
    return auto === "SAME_UPPER"
      ? [less[0], less[1], more[0], more[1]]
      : [more[0], more[1], less[0], less[1]];
  }
  const pads = auto === "VALID" ? [0, 0, 0, 0] : (call.numbers("pads") ?? [0, 0, 0, 0]);
  const valid = pads.length === 4 && pads.every((pad) => Number.isInteger(pad) && pad >= 0);
  call.demandShape(valid, `pads [${pads}] are not four lengths`);
  return [pads[0], pads[1], pads[2], pads[3]];
}

/**
 * Pixels that each window of a pooling counts: those of the image, or with `count_include_pad` those of
 * its border, too. Throws `OnnxError` SHAPE if a window has no pixel of the image.
 */
export function windowCounts(call: OperatorCall, spatial: Spatial): number[] {
  const { height, width, padding } = spatial;
  const image = countPixels(spatial, [0, 0], [height, width]);
  const some = image.every((count) => count >= 1);
  call.demandShape(some, "a window lies beside the image");
  if (call.number("count_include_pad", 0) === 0) return image;
  const [top, left, bottom, right] = padding;
  return countPixels(spatial, [0 - top, 0 - left], [height + bottom, width + right]);
}

/** Pixels of each window from `least` on and below `end`. */
function countPixels(
  { kernel, stride, dilation, padding, outHeight, outWidth }: Spatial,
  least: Pair,
  end: Pair,
): number[] {
  const along = (axis: 0 | 1, windows: number) =>
    Array.from({ length: windows }, (_, i) => {
      const start = i * stride[axis] - padding[axis];
      const first = Math.max(0, Math.ceil((least[axis] - start) / dilation[axis]));
      const last = Math.min(kernel[axis], Math.ceil((end[axis] - start) / dilation[axis]));
      return Math.max(0, last - first);
    });
  const right = along(1, outWidth);
  return along(0, outHeight).flatMap((rows) => right.map((cols) => rows * cols));
}

/** Whole numbers from `start` on, below `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Writes a row for each window of some rows of windows: the pixels of each of its channels in order,
 * zeros where it leaves the image.
 */
export function gatherPatches(
  spatial: Spatial,
  x: Elements,
  channels: Span,
  rows: Span,
  patches: Elements,
): void {
  const { height, width, kernel, stride, dilation, padding, outWidth } = spatial;
  let at = 0;
  for (let row = rows.start; row < rows.end; row++) {
    for (let col = 0; col < outWidth; col++) {
      for (let channel = channels.start; channel < channels.end; channel++) {
        for (let i = 0; i < kernel[0]; i++) {
          const y = row * stride[0] - padding[0] + i * dilation[0];
          const line = (channel * height + y) * width;
          for (let j = 0; j < kernel[1]; j++, at++) {
            const col0 = col * stride[1] - padding[1] + j * dilation[1];
            const inside = y >= 0 && y < height && col0 >= 0 && col0 < width;
            patches[at] = inside ? x[line + col0] : 0;
          }
        }
      }
    }
  }
}

/** Adds to each window's sum `weight` times its pixel `tap` of a channel. */
export function gatherWindow(
  { height, width, kernel, stride, dilation, padding, outHeight, outWidth }: Spatial,
  x: Elements,
  channel: number,
  tap: number,
  weight: number,
  sums: Elements,
): void {
  const top = Math.floor(tap / kernel[1]) * dilation[0] - padding[0];
  const left = (tap % kernel[1]) * dilation[1] - padding[1];
  const first = Math.max(0, Math.ceil(-left / stride[1]));
  const end = Math.min(outWidth, Math.floor((width - 1 - left) / stride[1]) + 1);
  for (let row = 0; row < outHeight; row++) {
    const y = row * stride[0] + top;
    if (y < 0 || y >= height) continue;
    let at = (channel * height + y) * width + left + first * stride[1];
    for (let col = first; col < end; col++, at += stride[1]) {
      sums[row * outWidth + col] += weight * x[at];
    }
  }
}
