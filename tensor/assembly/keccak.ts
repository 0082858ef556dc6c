/** Rounds of keccak-f[1600], and bytes of a round constant. */
const ROUNDS: usize = 24;
const LANE_BYTES: usize = 8;

const roundConstants = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
  0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
  0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
  0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

/** Bytes that a pair of words has, and its hash. */
const PAIR_BYTES = 64;
const HASH_BYTES = 32;

/**
 * Writes keccak256 of each of `count` runs of 64 bytes, one after the other. May work in place. Two
 * are hashed at a time, one in each half of a vector.
 */
export function hashPairs(source: usize, count: i32, target: usize): void {
  for (; count > 1; count -= 2, source += 2 * PAIR_BYTES, target += 2 * HASH_BYTES) {
    hashTwo(source, source + PAIR_BYTES, target, target + HASH_BYTES);
  }
  if (count === 1) hashTwo(source, source, target, target);
}

function hashTwo(first: usize, second: usize, firstHash: usize, secondHash: usize): void {
  let a0 = lanes(first, second, 0);
  let a1 = lanes(first, second, 1);
  let a2 = lanes(first, second, 2);
  let a3 = lanes(first, second, 3);
  let a4 = lanes(first, second, 4);
  let a5 = lanes(first, second, 5);
  let a6 = lanes(first, second, 6);
  let a7 = lanes(first, second, 7);
  let a8 = i64x2.splat(1);
  let a9 = i64x2.splat(0);
  let a10 = i64x2.splat(0);
  let a11 = i64x2.splat(0);
  let a12 = i64x2.splat(0);
  let a13 = i64x2.splat(0);
  let a14 = i64x2.splat(0);
  let a15 = i64x2.splat(0);
  let a16 = i64x2.splat(1 << 63);
  let a17 = i64x2.splat(0);
  let a18 = i64x2.splat(0);
  let a19 = i64x2.splat(0);
  let a20 = i64x2.splat(0);
  let a21 = i64x2.splat(0);
  let a22 = i64x2.splat(0);
  let a23 = i64x2.splat(0);
  let a24 = i64x2.splat(0);

  const end = roundConstants + ROUNDS * LANE_BYTES;
  for (let constant = roundConstants; constant < end; constant += LANE_BYTES) {
    const c0 = parity(a0, a5, a10, a15, a20);
    const c1 = parity(a1, a6, a11, a16, a21);
    const c2 = parity(a2, a7, a12, a17, a22);
    const c3 = parity(a3, a8, a13, a18, a23);
    const c4 = parity(a4, a9, a14, a19, a24);
    const d0 = v128.xor(c4, rotate(c1, 1));
    const d1 = v128.xor(c0, rotate(c2, 1));
    const d2 = v128.xor(c1, rotate(c3, 1));
    const d3 = v128.xor(c2, rotate(c4, 1));
    const d4 = v128.xor(c3, rotate(c0, 1));
    const b0 = v128.xor(a0, d0);
    const b1 = rotate(v128.xor(a6, d1), 44);
    const b2 = rotate(v128.xor(a12, d2), 43);
    const b3 = rotate(v128.xor(a18, d3), 21);
    const b4 = rotate(v128.xor(a24, d4), 14);
    const b5 = rotate(v128.xor(a3, d3), 28);
    const b6 = rotate(v128.xor(a9, d4), 20);
    const b7 = rotate(v128.xor(a10, d0), 3);
    const b8 = rotate(v128.xor(a16, d1), 45);
    const b9 = rotate(v128.xor(a22, d2), 61);
    const b10 = rotate(v128.xor(a1, d1), 1);
    const b11 = rotate(v128.xor(a7, d2), 6);
    const b12 = rotate(v128.xor(a13, d3), 25);
    const b13 = rotate(v128.xor(a19, d4), 8);
    const b14 = rotate(v128.xor(a20, d0), 18);
    const b15 = rotate(v128.xor(a4, d4), 27);
    const b16 = rotate(v128.xor(a5, d0), 36);
    const b17 = rotate(v128.xor(a11, d1), 10);
    const b18 = rotate(v128.xor(a17, d2), 15);
    const b19 = rotate(v128.xor(a23, d3), 56);
    const b20 = rotate(v128.xor(a2, d2), 62);
    const b21 = rotate(v128.xor(a8, d3), 55);
    const b22 = rotate(v128.xor(a14, d4), 39);
    const b23 = rotate(v128.xor(a15, d0), 41);
    const b24 = rotate(v128.xor(a21, d1), 2);
    a0 = v128.xor(chi(b0, b1, b2), v128.load64_splat(constant));
    a1 = chi(b1, b2, b3);
    a2 = chi(b2, b3, b4);
    a3 = chi(b3, b4, b0);
    a4 = chi(b4, b0, b1);
    a5 = chi(b5, b6, b7);
    a6 = chi(b6, b7, b8);
    a7 = chi(b7, b8, b9);
    a8 = chi(b8, b9, b5);
    a9 = chi(b9, b5, b6);
    a10 = chi(b10, b11, b12);
    a11 = chi(b11, b12, b13);
    a12 = chi(b12, b13, b14);
    a13 = chi(b13, b14, b10);
    a14 = chi(b14, b10, b11);
    a15 = chi(b15, b16, b17);
    a16 = chi(b16, b17, b18);
    a17 = chi(b17, b18, b19);
    a18 = chi(b18, b19, b15);
    a19 = chi(b19, b15, b16);
    a20 = chi(b20, b21, b22);
    a21 = chi(b21, b22, b23);
    a22 = chi(b22, b23, b24);
    a23 = chi(b23, b24, b20);
    a24 = chi(b24, b20, b21);
  }
  v128.store64_lane(firstHash, a0, 0, 0);
  v128.store64_lane(firstHash, a1, 0, 8);
  v128.store64_lane(firstHash, a2, 0, 16);
  v128.store64_lane(firstHash, a3, 0, 24);
  v128.store64_lane(secondHash, a0, 1, 0);
  v128.store64_lane(secondHash, a1, 1, 8);
  v128.store64_lane(secondHash, a2, 1, 16);
  v128.store64_lane(secondHash, a3, 1, 24);
}

/** Lane `index` of both messages. */
function lanes(first: usize, second: usize, index: usize): v128 {
  const at = LANE_BYTES * index;
  return v128.load64_lane(second + at, v128.load64_zero(first + at), 1);
}

function parity(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return v128.xor(v128.xor(v128.xor(a, b), v128.xor(c, d)), e);
}

function rotate(a: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(a, bits), i64x2.shr_u(a, 64 - bits));
}

function chi(a: v128, b: v128, c: v128): v128 {
  return v128.xor(a, v128.andnot(c, b));
}
