import { rm, writeFile } from "node:fs/promises";
import { hexlify, randomBytes } from "ethers";
import { z } from "zod";

import { ErgonRevertError, asAddress, asHex } from "../../sdk/src/index";
import type { Address, Ask, SignedContribution, TermsClass } from "../../sdk/src/index";
import type { Hex, LabelledPoint, TestRow } from "../../tensor/src/index";
import { ScriptError } from "./errors";
import { readJson, unwritable } from "./files";
import { toJson } from "./output";

/** What an owner gives to a dataset, with the salts that hide it: for its owner, and for the host. */
export interface ContributionFile {
  readonly dataset: Address;
  readonly owner: Address;
  readonly schema: Hex;
  readonly uri: string;
  readonly slots: readonly SlotEntry[];
}

/** One slot of it. */
export interface SlotEntry {
  /** Its root, which names it. */
  readonly slot: Hex;
  readonly salt: Hex;
  readonly points: readonly LabelledPoint[];
}

/** What a side of an epoch must not lose, and must not tell before its time. */
export interface EpochFile {
  readonly dataset: Address;
  readonly account: Address;
  readonly seed: Hex;
  /** Of the pool's owner: all test points, in segments of so many rows. */
  readonly pool?: { readonly segmentRows: number; readonly rows: readonly TestRow[] };
}

/** A contribution that its owner signed. */
export interface SignedSlot {
  readonly siblings: readonly Hex[];
  readonly signed: SignedContribution;
}

/** Of the owner's eyes only. */
const SECRET = { mode: 0o600, flag: "wx" };
const SALT_BYTES = 32;

const hex = z
  .string()
  .regex(/^0x[0-9a-fA-F]*$/)
  .transform(asHex);
const account = hex.transform(asAddress);
const whole = z.string().regex(/^\d+$/).transform(BigInt);
const point = z.strictObject({ embedding: z.array(z.number()).min(1), label: z.number() });
const testPoint = point.extend({ tag: hex.optional() });
// an empty row holds a place
const testRow = z
  .union([testPoint, z.null()])
  .transform((row): TestRow => (row === null ? undefined : row));

const contributionSchema = z.strictObject({
  ...{ dataset: account, owner: account, schema: hex, uri: z.string() },
  slots: z.array(z.strictObject({ slot: hex, salt: hex, points: z.array(point).min(1) })),
});
const epochSchema = z.strictObject({
  ...{ dataset: account, account, seed: hex },
  pool: z.strictObject({ segmentRows: z.number(), rows: z.array(testRow) }).optional(),
});
const consentSchema = z.strictObject({
  ...{ owner: account, slot: hex, count: whole, schema: hex, uri: z.string() },
  ...{ nonce: whole, deadline: whole },
});
const signedSchema = z.strictObject({
  contributions: z.array(
    z.strictObject({
      siblings: z.array(hex),
      signed: z.strictObject({ consent: consentSchema, signature: hex }),
    }),
  ),
});
const askSchema = z.object({
  ask: z.strictObject({
    ...{ provider: account, worker: account, gpuId: whole, modelId: hex, token: account },
    ...{ unitPrice: whole, unitBond: whole, maxUnits: whole, turnaround: whole },
    ...{ cancelShareBps: whole, verifier: account, nonce: whole, expiry: whole },
    ...{ termsClass: whole.transform((value) => value as TermsClass), open: z.boolean() },
  }),
  signature: hex,
});

/** Points with labels. Throws `ScriptError` FILE. */
export function readPoints(file: string): Promise<LabelledPoint[]> {
  return readAs(file, z.array(point).min(1), "points");
}

/** Test points, with gaps. Throws `ScriptError` FILE. */
export function readTests(file: string): Promise<TestRow[]> {
  return readAs(file, z.array(testRow), "test points");
}

/** What `dataset contribute` kept. Throws `ScriptError` FILE. */
export function readContributions(file: string): Promise<ContributionFile> {
  return readAs(file, contributionSchema, "contribution");
}

/** What `epoch open` or `epoch join` kept. Throws `ScriptError` FILE. */
export function readEpochFile(file: string): Promise<EpochFile> {
  return readAs(file, epochSchema, "seed of an epoch");
}

/** What `dataset sign-contribution` printed. Throws `ScriptError` FILE. */
export async function readSigned(file: string): Promise<SignedSlot[]> {
  return (await readAs(file, signedSchema, "signed contribution")).contributions;
}

/** What `ask` wrote. Throws `ScriptError` FILE. */
export function readAsk(file: string): Promise<{ readonly ask: Ask; readonly signature: Hex }> {
  return readAs(file, askSchema, "signed ask");
}

/** A file of JSON of a known form. Throws `ScriptError` FILE that says what is wrong with it. */
export async function readAs<Type extends z.ZodType>(
  file: string,
  type: Type,
  what: string,
): Promise<z.output<Type>> {
  const parsed = type.safeParse(await readJson(file));
  if (parsed.success) return parsed.data;
  throw new ScriptError("FILE", `${file} is no ${what}: ${z.prettifyError(parsed.error)}`);
}

/**
 * Keeps what must not be lost in a new file that only its owner can read, and then acts. A file of what the chain refuses is
 * of no use, and goes. Throws `ScriptError` FILE for a file that is there, or what `act` throws.
 */
export async function keepWhile<Result>(
  file: string,
  secret: ContributionFile | EpochFile,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    await writeFile(file, `${toJson(secret)}\n`, SECRET);
  } catch (cause) {
    throw unwritable(file, cause);
  }
  try {
    return await act();
  } catch (error) {
    if (error instanceof ErgonRevertError) await rm(file);
    throw error;
  }
}

/** 32 random bytes. */
export function randomWord(): Hex {
  return asHex(hexlify(randomBytes(SALT_BYTES)));
}
