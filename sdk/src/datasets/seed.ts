import { AbiCoder, keccak256 } from "ethers";
import { toErgonError } from "../errors/translate";
import { asHex } from "../types/address";
import type { Hex } from "../../../tensor/src/index";
import type { Address } from "../types/address";

/**
 * What commits an account to a seed of 32 bytes, which it shows once the epoch is closed. Use a random seed
 * for each epoch, and keep it: who cannot show it loses its bond. Throws `InputError` for an argument that does
 * not fit.
 *
 * @example
 * const seed = hexlify(randomBytes(32));
 * const seedHash = seedHashOf(account, seed);
 */
export function seedHashOf(account: Address, seed: Hex): Hex {
  try {
    const encoded = AbiCoder.defaultAbiCoder().encode(["address", "bytes32"], [account, seed]);
    return asHex(keccak256(encoded));
  } catch (error) {
    throw toErgonError(error);
  }
}
