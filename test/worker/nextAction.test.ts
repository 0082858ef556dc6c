import { expect } from "chai";
import {
  DELIVERED,
  FILLED,
  INPUTS,
  JOB,
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
import { applyEvent, backoff, jobOf } from "../../worker/src/tasks/task";
import type { AttemptResult, LocalAction, TaskEvent, TxAction } from "../../worker/src/tasks/task";

const RESERVE = 120;
const FILL_BY = 2000;
const DEADLINE = 3000;
const CONTEST_END = 4000;

function next(now: number, ...events: TaskEvent[]): Action {
  return nextAction(aTask(...events), now, RESERVE);
}

function attempted(action: TxAction, kind: AttemptResult["kind"], at = 0): TaskEvent {
  const result = { kind, block: 9, cost: 1n, reason: "JobEscrowX", at } as AttemptResult;
  return { type: "attempted", action, result };
}

function failed(action: LocalAction, retryable = true, at = 0): TaskEvent {
  return { type: "failed", action, code: "X", retryable, at };
}

function times(count: number, event: TaskEvent): TaskEvent[] {
  return Array.from({ length: count }, () => event);
}

const WAIT: Action = { kind: "wait", until: 0 };
const OPEN = [INPUTS, confirmed(FILLED)];
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
      const done = attempted("deliver", "confirmed");
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
      expect(next(0, INPUTS, given, confirmed(FILLED))).to.deep.equal({ kind: "run" });
    });
  });

  context("given a delivered job", () => {
    it("publishes first, also a prefix", () => {
      expect(next(0, ...HANDED_OVER)).to.deep.equal({ kind: "publish" });
      const one: TaskEvent = { type: "unitsRun", from: 0, ids: OUTPUTS.slice(0, 1) };
      const prefix = confirmed({ ...DELIVERED, units: 1n });
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

    it("does not settle while the job is frozen", () => {
      const frozen = confirmed({ kind: "frozen", jobId: JOB.id }, 21);
      const events: TaskEvent[] = [...HANDED_OVER, { type: "published" }, frozen];
      expect(next(CONTEST_END + 1, ...events)).to.deep.equal(WAIT);
      const thawed = confirmed({ kind: "unfrozen", jobId: JOB.id }, 22);
      expect(next(CONTEST_END + 1, ...events, thawed)).to.deep.equal({ kind: "settle" });
    });

    it("waits for the event of a confirmed settlement", () => {
      const events: TaskEvent[] = [...HANDED_OVER, { type: "published" }];
      const done = attempted("settle", "confirmed");
      expect(next(CONTEST_END + 1, ...events, done)).to.deep.equal(WAIT);
    });
  });

  context("given a job that ended", () => {
    for (const kind of ["settled", "closed", "slashed"] as const) {
      const end = confirmed({ kind, jobId: JOB.id }, 30);
      it(`finishes when it was ${kind}`, () => {
        const finish = { kind: "finish", ending: kind };
        expect(next(0, ...OPEN, end)).to.deep.equal(finish);
        expect(next(0, ...HANDED_OVER, end)).to.deep.equal({ kind: "publish" });
        expect(next(0, ...HANDED_OVER, { type: "published" }, end)).to.deep.equal(finish);
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
      const events = [INPUTS, fill, confirmed(FILLED, 10)];
      const kept = next(0, ...events, { type: "rolledBack", block: 10 });
      expect(kept).to.deep.equal({ kind: "run" });
      const unseen = next(0, ...events, { type: "rolledBack", block: 9 });
      expect(unseen).to.deep.equal(WAIT);
      const undone = next(0, ...events, { type: "rolledBack", block: 8 });
      expect(undone).to.deep.equal({ kind: "fill" });
    });

    it("reopens a task that had ended", () => {
      const end = confirmed({ kind: "settled", jobId: JOB.id }, 30);
      const finished: TaskEvent = { type: "finished", ending: "settled", at: 0 };
      const events: TaskEvent[] = [...HANDED_OVER, { type: "published" }, end, finished];
      const back = next(CONTEST_END + 1, ...events, { type: "rolledBack", block: 29 });
      expect(back).to.deep.equal({ kind: "settle" });
      expect(next(0, ...events, { type: "rolledBack", block: 30 })).to.deep.equal({ kind: "none" });
    });
  });

  describe("jobOf", () => {
    it("carries the job of the last event that changed it", () => {
      const delivered = { ...JOB, raw: "delivered" };
      const approved = { ...JOB, raw: "approved" };
      const task = aTask(
        confirmed(FILLED),
        confirmed({ ...DELIVERED, job: delivered }),
        confirmed({ kind: "approved", jobId: JOB.id, job: approved }),
      );
      expect(jobOf(task)?.job.raw).to.equal("approved");
      expect(jobOf(task)?.delivery).to.deep.equal({ units: 4n, contestableUntil: 4000n });
    });

    it("knows nothing before the fill", () => {
      expect(jobOf(aTask())).to.equal(undefined);
      expect(jobOf(aTask(confirmed({ kind: "closed", jobId: JOB.id })))).to.equal(undefined);
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
