import { expect } from "chai";
import {
  DELIVERED,
  INPUTS,
  OPENED,
  OUTPUTS,
  RUN,
  aTask,
  confirmed,
  word,
} from "./support/fixtures";
import {
  MAX_FETCH_FAILURES,
  MAX_RUN_FAILURES,
  nextAction,
} from "../../worker/src/tasks/nextAction";
import type { Action } from "../../worker/src/tasks/nextAction";
import { applyEvent, backoff, jobOf, pendingDemand } from "../../worker/src/tasks/task";
import { DemandKind, PriceState } from "../../sdk/src/index";
import type { JobEnd } from "../../sdk/src/index";
import type {
  AttemptResult,
  LocalAction,
  Task,
  TaskEvent,
  TxAction,
} from "../../worker/src/tasks/task";

const RESERVE = 120;
const FILL_BY = 2000;
const DEADLINE = 3000;
const CONTEST_END = 4000; // half an hour after the delivery

function next(now: number, ...events: TaskEvent[]): Action {
  return nextAction(aTask(...events), now, RESERVE);
}

function attempted(action: TxAction, kind: AttemptResult["kind"], at = 0, block = 9): TaskEvent {
  const result = { kind, block, cost: 1n, reason: "JobEscrowX", at } as AttemptResult;
  return { type: "attempted", action, result };
}

function failed(action: LocalAction, retryable = true, at = 0): TaskEvent {
  return { type: "failed", action, code: "X", retryable, at };
}

function times(count: number, event: TaskEvent): TaskEvent[] {
  return Array.from({ length: count }, () => event);
}

/** The same task of a job whose ask the provider signed. */
function signed(task: Task): Task {
  return { ...task, ask: { ...task.ask, nonce: 7n } };
}

const WAIT: Action = { kind: "wait", until: 0 };
const OPEN = [INPUTS, confirmed(OPENED)];
const DONE = [...OPEN, RUN];
const HANDED_OVER = [...DONE, confirmed(DELIVERED, 20)];

