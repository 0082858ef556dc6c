import { accountOf } from "../../client";
import { listRoot } from "../../../../tensor/src/index";
import { isClaimOf } from "../../audits/claim";
import { ErgonError } from "../../errors/errors";
import { latestMoment } from "../../orders/load";
import { makeBid } from "../../orders/make";
import { poll } from "../../poll";
import { JobStatus } from "../../types/job";
import { fillJob } from "../compute/fillJob";
import { getJob } from "../compute/getJob";
import { quote } from "../compute/quote";
import type { Hex } from "../../../../tensor/src/index";
import type { JobClaim } from "../../audits/claim";
import type { ErgonClient } from "../../client";
import type { PollOptions } from "../../poll";
import type { JobRecord } from "../../types/job";
import type { Ask, Bid } from "../../types/order";
import type { Quote } from "../compute/quote";

/** A provider that runs units for the client. */
export interface UnitSource {
  /** Its offer, which it signed. */
  readonly ask: Ask;
  readonly askSignature: Hex;
  /** Puts inputs where it finds them, in this order; gives their URI. */
  publish(inputIds: readonly Hex[]): Promise<string>;
  /** The ids of a job's outputs that its worker published, in order; undefined while there are none. */
  outputIdsOf(job: JobRecord): Promise<readonly Hex[] | undefined>;
}

/** What is bought, and on which terms. */
export interface BuyUnitsParameters extends PollOptions {
  readonly source: UnitSource;
  /** Of independent units, in the order in which the provider gets them. */
  readonly inputIds: readonly Hex[];
  /** The highest price of all units, in payment-token units. */
  readonly maxPrice: bigint;
  /** Last second at which an answer is waited for. */
  readonly answerBy: bigint;
}

/**
 * Units that were bought, and what their provider claims; no claim if it did not deliver in time, or did
 * not publish the ids that it delivered.
 */
export interface BoughtUnits {
  readonly job: JobRecord;
  readonly claim?: JobClaim;
}

/**
 * Buys runs of a model on inputs with the provider's signed ask, and waits for the ids of the outputs.
 * Quotes first, and pays nothing if the price is too high, the orders would not become a job, or the
 * offer's turnaround is longer than it would wait. Throws `ErgonError` AUDIT_REFUSED then, and like
 * `fillJob`.
 *
 * @example
 * const { claim } = await buyUnits(client, { source, inputIds, maxPrice, answerBy });
 */
export async function buyUnits(
  client: ErgonClient,
  { source, inputIds, maxPrice, answerBy, ...options }: BuyUnitsParameters,
): Promise<BoughtUnits> {
  const { ask, askSignature } = source;
  const quoted = await quoteUnits(client, source, inputIds);
  const { now } = await latestMoment(client);
  requireWorthwhile(quoted, maxPrice, answerBy - now);
  const bid = await bidFor(client, ask, inputIds, await source.publish(inputIds));
  const { job: open } = await fillJob(client, { ask, askSignature, bid });
  return poll(options, async () => {
    const job = await getJob(client, { id: open.id });
    const delivered = job.job.status === JobStatus.Delivered;
    const outputIds = delivered ? await source.outputIdsOf(job) : undefined;
    if (outputIds !== undefined) {
      const claim = { job, inputIds, outputIds };
      if (isClaimOf(claim)) return { job, claim };
    }
    const { now } = await latestMoment(client);
    return now > answerBy || (job.end !== undefined && !delivered) ? { job } : undefined;
  });
}

/** What buying units would cost, and why it would not work. Throws like `quote`. */
export async function quoteUnits(
  client: ErgonClient,
  { ask, askSignature }: Pick<UnitSource, "ask" | "askSignature">,
  inputIds: readonly Hex[],
): Promise<Quote> {
  return quote(client, { ask, askSignature, bid: await bidFor(client, ask, inputIds, "") });
}

/** Throws `ErgonError` AUDIT_REFUSED unless units come at this price and in this time, in seconds. */
function requireWorthwhile({ problems, price, time }: Quote, maxPrice: bigint, left: bigint): void {
  if (problems.length > 0) throw refused(`the offer does not fit: ${problems[0].errorName}`);
  if (price > maxPrice) throw refused(`the units cost ${price}, which is above ${maxPrice}`);
  if (time.turnaround > left)
    throw refused(`they take ${time.turnaround} s, and ${left} s are left`);
}

function refused(message: string): ErgonError {
  return new ErgonError("AUDIT_REFUSED", message, false);
}

/** The client's own bid for what an ask offers. */
async function bidFor(
  client: ErgonClient,
  ask: Ask,
  inputIds: readonly Hex[],
  inputUri: string,
): Promise<Bid> {
  const { provider, modelId, token, verifier, termsClass, unitPrice, unitBond, turnaround } = ask;
  return makeBid({
    ...{ provider, modelId, token, verifier, termsClass },
    client: await accountOf(client),
    inputRoot: listRoot(inputIds),
    inputUri,
    units: BigInt(inputIds.length),
    maxUnitPrice: unitPrice,
    minUnitBond: unitBond,
    maxTurnaround: turnaround,
    nonce: 0n,
    now: (await latestMoment(client)).now,
  });
}
