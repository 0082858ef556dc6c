import { z } from "zod";
import { BidError } from "./policy";
import type { Offer } from "../chain/market";
import { TermsClass } from "../../../sdk/src/index";
import type { Bid } from "../../../sdk/src/index";
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

const termsClass = z
  .enum(["0", "1", "2"], 'expected "0", "1" or "2"')
  .transform((value) => Object.values(TermsClass)[Number(value)]);

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
  maxTurnaround: uint(32),
  verifier: hex(20),
  termsClass,
  nonce: uint(64),
  expiry: uint(40),
  open: z.boolean(),
}) satisfies z.ZodType<Bid>;

const offer = z.strictObject({
  bid,
  signature: z
    .string("expected 0x and hexadecimal digits")
    .regex(/^0x([0-9a-fA-F]{2}){1,2048}$/, "expected 0x and 2 to 4096 hexadecimal digits")
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