describe("worker nextAction", () => {
  context("given no job", () => {
    it("fetches inputs first, then fills", () => {
      expect(next(0)).to.deep.equal({ kind: "fetchInputs" });
      expect(next(0, INPUTS)).to.deep.equal({ kind: "fill" });
    });

    it("gives up after the last second to fill, not in it", () => {
      expect(next(FILL_BY - 1, INPUTS)).to.deep.equal({ kind: "fill" });
      expect(next(FILL_BY, INPUTS)).to.deep.equal({ kind: "fill" });
      const expired = { kind: "finish", ending: "expired" };
      expect(next(FILL_BY + 1, INPUTS)).to.deep.equal(expired);
      expect(next(FILL_BY + 1)).to.deep.equal(expired);
    });

    it("leaves a signed ask to whoever fills it", () => {
      for (const task of [aTask(), aTask(INPUTS)].map((each) => signed(each))) {
        expect(nextAction(task, FILL_BY, RESERVE)).to.deep.equal(WAIT);
        expect(nextAction(task, FILL_BY + 1, RESERVE)).to.have.property("ending", "expired");
      }
    });

    it("follows a fill that was begun to its end, even after the bid expired", () => {
      const intent: TaskEvent = { type: "intent", action: "fill" };
      expect(next(FILL_BY + 1, INPUTS, intent)).to.deep.equal({ kind: "fill" });
    });

    it("waits for the event of a fill that was confirmed", () => {
      const done = attempted("fill", "confirmed");
      expect(next(FILL_BY + 1, INPUTS, done)).to.deep.equal(WAIT);
    });

    for (const kind of ["refused", "reverted"] as const) {
      it(`gives up after a fill was ${kind}`, () =>
        expect(next(0, INPUTS, attempted("fill", kind))).to.deep.equal({
          kind: "finish",
          ending: "refused",
        }));
    }

    for (const kind of ["lost", "cancelled"] as const) {
      it(`fills again after a fill was ${kind}, while there is time`, () => {
        expect(next(0, INPUTS, attempted("fill", kind))).to.deep.equal({ kind: "fill" });
        const late = next(FILL_BY + 1, INPUTS, attempted("fill", kind));
        expect(late).to.deep.equal({ kind: "finish", ending: "expired" });
      });
    }

    it("fetches again after a failure that may pass, when its delay is over", () => {
      const event = failed("fetchInputs", true, 10_000);
      expect(next(11, event)).to.deep.equal({ kind: "wait", until: 12 });
      expect(next(12, event)).to.deep.equal({ kind: "fetchInputs" });
    });

    it("gives up at once after a final failure, and after too many others", () => {
      const hopeless = { kind: "finish", ending: "inputs" };
      expect(next(1, failed("fetchInputs", false))).to.deep.equal(hopeless);
      const almost = next(1000, ...times(MAX_FETCH_FAILURES - 1, failed("fetchInputs")));
      expect(almost).to.deep.equal({ kind: "fetchInputs" });
      const enough = next(1000, ...times(MAX_FETCH_FAILURES, failed("fetchInputs")));
      expect(enough).to.deep.equal(hopeless);
    });
  });

  context("given an open job", () => {
    it("runs, then delivers", () => {
      expect(next(0, ...OPEN)).to.deep.equal({ kind: "run" });
      const some: TaskEvent = { type: "unitsRun", from: 0, ids: OUTPUTS.slice(0, 3) };
      expect(next(0, ...OPEN, some)).to.deep.equal({ kind: "run" });
      expect(next(0, ...DONE)).to.deep.equal({ kind: "deliver" });
    });

    it("delivers up to the deadline and expires after it", () => {
      for (const now of [DEADLINE - 1, DEADLINE]) {
        expect(next(now, ...DONE)).to.deep.equal({ kind: "deliver" });
      }
      expect(next(DEADLINE + 1, ...DONE)).to.deep.equal({ kind: "expire" });
      expect(next(DEADLINE + 1, ...OPEN)).to.deep.equal({ kind: "expire" });
    });

    it("delivers what is done, or hands back, when the reserve begins", () => {
      const start = DEADLINE - 100; // a tenth of the turnaround, less than the reserve
      const some: TaskEvent = { type: "unitsRun", from: 0, ids: OUTPUTS.slice(0, 1) };
      expect(next(start, ...OPEN)).to.deep.equal({ kind: "run" });
      expect(next(start + 1, ...OPEN)).to.deep.equal({ kind: "handBack" });
      expect(next(start + 1, ...OPEN, some)).to.deep.equal({ kind: "deliver" });
    });

    it("keeps the whole reserve when it is less than a tenth of the turnaround", () => {
      const task = aTask(...OPEN);
      expect(nextAction(task, DEADLINE - 10, 10).kind).to.equal("run");
      expect(nextAction(task, DEADLINE - 9, 10).kind).to.equal("handBack");
    });

    it("ends early when it cannot be run", () => {
      expect(next(1, ...OPEN, failed("run", false))).to.deep.equal({ kind: "wait", until: 2 });
      expect(next(2, ...OPEN, failed("run", false))).to.deep.equal({ kind: "handBack" });
      const few = times(MAX_RUN_FAILURES - 1, failed("run"));
      expect(next(900, ...OPEN, ...few)).to.deep.equal({ kind: "run" });
      const many = times(MAX_RUN_FAILURES, failed("run"));
      expect(next(900, ...OPEN, ...many)).to.deep.equal({ kind: "handBack" });
    });

    it("waits for the event of a confirmed delivery instead of delivering twice", () => {
      const done = attempted("deliver", "confirmed", 0, 11);
      expect(next(0, ...DONE, done)).to.deep.equal(WAIT);
      // past the deadline nothing but expiring would be left, if the delivery was dropped after all
      expect(next(DEADLINE + 1, ...DONE, done)).to.deep.equal({ kind: "expire" });
    });

    it("delivers again after a refusal, when its delay is over", () => {
      const refused = attempted("deliver", "refused", 10_000);
      expect(next(11, ...DONE, refused)).to.deep.equal({ kind: "wait", until: 12 });
      expect(next(12, ...DONE, refused)).to.deep.equal({ kind: "deliver" });
      for (const kind of ["reverted", "lost", "cancelled"] as const) {
        expect(next(0, ...DONE, attempted("deliver", kind))).to.deep.equal({ kind: "deliver" });
      }
    });

    it("fetches and runs again when stored blobs were lost", () => {
      const lost: TaskEvent = { type: "blobsLost" };
      expect(next(0, ...DONE, lost)).to.deep.equal({ kind: "fetchInputs" });
      expect(next(0, ...DONE, lost, INPUTS)).to.deep.equal({ kind: "run" });
    });

    it("works on a job whose bid it had given up", () => {
      const given: TaskEvent = { type: "finished", ending: "refused", at: 0 };
      expect(next(0, INPUTS, given)).to.deep.equal({ kind: "none" });
      expect(next(0, INPUTS, given, confirmed(OPENED))).to.deep.equal({ kind: "run" });
    });
  });

  context("given a delivered job", () => {
    it("publishes first, also a prefix", () => {
      expect(next(0, ...HANDED_OVER)).to.deep.equal({ kind: "publish" });
      const one: TaskEvent = { type: "unitsRun", from: 0, ids: OUTPUTS.slice(0, 1) };
      const prefix = confirmed({ ...DELIVERED, units: 1n }, 20);
      expect(next(0, ...OPEN, one, prefix)).to.deep.equal({ kind: "publish" });
    });

    it("makes outputs anew that were lost before they were published", () => {
      const lost: TaskEvent = { type: "blobsLost" };
      expect(next(0, ...HANDED_OVER, lost)).to.deep.equal({ kind: "fetchInputs" });
      expect(next(0, ...HANDED_OVER, lost, INPUTS)).to.deep.equal({ kind: "run" });
    });

    it("settles after the last second of the contest, not in it", () => {
      const published: TaskEvent[] = [...HANDED_OVER, { type: "published" }];
      const wait = { kind: "wait", until: CONTEST_END + 1 };
      expect(next(CONTEST_END - 1, ...published)).to.deep.equal(wait);
      expect(next(CONTEST_END, ...published)).to.deep.equal(wait);
      expect(next(CONTEST_END + 1, ...published)).to.deep.equal({ kind: "settle" });
    });

    it("settles although publishing fails for good", () => {
      const events = [...HANDED_OVER, failed("publish", false)];
      expect(next(CONTEST_END + 1, ...events)).to.deep.equal({ kind: "settle" });
    });

    it("does not settle a frozen job before the longest game and its slack are over", () => {
      const frozen = confirmed({ name: "JobFrozen" }, 21);
      const events: TaskEvent[] = [...HANDED_OVER, { type: "published" }, frozen];
      const end = CONTEST_END + 1_000 + 86_400;
      expect(next(CONTEST_END + 1, ...events)).to.deep.equal({ kind: "wait", until: end + 1 });
      expect(next(end, ...events)).to.deep.equal({ kind: "wait", until: end + 1 });
      expect(next(end + 1, ...events)).to.deep.equal({ kind: "settle" });
      const thawed = confirmed({ name: "JobUnfrozen" }, 22);
      expect(next(CONTEST_END + 1, ...events, thawed)).to.deep.equal({ kind: "settle" });
    });

    it("makes lost outputs anew while it is challenged, or waits if it cannot", () => {
      const frozen = confirmed({ name: "JobFrozen" }, 21);
      const lost: TaskEvent[] = [...HANDED_OVER, { type: "published" }, { type: "blobsLost" }];
      expect(next(0, ...lost, frozen)).to.deep.equal({ kind: "fetchInputs" });
      expect(next(0, ...lost, frozen, INPUTS)).to.deep.equal({ kind: "run" });
      expect(next(0, ...lost)).to.include({ kind: "wait" });
      expect(next(2, ...lost, frozen, failed("run", false))).to.include({ kind: "wait" });
    });

    it("waits for the event of a confirmed settlement", () => {
      const events: TaskEvent[] = [...HANDED_OVER, { type: "published" }];
      const done = attempted("settle", "confirmed", 0, 21);
      expect(next(CONTEST_END + 1, ...events, done)).to.deep.equal(WAIT);
    });
  });

  context("given a demand for a piece of the output", () => {
    const ANSWER_BY = 4_500;
    const piece = { unit: 1n, firstWord: 0n, wordsLog2: 0n };
    const rest = { demander: word(1), piece, payment: 1n, answerBy: BigInt(ANSWER_BY) };
    const demanded = confirmed({ name: "OutputDemanded", kind: DemandKind.Client, ...rest }, 21);
    const [header, words] = [0n, []];
    const shown = confirmed({ name: "OutputShown", kind: DemandKind.Client, header, words }, 22);
    const published: TaskEvent[] = [...HANDED_OVER, { type: "published" }];

    it("shows it, before anything else and up to the last second", () => {
      expect(next(0, ...HANDED_OVER, demanded)).to.deep.equal({ kind: "showOutput" });
      expect(next(ANSWER_BY, ...published, demanded)).to.deep.equal({ kind: "showOutput" });
    });

    it("ends it when it is too late to answer", () =>
      expect(next(ANSWER_BY + 1, ...published, demanded)).to.deep.equal({ kind: "lapseDemand" }));

    it("waits for the event of a confirmed answer, then goes on", () => {
      const done = attempted("showOutput", "confirmed", 0, 22);
      expect(next(CONTEST_END + 1, ...published, demanded, done)).to.deep.equal(WAIT);
      const settle = next(CONTEST_END + 1, ...published, demanded, done, shown);
      expect(settle).to.deep.equal({ kind: "settle" });
    });

    it("answers a second demand after the first", () => {
      const kind = DemandKind.Challenger;
      const second = confirmed({ name: "OutputDemanded", kind, ...rest }, 21);
      const done = attempted("showOutput", "confirmed", 0, 22);
      const events = [...published, demanded, second, done];
      expect(next(0, ...events)).to.deep.equal(WAIT);
      expect(next(0, ...events, shown)).to.deep.equal({ kind: "showOutput" });
      const task = aTask(...events, shown);
      expect(pendingDemand(task)?.kind).to.equal(kind);
    });

    it("makes lost outputs anew to show them, or waits for the end if it cannot", () => {
      const lost: TaskEvent = { type: "blobsLost" };
      expect(next(0, ...published, lost, demanded)).to.deep.equal({ kind: "fetchInputs" });
      const hopeless = [...published, lost, demanded, failed("fetchInputs", false)];
      expect(next(2, ...hopeless)).to.deep.equal({ kind: "wait", until: ANSWER_BY + 1 });
      expect(next(ANSWER_BY + 1, ...hopeless)).to.deep.equal({ kind: "lapseDemand" });
    });

    it("forgets a demand that was withheld", () => {
      const kind = DemandKind.Client;
      const withheld = confirmed({ name: "OutputWithheld", kind, refund: 4n }, 22);
      const task = aTask(...published, demanded, withheld);
      expect(pendingDemand(task)).to.equal(undefined);
      expect(nextAction(task, CONTEST_END + 1, RESERVE)).to.deep.equal({ kind: "settle" });
    });
  });

  context("given a job that ended", () => {
    const settled: JobEnd = { name: "JobSettled", paid: 1n, fee: 0n };
    const slashed: JobEnd = { name: "JobSlashed", refund: 1n, reward: 0n, held: 1n };

    for (const [end, ending] of [
      [{ name: "JobCancelled", share: 1n, fee: 0n }, "closed"],
      [{ name: "JobHandedBack", share: 1n }, "closed"],
      [{ name: "JobExpired", penalty: 1n }, "closed"],
    ] as const) {
      it(`finishes as ${ending} after ${end.name}`, () =>
        expect(next(0, ...OPEN, confirmed(end, 30))).to.deep.equal({ kind: "finish", ending }));
    }

    for (const [end, ending] of [
      [settled, "settled"],
      [slashed, "slashed"],
    ] as const) {
      it(`publishes what was delivered, then finishes as ${ending} after ${end.name}`, () => {
        const event = confirmed(end, 30);
        expect(next(0, ...HANDED_OVER, event)).to.deep.equal({ kind: "publish" });
        const done = next(0, ...HANDED_OVER, { type: "published" }, event);
        expect(done).to.deep.equal({ kind: "finish", ending });
      });
    }

    it("does nothing once finished", () =>
      expect(next(0, { type: "finished", ending: "closed", at: 0 })).to.deep.equal({
        kind: "none",
      }));
  });

  context("given that the chain dropped blocks", () => {
    it("takes back what came after, and the attempts of those blocks", () => {
      const fill = attempted("fill", "confirmed"); // block 9
      const events = [INPUTS, fill, confirmed(OPENED, 10)];
      const kept = next(0, ...events, { type: "rolledBack", block: 10 });
      expect(kept).to.deep.equal({ kind: "run" });
      const unseen = next(0, ...events, { type: "rolledBack", block: 9 });
      expect(unseen).to.deep.equal(WAIT);
      const undone = next(0, ...events, { type: "rolledBack", block: 8 });
      expect(undone).to.deep.equal({ kind: "fill" });
    });

    it("reopens a task that had ended", () => {
      const end = confirmed({ name: "JobSettled", paid: 1n, fee: 0n }, 30);
      const finished: TaskEvent = { type: "finished", ending: "settled", at: 0 };
      const events: TaskEvent[] = [...HANDED_OVER, { type: "published" }, end, finished];
      const back = next(CONTEST_END + 1, ...events, { type: "rolledBack", block: 29 });
      expect(back).to.deep.equal({ kind: "settle" });
      expect(next(0, ...events, { type: "rolledBack", block: 30 })).to.deep.equal({ kind: "none" });
    });
  });

  describe("jobOf", () => {
    it("folds the confirmed events, and knows nothing before the first", () => {
      expect(jobOf(aTask())).to.equal(undefined);
      const approved = confirmed({ name: "JobApproved", paid: 4n, fee: 0n }, 21);
      const record = jobOf(aTask(...HANDED_OVER, approved));
      expect(record?.job.price).to.equal(PriceState.Paid);
      expect(record?.updatedIn.blockNumber).to.equal(21);
    });
  });

  describe("applyEvent", () => {
    it("appends outputs at their place, also when told twice", () => {
      const first: TaskEvent = { type: "unitsRun", from: 0, ids: [word(1), word(2)] };
      const second: TaskEvent = { type: "unitsRun", from: 2, ids: [word(3)] };
      const task = [first, second, second].reduce(applyEvent, aTask(INPUTS));
      expect(task.outputs).to.deep.equal([word(1), word(2), word(3)]);
    });

    it("doubles the delay with each failure, up to five minutes, and resets it on progress", () => {
      const delays = [1, 2, 3, 8, 9, 20].map(backoff);
      expect(delays).to.deep.equal([2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
      const task = aTask(failed("fetchInputs"), failed("fetchInputs"), INPUTS);
      expect([task.failures, task.retryAt]).to.deep.equal([0, 0]);
    });
  });
});
