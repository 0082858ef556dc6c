import { getAddress, isAddress } from "ethers";
import { z } from "zod";

/** Data with the prefix 0x. */
export type Hex = `0x${string}`;

/** An address in either case or with a right checksum; read as its checksummed form. */
export const addressSchema = z
  .string()
  .refine((value) => isAddress(value), { error: "is not an address" })
  .transform((value) => getAddress(value) as Hex);

/** An address that somebody has to hold. */
export const holderSchema = addressSchema.refine((value) => BigInt(value) !== 0n, {
  error: "must not be the zero address",
});
