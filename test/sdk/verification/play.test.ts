import { loadFixture, mine, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  Outcome,
  atOutputRoot,
  concedeGame,
  getGame,
  getJob,
  pause,
  playGame,
  toUnit,
} from "../../../sdk/src/index";
import { challengeClaim, deliverClaim } from "../../shared/arena";
import { expectError } from "../../worker/support/rejection";
import { FALSE_UNIT, deployDisputed } from "./support";
import type {
  ErgonClient,
  ErgonError,
  GameRecord,
  PlayGameParameters,
  Side,
} from "../../../sdk/src/index";
import type { Disputed } from "./support";

const POLL = { pollMs: 1 };

/** Plays both sides at once; the liar holds its claim for true. */
function playBoth({ players, truth, lie }: Disputed, id: bigint): Promise<GameRecord[]> {
  return Promise.all([
    playGame(players.worker, { id, side: "worker", knowledge: lie, ...POLL }),
    playGame(players.challenger, { id, side: "challenger", knowledge: truth, ...POLL }),
  ]);
}

/** A side that cannot be reached by the chain before the nth try. */
function failing(client: ErgonClient, failures: number): ErgonClient {
  let left = failures;
  const provider = new Proxy(client.provider, {
    get: (target, name) => {
      if (name === "getBlockNumber" && left-- > 0) return () => Promise.reject(new Error("down"));
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...client, provider };
}

describe("playGame", () => {
  for (const [from, direct] of [
    ["the output root", false],
    ["the unit", true],
  ] as const) {
    it(`proves a false claim from ${from} on, both sides at once`, async () => {
      const arena = await loadFixture(deployDisputed);
      const { job, claimed, players } = arena;
      const descent = direct ? toUnit(claimed, FALSE_UNIT) : atOutputRoot(job.job);
      const { id } = await challengeClaim(arena, job, descent);
      const [byWorker, byChallenger] = await playBoth(arena, id);
      expect(byWorker).to.deep.equal(byChallenger);
      expect(byWorker.end?.outcome).to.equal(Outcome.Proved);
      const { end } = await getJob(players.stranger, { id: job.id });
      expect(end?.name).to.equal("JobSlashed");
    });
  }

  it("refutes a false challenge", async () => {
    const arena = await loadFixture(deployDisputed);
    const { model, inputs, right, players, truth, lie } = arena;
    const job = await deliverClaim(arena, model, inputs, right);
    const { id } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const swapped = { ...arena, players, truth: lie, lie: truth };
    const [{ end }] = await playBoth(swapped, id);
    expect(end?.outcome).to.equal(Outcome.Refuted);
  });

  it("wins against a side that is silent, once its time is over", async () => {
    const arena = await loadFixture(deployDisputed);
    const { job, players, truth } = arena;
    const { id, game } = await challengeClaim(arena, job, atOutputRoot(job.job));
    const playing = playGame(players.challenger, {
      ...{ id, side: "challenger", knowledge: truth, pollMs: 20 },
    });
    await time.increase(game.workerClock);
    await mine();
    expect((await playing).end?.outcome).to.equal(Outcome.Proved);
  });

  it("returns a game that is over", async () => {
    const arena = await loadFixture(deployDisputed);
    const { players, truth: knowledge } = arena;
    const game = await challengeClaim(arena, arena.job, atOutputRoot(arena.job.job));
    const job = await getJob(players.stranger, { id: arena.job.id });
    const { game: over } = await concedeGame(players.challenger, { game, job });
    const parameters = { id: game.id, side: "challenger" as const, knowledge };
    expect(await playGame(players.stranger, parameters)).to.deep.equal(over);
  });

  it("tries again after an error that may pass, and tells of it", async () => {
    const arena = await loadFixture(deployDisputed);
    const { job, claimed, players, truth, lie } = arena;
    const { id } = await challengeClaim(arena, job, toUnit(claimed, FALSE_UNIT));
    const errors: ErgonError[] = [];
    const onRetry = (error: ErgonError) => errors.push(error);
    const worker = { id, side: "worker", knowledge: lie, ...POLL, onRetry } as const;
    const challenger = { id, side: "challenger", knowledge: truth, ...POLL } as const;
    const [{ end }] = await Promise.all([
      playGame(failing(players.worker, 2), worker),
      playGame(players.challenger, challenger),
    ]);
    expect(end?.outcome).to.equal(Outcome.Proved);
    expect(errors.slice(0, 2).map(({ code }) => code)).to.deep.equal(["RPC", "RPC"]);
  });

  it("throws GAME_UNKNOWN for a game that nobody began", async () => {
    const { players, truth: knowledge } = await loadFixture(deployDisputed);
    const parameters = { id: 1n, side: "challenger" as Side, knowledge };
    await expectError(() => playGame(players.challenger, parameters), "ErgonError", "GAME_UNKNOWN");
  });

  it("throws what cannot pass", async () => {
    const arena = await loadFixture(deployDisputed);
    const { job, claimed, players, lie: knowledge } = arena;
    const { id } = await challengeClaim(arena, job, toUnit(claimed, FALSE_UNIT));
    const reader = { ...players.worker, signer: undefined };
    const play = () => playGame(reader, { id, side: "worker", knowledge });
    await expectError(play, "ErgonError", "NO_SIGNER");
  });

  it("throws the signal's reason when that is aborted, and leaves the game as it is", async () => {
    const arena = await loadFixture(deployDisputed);
    const { job, claimed, players, truth: knowledge } = arena;
    const game = await challengeClaim(arena, job, toUnit(claimed, FALSE_UNIT));
    const { signal, abort } = controller();
    const parameters: PlayGameParameters = { id: game.id, side: "challenger", knowledge, signal };
    const playing = playGame(players.challenger, { ...parameters, pollMs: 3_600_000 });
    abort(new Error("enough"));
    const thrown = await playing.catch((error: unknown) => error);
    expect(thrown).to.include({ message: "enough" });
    expect(await getGame(players.stranger, { id: game.id })).to.deep.equal(game);
  });
});

describe("pause", () => {
  it("ends by itself", async () => {
    const { signal } = controller();
    expect(await pause(1, signal)).to.equal(undefined);
  });

  it("throws the signal's reason when that is aborted before or during it", async () => {
    const { signal, abort } = controller();
    const during = pause(3_600_000, signal).catch((error: unknown) => error);
    abort(new Error("enough"));
    expect(await during).to.include({ message: "enough" });
    const after = await pause(3_600_000, signal).catch((error: unknown) => error);
    expect(after).to.include({ message: "enough" });
  });
});

function controller() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: Error) => controller.abort(reason) };
}
