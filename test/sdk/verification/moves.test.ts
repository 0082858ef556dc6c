import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import {
  Outcome,
  asAddress,
  atOutputRoot,
  ceilDiv,
  challengeJob,
  commitTrace,
  concedeGame,
  contestableUntil,
  getBoard,
  getChallengeBond,
  getDispute,
  getGame,
  getGames,
  getJob,
  getTrace,
  nextMoves,
  playMove,
  resolveGame,
  reveal,
  revealCall,
  sendCall,
  signConcession,
  signMove,
  signTrace,
  toUnit,
  unfreezeJob,
} from "../../../sdk/src/index";
import { challengeClaim, playing } from "../../shared/arena";
import { expectError } from "../../worker/support/rejection";
import { FALSE_UNIT, deployDisputed } from "./support";
import type {
  CommitTraceMove,
  ErgonClient,
  GameRecord,
  Move,
  RevealMove,
  SignableMove,
} from "../../../sdk/src/index";
import type { Disputed } from "./support";

/** A game at the false unit, and the two moves with which the worker answers. */
async function challengedAtUnit() {
  const arena = await deployDisputed();
  const game = await challengeClaim(arena, arena.job, toUnit(arena.claimed, FALSE_UNIT));
  const [claim, shown] = await playing(arena.lie, "worker")(arena, game);
  return {
    ...arena,
    game,
    job: await getJob(arena.players.stranger, { id: arena.job.id }),
    claim: claim as CommitTraceMove,
    shown: shown as RevealMove,
  };
}

/** A game that the worker answered, and the challenger's move. */
async function answered() {
  const arena = await challengedAtUnit();
  const { players, job, claim, shown, game, truth } = arena;
  const { trace } = await commitTrace(players.worker, { job, claim });
  await reveal(players.worker, shown);
  const [move] = await playing(truth, "challenger")(arena, game);
  return { ...arena, trace, move: move as SignableMove };
}

/** That a record is what the chain says, read again from all events. */
async function expectCurrent(client: ErgonClient, record: GameRecord): Promise<void> {
  expect(await getGame(client, { id: record.id })).to.deep.equal(record);
}

async function errorNameOf(action: () => Promise<unknown>): Promise<string | undefined> {
  const error = await expectError(action, "ErgonRevertError", "REVERT");
  return (error as { errorName?: string }).errorName;
}

/** Plays both sides until the game is decided. */
async function playToVerdict({ players, job, truth, lie }: Disputed, from: GameRecord) {
  let game = from;
  for (let turn = 0; turn < 40; turn++) {
    for (const side of ["worker", "challenger"] as const) {
      const board = await getBoard(players[side], game);
      const knowledge = side === "worker" ? lie : truth;
      const moves = await nextMoves(board, knowledge, side, BigInt(await time.latest()));
      for (const move of moves) {
        if (move.name === "resolve") return { game, trace: board.trace };
        const { trace } = await getBoard(players[side], game);
        ({ game } = await playMove(players[side], { game, trace, job, move }));
      }
    }
  }
  throw new Error("the game is not decided");
}

