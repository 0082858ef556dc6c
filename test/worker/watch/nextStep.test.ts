import { expect } from "chai";
import { DELIVERED, JOB_ID, OPENED, at, word } from "../support/fixtures";
import type { LiveGame } from "../../../worker/src/chain/disputes";
import { judge, openCheck } from "../../../worker/src/watch/check";
import type { Check } from "../../../worker/src/watch/check";
import { nextStep } from "../../../worker/src/watch/nextStep";
import type { CheckView, Step, StepPolicy } from "../../../worker/src/watch/nextStep";
import { applyEvent } from "../../../sdk/src/index";
import type { JobChange, JobRecord } from "../../../sdk/src/index";
import { listRoot } from "../../../tensor/src/index";

const CLAIMS = [word(11), word(12), word(13), word(14)];
const INPUTS = [word(1), word(2), word(3), word(4)];
const ROOT = listRoot(CLAIMS);
const DELIVERED_AT = 2_200;
/** Half an hour after the delivery. */
const WINDOW_END = DELIVERED_AT + 1_800;
const POLICY: StepPolicy = { withheld: "challenge", patience: 300, reserve: 200 };
const CLOSING = WINDOW_END - POLICY.reserve;
const PATIENT_UNTIL = DELIVERED_AT + POLICY.patience;
const ALL = [0, 1, 2, 3];
const SAMPLED: Step = { kind: "challenge", challenge: { sampled: true } };

function record(...changes: readonly JobChange[]): JobRecord {
  const events = [OPENED, { ...DELIVERED, outputRoot: ROOT }, ...changes];
  const first = { ...events[0], id: JOB_ID, at: at(10) };
  return events
    .slice(1)
    .map((change, i) => ({ ...change, id: JOB_ID, at: at(11 + i) }))
    .reduce<JobRecord>(applyEvent, applyEvent(undefined, first));
}

function check(units: readonly number[], change: Partial<Check> = {}): Check {
  const delivery = { jobId: JOB_ID, outputRoot: ROOT, block: 11 };
  return { ...openCheck(delivery, units, units[0]), ...change };
}

function next(
  about: Check,
  now: number,
  view: Partial<CheckView> = {},
  policy: Partial<StepPolicy> = {},
): Step {
  const whole = { record: record(), games: 0, seats: [], ...view };
  return nextStep(about, whole, now, { ...POLICY, ...policy });
}

function finish(result: string): object {
  return { kind: "finish", result };
}

