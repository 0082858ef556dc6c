import { accountOf } from "../../client";
import { translated } from "../../errors/translate";
import { disputeTime, windowOf } from "../../jobs/terms";
import { bondOf } from "../../orders/fit";
import { latestMoment, loadAuthority, loadPurse, loadStake } from "../../orders/load";
import { pricePerPmac } from "../../orders/price";
import { fillProblems } from "../../orders/problems";
import { bpsUp, leastCancelShare, longestGame } from "../../orders/terms";
import { ZERO_ADDRESS, ZERO_HASH, asAddress, sameHex } from "../../types/address";
import { fillJobCall } from "./fillJob";
import { fulfilJobCall } from "./fulfilJob";
import { getTerms } from "./getTerms";
import type { ErgonClient } from "../../client";
import type { FillContext } from "../../orders/problems";
import type { Moment } from "../../orders/load";
import type { Problem } from "../../orders/problem";
import type { Address } from "../../types/address";
import type { FillJobParameters } from "./fillJob";
import type { MarketTerms } from "./getTerms";

/** Two orders, and who would bring them to the escrow. */
export interface QuoteParameters extends FillJobParameters {
  /** The client's account unless given. */
  readonly caller?: Address;
  /** Whether all units are delivered with the fill, by `fulfilJob`. */
  readonly atOnce?: boolean;
}

/** Gas of whole transactions. */
export interface GasQuote {
  /** Of the fill before refunds, estimated on the newest block; undefined if the orders do not fit. */
  readonly fill?: bigint;
  /** What a delivery of all units without approval takes at the most, from measurements. */
  readonly deliver: bigint;
  /** What settling takes at the most, from measurements. */
  readonly settle: bigint;
}

/** What a job of two orders would cost. Amounts are payment-token units, times are seconds. */
export interface Quote {
  /** Why the orders would not become a job, in the order of the contracts' checks; none = they do. */
  readonly problems: readonly Problem[];
  /** What the client pays if all units are delivered. */
  readonly price: bigint;
  /** What the provider puts up, and gets back unless it lies or is late; 0 if the job ends at once. */
  readonly bond: bigint;
  /** The part of the price that goes to the treasury. */
  readonly fee: bigint;
  /** What the client pays if it cancels at once; at the deadline it is the whole price. */
  readonly cancelAtOnce: bigint;
  /** What the client pays, or the provider if it is silent, at the worst. */
  readonly cancelAtMost: bigint;
  /** Payment-token units per 10^15 multiply-accumulates, rounded up. */
  readonly pricePerPmac: bigint;
  readonly gas: GasQuote;
  readonly time: {
    /** From the fill to the deadline of the delivery. */
    readonly turnaround: bigint;
    /** From the delivery to the end of the time to challenge it. */
    readonly window: bigint;
    /** From the fill to settlement, if delivered at the deadline and not challenged. */
    readonly atMost: bigint;
    /** What a challenge may add at the most. */
    readonly dispute: bigint;
  };
}

/** Gas of the calls after a fill; without a verifier a delivery settles. */
const GAS = {
  verified: { deliver: 45_000n, settle: 130_000n },
  plain: { deliver: 110_000n, settle: 0n },
} as const;

/**
 * What a job of these orders costs in tokens, gas and time, and every reason why it would not open.
 * Throws `ErgonError` NO_SIGNER (no caller given and the client only reads) or RPC, and `InputError`
 * for a model id without work.
 *
 * @example
 * const { problems, price, pricePerPmac } = await quote(client, { ask, askSignature, bid });
 */
export async function quote(client: ErgonClient, parameters: QuoteParameters): Promise<Quote> {
  const { ask, bid } = parameters;
  const caller = parameters.caller ?? (await accountOf(client));
  const moment = await latestMoment(client);
  const { token, verifier } = ask;
  const terms = await getTerms(client, { token, verifier, blockNumber: moment.blockNumber });
  const context = await loadContext(client, { ...parameters, caller }, terms, moment);
  const problems = fillProblems(ask, bid, context);
  const price = ask.unitPrice * bid.units;
  const clientFills = sameHex(caller, bid.client) || (parameters.bidSignature ?? "0x") === "0x";
  return {
    problems,
    price,
    bond: bondOf(ask, bid, parameters.atOnce ?? false),
    fee: bpsUp(price, terms.feeBps),
    cancelAtOnce: leastCancelShare(price, ask.cancelShareBps, clientFills),
    cancelAtMost: price,
    pricePerPmac: pricePerPmac(ask),
    gas: {
      ...(sameHex(verifier, ZERO_ADDRESS) ? GAS.plain : GAS.verified),
      fill: problems.length > 0 ? undefined : await fillGas(client, caller, parameters),
    },
    time: timesOf(parameters, terms),
  };
}

async function loadContext(
  client: ErgonClient,
  parameters: QuoteParameters & { readonly caller: Address },
  { verifierTerms: terms, pausedUntil, feeBps }: MarketTerms,
  moment: Moment,
): Promise<FillContext> {
  const { ask, askSignature = "0x", bid, bidSignature = "0x", caller, atOnce = false } = parameters;
  const at = { blockTag: moment.blockNumber };
  const brought = { caller, amount: bondOf(ask, bid, atOnce), signature: askSignature };
  const price = { caller, amount: ask.unitPrice * bid.units, signature: bidSignature };
  const [operator, jobCount, askSide, filledUnits, bidSide, payer, bonder, stake] =
    await Promise.all([
      translated(() => client.gpuRegistry.operatorOf(ask.gpuId, at)),
      translated(() => client.orderBook.jobCount(at)),
      loadAuthority(client, ask, brought, moment),
      translated(() => client.orderBook.filledUnits(ask.provider, ask.nonce, at)),
      loadAuthority(client, bid, price, moment),
      loadPurse(client, bid.client, ask.token, moment.blockNumber),
      loadPurse(client, ask.provider, ask.token, moment.blockNumber),
      loadStake(client, ask, moment.blockNumber),
    ]);
  return {
    terms,
    operator: asAddress(operator),
    atOnce,
    nextId: jobCount + 1n,
    escrow: client.addresses.jobEscrow,
    ask: askSide,
    filledUnits,
    bid: bidSide,
    pausedUntil,
    feeBps,
    client: payer,
    provider: bonder,
    stake,
  };
}

function timesOf({ ask, atOnce }: QuoteParameters, { verifierTerms }: MarketTerms): Quote["time"] {
  const turnaround = atOnce === true ? 0n : ask.turnaround;
  if (sameHex(ask.verifier, ZERO_ADDRESS)) {
    return { turnaround, window: 0n, atMost: turnaround, dispute: 0n };
  }
  const window = windowOf(ask.termsClass);
  const dispute = disputeTime(longestGame(verifierTerms, ask.termsClass));
  return { turnaround, window, atMost: turnaround + window, dispute };
}

function fillGas(client: ErgonClient, from: Address, parameters: QuoteParameters): Promise<bigint> {
  const { addresses } = client;
  const call = parameters.atOnce
    ? fulfilJobCall(addresses, { ...parameters, outputRoot: ZERO_HASH })
    : fillJobCall(addresses, parameters);
  return translated(() => client.provider.estimateGas({ ...call, from }));
}
