import { WorkerError } from "../errors";
import { ZERO_ADDRESS, ceilDiv, workOf } from "../../../sdk/src/index";
import type { Address, Ask, Bid } from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** Why a bid is not taken. */
export type BidErrorCode =
  | "FORMAT"
  | "INPUT_URI"
  | "SIGNATURE"
  | "REFUSED"
  | "BUSY"
  | "CLOSED"
  | "MODEL"
  | "PROVIDER"
  | "GPU"
  | "TOKEN"
  | "VERIFIER"
  | "UNITS"
  | "PRICE"
  | "BOND"
  | "TURNAROUND"
  | "EXPIRY";

/** A bid that the worker does not take. BUSY may pass, the others do not. */
export class BidError extends WorkerError<BidErrorCode> {
  override readonly name = "BidError";

  constructor(code: BidErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, code === "BUSY", options);
  }
}

/** On what terms the worker takes bids for a model. */
export interface ModelTerms {
  /** Least price per token, in payment-token units per PMAC (10^15 multiply-accumulates). */
  readonly prices: ReadonlyMap<Address, bigint>;
  readonly maxUnits: bigint;
  /** Whether the output can be the next input. */
  readonly chainable: boolean;
  /** Seconds for one unit, measured. */
  readonly unitSeconds: number;
}

/** What a bid is held against. */
export interface BidContext {
  /** Seconds since 1970. */
  readonly now: number;
  readonly provider: Address;
  /** The account that delivers. */
  readonly worker: Address;
  /** 0 names none. */
  readonly gpuId: bigint;
  /** Least share of the price that a cancelling client pays, in basis points. */
  readonly cancelShareBps: bigint;
  readonly models: ReadonlyMap<Hex, ModelTerms>;
  /** Verifiers that may judge the worker; the zero address stands for none. */
  readonly verifiers: readonly Address[];
  readonly openJobs: number;
  readonly maxOpenJobs: number;
  /** Seconds of work taken before. */
  readonly backlogSeconds: number;
  /** The turnaround is at least this many times the expected time. */
  readonly turnaroundFactor: number;
  /** Seconds that must be left until the bid expires. */
  readonly minSecondsToExpiry: number;
  /** Payment-token units that may still be bonded. */
  readonly bondable: bigint;
  /** Least bond that the escrow asks for at the bid's highest price, in payment-token units. */
  readonly leastBond: bigint;
}

/** Multiply-accumulates of one PMAC. */
export const PMAC = 10n ** 15n;

/**
 * The ask that takes `bid`: its highest price, its longest turnaround, and the least bond that both
 * sides allow. Pure; addresses and ids are compared in lower case. Throws `BidError` with the first
 * reason not to take it.
 */
export function evaluateBid(bid: Bid, context: BidContext): Ask {
  const model = context.models.get(bid.modelId);
  if (model === undefined) throw new BidError("MODEL", `model ${bid.modelId} is not offered`);
  checkParties(bid, context);
  checkUnits(bid, model);
  checkPrice(bid, model);
  checkTimes(bid, model, context);
  const least = ceilDiv(context.leastBond, bid.units);
  const unitBond = least > bid.minUnitBond ? least : bid.minUnitBond;
  if (unitBond * bid.units > context.bondable) {
    const needed = unitBond * bid.units;
    throw new BidError("BOND", `the bond is ${needed}, but ${context.bondable} can be bonded`);
  }
  if (context.openJobs >= context.maxOpenJobs) {
    throw new BidError("BUSY", `${context.openJobs} jobs are open; try again later`);
  }
  return askFor(bid, unitBond, context);
}

function askFor(bid: Bid, unitBond: bigint, context: BidContext): Ask {
  const { modelId, token, verifier, termsClass, expiry } = bid;
  const { provider, worker, gpuId, cancelShareBps } = context;
  return {
    ...{ provider, worker, gpuId, cancelShareBps, unitBond },
    ...{ modelId, token, verifier, termsClass, expiry },
    unitPrice: bid.maxUnitPrice,
    maxUnits: bid.units,
    turnaround: bid.maxTurnaround,
    nonce: 0n,
    open: false,
  };
}

function checkParties(bid: Bid, { provider, gpuId, verifiers }: BidContext): void {
  if (bid.provider !== ZERO_ADDRESS && bid.provider !== provider) {
    throw new BidError("PROVIDER", `the bid is for provider ${bid.provider}, not ${provider}`);
  }
  if (bid.gpuId !== 0n && bid.gpuId !== gpuId) {
    throw new BidError("GPU", `the bid is for GPU ${bid.gpuId}, not ${gpuId}`);
  }
  if (!verifiers.includes(bid.verifier)) {
    throw new BidError("VERIFIER", `verifier ${bid.verifier} is not one of policy.verifiers`);
  }
  if (bid.verifier === ZERO_ADDRESS && bid.provider === ZERO_ADDRESS) {
    throw new BidError("PROVIDER", "a bid without a verifier names its provider");
  }
}

function checkUnits(bid: Bid, model: ModelTerms): void {
  if (bid.units < 1n || bid.units > model.maxUnits) {
    throw new BidError("UNITS", `a job has 1 to ${model.maxUnits} units, not ${bid.units}`);
  }
  if (bid.chained && !model.chainable) {
    throw new BidError("UNITS", "the model's output is not of the shape of its input");
  }
}

function checkPrice(bid: Bid, model: ModelTerms): void {
  const work = workOf(bid.modelId);
  const least = model.prices.get(bid.token);
  if (least === undefined) throw new BidError("TOKEN", `token ${bid.token} is not accepted`);
  const leastUnitPrice = ceilDiv(least * work, PMAC);
  if (bid.maxUnitPrice < leastUnitPrice) {
    const prices = `${bid.maxUnitPrice} of the token's smallest units a run; the least is`;
    throw new BidError("PRICE", `the bid pays ${prices} ${leastUnitPrice}, ${least} per PMAC`);
  }
}

function checkTimes(bid: Bid, model: ModelTerms, context: BidContext): void {
  const left = bid.expiry - BigInt(context.now);
  if (left < BigInt(context.minSecondsToExpiry)) {
    throw new BidError(
      "EXPIRY",
      `the bid expires in ${left} s; the least is ${context.minSecondsToExpiry}`,
    );
  }
  const expected = context.backlogSeconds + model.unitSeconds * Number(bid.units);
  const needed = Math.ceil(expected * context.turnaroundFactor);
  if (bid.maxTurnaround < BigInt(Math.max(needed, 1))) {
    throw new BidError(
      "TURNAROUND",
      `the job may take ${needed} s, the bid allows ${bid.maxTurnaround}`,
    );
  }
}
