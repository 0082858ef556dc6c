import { expect } from "chai";
import { FakeDisputes, aGame, movesIn } from "../support/fakeDisputes";
import {
  DELIVERED,
  INPUTS,
  JOB_ID,
  OPENED,
  OUTPUTS,
  RUN,
  anAsk,
  anOffer,
  confirmed,
  word,
} from "../support/fixtures";
import { memoryLog } from "../support/log";
import { MemoryStore, memoryBlobs } from "../support/memory";
import { INCREMENT, inputsOf } from "../support/model";
import { expectError } from "../support/rejection";
import type { Call } from "../../../worker/src/chain/node";
import { Defence } from "../../../worker/src/games/defence";
import type { Seat } from "../../../worker/src/games/player";
import { Journal } from "../../../worker/src/journal/journal";
import type { TaskEvent } from "../../../worker/src/tasks/task";
import { windowOf } from "../../../sdk/src/index";
import { UnitTrace, encodeTensor, inputHeader, tensorId } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";

const BID = 99;
const CONFIRMATIONS = 3;
const HEAD = { number: 30, hash: word(30), timestamp: 2_300 };
const GAMES = [1n, 2n].map((number) => (JOB_ID << 32n) | number);
const FROZEN = { name: "JobFrozen" } as const;
const UNFROZEN = { name: "JobUnfrozen" } as const;
const SETTLED = { name: "JobSettled", paid: 1n, fee: 0n } as const;

