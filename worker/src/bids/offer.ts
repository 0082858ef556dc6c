import { z } from "zod";
import { BidError } from "./policy";
import type { Bid, Offer } from "../chain/market";
import type { Hex } from "../../../tensor/src/index";

const UINT = /^(0|[1-9]\d{0,77})$/;

function uint(bits: number): z.ZodType<bigint> {
  const message = `expected a whole number of at most ${bits} bits, in decimal, as a string`;
  return z
    .string(message)
    .regex(UINT, message)
    .transform(BigInt)
    .refine((value) => value < 2n ** BigInt(bits), message);
}

function hex(bytes: number): z.ZodType<Hex> {
  const message = `expected 0x and ${2 * bytes} hexadecimal digits`;
  return z
    .string(message)
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`), message)
    .transform((value) => value.toLowerCase() as Hex);
}

const bid = z.strictObject({
  client: hex(20),
  provider: hex(20),
  gpuId: uint(256),
  modelId: hex(32),
  chained: z.boolean(),
  inputRoot: hex(32),
  inputUriHash: hex(32),
  units: uint(64),
  token: hex(20),
  maxUnitPrice: uint(128),
  minUnitBond: uint(128),
  maxTurnaround: uint(40),
  verifier: hex(20),
  termsClass: uint(8),
  nonce: uint(256),
  expiry: uint(64),
}) satisfies z.ZodType<Bid>;

const offer = z.strictObject({
  bid,
  signature: z
    .string("expected 0x and hexadecimal digits")
    .regex(/^0x([0-9a-fA-F]{2}){0,2048}$/, "expected 0x and at most 4096 hexadecimal digits")
    .transform((value) => value.toLowerCase() as Hex),
  inputUri: z.string("expected a URI").max(2048, "expected at most 2048 characters"),
});

/** Reads an offer in JSON form: numbers are decimal strings. Throws `BidError` FORMAT. */
export function parseOffer(raw: unknown): Offer {
  const result = offer.safeParse(raw);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new BidError("FORMAT", `${path.join(".") || "offer"}: ${message}`);
}
