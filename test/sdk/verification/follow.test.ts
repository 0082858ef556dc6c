import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ethers } from "hardhat";
import {
  Stage,
  atOutputRoot,
  followGame,
  getGame,
  getJob,
  getTurn,
  playGame,
  reveal,
  timelineOf,
  toUnit,
} from "../../../sdk/src/index";
import { challengeClaim, play, playing } from "../../shared/arena";
import { expectError } from "../../worker/support/rejection";
import { FALSE_UNIT, deployDisputed } from "./support";
import type { GameUpdate, RevealMove } from "../../../sdk/src/index";

const POLL = { pollMs: 1 };

async function challenged() {
  const arena = await deployDisputed();
  const game = await challengeClaim(arena, arena.job, toUnit(arena.claimed, FALSE_UNIT));
  return { ...arena, game };
}

/** Plays both sides to the end, while `followed` takes all that is told. */
async function playAndFollow({
  players,
  game: { id },
  truth,
  lie,
}: Awaited<ReturnType<typeof challenged>>) {
  const told: GameUpdate[] = [];
  const follow = async () => {
    for await (const update of followGame(players.stranger, { id, ...POLL })) told.push(update);
  };
  await Promise.all([
    follow(),
    playGame(players.worker, { id, side: "worker", knowledge: lie, ...POLL }),
    playGame(players.challenger, { id, side: "challenger", knowledge: truth, ...POLL }),
  ]);
  return told;
}

describe("followGame", () => {
  it("tells every event and answer in order, and ends with the game", async () => {
    const arena = await loadFixture(challenged);
    const told = await playAndFollow(arena);
    const record = await getGame(arena.players.stranger, { id: arena.game.id });
    const events = told.map(({ change }) => change).filter(({ name }) => name !== "Answered");
    expect(events).to.deep.equal(record.events);
    const names = told.map(({ change }) => change.name);
    expect(names.slice(0, 4)).to.deep.equal(["Challenged", "Answered", "NodePicked", "Moved"]);
    expect(names.slice(-3)).to.deep.equal(["ElementComputed", "Moved", "GameOver"]);
  });

  it("tells whose turn it is, and until when", async () => {
    const arena = await loadFixture(challenged);
    const told = await playAndFollow(arena);
    for (const { change, turn, record } of told) {
      const { game } = record;
      if (change.name === "Answered") {
        const until = change.answeredAt + game.challengerClock;
        expect(turn).to.deep.equal({ side: "challenger", until });
      } else if (
        change.name === "Challenged" ||
        (change.name === "Moved" && game.stage < Stage.Proved)
      ) {
        expect(turn).to.deep.equal({ side: "worker", until: game.movedAt + game.workerClock });
      } else {
        expect(turn).to.equal(undefined);
      }
    }
  });

  it("tells a game that is over the same way", async () => {
    const arena = await loadFixture(challenged);
    const live = await playAndFollow(arena);
    const again: GameUpdate[] = [];
    for await (const update of followGame(arena.players.stranger, { id: arena.game.id })) {
      again.push(update);
    }
    expect(again).to.deep.equal(live);
  });

  it("tells no answer, and the challenger's turn, where the round was shown before", async () => {
    const arena = await loadFixture(challenged);
    const { players, lie, game } = arena;
    const moves = await playing(lie, "worker")(arena, game);
    await play(arena, game, players.worker, moves);
    const job = await getJob(players.stranger, { id: arena.job.id });
    const second = await challengeClaim(arena, job, toUnit(arena.claimed, FALSE_UNIT));
    const { value } = await followGame(players.stranger, { id: second.id }).next();
    const { movedAt, challengerClock } = second.game;
    expect(value?.turn).to.deep.equal({ side: "challenger", until: movedAt + challengerClock });
    expect(await getTurn(players.stranger, { game: second })).to.deep.equal(value?.turn);
  });

  it("leaves the turn to a worker that answered too late", async () => {
    const arena = await loadFixture(challenged);
    const { players, lie, game } = arena;
    const moves = await playing(lie, "worker")(arena, game);
    await time.increaseTo(game.game.movedAt + game.game.workerClock);
    await play(arena, game, players.worker, moves);
    const iterator = followGame(players.stranger, { id: game.id });
    const [, { value }] = [await iterator.next(), await iterator.next()];
    expect(value?.change.name).to.equal("Answered");
    expect(value?.turn?.side).to.equal("worker");
  });

  it("waits for the client's confirmations", async () => {
    const arena = await loadFixture(challenged);
    const { players, game } = arena;
    const careful = { ...players.stranger, confirmations: 3 };
    const { id } = game;
    await expectError(() => followGame(careful, { id }).next(), "ErgonError", "GAME_UNKNOWN");
    await mine(2);
    const { value } = await followGame(careful, { id }).next();
    expect(value?.change.name).to.equal("Challenged");
  });

  it("looks at no block before the first one of a chain shorter than its confirmations", async () => {
    const { players, game } = await loadFixture(challenged);
    const confirmations = (await players.stranger.provider.getBlockNumber()) + 2;
    const next = () => followGame({ ...players.stranger, confirmations }, game).next();
    const { message } = await expectError(next, "ErgonError", "GAME_UNKNOWN");
    expect(message).to.equal(`game ${game.id} did not begin up to block 0`);
  });

  it("throws REORG if something that was told did not happen", async () => {
    const arena = await loadFixture(challenged);
    const { players, job } = arena;
    const snapshot = (await ethers.provider.send("evm_snapshot", [])) as string;
    const { id } = await challengeClaim(
      arena,
      await getJob(players.stranger, job),
      atOutputRoot(job.job),
    );
    const iterator = followGame(players.stranger, { id, ...POLL });
    await iterator.next();
    await ethers.provider.send("evm_revert", [snapshot]);
    await mine();
    await challengeClaim(arena, await getJob(players.stranger, job), atOutputRoot(job.job));
    await expectError(() => iterator.next(), "ErgonError", "REORG");
  });

  it("throws the signal's reason when that is aborted", async () => {
    const { players, game } = await loadFixture(challenged);
    const controller = new AbortController();
    const { signal } = controller;
    const iterator = followGame(players.stranger, { id: game.id, signal, pollMs: 3_600_000 });
    await iterator.next();
    const next = iterator.next().catch((error: unknown) => error);
    controller.abort(new Error("enough"));
    expect(await next).to.include({ message: "enough" });
  });
});