describe("watch nextStep", () => {
  context("given a delivery that is not known yet", () => {
    it("fetches inputs, runs, then fetches what was published", () => {
      expect(next(check(ALL), DELIVERED_AT)).to.deep.equal({ kind: "fetchInputs" });
      const fetched = check([1, 2], { inputs: INPUTS });
      expect(next(fetched, DELIVERED_AT)).to.deep.equal({ kind: "run" });
      const ran = { ...fetched, outputs: CLAIMS.slice(1, 3) };
      expect(next(ran, DELIVERED_AT)).to.deep.equal({ kind: "fetchClaims" });
    });

    it("gives inputs up when the rest of the window is for challenging, not before", () => {
      expect(next(check(ALL), CLOSING - 1)).to.deep.equal({ kind: "fetchInputs" });
      expect(next(check(ALL), CLOSING)).to.deep.equal(finish("unavailable"));
    });

    it("keeps a quarter of the window at most", () => {
      const policy = { reserve: 86_400 };
      const closing = WINDOW_END - 450;
      expect(next(check(ALL), closing - 1, {}, policy)).to.deep.equal({ kind: "fetchInputs" });
      expect(next(check(ALL), closing, {}, policy)).to.deep.equal(finish("unavailable"));
    });
  });

  context("given that all units were run", () => {
    it("is done if they have the root that was delivered", () => {
      const right = check(ALL, { inputs: INPUTS, outputs: CLAIMS });
      expect(next(right, DELIVERED_AT)).to.deep.equal(finish("right"));
    });

    it("challenges the first unit that differs, if outputs are published", () => {
      const outputs = [CLAIMS[0], word(98), word(99), CLAIMS[3]];
      const wrong = check(ALL, { inputs: INPUTS, outputs, claims: CLAIMS });
      const challenge = { unit: 1, sampled: false };
      expect(next(wrong, DELIVERED_AT)).to.deep.equal({ kind: "challenge", challenge });
    });

    it("challenges the root if they are not published in time", () => {
      const outputs = [...CLAIMS.slice(0, 3), word(99)];
      const wrong = check(ALL, { inputs: INPUTS, outputs });
      expect(next(wrong, PATIENT_UNTIL - 1)).to.deep.equal({ kind: "fetchClaims" });
      const challenge = { unit: undefined, sampled: false };
      expect(next(wrong, PATIENT_UNTIL)).to.deep.equal({ kind: "challenge", challenge });
    });
  });

  context("given that some units were run", () => {
    const some = check([1, 2], { inputs: INPUTS, outputs: CLAIMS.slice(1, 3) });

    it("is done if they are as published", () =>
      expect(next({ ...some, claims: CLAIMS }, DELIVERED_AT)).to.deep.equal(finish("right")));

    it("challenges the one that differs", () => {
      const wrong = { ...some, outputs: [CLAIMS[1], word(99)], claims: CLAIMS };
      const challenge = { unit: 2, sampled: false };
      expect(next(wrong, DELIVERED_AT)).to.deep.equal({ kind: "challenge", challenge });
    });

    context("when outputs are withheld", () => {
      const demand = { withheld: "demand" } as const;

      it("plays down to the sample, or lets it be, as the policy says", () => {
        expect(next(some, PATIENT_UNTIL - 1)).to.deep.equal({ kind: "fetchClaims" });
        expect(next(some, PATIENT_UNTIL)).to.deep.equal(SAMPLED);
        const ignored = next(some, PATIENT_UNTIL, {}, { withheld: "ignore" });
        expect(ignored).to.deep.equal(finish("withheld"));
      });

      it("demands a piece and waits for it", () => {
        expect(next(some, PATIENT_UNTIL, {}, demand)).to.deep.equal({ kind: "demand" });
        const open = { kind: "open", answerBy: 5_000n } as const;
        const wait = { kind: "wait" };
        expect(next(some, CLOSING - 1, { demand: open }, demand)).to.deep.equal(wait);
      });

      it("believes the piece that is shown", () => {
        const shown = (right: boolean): Partial<CheckView> => ({
          demand: { kind: "shown", right },
        });
        expect(next(some, PATIENT_UNTIL, shown(true), demand)).to.deep.equal(finish("right"));
        expect(next(some, PATIENT_UNTIL, shown(false), demand)).to.deep.equal(SAMPLED);
      });

      it("plays down to the sample if no answer can come in time", () => {
        const open = { kind: "open", answerBy: 5_000n } as const;
        expect(next(some, CLOSING, { demand: open }, demand)).to.deep.equal(SAMPLED);
        expect(next(some, CLOSING, {}, demand)).to.deep.equal(SAMPLED);
        const over = { demand: { kind: "over" } } as const;
        expect(next(some, PATIENT_UNTIL, over, demand)).to.deep.equal(SAMPLED);
      });

      it("takes its payment back when the time to answer is over", () => {
        const open = { kind: "open", answerBy: BigInt(WINDOW_END + 5) } as const;
        const wait = { kind: "wait" };
        expect(next(some, WINDOW_END + 5, { demand: open }, demand)).to.deep.equal(wait);
        expect(next(some, WINDOW_END + 6, { demand: open }, demand)).to.deep.equal({
          kind: "lapse",
        });
      });
    });
  });

  context("given a challenge that was decided upon", () => {
    const challenge = { unit: 1, sampled: false };
    const doubted = check(ALL, { inputs: INPUTS, outputs: CLAIMS, challenge });

    it("makes it up to the last second of the window", () => {
      expect(next(doubted, WINDOW_END)).to.deep.equal({ kind: "challenge", challenge });
      expect(next(doubted, WINDOW_END + 1)).to.deep.equal(finish("late"));
    });

    it("waits while a game is live, and makes again what was lost", () => {
      const view = { games: 1, seats: [{} as LiveGame] };
      expect(next(doubted, WINDOW_END + 1, view)).to.deep.equal({ kind: "wait" });
      const lost = { ...doubted, inputs: undefined, outputs: [] };
      expect(next(lost, WINDOW_END + 1, view)).to.deep.equal({ kind: "fetchInputs" });
      expect(next({ ...lost, inputs: INPUTS }, 0, view)).to.deep.equal({ kind: "run" });
    });

    it("is done when the end of its game is final", () => {
      expect(next(doubted, 0, { games: 1 })).to.deep.equal({ kind: "wait" });
      expect(next(doubted, 0, { games: 1, result: "won" })).to.deep.equal(finish("won"));
    });
  });

  context("given a job that is not what was delivered any more", () => {
    it("is done", () => {
      const ends: JobChange = { name: "JobSettled", paid: 1n, fee: 0n };
      expect(next(check(ALL), 0, { record: record(ends) })).to.deep.equal(finish("gone"));
      expect(next(check(ALL), 0, { record: undefined })).to.deep.equal(finish("gone"));
      const other = check(ALL, { outputRoot: word(5) });
      expect(next(other, 0)).to.deep.equal(finish("gone"));
    });
  });

  describe("judge", () => {
    it("leaves open what was not run", () => {
      const some = check([1], { outputs: [CLAIMS[1]] });
      expect(judge(some, { units: 4n })).to.deep.equal({ kind: "open" });
    });
  });
});
