const ROUNDS = 24;

const CONSTANT_LOW = new Int32Array([
  0x00000001, 0x00008082, 0x0000808a, 0x80008000, 0x0000808b, 0x80000001, 0x80008081, 0x00008009,
  0x0000008a, 0x00000088, 0x80008009, 0x8000000a, 0x8000808b, 0x0000008b, 0x00008089, 0x00008003,
  0x00008002, 0x00000080, 0x0000800a, 0x8000000a, 0x80008081, 0x00008080, 0x80000001, 0x80008008,
]);
const CONSTANT_HIGH = new Int32Array([
  0x00000000, 0x00000000, 0x80000000, 0x80000000, 0x00000000, 0x00000000, 0x80000000, 0x80000000,
  0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x80000000, 0x80000000, 0x80000000,
  0x80000000, 0x80000000, 0x00000000, 0x80000000, 0x80000000, 0x80000000, 0x00000000, 0x80000000,
]);

/* eslint max-lines-per-function: "off" -- unrolled, so that the state stays in local variables */

/**
 * Writes keccak256 of 64 bytes, the words at `left` and at `right`, to `target`. Words are eight
 * little-endian integers; positions count integers.
 *
 * Trees hash nothing else, so this is written for speed: one block, the 25 lanes of the state in
 * local variables (`l` low and `h` high half), no allocation.
 */
