import { expect } from "chai";
import { FakeChain } from "../support/fakeChain";
import { FakeDisputes, aGame, callOf, movesIn } from "../support/fakeDisputes";
import type { FakeMove } from "../support/fakeDisputes";
import { DELIVERED, OPENED, PROVIDER, TOKEN, at, word } from "../support/fixtures";
import { memoryLog } from "../support/log";
import { ManualClock, MemoryStore, memoryBlobs } from "../support/memory";
import { INCREMENT, INCREMENT_ID, inlineRunner, inputsOf } from "../support/model";
import { TransactionSender } from "../../../worker/src/chain/sender";
import { encodeIds } from "../../../worker/src/engine/lists";
import { FetchError } from "../../../worker/src/fetch/errors";
import type { Seat } from "../../../worker/src/games/player";
import { CheckBook } from "../../../worker/src/watch/checkBook";
import type { WatchContext, WatchOptions } from "../../../worker/src/watch/context";
import type { Demanded, Delivery } from "../../../worker/src/watch/deliveries";
import { WatchMetrics } from "../../../worker/src/watch/metrics";
import { Sources } from "../../../worker/src/watch/sources";
import { Watchtower } from "../../../worker/src/watch/watchtower";
import { DemandKind, JobStatus, Outcome, headerWord } from "../../../sdk/src/index";
import type { Job, JobRecord } from "../../../sdk/src/index";
import {
  ReferenceExecutor,
  UnitTrace,
  encodeTensor,
  inputHeader,
  listRoot,
  openWords,
  tensorId,
} from "../../../tensor/src/index";
import type { Hex, Tensor } from "../../../tensor/src/index";

const JOB = 7n;
const UNITS = 4;
const WRONG = 2;
/** The unit that the fixtures' numbers choose where two of them fit into the work. */
const SAMPLE = 3;
const CONFIRMATIONS = 2;
const PATIENCE = 300;
const HOST = "http://worker.example";
const GAME = (JOB << 32n) | 1n;
const { tensors: INPUTS, document: DOCUMENT, root: INPUT_ROOT } = inputsOf(UNITS);
const INPUT_IDS = INPUTS.map(tensorId);
const WORK = 4n;

