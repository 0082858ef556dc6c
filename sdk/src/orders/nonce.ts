import { randomBytes, toBigInt } from "ethers";

const NONCE_BYTES = 8;

/** A random nonce of 64 bits for an order that will be signed; never 0, the caller's own. */
export function randomNonce(): bigint {
  let nonce = 0n;
  while (nonce === 0n) nonce = toBigInt(randomBytes(NONCE_BYTES));
  return nonce;
}

/** The words of the nonce bitmap that hold nonces, each with the bits of those in it. */
export function nonceSlots(
  nonces: readonly bigint[],
): readonly (readonly [word: bigint, mask: bigint])[] {
  const masks = new Map<bigint, bigint>();
  for (const { word, mask } of nonces.map(nonceSlot)) {
    masks.set(word, (masks.get(word) ?? 0n) | mask);
  }
  return [...masks];
}

/** The word of the nonce bitmap that holds a nonce, and its bit. */
export function nonceSlot(nonce: bigint): { word: bigint; mask: bigint } {
  return { word: nonce >> 8n, mask: 1n << (nonce & 0xffn) };
}