describe("Defence", () => {
  let disputes: FakeDisputes;
  let journal: Journal;
  let tensors: ReturnType<typeof memoryBlobs>;
  let seats: readonly Seat[];
  let sent: string[];
  let submissions: number;
  let underWay: string;

  beforeEach(async () => {
    [underWay, submissions] = ["", 0];
    [disputes, tensors, seats, sent] = [new FakeDisputes(), memoryBlobs(), [], []];
    journal = await Journal.open(new MemoryStore(), "1/0xb");
    for (const id of GAMES) disputes.put(id, 20, { game: aGame({ id }) });
  });

  /** One turn of a worker whose journal says this of each of its jobs, chained ones if `chained`. */
  async function turn(
    events: readonly TaskEvent[],
    { chained = false, jobs = 1, now = HEAD.timestamp } = {},
  ): Promise<readonly bigint[]> {
    const { modelId } = OPENED.job;
    const opened = { ...OPENED, job: { ...OPENED.job, chained, verifier: disputes.address } };
    const accepted = { type: "accepted", offer: anOffer(), ask: anAsk() } as const;
    for (let i = 0; i < jobs; i++) {
      const history = [confirmed(opened), ...events].map((event) =>
        about(JOB_ID + BigInt(i), event),
      );
      await journal.append(word(BID + i), accepted, ...history);
    }
    const player = { turn: async (given: readonly Seat[]) => void (seats = given) };
    const model = { id: modelId, model: INCREMENT, input: inputHeader(INCREMENT.program) };
    const sender = {
      inFlight: (prefix = "") => (underWay.startsWith(prefix) ? [underWay] : []),
      submit: async (key: string, call: Call) => {
        submissions++;
        sent.push(...movesIn(call).map(({ id, name }) => `${key}: ${name} ${id}`));
        return { kind: "pending" } as const;
      },
    };
    const defence = new Defence({
      ...{ journal, disputes, player, sender, tensors, confirmations: CONFIRMATIONS },
      models: new Map([[modelId, model]]),
      traceOf: (of, input) => new UnitTrace(of, input),
      log: memoryLog(),
    });
    await defence.turn(HEAD, now);
    return seats.map(({ id }) => id);
  }

  /** Stores inputs, and returns their ids. */
  async function storedInputs(count: number): Promise<Hex[]> {
    const { tensors: inputs } = inputsOf(count);
    const ids = inputs.map(tensorId);
    await Promise.all(ids.map((id, i) => tensors.put(id, encodeTensor(inputs[i]), "private")));
    return ids;
  }

  const delivered = [INPUTS, RUN, confirmed(DELIVERED, 19)];

  it("plays every game about a job that is frozen", async () => {
    expect(await turn([...delivered, confirmed(FROZEN, 20)])).to.deep.equal(GAMES);
  });

  it("plays games of blocks that are not final, and no others, about a job that is not", async () => {
    disputes.challenges.set(JOB_ID, HEAD.number - CONFIRMATIONS + 2);
    expect(await turn(delivered)).to.deep.equal(GAMES);
    disputes.challenges.set(JOB_ID, HEAD.number - CONFIRMATIONS + 1);
    journal = await Journal.open(new MemoryStore(), "1/0xb");
    expect(await turn(delivered)).to.deep.equal([]);
  });

  it("plays no game about a job whose games are over, or which ended", async () => {
    const calm = [...delivered, confirmed(FROZEN, 20), confirmed(UNFROZEN, 21)];
    expect(await turn(calm)).to.deep.equal([]);
    journal = await Journal.open(new MemoryStore(), "1/0xb");
    expect(await turn([...calm, confirmed(SETTLED, 22)])).to.deep.equal([]);
  });

  context("given a frozen job that no game is about any more", () => {
    const frozen = [...delivered, confirmed(FROZEN, 20)];
    const until = Number(DELIVERED.deliveredAt) + Number(windowOf(OPENED.job.termsClass));

    it("unfreezes it once its window is over, and not before", async () => {
      await turn(frozen, { now: until });
      expect(sent).to.deep.equal([]);
      journal = await Journal.open(new MemoryStore(), "1/0xb");
      await turn(frozen, { now: until + 1 });
      expect(sent).to.deep.equal([`games/unfreeze/${HEAD.number}: unfreeze ${JOB_ID}`]);
    });

    it("unfreezes several in one transaction, fifty at most", async () => {
      await turn(frozen, { jobs: 54, now: until + 1 });
      expect(sent).to.have.length(50);
      expect(new Set(sent).size).to.equal(50);
      const key = `games/unfreeze/${HEAD.number}: `;
      expect(sent.filter((each) => !each.startsWith(key))).to.deep.equal([]);
      expect(submissions).to.equal(1);
    });

    it("waits while another such transaction is under way", async () => {
      underWay = `games/unfreeze/${HEAD.number - 1}`;
      await turn(frozen, { now: until + 1 });
      expect(sent).to.deep.equal([]);
    });

    it("leaves it to the last game that is live", async () => {
      disputes.live.set(JOB_ID, 1);
      await turn(frozen, { now: until + 1 });
      expect(sent).to.deep.equal([]);
    });

    it("does nothing about a job that thawed", async () => {
      await turn([...frozen, confirmed(UNFROZEN, 21)], { now: until + 1 });
      expect(sent).to.deep.equal([]);
    });
  });

  it("waits for outputs that have to be made again", async () => {
    const lost: TaskEvent = { type: "blobsLost" };
    expect(await turn([...delivered, confirmed(FROZEN, 20), lost])).to.deep.equal([]);
  });

  it("knows what it ran, from what it stored", async () => {
    const ids = await storedInputs(4);
    const stored: TaskEvent = { type: "inputsStored", ids };
    await turn([stored, RUN, confirmed(DELIVERED, 19), confirmed(FROZEN, 20)]);
    const [{ knowledge }] = seats;
    expect([...knowledge.outputIds]).to.deep.equal([...OUTPUTS.entries()]);
    expect(knowledge.inputIds).to.deep.equal(ids);
    const trace = await knowledge.trace(2);
    expect(trace.ids).to.deep.equal(new UnitTrace(INCREMENT, inputsOf(4).tensors[2]).ids);
    expect(await knowledge.trace(2)).to.equal(trace);
  });

  it("starts a unit of a chained job from the output before it", async () => {
    const [input, output] = await storedInputs(2);
    const stored: TaskEvent = { type: "inputsStored", ids: [input] };
    const run: TaskEvent = { type: "unitsRun", from: 0, ids: [output, ...OUTPUTS.slice(1)] };
    await turn([stored, run, confirmed(DELIVERED, 19), confirmed(FROZEN, 20)], { chained: true });
    const traces = await Promise.all([0, 1].map((unit) => seats[0].knowledge.trace(unit)));
    expect(traces.map(({ ids }) => ids[0])).to.deep.equal([input, output]);
  });

  it("has what it ran on fetched again if it is gone", async () => {
    await turn([...delivered, confirmed(FROZEN, 20)]);
    await expectError(() => seats[0].knowledge.trace(0), "BlobError", "CORRUPT");
    expect(journal.get(word(BID))).to.include({ inputs: undefined });
  });
});

/** The same event, about another job. */
function about(id: bigint, event: TaskEvent): TaskEvent {
  return event.type === "confirmed" ? { ...event, event: { ...event.event, id } } : event;
}
