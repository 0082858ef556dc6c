/** Value of an element of type T at `address`, sign-extended. */
export function element<T>(address: usize): i32 {
  return <i32>load<T>(address);
}

/** The value of type T nearest to `value`: the saturating store. */
export function saturate<T>(value: i32): T {
  if (sizeof<T>() === 1) return <T>min(max(value, <i32>i8.MIN_VALUE), <i32>i8.MAX_VALUE);
  if (sizeof<T>() === 2) return <T>min(max(value, <i32>i16.MIN_VALUE), <i32>i16.MAX_VALUE);
  return <T>value;
}

/** Four consecutive elements of type T, sign-extended. */
export function load4<T>(address: usize): v128 {
  if (sizeof<T>() === 4) return v128.load(address);
  if (sizeof<T>() === 2) return v128.load16x4_s(address);
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(address)));
}

/** Sign-extends `count` elements of `size` bytes to i32. */
export function widen(source: usize, size: i32, target: usize, count: i32): void {
  if (size === 1) widenFrom<i8>(source, target, count);
  else if (size === 2) widenFrom<i16>(source, target, count);
  else memory.copy(target, source, (<usize>count) << 2);
}

function widenFrom<T>(source: usize, target: usize, count: i32): void {
  const end = target + ((<usize>count) << 2);
  for (; target < end; source += 4 * sizeof<T>(), target += 16) {
    v128.store(target, load4<T>(source));
  }
}

/** Stores `count` i32 as elements of `size` bytes, saturating. May work in place. */
export function narrow(source: usize, target: usize, size: i32, count: i32): void {
  if (size === 1) narrowToBytes(source, target, count);
  else if (size === 2) narrowToHalves(source, target, count);
  else memory.copy(target, source, (<usize>count) << 2);
}

function narrowToBytes(source: usize, target: usize, count: i32): void {
  const end = target + <usize>count;
  for (; target < end; source += 32, target += 8) {
    const halves = i16x8.narrow_i32x4_s(v128.load(source), v128.load(source, 16));
    v128.store64_lane(target, i8x16.narrow_i16x8_s(halves, halves), 0);
  }
}

function narrowToHalves(source: usize, target: usize, count: i32): void {
  const end = target + ((<usize>count) << 1);
  for (; target < end; source += 32, target += 16) {
    v128.store(target, i16x8.narrow_i32x4_s(v128.load(source), v128.load(source, 16)));
  }
}
