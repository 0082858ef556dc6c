import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";
import {
  atOutputRoot,
  challengeJobCall,
  gameBatchCall,
  getBoard,
  getGame,
  getJob,
  getJobGames,
  getTrace,
  roundOf,
  sendCall,
  toUnit,
} from "../../sdk/src/index";
import { challengeClaim, play, playing } from "../shared/arena";
import { deployRightClaim } from "../shared/rightClaim";
import { deployWallet } from "../shared/wallet";
import type { Arena } from "../shared/arena";
import type { JobRecord } from "../../sdk/src/index";
import type { Hex } from "../../tensor/src/index";

/** A challenge of unit 1 if the outputs are given, else from the output root on. */
function challenged(arena: Arena, job: JobRecord, ids?: readonly Hex[]) {
  return challengeClaim(arena, job, ids === undefined ? atOutputRoot(job.job) : toUnit(ids, 1));
}

describe("boards of games", () => {
  it("shows what was revealed up to the block asked for, and no more", async () => {
    const { arena, job, truth } = await loadFixture(deployRightClaim);
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
    const { arena, job, ids, truth } = await loadFixture(deployRightClaim);
    const { stranger, worker } = arena.players;
    const record = await challenged(arena, job, ids);
    const before = await stranger.provider.getBlockNumber();
    await play(arena, record, worker, await playing(truth, "worker")(arena, record));
    const unit = { jobId: job.id, unit: 1n };
    expect(await getTrace(stranger, { ...unit, blockNumber: before })).to.equal(undefined);
    expect((await getTrace(stranger, unit))?.root).to.equal((await truth.trace(1)).tree.root);
  });

  describe("the claimed output of the game's unit", () => {
    it("is known if the game began at the output root, as the round above it was shown", async () => {
      const { arena, job, ids, truth } = await loadFixture(deployRightClaim);
      const { stranger, worker, challenger } = arena.players;
      const begun = await challenged(arena, job);
      await play(arena, begun, worker, await playing(truth, "worker")(arena, begun));
      const doubt = { ...truth, outputIds: new Map([[1, job.job.outputRoot]]) };
      await play(arena, begun, challenger, await playing(doubt, "challenger")(arena, begun));
      const record = await getGame(stranger, begun);
      expect(await (await getBoard(stranger, record)).claim()).to.deep.equal(toUnit(ids, 1));
    });

    it("is known if a contract wallet made the challenge", async () => {
      const { arena, job, ids } = await loadFixture(deployRightClaim);
      const { stranger } = arena.players;
      const wallet = await deployWallet(arena);
      const record = await wallet.challenge(job, toUnit(ids, 1));
      expect(await (await getBoard(stranger, record)).claim()).to.deep.equal(toUnit(ids, 1));
    });

    it("is that of each of two challenges of one job in one batch", async () => {
      const { arena, job, ids } = await loadFixture(deployRightClaim);
      const { addresses, players } = arena;
      await challenged(arena, job);
      const frozen = await getJob(players.stranger, { id: job.id });
      const call = (unit: number) => {
        const descent = toUnit(ids, unit);
        return challengeJobCall(addresses, { job: frozen, descent, maxBond: MaxUint256 });
      };
      await sendCall(players.challenger, gameBatchCall(addresses, [call(2), call(1)]));
      for (const [number, unit] of [2, 1].entries()) {
        const id = (job.id << 32n) | BigInt(number + 2);
        const board = await getBoard(players.stranger, await getGame(players.stranger, { id }));
        expect(await board.claim()).to.deep.equal(toUnit(ids, unit));
      }
    });

    it("is not known before the round above it was shown, nor as of a block before", async () => {
      const { arena, job, ids, truth } = await loadFixture(deployRightClaim);
      const { stranger, worker, challenger } = arena.players;
      const begun = await challenged(arena, job);
      const unit = toUnit(ids, 1);
      await play(arena, begun, challenger, [{ name: "pick", descent: unit }]);
      const record = await getGame(stranger, begun);
      const before = await stranger.provider.getBlockNumber();
      expect(await (await getBoard(stranger, record)).claim()).to.equal(undefined);
      await play(arena, begun, worker, await playing(truth, "worker")(arena, begun));
      expect(await (await getBoard(stranger, record)).claim()).to.deep.equal(unit);
      expect(await (await getBoard(stranger, record, before)).claim()).to.equal(undefined);
    });
  });

  it("lists the games about a job, all of them or those of one challenger", async () => {
    const { arena, job } = await loadFixture(deployRightClaim);
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
