import { keccak_256 } from "@noble/hashes/sha3";
import PQueue from "p-queue";
import { BidError, evaluateBid } from "./policy";
import type { BidContext } from "./policy";
import { parseOffer } from "./offer";
import type { Market, Offer } from "../chain/market";
import { ChainError } from "../chain/errors";
import { gasOf } from "../chain/gas";
import type { ChainNode } from "../chain/node";
import { errorMessage } from "../errors";
import { FetchError } from "../fetch/errors";
import type { Fetcher } from "../fetch/fetcher";
import type { Journal } from "../journal/journal";
import type { Logger } from "../log";
import type { Metrics } from "../metrics";
import { jobOf } from "../tasks/task";
import type { Task } from "../tasks/task";
import { bytesToHex } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

/** What a bid is held against, apart from what the chain and the journal say. */
export type IntakePolicy = Omit<
  BidContext,
  "now" | "openJobs" | "backlogSeconds" | "bondable" | "leastBond"
>;

/** What the intake needs. */
export interface IntakeContext {
  readonly policy: IntakePolicy;
  readonly market: Market;
  readonly node: Pick<ChainNode, "estimateGas">;
  readonly journal: Journal;
  readonly fetcher: Pick<Fetcher, "resolve">;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** Takes no bid: for a worker that only brings its jobs to their ends. */
export const closedIntake: Pick<Intake, "submit"> = {
  submit: async () => {
    throw new BidError("CLOSED", "this worker takes no new jobs");
  },
};

/** Decides which bids are taken, and writes those into the journal. */
export class Intake {
  // one at a time, so that two bids are not promised the same bond
  private readonly queue = new PQueue({ concurrency: 1 });

  constructor(private readonly context: IntakeContext) {}

  /**
   * Takes an offer as it came in, or says why not. Cheap checks come first; the last one simulates
   * the fill, which covers signature, nonce and funds of the client, before any input is fetched.
   * Returns the digest of the bid, and whether it was taken before. Throws `BidError`, or retryable
   * `ChainError`s of the node.
   */
  async submit(raw: unknown): Promise<{ readonly id: Hex; readonly known: boolean }> {
    try {
      const offer = parseOffer(raw);
      const id = this.context.market.bidDigest(offer.bid);
      const known = await this.queue.add(() => this.decide(id, offer));
      this.context.metrics.bidSeen(known ? "known" : "accepted");
      return { id, known };
    } catch (error) {
      if (error instanceof BidError) this.context.metrics.bidSeen(error.code);
      throw error;
    }
  }

  private async decide(id: Hex, offer: Offer): Promise<boolean> {
    const { journal, market, log } = this.context;
    if (journal.get(id) !== undefined) return true;
    this.checkUri(offer);
    const ask = evaluateBid(offer.bid, await this.bidContext(offer));
    await this.simulate(offer, market.fill(ask, offer));
    await journal.append(id, { type: "accepted", offer, ask });
    log.info({ bid: id, client: offer.bid.client, units: offer.bid.units.toString() }, "bid taken");
    return false;
  }

  private checkUri({ bid, inputUri }: Offer): void {
    const hash = bytesToHex(keccak_256(Buffer.from(inputUri, "utf8")));
    if (hash !== bid.inputUriHash) {
      throw new BidError("INPUT_URI", `the input URI has hash ${hash}, not ${bid.inputUriHash}`);
    }
    try {
      this.context.fetcher.resolve(inputUri);
    } catch (cause) {
      if (!(cause instanceof FetchError)) throw cause;
      throw new BidError("INPUT_URI", cause.message, { cause });
    }
  }

  private async bidContext({ bid }: Offer): Promise<BidContext> {
    const { policy, market, journal, now } = this.context;
    const model = policy.models.get(bid.modelId);
    // bids that no policy could take cost no call of the chain
    if (
      model === undefined ||
      !model.prices.has(bid.token) ||
      !policy.verifiers.includes(bid.verifier)
    ) {
      return {
        ...policy,
        now: now(),
        openJobs: 0,
        backlogSeconds: 0,
        bondable: 0n,
        leastBond: 0n,
      };
    }
    const open = journal.all().filter(({ ending }) => ending === undefined);
    const reserved = open.filter((task) => jobOf(task) === undefined).reduce(bondOf(bid.token), 0n);
    const bondable = (await market.bondable(bid.token)) - reserved;
    return {
      ...policy,
      now: now(),
      openJobs: open.length,
      backlogSeconds: open.reduce((sum, task) => sum + this.secondsLeft(task), 0),
      bondable: bondable > 0n ? bondable : 0n,
      leastBond: await market.leastBond(bid),
    };
  }

  private secondsLeft({ offer: { bid }, outputs }: Task): number {
    const unitSeconds = this.context.policy.models.get(bid.modelId)?.unitSeconds ?? 0;
    return (Number(bid.units) - outputs.length) * unitSeconds;
  }

  private async simulate(
    offer: Offer,
    call: Parameters<ChainNode["estimateGas"]>[0],
  ): Promise<void> {
    try {
      await gasOf(this.context.node, call);
    } catch (cause) {
      if (!(cause instanceof ChainError && cause.code === "REVERT")) throw cause;
      const message = `the escrow refuses the bid of ${offer.bid.client}: ${errorMessage(cause)}`;
      throw new BidError("REFUSED", message, { cause });
    }
  }
}

function bondOf(token: Hex): (sum: bigint, task: Task) => bigint {
  return (sum, { offer: { bid }, ask }) =>
    bid.token === token ? sum + ask.unitBond * bid.units : sum;
}