describe("timelineOf", () => {
  it("leaves out an answer that came after the challenger's next move", async () => {
    const arena = await loadFixture(challenged);
    const { players, game, lie, truth } = arena;
    await play(arena, game, players.worker, await playing(lie, "worker")(arena, game));
    await play(arena, game, players.challenger, await playing(truth, "challenger")(arena, game));
    const record = await getGame(players.stranger, { id: game.id });
    const { movedAt } = record.game;
    const names = (at: bigint) =>
      timelineOf(record, new Map([[0, at]])).map(({ change }) => change.name);
    expect(names(movedAt)).to.deep.equal(["Challenged", "Answered", "NodePicked", "Moved"]);
    expect(names(movedAt + 1n)).to.deep.equal(["Challenged", "NodePicked", "Moved"]);
  });
});

describe("getTurn", () => {
  it("is the worker's until it answers, then the challenger's, then nobody's", async () => {
    const arena = await loadFixture(challenged);
    const { players, game, lie } = arena;
    const sideOf = async () => (await getTurn(players.stranger, { game }))?.side;
    expect(await sideOf()).to.equal("worker");
    const [claim, shown] = await playing(lie, "worker")(arena, game);
    await play(arena, game, players.worker, [claim]);
    expect(await sideOf()).to.equal("worker");
    await reveal(players.stranger, shown as RevealMove);
    expect(await sideOf()).to.equal("challenger");
    const decided = { game: { ...game.game, stage: Stage.Proved } };
    expect(await getTurn(players.stranger, { game: decided })).to.equal(undefined);
  });
});
