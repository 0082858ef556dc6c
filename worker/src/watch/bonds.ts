import type { BondRule, WatchContext } from "./context";
import { sameHex } from "../../../sdk/src/index";
import type { Address, JobRef } from "../../../sdk/src/index";
import type { LiveGame } from "../chain/disputes";

/** Whether a challenge can be made now, for which bond at most; or why not. */
export type Allowance =
  { readonly most: bigint } | { readonly refused: "token" | "highest" | "total" | "claims" };

type BondContext = Pick<WatchContext, "disputes" | "deliveries" | "metrics" | "log"> & {
  readonly options: Pick<WatchContext["options"], "bonds">;
};

/** Keeps the bonds of challenges within the rules, and tells when claims run low. */
export class Bonds {
  /** Tokens of which there was too little when it was last told. */
  private low: ReadonlySet<Address> | undefined;
  private posted: readonly LiveGame["board"]["game"][] = [];

  constructor(private readonly context: BondContext) {}

  /** Takes in the live games of a turn, and tells what there is for more; says so when it changes. */
  async observe(live: readonly LiveGame[]): Promise<void> {
    const { deliveries, metrics, log, options } = this.context;
    this.posted = live.map(({ board }) => board.game);
    const low = new Set<Address>();
    for (const { token, highest } of options.bonds) {
      const bondable = await deliveries.bondable(token);
      const posted = this.postedIn(token);
      if (bondable < highest) low.add(token);
      metrics.bonds({ token, bondable, posted, low: low.has(token) });
      if (this.low?.has(token) === low.has(token)) continue;
      const facts = { token, bondable: bondable.toString(), highest: highest.toString() };
      if (low.has(token)) {
        log.warn(facts, "too few claims, or too low an allowance for the verifier, to challenge");
      } else {
        log.info(facts, "claims and allowance suffice to challenge");
      }
    }
    this.low = low;
  }

  /** What a challenge of the job may cost. Throws retryable `ChainError`s. */
  async allowanceFor(job: JobRef): Promise<Allowance> {
    const { token } = job.job;
    const rule = this.context.options.bonds.find((each) => sameHex(each.token, token));
    if (rule === undefined) return { refused: "token" };
    const bond = await this.context.disputes.bond(job);
    const most = least(rule.highest, rule.total - this.postedIn(token));
    if (bond > rule.highest) return { refused: "highest" };
    if (bond > most) return { refused: "total" };
    const bondable = await this.context.deliveries.bondable(token);
    return bond > bondable ? { refused: "claims" } : { most };
  }

  private postedIn(token: BondRule["token"]): bigint {
    return this.posted
      .filter((game) => sameHex(game.token, token))
      .reduce((sum, { bond }) => sum + bond, 0n);
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
