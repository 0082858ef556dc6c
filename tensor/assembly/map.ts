/** Codes of the functions of MAP. */
const enum Fn {
  Add,
  Sub,
  Mul,
  Min,
  Max,
  Div,
  Sqrt,
}

/**
 * Applies a function of MAP to `count` pairs of i32 and writes i32 before the saturating store. May
 * work in place.
 *
 * @param shift 0 to 62; only for a product.
 */
export function apply(fn: i32, shift: i32, a: usize, b: usize, target: usize, count: i32): void {
  const end = target + ((<usize>count) << 2);
  switch (fn) {
    case Fn.Add:
      for (; target < end; a += 16, b += 16, target += 16) {
        v128.store(target, i32x4.add(v128.load(a), v128.load(b)));
      }
      break;
    case Fn.Sub:
      for (; target < end; a += 16, b += 16, target += 16) {
        v128.store(target, i32x4.sub(v128.load(a), v128.load(b)));
      }
      break;
    case Fn.Mul:
      multiply(shift, a, b, target, end);
      break;
    case Fn.Min:
      for (; target < end; a += 16, b += 16, target += 16) {
        v128.store(target, i32x4.min_s(v128.load(a), v128.load(b)));
      }
      break;
    case Fn.Max:
      for (; target < end; a += 16, b += 16, target += 16) {
        v128.store(target, i32x4.max_s(v128.load(a), v128.load(b)));
      }
      break;
    case Fn.Div:
      for (; target < end; a += 4, b += 4, target += 4) {
        store<i32>(target, divide(load<i32>(a), load<i32>(b)));
      }
      break;
    case Fn.Sqrt:
      for (; target < end; a += 4, target += 4) store<i32>(target, squareRoot(load<i32>(a)));
      break;
  }
}

/** Limits i32 in place to the range of a type of `size` bytes. */
export function clamp(target: usize, size: i32, count: i32): void {
  const end = target + ((<usize>count) << 2);
  const high = i32x4.splat((1 << (8 * size - 1)) - 1);
  const low = v128.not(high);
  for (; target < end; target += 16) {
    v128.store(target, i32x4.max_s(low, i32x4.min_s(high, v128.load(target))));
  }
}

function multiply(shift: i32, a: usize, b: usize, target: usize, end: usize): void {
  if (shift === 0) {
    for (; target < end; a += 16, b += 16, target += 16) {
      v128.store(target, i32x4.mul(v128.load(a), v128.load(b)));
    }
    return;
  }
  const half = i64x2.splat((<i64>1) << (shift - 1));
  for (; target < end; a += 16, b += 16, target += 16) {
    const x = v128.load(a);
    const y = v128.load(b);
    const low = i64x2.add(i64x2.extmul_low_i32x4_s(x, y), half);
    const high = i64x2.add(i64x2.extmul_high_i32x4_s(x, y), half);
    v128.store(
      target,
      shift <= 32 ? lowHalves<u64>(low, high, shift) : lowHalves<i64>(low, high, shift),
    );
  }
}

/**
 * The low halves of four shifted products. Up to a shift of 32 they hold no copy of the sign, so
 * that the logical shift, of which machines have an instruction, gives the same.
 */
function lowHalves<T>(low: v128, high: v128, shift: i32): v128 {
  return v128.shuffle<i32>(v128.shr<T>(low, shift), v128.shr<T>(high, shift), 0, 2, 4, 6);
}

/** a / b rounded half up, or 0 if b is not positive. */
function divide(a: i32, b: i32): i32 {
  if (b <= 0) return 0;
  let quotient = a / b;
  let rest = a % b;
  if (rest < 0) {
    rest += b;
    quotient--;
  }
  return rest >= b - rest ? quotient + 1 : quotient;
}

/** The square root rounded down, bit by bit; 0 of what is negative. */
function squareRoot(value: i32): i32 {
  if (value <= 0) return 0;
  let rest = <u32>value;
  let root: u32 = 0;
  for (let bit: u32 = 1 << 30; bit > 0; bit >>= 2) {
    const trial = root + bit;
    root >>= 1;
    if (rest >= trial) {
      rest -= trial;
      root += bit;
    }
  }
  return <i32>root;
}
