import { ECIES_CONFIG, decrypt, encrypt } from "eciesjs";
import { SigningKey, getBytes, hexlify, randomBytes, toUtf8Bytes, toUtf8String } from "ethers";
import { InputError } from "../errors/errors";
import { asHex } from "../types/address";
import { requireDatasetKey } from "./ageFiles";
import type { Hex } from "../../../tensor/src/index";

/** What a buyer keeps to itself, and what it names when it buys access. */
export interface AccessKeyPair {
  /** 32 bytes. */
  readonly privateKey: Hex;
  /** A compressed point of secp256k1, of 33 bytes. */
  readonly publicKey: Hex;
}

/** ECIES with AES-256-GCM, which begins with a compressed point: 33 bytes, 16 of a nonce, and 16 of a tag. */
const ECIES = { ...ECIES_CONFIG, isEphemeralKeyCompressed: true, ephemeralKeySize: 33 } as const;

/**
 * A new key pair to buy access with. A wallet opens nothing that was sealed to its account, so a licence has keys
 * of its own.
 *
 * @example
 * const { privateKey, publicKey } = accessKeyPair();
 * const { id } = await buyAccess(client, { market, maxPrice, deadline, publicKey });
 */
export function accessKeyPair(): AccessKeyPair {
  const privateKey = asHex(hexlify(randomBytes(32)));
  return { privateKey, publicKey: publicKeyOf(privateKey) };
}

/** The public key of a private one, compressed. Throws `InputError` if `privateKey` is none. */
export function publicKeyOf(privateKey: Hex): Hex {
  try {
    return asHex(SigningKey.computePublicKey(privateKey, true));
  } catch {
    throw new InputError("a private key is 32 bytes, from 1 to below the curve's order");
  }
}

/** Whether `publicKey` is a compressed point of secp256k1, so that something can be sealed to it. */
export function isPublicKey(publicKey: Hex): boolean {
  if (!/^0x0[23][0-9a-f]{64}$/i.test(publicKey)) return false;
  try {
    SigningKey.computePublicKey(publicKey);
    return true;
  } catch {
    // no point of the curve has this first coordinate
    return false;
  }
}

/**
 * A dataset's key, sealed to a public key by ECIES. Throws `InputError` if either is none.
 *
 * @example
 * await grantAccess(host, { market, id, encryptedKey: sealKey(publicKey, key) });
 */
export function sealKey(publicKey: Hex, key: string): Hex {
  if (!isPublicKey(publicKey)) throw new InputError(`not a compressed public key: ${publicKey}`);
  const plain = toUtf8Bytes(requireDatasetKey(key));
  return asHex(hexlify(encrypt(getBytes(publicKey), plain, ECIES)));
}

/**
 * The dataset's key in what was sealed to the public key of `privateKey`. Throws `InputError` if it was sealed to
 * another one, is damaged, or holds no key of a dataset.
 *
 * @example
 * const { encryptedKey } = await getGrantedKey(client, { market, id });
 * const key = openKey(privateKey, encryptedKey);
 */
export function openKey(privateKey: Hex, sealed: Hex): string {
  publicKeyOf(privateKey);
  let plain: string;
  try {
    plain = toUtf8String(decrypt(getBytes(privateKey), getBytes(sealed), ECIES));
  } catch (cause) {
    throw new InputError("this private key does not open what was sealed", { cause });
  }
  return requireDatasetKey(plain);
}
