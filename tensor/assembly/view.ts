import { element, saturate } from "./convert";

const MAX_LOOPS = 8;
const MAX_AXES = 4;

// Layout of a view: a list of i32.
const COUNT = 0;
const PAD = 4;
const EXTENTS = 8;
const AXES = EXTENTS + 4 * MAX_LOOPS;
const STRIDES = AXES + 4 * MAX_LOOPS;
const DIMS = STRIDES + 4 * MAX_LOOPS;
const OFFSETS = DIMS + 4 * MAX_AXES;

/** Counter of each loop, and the position on each axis. */
const counters = memory.data(4 * MAX_LOOPS, 16);
const position = memory.data(4 * MAX_AXES, 16);
/** Least and greatest change of the position on each axis within a sheet. */
const low = memory.data(4 * MAX_AXES, 16);
const high = memory.data(4 * MAX_AXES, 16);

function at(base: usize, index: i32): i32 {
  return load<i32>(base + 4 * <usize>index);
}

function put(base: usize, index: i32, value: i32): void {
  store<i32>(base + 4 * <usize>index, value);
}

/**
 * Writes elements `start` to `start + count` of a view.
 *
 * @param view loops in use (at least two; the last is the fastest), value outside the array (within
 * the range of the result), extents[8], axes[8], strides[8], dims[4], offsets[4]; each an i32.
 * @param size bytes of an element of `source`; `targetSize` of the result, which saturates.
 */
export function gather(
  view: usize,
  source: usize,
  size: i32,
  start: i32,
  count: i32,
  target: usize,
  targetSize: i32,
): void {
  if (size === 1) gatherFrom<i8>(view, source, start, count, target, targetSize);
  else if (size === 2) gatherFrom<i16>(view, source, start, count, target, targetSize);
  else gatherFrom<i32>(view, source, start, count, target, targetSize);
}

function gatherFrom<S>(
  view: usize,
  source: usize,
  start: i32,
  count: i32,
  target: usize,
  targetSize: i32,
): void {
  if (targetSize === 1) gatherSheets<S, i8>(view, source, start, count, target);
  else if (targetSize === 2) gatherSheets<S, i16>(view, source, start, count, target);
  else gatherSheets<S, i32>(view, source, start, count, target);
}

/** Copies sheets, the fastest two loops, where they lie inside the array, and else run by run. */
function gatherSheets<S, D>(
  view: usize,
  source: usize,
  start: i32,
  count: i32,
  target: usize,
): void {
  const last = load<i32>(view, COUNT) - 1;
  const extent = at(view + EXTENTS, last);
  const rows = at(view + EXTENTS, last - 1);
  const step = flatStride(view, last);
  const rowStep = <usize>flatStride(view, last - 1) * sizeof<S>();

  setReach(view, last);
  let first = seek(view, start);
  while (count > 0) {
    if (
      first === 0 &&
      at(counters, last - 1) === 0 &&
      count >= rows * extent &&
      isSheetInside(view)
    ) {
      let from = source + <usize>flatIndex(view) * sizeof<S>();
      for (let row = 0; row < rows; row++, from += rowStep) {
        copyRun<S, D>(from, step, extent, target);
        target += <usize>extent * sizeof<D>();
      }
      count -= rows * extent;
      advance(view, last - 1);
    } else {
      const length = min(count, extent - first);
      gatherRun<S, D>(view, source, last, first, length, target);
      target += <usize>length * sizeof<D>();
      count -= length;
      first = 0;
      advance(view, last);
    }
  }
}

/** Writes `length` elements along the fastest loop, from its counter `first` on. */
function gatherRun<S, D>(
  view: usize,
  source: usize,
  last: i32,
  first: i32,
  length: i32,
  target: usize,
): void {
  const axis = at(view + AXES, last);
  const stride = at(view + STRIDES, last);
  const pad = <D>load<i32>(view, PAD);
  if (!isInside(view, axis)) {
    fillRun<D>(pad, length, target);
    return;
  }
  const dim = at(view + DIMS, axis);
  const step = flatStride(view, last);
  const from = source + <usize>(flatIndex(view) + first * step) * sizeof<S>();
  const p = at(position, axis) + first * stride;
  const end = p + (length - 1) * stride;
  if (p >= 0 && p < dim && end >= 0 && end < dim) copyRun<S, D>(from, step, length, target);
  else copyPadded<S, D>(from, step, length, p, stride, dim, pad, target);
}

