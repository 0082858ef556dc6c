import { join } from "node:path";

import { readDeploymentParameters } from "@nomicfoundation/hardhat-ignition/helpers";
import { z } from "zod";

import { DeployError } from "../errors";
import { holderSchema } from "../schemas";

const DAY = 86_400;

const secondsSchema = z.int().nonnegative();
const amountSchema = z.union([z.int().nonnegative(), z.bigint().nonnegative()]);

const governanceSchema = z
  .strictObject({
    /** Seconds; the timelock counts less than 2 or more than 14 days as these. */
    minDelay: z
      .int()
      .min(2 * DAY)
      .max(14 * DAY),
    /** May pause entries and cancel proposals. */
    guardian: holderSchema,
    /** Who gets the supply of the token that votes, in its units of 10^-18. */
    holdings: z
      .array(z.strictObject({ holder: holderSchema, amount: amountSchema }))
      .refine((holdings) => holdings.some(({ amount }) => amount > 0), {
        error: "make no supply",
      }),
    /** Seconds from a proposal to its vote. */
    votingDelay: z
      .int()
      .min(DAY)
      .max(3 * DAY),
    /** Seconds that a vote lasts. */
    votingPeriod: z
      .int()
      .min(3 * DAY)
      .max(7 * DAY),
    /** The votes that a proposer needs, in units of the token; at most 1 % of the supply. */
    proposalThreshold: amountSchema,
    /** Per cent of the supply that have to vote for or abstain. */
    quorumPercent: z.int().min(2).max(20),
    /** Seconds that a vote goes on at least after it reached the quorum. */
    voteExtension: z
      .int()
      .min(0)
      .max(3 * DAY),
  })
  .refine(
    ({ holdings, proposalThreshold }) => BigInt(proposalThreshold) <= supplyOf(holdings) / 100n,
    {
      path: ["proposalThreshold"],
      error: "is above 1 % of the supply",
    },
  );

/** As `VerifierTerms` of the contracts. */
const termsSchema = z.strictObject({
  listed: z.boolean(),
  scale: z.int().min(0).max(96),
  bondMultipleBps: z.int().min(10_000).max(1_000_000),
  longestGameFast: secondsSchema,
  longestGameStandard: secondsSchema,
  longestGameHigh: secondsSchema,
  bondFloorFast: amountSchema,
  bondFloorStandard: amountSchema,
  bondFloorHigh: amountSchema,
  fastPriceCap: amountSchema,
});

const computeSchema = z.strictObject({
  /** Gets the fees and what is left of lost bonds. */
  treasury: holderSchema,
  /** Basis points of every payment out of a price. */
  feeBps: z.int().min(0).max(500),
  /** The payment token that is listed for jobs without a verifier; without it, `LocalToken` is deployed. */
  token: holderSchema.optional(),
  /** The prices of demands for pieces of outputs, in units of the payment token. */
  demandPrices: z.strictObject({ fast: amountSchema, standard: amountSchema, high: amountSchema }),
  /** For jobs without a verifier. */
  termsWithoutVerifier: termsSchema,
});

const verificationSchema = z.strictObject({
  /** For jobs that name the optimistic verifier. */
  terms: termsSchema,
});

/** As `Point` of the contracts: what hardware keeps of its value with age, a straight line between two. */
const curveSchema = z
  .array(z.strictObject({ age: secondsSchema, bps: z.int().min(0).max(10_000) }))
  .min(1)
  .max(16);

const financeSchema = z.strictObject({
  /** The lowest fee that the market ever charged, in basis points; 0 for no loans without GPUs. */
  advanceFeeBps: z.int().min(0).max(500),
  /** By class of hardware. */
  h100: curveSchema,
  h200: curveSchema,
});

const localTokenSchema = z.strictObject({
  name: z.string().min(1),
  symbol: z.string().min(1),
  decimals: z.int().min(0).max(255),
});

const parametersSchema = z
  .strictObject({
    Governance: governanceSchema,
    Compute: computeSchema,
    Verification: verificationSchema,
    Finance: financeSchema,
    LocalToken: localTokenSchema.optional(),
  })
  .refine(
    ({ Compute, LocalToken }) => (Compute.token === undefined) !== (LocalToken === undefined),
    {
      path: ["Compute", "token"],
      error: "name a payment token, or describe a LocalToken to deploy, and not both",
    },
  );

/** What a deployment is told: one section per Ignition module. */
export type ProtocolParameters = z.infer<typeof parametersSchema>;

type Amount = z.infer<typeof amountSchema>;

/** What all holders get together, in units of the token. */
export function supplyOf(holdings: readonly { readonly amount: Amount }[]): bigint {
  return holdings.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
}

/**
 * Reads and checks the parameters of a network from `<network>.json5` in `directory`.
 * Throws a DeployError with code PARAMETERS_INVALID that names each wrong field.
 */
export async function readParameters(
  network: string,
  directory: string = __dirname,
): Promise<ProtocolParameters> {
  const path = join(directory, `${network}.json5`);
  try {
    return parametersSchema.parse(await readDeploymentParameters(path));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new DeployError("PARAMETERS_INVALID", `${path}: ${reason}`, { cause });
  }
}
