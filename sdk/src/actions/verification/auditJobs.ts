import { inputIdOf } from "../../audits/claim";
import { sample } from "../../audits/sample";
import { ErgonError } from "../../errors/errors";
import { toUnit } from "../../games/descent";
import { sameHex } from "../../types/address";
import { getJob } from "../compute/getJob";
import { buyUnits } from "./buyUnits";
import { challengeJob } from "./challengeJob";
import { earliestEnd, quoteAudit } from "./quoteAudit";
import type { Hex } from "../../../../tensor/src/index";
import type { JobClaim } from "../../audits/claim";
import type { Judge } from "../../audits/judge";
import type { RandomBelow } from "../../audits/sample";
import type { ErgonClient } from "../../client";
import type { PollOptions } from "../../poll";
import type { GameRecord } from "../../types/game";
import type { BoughtUnits, UnitSource } from "./buyUnits";
import type { QuoteAuditParameters } from "./quoteAudit";

/** What is audited, and on which terms. */
export interface AuditJobsParameters extends QuoteAuditParameters, PollOptions {
  readonly source: UnitSource;
  /** The highest price of all units that are bought again, in payment-token units. */
  readonly maxPrice: bigint;
  /** The highest bond of each challenge, in payment-token units. */
  readonly maxBond: bigint;
  /** Decides what is challenged: `recomputing` or `thirdOpinion`; nothing is challenged without it. */
  readonly judge?: Judge;
  /** Where the choice of units comes from; `secureRandom` unless given. */
  readonly random?: RandomBelow;
}

/** What it takes to begin a challenge. */
const CHALLENGE_SECONDS = 60n;

/** A unit of a claim. */
export interface ClaimedUnit {
  readonly claim: JobClaim;
  readonly unit: number;
}

/** A unit for which two providers claim different outputs. */
export interface AuditFinding {
  readonly audited: ClaimedUnit;
  readonly again: ClaimedUnit;
  /** The output that the judge holds for right, if it could tell. */
  readonly right?: Hex;
}

/** A false unit, and the game about it; at most one for each job. */
export interface AuditChallenge extends ClaimedUnit {
  readonly game?: GameRecord;
  /** Why there is no game. */
  readonly error?: ErgonError;
}

/** What an audit found. */
export interface AuditReport {
  /** What was bought; without a claim, the other provider did not answer in time. */
  readonly bought: BoughtUnits;
  /** The units that were bought again, in the order in which the other provider got them. */
  readonly units: readonly ClaimedUnit[];
  readonly findings: readonly AuditFinding[];
  /** Why the judge gave no verdict. */
  readonly error?: ErgonError;
  readonly challenges: readonly AuditChallenge[];
}

/**
 * Buys a random share of delivered units again from another provider, compares the ids of the outputs,
 * and challenges what the judge finds false, of either provider. The units are drawn after the delivery,
 * mixed over the jobs and put in random order, so that the other provider's job has neither the root nor
 * the order of one that it could look up. Challenges are only begun: play them with `playGame`.
 *
 * Equal outputs prove nothing if the two providers are one, or if the second copied what the first
 * published. Different ones prove that at least one is false. Which one is certain by `recomputing`; by
 * `thirdOpinion` it is likely, if the three are independent, and whoever challenges on it needs the
 * model to play.
 *
 * Quotes first, and pays nothing if that does not fit, or if it could not pay a bond although `maxBond`
 * allows for one. Throws `ErgonError` AUDIT_REFUSED then,
 * `InputError` for claims that do not fit, and like `buyUnits`. What the judge throws, and a challenge
 * that fails, are reported.
 *
 * @example
 * const { findings, challenges } = await auditJobs(client, { claims, share: 0.05, source, maxPrice,
 *   maxBond, judge: recomputing({ model, inputOf }) });
 */
export async function auditJobs(
  client: ErgonClient,
  parameters: AuditJobsParameters,
): Promise<AuditReport> {
  const quoted = await quoteAudit(client, parameters);
  const [problem] = quoted.problems;
  if (problem !== undefined && parameters.maxBond > 0n) {
    const message = `the audit, or a challenge after it, would fail: ${problem.errorName}`;
    throw new ErgonError("AUDIT_REFUSED", message, false);
  }
  const all = quoted.claims.flatMap((claim) =>
    claim.outputIds.map((_, unit): ClaimedUnit => ({ claim, unit })),
  );
  const units = sample(all, quoted.units, parameters.random);
  const bought = await buyUnits(client, {
    ...parameters,
    inputIds: units.map(({ claim, unit }) => inputIdOf(claim, unit)),
    answerBy: quoted.answerBy,
  });
  const found = differencesOf(units, bought);
  const { findings, error } = await judged(found, parameters.judge);
  const challenges = await challengeAll(client, findings, parameters);
  return { bought, units, findings, error, challenges };
}

function differencesOf(units: readonly ClaimedUnit[], { claim }: BoughtUnits): AuditFinding[] {
  if (claim === undefined) return [];
  // the other provider may deliver the first units only
  return claim.outputIds
    .map((_, unit): AuditFinding => ({ audited: units[unit], again: { claim, unit } }))
    .filter(({ audited, again }) => !sameHex(outputIdOf(audited), outputIdOf(again)));
}

async function judged(
  found: readonly AuditFinding[],
  judge?: Judge,
): Promise<Pick<AuditReport, "findings" | "error">> {
  if (judge === undefined || found.length === 0) return { findings: found };
  const differences = found.map(({ audited, again }) => ({
    modelId: audited.claim.job.job.modelId,
    inputId: inputIdOf(audited.claim, audited.unit),
    claimed: [outputIdOf(audited), outputIdOf(again)] as const,
    providers: [audited.claim.job.job.provider, again.claim.job.job.provider] as const,
  }));
  const end = earliestEnd(found.flatMap(({ audited, again }) => [audited.claim, again.claim]));
  try {
    const right = await judge(differences, end - CHALLENGE_SECONDS);
    return { findings: found.map((finding, i) => ({ ...finding, right: right[i] })) };
  } catch (error) {
    // what was found is worth knowing without a verdict
    if (error instanceof ErgonError) return { findings: found, error };
    throw error;
  }
}

async function challengeAll(
  client: ErgonClient,
  findings: readonly AuditFinding[],
  { maxBond }: AuditJobsParameters,
): Promise<AuditChallenge[]> {
  const first = new Map<bigint, ClaimedUnit>();
  for (const { audited, again, right } of findings) {
    for (const claimed of right === undefined ? [] : [audited, again]) {
      const { id } = claimed.claim.job;
      const isFalse = right !== undefined && !sameHex(outputIdOf(claimed), right);
      if (isFalse && !first.has(id)) first.set(id, claimed);
    }
  }
  const challenges: AuditChallenge[] = [];
  for (const claimed of first.values()) {
    challenges.push({ ...claimed, ...(await challenge(client, claimed, maxBond)) });
  }
  return challenges;
}

async function challenge(
  client: ErgonClient,
  { claim: { job: known, outputIds }, unit }: ClaimedUnit,
  maxBond: bigint,
): Promise<Pick<AuditChallenge, "game" | "error">> {
  try {
    const job = await getJob(client, { id: known.id });
    const descent = toUnit(outputIds, unit);
    return { game: await challengeJob(client, { job, descent, maxBond }) };
  } catch (error) {
    // one challenge that fails must not keep the others from being made or known
    if (error instanceof ErgonError) return { error };
    throw error;
  }
}

function outputIdOf({ claim, unit }: ClaimedUnit): Hex {
  return claim.outputIds[unit];
}
