import { isClaimOf } from "../../audits/claim";
import { ErgonError, InputError } from "../../errors/errors";
import { contestableUntil } from "../../jobs/terms";
import { latestMoment } from "../../orders/load";
import { ZERO_HASH, sameHex } from "../../types/address";
import { JobStatus } from "../../types/job";
import { accountOf } from "../../client";
import { moneyProblems } from "../../orders/money";
import { getBalances, tokenId } from "../payments/getBalances";
import { quoteUnits } from "./buyUnits";
import { getChallengeBond } from "./getChallengeBond";
import type { Hex } from "../../../../tensor/src/index";
import type { JobClaim } from "../../audits/claim";
import type { ErgonClient } from "../../client";
import type { Quote } from "../compute/quote";
import type { Problem } from "../../orders/problem";
import type { Address } from "../../types/address";
import type { UnitSource } from "./buyUnits";

/** What is audited, by whom, and how much of it. */
export interface QuoteAuditParameters {
  /** Delivered jobs of one model with what their workers claim. */
  readonly claims: readonly JobClaim[];
  /** Share of all their units that is bought again: above 0 and up to 1. */
  readonly share: number;
  /** Another provider's signed offer to run the model. It must name the verifier: its word is bonded too. */
  readonly source: Pick<UnitSource, "ask" | "askSignature">;
  /** Seconds of each window that are kept for the verdict and the challenge; 600 unless given. */
  readonly reserve?: bigint;
}

/**
 * What an audit would cost, and why it would not work, its first challenge included. Amounts are
 * payment-token units.
 */
export interface AuditQuote extends Quote {
  /** The claims whose windows leave time for it; the others are left out. */
  readonly claims: readonly JobClaim[];
  /** Units that would be bought again. */
  readonly units: number;
  /** The highest bond that a challenge of one of the claims would post now. */
  readonly challengeBond: bigint;
  /** Last second at which an answer of the other provider is of use. */
  readonly answerBy: bigint;
}

const RESERVE = 600n;

/**
 * What it would cost to buy a share of delivered units again, and whether there is time for it. Throws
 * `InputError` for claims that do not fit their jobs or the offer, `ErgonError` AUDIT_REFUSED if no
 * window leaves time, and like `quote`.
 *
 * @example
 * const { price, challengeBond, problems } = await quoteAudit(client, { claims, share: 0.05, source });
 */
export async function quoteAudit(
  client: ErgonClient,
  { claims: all, share, source, reserve = RESERVE }: QuoteAuditParameters,
): Promise<AuditQuote> {
  if (!(share > 0 && share <= 1))
    throw new InputError(`${share} is not a share above 0 and up to 1`);
  all.forEach((claim) => requireFit(client, claim, source));
  const { now } = await latestMoment(client);
  const needed = now + source.ask.turnaround + reserve;
  const claims = all.filter(({ job: { job, end } }) => {
    const contestable = job.status === JobStatus.Delivered && end === undefined;
    return contestable && contestableUntil(job) >= needed;
  });
  if (claims.length === 0) {
    throw new ErgonError("AUDIT_REFUSED", "no window leaves time for the other provider", false);
  }
  const units = Math.ceil(claims.reduce((sum, { outputIds }) => sum + outputIds.length, 0) * share);
  const bonds = await Promise.all(claims.map(({ job }) => getChallengeBond(client, { job })));
  const quoted = await quoteUnits(client, source, Array<Hex>(units).fill(ZERO_HASH));
  const challengeBond = bonds.reduce((a, b) => (a > b ? a : b));
  const unpaid = await bondProblems(client, source.ask.token, quoted.price, challengeBond);
  return {
    ...quoted,
    problems: [...quoted.problems, ...unpaid],
    claims,
    units,
    challengeBond,
    answerBy: earliestEnd(claims) - reserve,
  };
}

/** Why the verifier could not pull the bond of a challenge once the units are paid. */
async function bondProblems(
  client: ErgonClient,
  token: Address,
  price: bigint,
  bond: bigint,
): Promise<Problem[]> {
  const owner = await accountOf(client);
  const verifier = client.addresses.optimisticVerifier;
  const balances = await getBalances(client, { token, account: owner, module: verifier });
  const claims = balances.claims > price ? balances.claims - price : 0n;
  const from = { ...balances, owner, claims };
  return moneyProblems(verifier, tokenId(token), [{ from, amount: bond }]);
}

/** The last second at which all of these claims can be challenged. */
export function earliestEnd(claims: readonly JobClaim[]): bigint {
  return claims.map(({ job }) => contestableUntil(job.job)).reduce((a, b) => (a < b ? a : b));
}

function requireFit(
  { addresses }: ErgonClient,
  claim: JobClaim,
  { ask }: QuoteAuditParameters["source"],
): void {
  const { id, job } = claim.job;
  if (!isClaimOf(claim)) throw new InputError(`these are not the inputs and outputs of job ${id}`);
  if (!sameHex(job.modelId, ask.modelId)) throw new InputError(`job ${id} is of another model`);
  for (const verifier of [job.verifier, ask.verifier]) {
    if (!sameHex(verifier, addresses.optimisticVerifier)) {
      throw new InputError(`job ${id} and the offer must name the verifier`);
    }
  }
  if (sameHex(job.provider, ask.provider) || sameHex(job.worker, ask.worker)) {
    throw new InputError(`the offer is of the provider or worker of job ${id}`);
  }
}