describe("actions on games", () => {
  describe("commitTrace", () => {
    it("commits for the worker", async () => {
      const { players, job, claim } = await loadFixture(challengedAtUnit);
      const { trace } = await commitTrace(players.worker, { job, claim });
      expect(trace).to.include({ root: claim.root, nodes: claim.nodes });
      expect(await getTrace(players.stranger, { jobId: job.id, unit: 3n })).to.deep.equal(trace);
    });

    it("commits for anyone with the worker's signature", async () => {
      const { players, job, claim } = await loadFixture(challengedAtUnit);
      const signature = await signTrace(players.worker, { job, claim });
      const { trace } = await commitTrace(players.stranger, { job, claim, signature });
      expect(trace.root).to.equal(claim.root);
    });

    it("throws TracesUnauthorized for anyone else, TracesCommitted for a second trace", async () => {
      const { players, job, claim } = await loadFixture(challengedAtUnit);
      const commit = (client: ErgonClient) => () => commitTrace(client, { job, claim });
      expect(await errorNameOf(commit(players.stranger))).to.equal("TracesUnauthorized");
      await commit(players.worker)();
      expect(await errorNameOf(commit(players.worker))).to.equal("TracesCommitted");
    });
  });

  it("nextMoves throws CLAIM_FALSE for a worker that runs what it delivered otherwise", async () => {
    const { players, game, lie, truth } = await loadFixture(challengedAtUnit);
    const board = await getBoard(players.worker, game);
    const knowledge = { ...lie, trace: truth.trace };
    const move = () => nextMoves(board, knowledge, "worker", game.game.movedAt);
    const { message } = await expectError(move, "ErgonError", "CLAIM_FALSE");
    const unit = `for unit ${FALSE_UNIT}, where ${game.game.node} was delivered`;
    expect(message).to.include(unit);
  });

  it("getTrace looks at no event of a unit without a trace", async () => {
    const { players, job } = await loadFixture(challengedAtUnit);
    const provider = { getLogs: () => expect.fail("events were looked at") };
    const client = { ...players.stranger, provider } as unknown as ErgonClient;
    expect(await getTrace(client, { jobId: job.id, unit: 3n })).to.equal(undefined);
  });

  describe("reveal", () => {
    it("shows children for anyone", async () => {
      const { players, shown } = await loadFixture(challengedAtUnit);
      const { logs } = await reveal(players.stranger, shown);
      expect(logs).to.have.length(1);
    });

    it("throws RevealsInvalidCount for three children", async () => {
      const { players, shown } = await loadFixture(challengedAtUnit);
      const three = { ...shown, children: shown.children.slice(0, 3) };
      expect(await errorNameOf(() => reveal(players.worker, three))).to.equal(
        "RevealsInvalidCount",
      );
    });
  });

  describe("playMove", () => {
    it("moves for the challenger and gives the game after it", async () => {
      const { players, game, trace, job, move } = await loadFixture(answered);
      const { game: after } = await playMove(players.challenger, { game, trace, job, move });
      expect(after.events.length).to.be.greaterThan(game.events.length);
      await expectCurrent(players.stranger, after);
    });

    it("moves for anyone with the challenger's signature", async () => {
      const { players, game, trace, job, move } = await loadFixture(answered);
      const signature = await signMove(players.challenger, { game: game.game, move });
      const parameters = { game, trace, job, move, signature };
      const { game: after } = await playMove(players.stranger, parameters);
      await expectCurrent(players.stranger, after);
    });

    it("throws GamesUnauthorized for a signature of another move", async () => {
      const { players, game, trace, job, move } = await loadFixture(answered);
      const descent = { ...move.descent, index: move.descent.index + 1n };
      const signature = await signMove(players.challenger, {
        game: game.game,
        move: { ...move, descent } as SignableMove,
      });
      const parameters = { game, trace, job, move, signature };
      const name = await errorNameOf(() => playMove(players.stranger, parameters));
      expect(name).to.equal("GamesUnauthorized");
    });

    it("throws GamesStale for a game that went on", async () => {
      const { players, game, trace, job, move } = await loadFixture(answered);
      await playMove(players.challenger, { game, trace, job, move });
      const again = () => playMove(players.challenger, { game, trace, job, move });
      expect(await errorNameOf(again)).to.equal("GamesStale");
    });

    it("reveals and commits like their own actions", async () => {
      const { players, game, job, claim, shown } = await loadFixture(challengedAtUnit);
      for (const move of [claim, shown] as Move[]) {
        const outcome = await playMove(players.worker, { game, job, move });
        expect(outcome.game).to.deep.equal(game);
      }
      const trace = await getTrace(players.stranger, { jobId: job.id, unit: game.game.unit });
      expect(trace?.root).to.equal(claim.root);
    });
  });

  describe("concedeGame", () => {
    it("gives back three quarters of the bond while the game is about units", async () => {
      const { players, game, job } = await loadFixture(challengedAtUnit);
      expect(job.job.frozen).to.equal(true);
      const outcome = await concedeGame(players.challenger, { game, job });
      const { bond } = game.game;
      expect(outcome.game.end).to.include({
        outcome: Outcome.Conceded,
        toChallenger: bond - ceilDiv(bond, 4n),
        toWorker: 0n,
      });
      expect(outcome.job.job.frozen).to.equal(true);
      await expectCurrent(players.stranger, outcome.game);
    });

    it("concedes for anyone with the challenger's signature", async () => {
      const { players, game, job } = await loadFixture(challengedAtUnit);
      const signature = await signConcession(players.challenger, { game: game.game });
      const outcome = await concedeGame(players.stranger, { game, job, signature });
      expect(outcome.game.end?.outcome).to.equal(Outcome.Conceded);
    });

    it("throws GamesUnauthorized for anyone else", async () => {
      const { players, game, job } = await loadFixture(challengedAtUnit);
      const name = await errorNameOf(() => concedeGame(players.stranger, { game, job }));
      expect(name).to.equal("GamesUnauthorized");
    });
  });

  describe("resolveGame", () => {
    it("slashes the job once the claim is proved false", async () => {
      const arena = await loadFixture(challengedAtUnit);
      const { players, job, game: from } = arena;
      const { game, trace } = await playToVerdict(arena, from);
      const outcome = await resolveGame(players.stranger, { game, trace, job });
      expect(outcome.game.end?.outcome).to.equal(Outcome.Proved);
      expect(outcome.job.end).to.include({ name: "JobSlashed", refund: 50_000n, reward: 12_500n });
      await expectCurrent(players.stranger, outcome.game);
      expect(await getJob(players.stranger, { id: job.id })).to.deep.equal(outcome.job);
    });

    it("throws OptimisticVerifierUndecided, retryable, before", async () => {
      const { players, game, job } = await loadFixture(challengedAtUnit);
      const resolve = () => resolveGame(players.stranger, { game, job });
      const error = await expectError(resolve, "ErgonRevertError", "REVERT");
      expect(error).to.include({ errorName: "OptimisticVerifierUndecided", retryable: true });
    });
  });

  describe("unfreezeJob", () => {
    it("throws, retryable, while a game is live or the window is not over", async () => {
      const { players, game, job } = await loadFixture(challengedAtUnit);
      const unfreeze = () => unfreezeJob(players.stranger, { job });
      const live = await expectError(unfreeze, "ErgonRevertError", "REVERT");
      expect(live).to.include({ errorName: "OptimisticVerifierLiveGames", retryable: true });
      await concedeGame(players.challenger, { game, job });
      const early = await expectError(unfreeze, "ErgonRevertError", "REVERT");
      expect(early).to.include({ errorName: "OptimisticVerifierTooEarly", retryable: true });
    });

    it("lets a job thaw after its window", async () => {
      const { players, game, job } = await loadFixture(challengedAtUnit);
      await concedeGame(players.challenger, { game, job });
      await time.increaseTo(contestableUntil(job.job) + 1n);
      const { job: unfrozen } = await unfreezeJob(players.stranger, { job });
      expect(unfrozen.job.frozen).to.equal(false);
    });
  });

  describe("getGames, getDispute and getChallengeBond", () => {
    it("know nothing of a job that nobody challenged", async () => {
      const { players, job } = await loadFixture(deployDisputed);
      expect(await getGames(players.stranger, { jobId: job.id })).to.deep.equal([]);
      expect(await getDispute(players.stranger, { jobId: job.id })).to.deep.equal({
        games: 0n,
        live: 0n,
        slashed: false,
        othersReward: 0n,
      });
    });

    it("give the live games of a job and of a challenger", async () => {
      const arena = await loadFixture(deployDisputed);
      const { players, claimed, challenger } = arena;
      const begun: GameRecord[] = [];
      for (const client of [players.challenger, players.stranger, players.challenger]) {
        const job = await getJob(client, { id: arena.job.id });
        begun.push(await challengeClaim(arena, job, toUnit(claimed, FALSE_UNIT), client));
      }
      const job = await getJob(players.stranger, { id: arena.job.id });
      await concedeGame(players.challenger, { game: begun[0], job });

      expect(await getGames(players.stranger, { jobId: job.id })).to.deep.equal(begun.slice(1));
      const mine = { challenger: asAddress(challenger.address) };
      expect(await getGames(players.stranger, mine)).to.deep.equal([begun[2]]);
      const dispute = await getDispute(players.stranger, { jobId: job.id });
      expect(dispute).to.include({ games: 3n, live: 2n, slashed: false });
    });

    it("give the bond that the next challenge posts", async () => {
      const arena = await loadFixture(deployDisputed);
      const { players } = arena;
      for (let live = 0; live < 10; live++) {
        const job = await getJob(players.stranger, { id: arena.job.id });
        const bond = await getChallengeBond(players.stranger, { job });
        const descent = atOutputRoot(job.job);
        const tooLow = { job, descent, maxBond: bond - 1n };
        const name = await errorNameOf(() => challengeJob(players.challenger, tooLow));
        expect(name).to.equal("OptimisticVerifierBondTooHigh");
        const { game } = await challengeJob(players.challenger, { job, descent, maxBond: bond });
        expect(game.bond).to.equal(bond);
      }
    });

    it("do not count a challenge after the window", async () => {
      const { players, job } = await loadFixture(deployDisputed);
      await time.increaseTo(contestableUntil(job.job) + 1n);
      const late = { job, descent: atOutputRoot(job.job), maxBond: MaxUint256 };
      const name = await errorNameOf(() => challengeJob(players.challenger, late));
      expect(name).to.equal("OptimisticVerifierTooLate");
    });
  });

  it("a call that is sent by itself does the same", async () => {
    const { players, shown } = await loadFixture(challengedAtUnit);
    const { logs } = await sendCall(
      players.stranger,
      revealCall(players.stranger.addresses, shown),
    );
    expect(logs).to.have.length(1);
  });
});
