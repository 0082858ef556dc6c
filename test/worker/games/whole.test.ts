import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { playerOf } from "../support/players";
import {
  challengeClaim,
  deliverClaim,
  deployArena,
  knowing,
  registerModel,
  resultsOf,
  trueTraces,
} from "../../shared/arena";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import {
  Outcome,
  atOutputRoot,
  ceilDiv,
  contestableUntil,
  getGame,
  getJob,
  settleJob,
  toUnit,
  unfreezeJob,
} from "../../../sdk/src/index";
import type { GameRecord, JobRecord } from "../../../sdk/src/index";
import { ReferenceExecutor } from "../../../tensor/src/index";
import type { Hex, Model, NodeResults, Tensor } from "../../../tensor/src/index";

// numbers of the accounts of `deployMarket`
const [WORKER, CHALLENGER] = [3, 6];
const MAX_TURNS = 60;
const LIE = 3;

/** The results of a unit but for one element of the last. */
function falsified(model: Model, input: Tensor): NodeResults {
  const results = new ReferenceExecutor().trace(model, input);
  const last = results[results.length - 1];
  const data = last.data.slice();
  data[0] ^= 1;
  return resultsOf([...results.slice(0, -1), { ...last, data }]);
}

function outputsOf(traces: readonly NodeResults[]): Hex[] {
  return traces.map(({ ids }) => ids[ids.length - 1]);
}

async function deployQuarrel() {
  const arena = await deployArena();
  const model = randomProgram(3, { instructions: 8 });
  await registerModel(arena, model);
  const inputs = [1, 2, 3, 4, 5].map((seed) => randomInput(seed, model));
  const honest = trueTraces(model, inputs);
  const lies = honest.map((trace, i) => (i === LIE ? falsified(model, inputs[i]) : trace));
  const [truth, lie] = [honest, lies].map((traces) => knowing(model, inputs, traces));
  const deliver = (traces: readonly NodeResults[]): Promise<JobRecord> =>
    deliverClaim(arena, model, inputs, outputsOf(traces));
  return { arena, honest, lies, truth, lie, deliver };
}

/** A quarrel on a fresh chain, with players that remember nothing. */
async function begin() {
  const quarrel = await loadFixture(deployQuarrel);
  const { addresses, players } = quarrel.arena;
  const worker = await playerOf(WORKER, addresses, "worker");
  const challenger = await playerOf(CHALLENGER, addresses, "challenger");
  const recordOf = (id: bigint): Promise<GameRecord> => getGame(players.stranger, { id });
  return { ...quarrel, worker, challenger, recordOf };
}

/** Lets both play until a game is over. */
async function playOut(
  { recordOf }: Pick<Awaited<ReturnType<typeof begin>>, "recordOf">,
  id: bigint,
  turns: readonly (() => Promise<void>)[],
): Promise<GameRecord> {
  for (let i = 0; i < MAX_TURNS; i++) {
    await turns[i % turns.length]();
    const record = await recordOf(id);
    if (record.end !== undefined) return record;
  }
  throw new Error(`game ${id} does not end`);
}

describe("GamePlayer on the verifier", () => {
  for (const known of [true, false]) {
    const from = known ? "the unit" : "the output root";
    it(`proves a lie from ${from} on, against a player that stands by it`, async () => {
      const quarrel = await begin();
      const { arena, lies, lie, truth, worker, challenger } = quarrel;
      const job = await quarrel.deliver(lies);
      const descent = known ? toUnit(outputsOf(lies), LIE) : atOutputRoot(job.job);
      const { id } = await challengeClaim(arena, job, descent);
      const { end, events } = await playOut(quarrel, id, [
        () => worker.turn([id], lie),
        () => challenger.turn([id], truth),
      ]);
      expect(end?.outcome).to.equal(Outcome.Proved);
      expect(events.map(({ name }) => name)).to.include("ElementComputed");
      const { end: ending } = await getJob(arena.players.stranger, { id: job.id });
      expect(ending?.name).to.equal("JobSlashed");
      await Promise.all([worker.turn([id], lie), challenger.turn([id], truth)]);
      expect(await challenger.figure('games_total{result="won"}')).to.equal(1);
      expect(await worker.figure('games_total{result="lost"}')).to.equal(1);
    });
  }

  it("stands by the truth against a player that holds a lie for true", async () => {
    const quarrel = await begin();
    const { arena, honest, lie, truth, worker, challenger } = quarrel;
    const job = await quarrel.deliver(honest);
    const { id } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const { end } = await playOut(quarrel, id, [
      () => worker.turn([id], truth),
      () => challenger.turn([id], lie),
    ]);
    expect(end?.outcome).to.equal(Outcome.Refuted);
    expect(end?.toWorker).to.be.greaterThan(0n);
    const { stranger } = arena.players;
    const frozen = await getJob(stranger, { id: job.id });
    expect(frozen.job.frozen).to.equal(true);
    await time.increaseTo(contestableUntil(frozen.job) + 1n);
    const { job: unfrozen } = await unfreezeJob(stranger, { job: frozen });
    const { job: settled } = await settleJob(stranger, { job: unfrozen });
    expect(settled.end?.name).to.equal("JobSettled");
  });

  it("answers many games in one transaction, each move once", async () => {
    const quarrel = await begin();
    const { arena, honest, truth, worker } = quarrel;
    const { stranger } = arena.players;
    const job = await quarrel.deliver(honest);
    const ids: bigint[] = [];
    for (const unit of [0, 1, 2]) {
      const { id: jobId } = job;
      const current = await getJob(stranger, { id: jobId });
      const { id } = await challengeClaim(arena, current, toUnit(outputsOf(honest), unit));
      ids.push(id);
    }
    const before = await stranger.provider.getTransactionCount(arena.worker.address);
    await worker.turn(ids, truth);
    const count = await stranger.provider.getTransactionCount(arena.worker.address);
    expect(count).to.equal(before + 1);
    const filter = arena.optimisticVerifier.filters.TraceCommitted(job.id);
    const traces = await arena.optimisticVerifier.queryFilter(filter);
    expect(traces.map(({ args }) => args.unit)).to.deep.equal([0n, 1n, 2n]);
    expect(await worker.figure('game_moves_total{move="commitTrace"}')).to.equal(3);
    await worker.turn(ids, truth);
    await worker.turn(ids, truth);
    expect(await stranger.provider.getTransactionCount(arena.worker.address)).to.equal(count);
  });

  it("gives up at a unit that turns out to be right", async () => {
    const quarrel = await begin();
    const { arena, honest, truth, worker, challenger } = quarrel;
    const job = await quarrel.deliver(honest);
    const { id, game } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const sample = { ...truth, outputIds: new Map([[2, outputsOf(honest)[2]]]) };
    const { end } = await playOut(quarrel, id, [
      () => worker.turn([id], truth),
      () => challenger.turn([id], sample),
    ]);
    expect(end?.outcome).to.equal(Outcome.Conceded);
    expect(end?.toChallenger).to.equal(game.bond - ceilDiv(game.bond, 4n));
  });

  it("ends a game whose worker is silent, after its last second", async () => {
    const quarrel = await begin();
    const { arena, lies, truth, challenger } = quarrel;
    const job = await quarrel.deliver(lies);
    const { id, game } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const until = game.movedAt + game.workerClock;
    await time.increaseTo(until);
    await challenger.turn([id], truth);
    expect((await quarrel.recordOf(id)).end).to.equal(undefined);
    await time.increaseTo(until + 1n);
    await challenger.turn([id], truth);
    expect((await quarrel.recordOf(id)).end?.outcome).to.equal(Outcome.Proved);
  });
});