/** Elements of the source by which a loop moves on. */
function flatStride(view: usize, loop: i32): i32 {
  let stride = at(view + STRIDES, loop);
  for (let x = at(view + AXES, loop) + 1; x < MAX_AXES; x++) stride *= at(view + DIMS, x);
  return stride;
}

/** Notes how far the loops of a sheet reach from its first position on each axis. */
function setReach(view: usize, last: i32): void {
  memory.fill(low, 0, 4 * MAX_AXES);
  memory.fill(high, 0, 4 * MAX_AXES);
  for (let l = last - 1; l <= last; l++) {
    const axis = at(view + AXES, l);
    const reach = (at(view + EXTENTS, l) - 1) * at(view + STRIDES, l);
    const side = reach < 0 ? low : high;
    put(side, axis, at(side, axis) + reach);
  }
}

function isSheetInside(view: usize): bool {
  for (let x = 0; x < MAX_AXES; x++) {
    const p = at(position, x);
    if (p + at(low, x) < 0 || p + at(high, x) >= at(view + DIMS, x)) return false;
  }
  return true;
}

/** Sets counters and position for element `index`; returns the counter of the fastest loop. */
function seek(view: usize, index: i32): i32 {
  for (let x = 0; x < MAX_AXES; x++) put(position, x, at(view + OFFSETS, x));
  const last = load<i32>(view, COUNT) - 1;
  for (let l = last; l >= 0; l--) {
    const extent = at(view + EXTENTS, l);
    const counter = index % extent;
    index /= extent;
    put(counters, l, counter);
    if (l === last) continue;
    const axis = at(view + AXES, l);
    put(position, axis, at(position, axis) + counter * at(view + STRIDES, l));
  }
  return at(counters, last);
}

/** Moves the loops slower than `last` one step on. */
function advance(view: usize, last: i32): void {
  for (let l = last - 1; l >= 0; l--) {
    const axis = at(view + AXES, l);
    const stride = at(view + STRIDES, l);
    const counter = at(counters, l) + 1;
    if (counter < at(view + EXTENTS, l)) {
      put(counters, l, counter);
      put(position, axis, at(position, axis) + stride);
      return;
    }
    put(counters, l, 0);
    put(position, axis, at(position, axis) - (counter - 1) * stride);
  }
}

/** Whether the position is inside the array on every axis but `except`. */
function isInside(view: usize, except: i32): bool {
  for (let x = 0; x < MAX_AXES; x++) {
    if (x !== except && <u32>at(position, x) >= <u32>at(view + DIMS, x)) return false;
  }
  return true;
}

function flatIndex(view: usize): i32 {
  let flat = at(position, 0);
  for (let x = 1; x < MAX_AXES; x++) flat = flat * at(view + DIMS, x) + at(position, x);
  return flat;
}

function copyRun<S, D>(source: usize, step: i32, count: i32, target: usize): void {
  if (step === 1 && sizeof<S>() === sizeof<D>()) {
    const end = target + <usize>count * sizeof<D>();
    for (; target < end; source += 16, target += 16) v128.store(target, v128.load(source));
    return;
  }
  const stepBytes = step * <i32>sizeof<S>();
  for (; count > 0; count--, source += stepBytes, target += sizeof<D>()) {
    store<D>(target, saturate<D>(element<S>(source)));
  }
}

/** Copies the run p, p + stride, ... where it lies in [0, dim), and pads where it does not. */
function copyPadded<S, D>(
  source: usize,
  step: i32,
  count: i32,
  p: i32,
  stride: i32,
  dim: i32,
  pad: D,
  target: usize,
): void {
  const stepBytes = step * <i32>sizeof<S>();
  for (; count > 0; count--, p += stride, source += stepBytes, target += sizeof<D>()) {
    store<D>(target, <u32>p < <u32>dim ? saturate<D>(element<S>(source)) : pad);
  }
}

function fillRun<D>(value: D, count: i32, target: usize): void {
  for (; count > 0; count--, target += sizeof<D>()) store<D>(target, value);
}
