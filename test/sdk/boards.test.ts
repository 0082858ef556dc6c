import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  atOutputRoot,
  getBoard,
  getGame,
  getJob,
  getJobGames,
  getTrace,
  roundOf,
  toUnit,
} from "../../sdk/src/index";
import {
  challengeClaim,
  deliverClaim,
  deployArena,
  knowing,
  play,
  playing,
  registerModel,
  trueTraces,
} from "../shared/arena";
import { randomInput, randomProgram } from "../shared/randomProgram";
import type { Arena } from "../shared/arena";
import type { JobRecord } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

async function deployClaim() {
  const arena = await deployArena();
  const model = randomProgram(3, { instructions: 8 });
  await registerModel(arena, model);
  const inputs = [1, 2, 3].map((seed) => randomInput(seed, model));
  const traces = trueTraces(model, inputs);
  const ids = traces.map(({ ids: [...all] }) => all[all.length - 1]);
  const job = await deliverClaim(arena, model, inputs, ids);
  return { arena, job, ids, truth: knowing(model, inputs, traces) };
}

/** A challenge of unit 1 if the outputs are given, else from the output root on. */
function challenged(arena: Arena, job: JobRecord, ids?: readonly Hex[]) {
  return challengeClaim(arena, job, ids === undefined ? atOutputRoot(job.job) : toUnit(ids, 1));
}

describe("boards of games", () => {
  it("shows what was revealed up to the block asked for, and no more", async () => {
    const { arena, job, truth } = await loadFixture(deployClaim);
    const { stranger, worker } = arena.players;
    const record = await challenged(arena, job);
    const before = await stranger.provider.getBlockNumber();
    await play(arena, record, worker, await playing(truth, "worker")(arena, record));
    const round = roundOf({ game: record.game });
    if (round === undefined) throw new Error("the game waits for no round");
    const [old, now] = [await getBoard(stranger, record, before), await getBoard(stranger, record)];
    expect(await old.reveal(round.key)).to.equal(undefined);
    expect((await now.reveal(round.key))?.children).to.have.length(round.key.count);
  });

  it("shows the trace up to the block asked for", async () => {
    const { arena, job, ids, truth } = await loadFixture(deployClaim);
    const { stranger, worker } = arena.players;
    const record = await challenged(arena, job, ids);
    const before = await stranger.provider.getBlockNumber();
    await play(arena, record, worker, await playing(truth, "worker")(arena, record));
    const unit = { jobId: job.id, unit: 1n };
    expect(await getTrace(stranger, { ...unit, blockNumber: before })).to.equal(undefined);
    expect((await getTrace(stranger, unit))?.root).to.equal((await truth.trace(1)).tree.root);
  });

  it("lists the games about a job, all of them or those of one challenger", async () => {
    const { arena, job } = await loadFixture(deployClaim);
    const { stranger, challenger } = arena.players;
    const first = await challenged(arena, job);
    const frozen = await getJob(stranger, { id: job.id });
    const other = await challengeClaim(arena, frozen, atOutputRoot(job.job), stranger);
    const games = { jobId: job.id };
    expect(await getJobGames(stranger, games)).to.deep.equal([first.id, other.id]);
    const by = (await getGame(challenger, first)).game.challenger;
    expect(await getJobGames(stranger, { ...games, challenger: by })).to.deep.equal([first.id]);
    const at = first.events[0].at.blockNumber;
    expect(await getJobGames(stranger, { ...games, fromBlock: at + 1 })).to.deep.equal([other.id]);
    expect(await getJobGames(stranger, { ...games, blockNumber: at })).to.deep.equal([first.id]);
  });
});
