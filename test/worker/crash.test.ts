import { expect } from "chai";
import fc from "fast-check";
import { inputsOf, INCREMENT } from "./support/model";
import { Killed, World } from "./support/world";
import type { Incarnation } from "./support/world";
import { ReferenceExecutor, listRoot, tensorId } from "../../tensor/src/index";
import type { Hex } from "../../tensor/src/index";

const SEED = 20_240_229;
const UNITS = 4;
/** What one job earns at the fixtures' price. */
const PRICE = 400n;
const MAX_TURNS = 400;

/** What happens around the worker between two turns. */
interface Weather {
  /** Blocks mined, each of which takes at most `most` transactions. */
  readonly blocks: number;
  readonly most: number;
  readonly event: "none" | "foreign nonce" | "base fee" | "demand";
  /** Blocks that are replaced, and whether their transactions are forgotten. */
  readonly drop?: { readonly depth: number; readonly lose: boolean };
}

const CALM: Weather = { blocks: 1, most: Infinity, event: "none" };

const weather = fc.record<Weather>({
  blocks: fc.integer({ min: 0, max: 3 }),
  most: fc.integer({ min: 0, max: 3 }),
  event: fc.constantFrom("none", "none", "none", "foreign nonce", "base fee", "demand"),
  // one block is what two confirmations allow for
  drop: fc.option(fc.record({ depth: fc.constant(1), lose: fc.boolean() }), { nil: undefined }),
});

function blow(world: World, day: Weather, demanded: Set<bigint>): void {
  const { chain } = world;
  const { blocks, most, event, drop } = day;
  if (drop !== undefined) chain.reorganise(drop.depth, drop.lose);
  for (let i = 0; i < Math.max(blocks, drop?.depth ?? 0); i++) chain.mine(10, most);
  if (event === "foreign nonce") chain.useNonce();
  if (event === "base fee") chain.baseFee = chain.baseFee === 10n ? 40n : 10n;
  if (event === "demand" && chain.canDemand(1n) && !demanded.has(1n)) {
    demanded.add(1n);
    chain.demand(1n);
  }
  world.clock.advance(7_000);
}

/**
 * Lets clients post `bids` again and again, as the weather goes, until all is done and paid out;
 * the worker is started anew each time it is killed. Returns the number of turns.
 */
async function live(
  world: World,
  bids: readonly object[],
  days: readonly Weather[],
): Promise<number> {
  let worker: Incarnation | undefined;
  const demanded = new Set<bigint>();
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    try {
      worker ??= await world.boot();
      for (const bid of bids) await worker.death.before(worker.intake.submit(bid));
      await world.turn(worker);
      const tasks = worker.journal.all();
      const ended =
        tasks.length === bids.length && tasks.every(({ ending }) => ending !== undefined);
      if (ended && world.chain.withdrawn === PRICE * BigInt(bids.length)) return turn;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      worker = undefined;
    }
    blow(world, days[turn] ?? CALM, demanded);
    // a quiet stretch lets the contest end
    if (turn >= days.length) world.chain.mine(300);
  }
  throw new Error(`not done after ${MAX_TURNS} turns: ${world.log.lines.slice(-20).join("\n")}`);
}

function count(world: World, name: string): number {
  return world.chain.executed.filter((each) => each === name).length;
}

function expectOnce(world: World, jobs: number): void {
  const { executed } = world.chain;
  for (const name of ["fill", "deliver", "settle"]) expect(count(world, name), name).to.equal(jobs);
  expect(executed.filter((name) => name.startsWith("reverted"))).to.deep.equal([]);
  expect(world.chain.withdrawn).to.equal(PRICE * BigInt(jobs));
  expect(world.chain.unanswered).to.deep.equal([]);
}

describe("worker that is killed", () => {
  context("given no kill", () => {
    it("takes a bid, runs it, delivers, settles and pays out, each once", async () => {
      const world = new World(UNITS);
      await live(world, [world.offer(1n)], []);
      expectOnce(world, 1);
      expect(world.chain.executed).to.deep.equal(["fill", "deliver", "settle", "withdraw"]);
    });

    it("delivers the root of the outputs of the reference executor, and publishes them", async () => {
      const world = new World(UNITS);
      await live(world, [world.offer(1n)], []);
      const outputs = await new ReferenceExecutor().run(INCREMENT, inputsOf(UNITS).tensors);
      const ids = outputs.map(tensorId);
      expect(world.chain.outputRoot(1n)).to.equal(listRoot(ids));
      expect([...world.tensors.published]).to.have.members(ids);
      expect([...world.lists.published]).to.deep.equal([listRoot(ids)]);
    });

    it("runs a chained job unit after unit", async () => {
      const world = new World(UNITS);
      world.document = inputsOf(1).document;
      await live(world, [world.offer(1n, true)], []);
      let [state] = inputsOf(1).tensors;
      const ids: Hex[] = [];
      for (let unit = 0; unit < UNITS; unit++) {
        [state] = await new ReferenceExecutor().run(INCREMENT, [state]);
        ids.push(tensorId(state));
      }
      expect(world.chain.outputRoot(1n)).to.equal(listRoot(ids));
    });
  });

  it("does nothing twice when it is killed at any one step", async () => {
    const steady = new World(UNITS);
    await live(steady, [steady.offer(1n)], []);
    expect(steady.steps).to.be.greaterThan(100);
    for (let step = 0; step < steady.steps; step++) {
      const world = new World(UNITS);
      world.kills.add(step);
      await live(world, [world.offer(1n)], []);
      expectOnce(world, 1);
    }
  });

  it("does nothing twice whenever and however often it is killed, whatever the chain does", () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 900 }), { maxLength: 12 }),
        fc.array(weather, { maxLength: 30 }),
        fc.integer({ min: 1, max: 3 }),
        async (kills, days, jobs) => {
          const world = new World(UNITS);
          kills.forEach((step) => world.kills.add(step));
          const bids = Array.from({ length: jobs }, (_, i) => world.offer(BigInt(i + 1)));
          await live(world, bids, days);
          expectOnce(world, jobs);
        },
      ),
      { seed: SEED, numRuns: 150 },
    ));

  it("ends each job once when the chain drops even confirmed blocks", () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 600 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 2, max: 9 }),
        fc.boolean(),
        async (kills, turn, depth, lose) => {
          const world = new World(UNITS);
          kills.forEach((step) => world.kills.add(step));
          const days = [...Array<Weather>(turn).fill(CALM), { ...CALM, drop: { depth, lose } }];
          await live(world, [world.offer(1n)], days);
          for (const name of ["fill", "deliver", "settle"]) {
            expect(count(world, name), name).to.equal(1);
          }
          expect(world.chain.withdrawn).to.equal(PRICE);
        },
      ),
      { seed: SEED, numRuns: 100 },
    ));
});