export function keccakPair(
  leftWords: Int32Array,
  left: number,
  rightWords: Int32Array,
  right: number,
  target: Int32Array,
  at: number,
): void {
  let l0 = leftWords[left];
  let h0 = leftWords[left + 1];
  let l1 = leftWords[left + 2];
  let h1 = leftWords[left + 3];
  let l2 = leftWords[left + 4];
  let h2 = leftWords[left + 5];
  let l3 = leftWords[left + 6];
  let h3 = leftWords[left + 7];
  let l4 = rightWords[right];
  let h4 = rightWords[right + 1];
  let l5 = rightWords[right + 2];
  let h5 = rightWords[right + 3];
  let l6 = rightWords[right + 4];
  let h6 = rightWords[right + 5];
  let l7 = rightWords[right + 6];
  let h7 = rightWords[right + 7];
  let l8 = 0x00000001;
  let h8 = 0;
  let l9 = 0;
  let h9 = 0;
  let l10 = 0;
  let h10 = 0;
  let l11 = 0;
  let h11 = 0;
  let l12 = 0;
  let h12 = 0;
  let l13 = 0;
  let h13 = 0;
  let l14 = 0;
  let h14 = 0;
  let l15 = 0;
  let h15 = 0;
  let l16 = 0;
  let h16 = 0x80000000 | 0;
  let l17 = 0;
  let h17 = 0;
  let l18 = 0;
  let h18 = 0;
  let l19 = 0;
  let h19 = 0;
  let l20 = 0;
  let h20 = 0;
  let l21 = 0;
  let h21 = 0;
  let l22 = 0;
  let h22 = 0;
  let l23 = 0;
  let h23 = 0;
  let l24 = 0;
  let h24 = 0;

  for (let round = 0; round < ROUNDS; round++) {
    // Theta: the parity of each column, and what it adds to its neighbour.
    const lc0 = l0 ^ l5 ^ l10 ^ l15 ^ l20;
    const hc0 = h0 ^ h5 ^ h10 ^ h15 ^ h20;
    const lc1 = l1 ^ l6 ^ l11 ^ l16 ^ l21;
    const hc1 = h1 ^ h6 ^ h11 ^ h16 ^ h21;
    const lc2 = l2 ^ l7 ^ l12 ^ l17 ^ l22;
    const hc2 = h2 ^ h7 ^ h12 ^ h17 ^ h22;
    const lc3 = l3 ^ l8 ^ l13 ^ l18 ^ l23;
    const hc3 = h3 ^ h8 ^ h13 ^ h18 ^ h23;
    const lc4 = l4 ^ l9 ^ l14 ^ l19 ^ l24;
    const hc4 = h4 ^ h9 ^ h14 ^ h19 ^ h24;
    const ld0 = lc4 ^ ((lc1 << 1) | (hc1 >>> 31));
    const hd0 = hc4 ^ ((hc1 << 1) | (lc1 >>> 31));
    const ld1 = lc0 ^ ((lc2 << 1) | (hc2 >>> 31));
    const hd1 = hc0 ^ ((hc2 << 1) | (lc2 >>> 31));
    const ld2 = lc1 ^ ((lc3 << 1) | (hc3 >>> 31));
    const hd2 = hc1 ^ ((hc3 << 1) | (lc3 >>> 31));
    const ld3 = lc2 ^ ((lc4 << 1) | (hc4 >>> 31));
    const hd3 = hc2 ^ ((hc4 << 1) | (lc4 >>> 31));
    const ld4 = lc3 ^ ((lc0 << 1) | (hc0 >>> 31));
    const hd4 = hc3 ^ ((hc0 << 1) | (lc0 >>> 31));

    // Theta's sum, then rho and pi: each lane is turned and moves to another place.
    const lb0 = l0 ^ ld0;
    const hb0 = h0 ^ hd0;
    const lb1 = ((h6 ^ hd1) << 12) | ((l6 ^ ld1) >>> 20);
    const hb1 = ((l6 ^ ld1) << 12) | ((h6 ^ hd1) >>> 20);
    const lb2 = ((h12 ^ hd2) << 11) | ((l12 ^ ld2) >>> 21);
    const hb2 = ((l12 ^ ld2) << 11) | ((h12 ^ hd2) >>> 21);
    const lb3 = ((l18 ^ ld3) << 21) | ((h18 ^ hd3) >>> 11);
    const hb3 = ((h18 ^ hd3) << 21) | ((l18 ^ ld3) >>> 11);
    const lb4 = ((l24 ^ ld4) << 14) | ((h24 ^ hd4) >>> 18);
    const hb4 = ((h24 ^ hd4) << 14) | ((l24 ^ ld4) >>> 18);
    const lb5 = ((l3 ^ ld3) << 28) | ((h3 ^ hd3) >>> 4);
    const hb5 = ((h3 ^ hd3) << 28) | ((l3 ^ ld3) >>> 4);
    const lb6 = ((l9 ^ ld4) << 20) | ((h9 ^ hd4) >>> 12);
    const hb6 = ((h9 ^ hd4) << 20) | ((l9 ^ ld4) >>> 12);
    const lb7 = ((l10 ^ ld0) << 3) | ((h10 ^ hd0) >>> 29);
    const hb7 = ((h10 ^ hd0) << 3) | ((l10 ^ ld0) >>> 29);
    const lb8 = ((h16 ^ hd1) << 13) | ((l16 ^ ld1) >>> 19);
    const hb8 = ((l16 ^ ld1) << 13) | ((h16 ^ hd1) >>> 19);
    const lb9 = ((h22 ^ hd2) << 29) | ((l22 ^ ld2) >>> 3);
    const hb9 = ((l22 ^ ld2) << 29) | ((h22 ^ hd2) >>> 3);
    const lb10 = ((l1 ^ ld1) << 1) | ((h1 ^ hd1) >>> 31);
    const hb10 = ((h1 ^ hd1) << 1) | ((l1 ^ ld1) >>> 31);
    const lb11 = ((l7 ^ ld2) << 6) | ((h7 ^ hd2) >>> 26);
    const hb11 = ((h7 ^ hd2) << 6) | ((l7 ^ ld2) >>> 26);
    const lb12 = ((l13 ^ ld3) << 25) | ((h13 ^ hd3) >>> 7);
    const hb12 = ((h13 ^ hd3) << 25) | ((l13 ^ ld3) >>> 7);
    const lb13 = ((l19 ^ ld4) << 8) | ((h19 ^ hd4) >>> 24);
    const hb13 = ((h19 ^ hd4) << 8) | ((l19 ^ ld4) >>> 24);
    const lb14 = ((l20 ^ ld0) << 18) | ((h20 ^ hd0) >>> 14);
    const hb14 = ((h20 ^ hd0) << 18) | ((l20 ^ ld0) >>> 14);
    const lb15 = ((l4 ^ ld4) << 27) | ((h4 ^ hd4) >>> 5);
    const hb15 = ((h4 ^ hd4) << 27) | ((l4 ^ ld4) >>> 5);
    const lb16 = ((h5 ^ hd0) << 4) | ((l5 ^ ld0) >>> 28);
    const hb16 = ((l5 ^ ld0) << 4) | ((h5 ^ hd0) >>> 28);
    const lb17 = ((l11 ^ ld1) << 10) | ((h11 ^ hd1) >>> 22);
    const hb17 = ((h11 ^ hd1) << 10) | ((l11 ^ ld1) >>> 22);
    const lb18 = ((l17 ^ ld2) << 15) | ((h17 ^ hd2) >>> 17);
    const hb18 = ((h17 ^ hd2) << 15) | ((l17 ^ ld2) >>> 17);
    const lb19 = ((h23 ^ hd3) << 24) | ((l23 ^ ld3) >>> 8);
    const hb19 = ((l23 ^ ld3) << 24) | ((h23 ^ hd3) >>> 8);
    const lb20 = ((h2 ^ hd2) << 30) | ((l2 ^ ld2) >>> 2);
    const hb20 = ((l2 ^ ld2) << 30) | ((h2 ^ hd2) >>> 2);
    const lb21 = ((h8 ^ hd3) << 23) | ((l8 ^ ld3) >>> 9);
    const hb21 = ((l8 ^ ld3) << 23) | ((h8 ^ hd3) >>> 9);
    const lb22 = ((h14 ^ hd4) << 7) | ((l14 ^ ld4) >>> 25);
    const hb22 = ((l14 ^ ld4) << 7) | ((h14 ^ hd4) >>> 25);
    const lb23 = ((h15 ^ hd0) << 9) | ((l15 ^ ld0) >>> 23);
    const hb23 = ((l15 ^ ld0) << 9) | ((h15 ^ hd0) >>> 23);
    const lb24 = ((l21 ^ ld1) << 2) | ((h21 ^ hd1) >>> 30);
    const hb24 = ((h21 ^ hd1) << 2) | ((l21 ^ ld1) >>> 30);

    // Chi along each row, and iota.
    l0 = lb0 ^ (~lb1 & lb2) ^ CONSTANT_LOW[round];
    h0 = hb0 ^ (~hb1 & hb2) ^ CONSTANT_HIGH[round];
    l1 = lb1 ^ (~lb2 & lb3);
    h1 = hb1 ^ (~hb2 & hb3);
    l2 = lb2 ^ (~lb3 & lb4);
    h2 = hb2 ^ (~hb3 & hb4);
    l3 = lb3 ^ (~lb4 & lb0);
    h3 = hb3 ^ (~hb4 & hb0);
    l4 = lb4 ^ (~lb0 & lb1);
    h4 = hb4 ^ (~hb0 & hb1);
    l5 = lb5 ^ (~lb6 & lb7);
    h5 = hb5 ^ (~hb6 & hb7);
    l6 = lb6 ^ (~lb7 & lb8);
    h6 = hb6 ^ (~hb7 & hb8);
    l7 = lb7 ^ (~lb8 & lb9);
    h7 = hb7 ^ (~hb8 & hb9);
    l8 = lb8 ^ (~lb9 & lb5);
    h8 = hb8 ^ (~hb9 & hb5);
    l9 = lb9 ^ (~lb5 & lb6);
    h9 = hb9 ^ (~hb5 & hb6);
    l10 = lb10 ^ (~lb11 & lb12);
    h10 = hb10 ^ (~hb11 & hb12);
    l11 = lb11 ^ (~lb12 & lb13);
    h11 = hb11 ^ (~hb12 & hb13);
    l12 = lb12 ^ (~lb13 & lb14);
    h12 = hb12 ^ (~hb13 & hb14);
    l13 = lb13 ^ (~lb14 & lb10);
    h13 = hb13 ^ (~hb14 & hb10);
    l14 = lb14 ^ (~lb10 & lb11);
    h14 = hb14 ^ (~hb10 & hb11);
    l15 = lb15 ^ (~lb16 & lb17);
    h15 = hb15 ^ (~hb16 & hb17);
    l16 = lb16 ^ (~lb17 & lb18);
    h16 = hb16 ^ (~hb17 & hb18);
    l17 = lb17 ^ (~lb18 & lb19);
    h17 = hb17 ^ (~hb18 & hb19);
    l18 = lb18 ^ (~lb19 & lb15);
    h18 = hb18 ^ (~hb19 & hb15);
    l19 = lb19 ^ (~lb15 & lb16);
    h19 = hb19 ^ (~hb15 & hb16);
    l20 = lb20 ^ (~lb21 & lb22);
    h20 = hb20 ^ (~hb21 & hb22);
    l21 = lb21 ^ (~lb22 & lb23);
    h21 = hb21 ^ (~hb22 & hb23);
    l22 = lb22 ^ (~lb23 & lb24);
    h22 = hb22 ^ (~hb23 & hb24);
    l23 = lb23 ^ (~lb24 & lb20);
    h23 = hb23 ^ (~hb24 & hb20);
    l24 = lb24 ^ (~lb20 & lb21);
    h24 = hb24 ^ (~hb20 & hb21);
  }

  target[at] = l0;
  target[at + 1] = h0;
  target[at + 2] = l1;
  target[at + 3] = h1;
  target[at + 4] = l2;
  target[at + 5] = h2;
  target[at + 6] = l3;
  target[at + 7] = h3;
}