describe("Watchtower", () => {
  let chain: FakeChain;
  let disputes: FakeDisputes;
  let store: MemoryStore;
  let tensors: ReturnType<typeof memoryBlobs>;
  let files: Map<string, Uint8Array>;
  let clock: ManualClock;
  let metrics: WatchMetrics;
  let seats: readonly Seat[];
  let outputs: readonly Tensor[];
  let claims: readonly Hex[];
  let deliveries: Delivery[];
  let demanded: Demanded | undefined;
  let tower: Watchtower;

  beforeEach(async () => {
    [chain, disputes, store, tensors] = [
      new FakeChain(),
      new FakeDisputes(),
      new MemoryStore(),
      memoryBlobs(),
    ];
    [files, clock, metrics, seats] = [new Map(), new ManualClock(), new WatchMetrics(), []];
    [deliveries, demanded] = [[], undefined];
    outputs = await new ReferenceExecutor().run(INCREMENT, INPUTS);
    mine(CONFIRMATIONS);
    tower = await build();
    await tower.turn();
  });

  function mine(blocks: number): void {
    for (let i = 0; i < blocks; i++) chain.mine(1);
  }

  /** A watcher on what is on disk. */
  async function build(change: Partial<WatchOptions> = {}, mostWork = 100n): Promise<Watchtower> {
    const log = memoryLog();
    const sender = await TransactionSender.open(chain, store, clock, log, {
      confirmations: CONFIRMATIONS,
      fees: { maxFeePerGas: 1_000n, minTip: 1n },
      maxInFlight: 4,
      stuckMs: 10 ** 9,
      rebroadcastMs: 10 ** 9,
    });
    const runner = inlineRunner();
    const fetch = async (uri: string): Promise<Uint8Array> => {
      const file = files.get(uri);
      if (file === undefined) throw new FetchError("NOT_FOUND", "404");
      return file;
    };
    const places = { sources: [{ url: HOST }], inputUris: [`${HOST}/documents/{inputRoot}`] };
    const context: WatchContext = {
      ...{ node: chain, sender, disputes, tensors, runner, clock, metrics, log },
      options: {
        confirmations: CONFIRMATIONS,
        choice: {
          verifier: disputes.address,
          models: new Set([INCREMENT_ID]),
          tokens: [TOKEN],
          sharePercent: 100,
          providers: [],
          mostWork: mostWork * WORK,
        },
        ...{ withheld: "challenge", patience: PATIENCE, reserve: 60 },
        bonds: [{ token: TOKEN, highest: 100n, total: 100n }],
        withdraw: [],
        retentionMs: 10 ** 9,
        ...change,
      },
      market: { claims: async () => 0n, withdraw: () => callOf({}) },
      deliveries: {
        delivered: async (from, to) =>
          deliveries.filter(({ block }) => block >= from && block <= to),
        demanded: async () => demanded,
        bondable: async () => 1_000n,
        demand: ({ id }) => callOf({ id, name: "demand" }),
        lapse: ({ id }) => callOf({ id, name: "lapse" }),
      },
      player: { turn: async (given) => void (seats = given) },
      traceOf: (model, input) => new UnitTrace(model, input),
      book: await CheckBook.open(store, "1/0xb"),
      sources: new Sources(places, { fetch }, runner, log),
      models: new Map([
        [
          INCREMENT_ID,
          { id: INCREMENT_ID, model: INCREMENT, input: inputHeader(INCREMENT.program) },
        ],
      ]),
      unitsPerStep: 3,
      random: (below: number) => Math.min(WRONG, below - 1),
    };
    return new Watchtower(context, new AbortController().signal);
  }

  /** A job is delivered with the true outputs, but for one if it `lies`. */
  async function deliver(lies: boolean, change: Partial<Job> = {}): Promise<void> {
    const ids = outputs.map(tensorId);
    claims = lies ? ids.map((id, unit) => (unit === WRONG ? word(99) : id)) : ids;
    const { number: block, timestamp } = await chain.head();
    const outputRoot = listRoot(claims);
    const job: Job = {
      ...OPENED.job,
      ...{ ...DELIVERED, outputRoot, status: JobStatus.Delivered, deliveredAt: BigInt(timestamp) },
      ...{ modelId: INCREMENT_ID, inputRoot: INPUT_ROOT, verifier: disputes.address },
      ...change,
    };
    const record: JobRecord = { id: JOB, job, openedIn: at(1), updatedIn: at(block) };
    disputes.jobs.set(JOB, record);
    deliveries.push({ jobId: JOB, outputRoot, block });
    mine(CONFIRMATIONS);
  }

  function publishInputs(): void {
    files.set(`${HOST}/lists/${INPUT_ROOT}`, encodeIds(INPUT_IDS));
    INPUTS.forEach((input, i) => files.set(`${HOST}/blobs/${INPUT_IDS[i]}`, encodeTensor(input)));
  }

  function publishOutputs(): void {
    files.set(`${HOST}/lists/${listRoot(claims)}`, encodeIds(claims));
  }

  /** Turns until nothing more happens at this time. */
  async function turn(turns = 6): Promise<void> {
    for (let i = 0; i < turns; i++) {
      await tower.turn();
      await tower.settled();
    }
  }

  /** What was sent and is not in a block. */
  function sent(): FakeMove[] {
    return [...chain.mempool.values()].flatMap(movesIn);
  }

  async function count(name: string): Promise<number> {
    const { body } = await metrics.set.render();
    const line = body.split("\n").find((each) => each.startsWith(`ergon_watch_${name} `));
    return Number(line?.split(" ").at(-1) ?? 0);
  }

  function result(): Promise<string | undefined> {
    return CheckBook.open(store, "1/0xb").then((book) => book.get(JOB)?.result);
  }

  /** The watcher's game begins in the block that has its challenge. */
  async function begin(): Promise<void> {
    mine(1);
    const { number } = await chain.head();
    disputes.put(GAME, number, { game: aGame({ id: GAME, bond: 100n, units: BigInt(UNITS) }) });
  }

  context("given a delivery that is right", () => {
    it("finds that it is, with nothing but the inputs, and challenges nothing", async () => {
      await deliver(false);
      publishInputs();
      await turn();
      expect(await result()).to.equal("right");
      expect(sent()).to.deep.equal([]);
      expect(await count('checked_jobs_total{result="right"}')).to.equal(1);
      expect(await count(`units_total{model="${INCREMENT_ID}"}`)).to.equal(UNITS);
    });

    it("takes the inputs from a document if no source lists them", async () => {
      await deliver(false);
      files.set(`${HOST}/documents/${INPUT_ROOT}`, DOCUMENT);
      await turn();
      expect(await result()).to.equal("right");
    });

    it("runs a chained job from its first input", async () => {
      const executor = new ReferenceExecutor();
      const chainOf = async (input: Tensor, left: number): Promise<Tensor[]> => {
        const [output] = await executor.run(INCREMENT, [input]);
        return left === 1 ? [output] : [output, ...(await chainOf(output, left - 1))];
      };
      outputs = await chainOf(INPUTS[0], UNITS);
      await deliver(false, { chained: true, inputRoot: INPUT_IDS[0] });
      files.set(`${HOST}/blobs/${INPUT_IDS[0]}`, encodeTensor(INPUTS[0]));
      await turn();
      expect(await result()).to.equal("right");
    });

    it("waits for inputs and tries again, until the window is about to close", async () => {
      await deliver(false);
      await turn();
      clock.advance(10_000);
      await turn();
      expect(await result()).to.equal(undefined);
      clock.advance(1_800_000);
      await turn();
      expect(await result()).to.equal("unavailable");
    });
  });

  context("given a delivery that is false in one unit", () => {
    beforeEach(() => deliver(true));

    it("challenges that unit if outputs are published", async () => {
      publishInputs();
      publishOutputs();
      await turn();
      const [challenge, ...others] = sent();
      expect(others).to.deep.equal([]);
      const descent = { height: 0n, index: BigInt(WRONG), node: claims[WRONG] };
      expect(challenge).to.include({ id: JOB, name: "challenge", ...descent, most: 100n });
      expect(await count("differences_total")).to.equal(1);
    });

    it("challenges the job as it is now, not as it was when it was last final", async () => {
      publishInputs();
      publishOutputs();
      const final = disputes.jobs.get(JOB);
      if (final === undefined) throw new Error("no job");
      const now = { ...final, job: { ...final.job, replacedAt: 1n } };
      const { number } = await chain.head();
      const job = async (_: bigint, block: number) => (block < number ? final : now);
      Object.assign(disputes, { job });
      const challenged: JobRecord[] = [];
      const challenge = disputes.challenge.bind(disputes);
      disputes.challenge = (record, ...rest) => {
        challenged.push(record);
        return challenge(record, ...rest);
      };
      await turn();
      expect(challenged).to.deep.equal([now]);
    });

    it("goes on with others when one job is more than it can read", async () => {
      publishInputs();
      publishOutputs();
      deliveries.unshift({ ...deliveries[0], jobId: JOB + 1n });
      const read = disputes.job.bind(disputes);
      disputes.job = async (id) => {
        if (id !== JOB) throw new RangeError("not to be read");
        return read(id);
      };
      await turn();
      expect(await count("differences_total")).to.equal(1);
    });

    it("challenges the root if they are not, after its patience", async () => {
      publishInputs();
      await turn();
      expect(sent()).to.deep.equal([]);
      clock.advance(PATIENCE * 1_000 + 3_000);
      await turn();
      expect(sent()[0]).to.include({ name: "challenge", height: 2n, node: listRoot(claims) });
    });

    it("plays the game with what it ran, once, also after a restart", async () => {
      publishInputs();
      publishOutputs();
      await turn();
      await begin();
      await turn();
      expect(sent()).to.deep.equal([]);
      expect(seats.map(({ id }) => id)).to.deep.equal([GAME]);
      seats = [];
      tower = await build();
      files.clear();
      await turn();
      expect(seats.map(({ id }) => id)).to.deep.equal([GAME]);
      const { knowledge } = seats[0];
      expect([...knowledge.outputIds.values()]).to.deep.equal(outputs.map(tensorId));
      expect((await knowledge.trace(WRONG)).ids.at(-1)).to.equal(tensorId(outputs[WRONG]));
      expect(await count(`bonds_posted{token="${TOKEN}"}`)).to.equal(100);
    });

    it("is done when its game is", async () => {
      publishInputs();
      publishOutputs();
      await turn();
      await begin();
      await turn();
      mine(CONFIRMATIONS);
      disputes.put(GAME, (await chain.head()).number, { outcome: Outcome.Proved });
      await turn();
      expect(await result()).to.equal(undefined);
      mine(CONFIRMATIONS);
      await turn();
      expect(await result()).to.equal("won");
    });

    it("waits while the bond is beyond its limits, and says late if that lasts", async () => {
      publishInputs();
      publishOutputs();
      disputes.price = 101n;
      await turn();
      expect(sent()).to.deep.equal([]);
      clock.advance(1_900_000);
      await turn();
      expect(await result()).to.equal("late");
    });
  });

  context("given outputs that are withheld, of which some were run", () => {
    beforeEach(async () => {
      tower = await build({}, 2n);
      await deliver(false);
      publishInputs();
      await turn();
      clock.advance(PATIENCE * 1_000 + 3_000);
    });

    it("plays down to one unit of which it knows the output", async () => {
      await turn();
      expect(sent()[0]).to.include({ name: "challenge", height: 2n });
      await begin();
      await turn();
      const known = [[SAMPLE, tensorId(outputs[SAMPLE])]];
      expect([...seats[0].knowledge.outputIds]).to.deep.equal(known);
      expect(await count("differences_total")).to.equal(0);
    });

    it("demands a piece if it is told to, once, and believes it", async () => {
      tower = await build({ withheld: "demand" }, 2n);
      await turn();
      expect(sent().map(({ name }) => name)).to.deep.equal(["demand"]);
      mine(CONFIRMATIONS);
      const output = outputs[SAMPLE];
      const { words } = openWords(output, 0, 1);
      const header = headerWord(output);
      const piece = { unit: BigInt(SAMPLE), firstWord: 0n, wordsLog2: 7n };
      const rest = { kind: DemandKind.Challenger, piece, answerBy: 10n ** 6n, withheld: false };
      demanded = rest;
      await turn();
      expect(sent()).to.deep.equal([]);
      demanded = { ...rest, shown: { header, words } };
      await turn();
      expect(await result()).to.equal("right");
    });

    it("lets it be if it is told to", async () => {
      tower = await build({ withheld: "ignore" }, 2n);
      await turn();
      expect(await result()).to.equal("withheld");
    });
  });

  it("passes by a delivery that another verifier judges, or that is over", async () => {
    await deliver(false, { verifier: PROVIDER });
    await turn();
    await deliver(false, { deliveredAt: 0n });
    clock.advance(10_000_000);
    await turn();
    expect((await CheckBook.open(store, "1/0xb")).all()).to.deep.equal([]);
    expect(await count('deliveries_total{choice="verifier"}')).to.equal(1);
    expect(await count('deliveries_total{choice="ended"}')).to.equal(1);
  });
});
