import { loadFixture, mine } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { challengeClaim, play, playing } from "../../shared/arena";
import { deployRightClaim } from "../../shared/rightClaim";
import { verifierDisputes } from "../../../worker/src/chain/verifierDisputes";
import { atOutputRoot, getGame, roundOf, toUnit } from "../../../sdk/src/index";
import type { ErgonClient } from "../../../sdk/src/index";

/** A job whose outputs are right, and one challenge of it from its output root on. */
async function deployGame() {
  const claim = await deployRightClaim();
  const { arena, job } = claim;
  return { ...claim, game: await challengeClaim(arena, job, atOutputRoot(job.job)) };
}

/** A client that counts how often it searches the chain. */
function counting(client: ErgonClient) {
  const searches = { count: 0 };
  const provider = new Proxy(client.provider, {
    get: (target, name) => {
      if (name === "getLogs") searches.count++;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { searches, disputes: verifierDisputes({ ...client, provider }) };
}

/** A game whose newest position is not that of the block before. */
async function movedGame() {
  const { arena, game, ids, truth } = await loadFixture(deployGame);
  const { worker, challenger, stranger } = arena.players;
  const { searches, disputes } = counting(stranger);
  await play(arena, game, worker, await playing(truth, "worker")(arena, game));
  const before = await stranger.provider.getBlockNumber();
  await play(arena, game, challenger, [{ name: "pick", descent: toUnit(ids, 1) }]);
  const load = async () => [
    await disputes.load(game.id, before),
    await disputes.load(game.id, before + 1),
  ];
  return { arena, game, ids, truth, disputes, searches, before, load };
}

/*
verifierDisputes.load
├── it searches the chain once for each position of a game, whichever block is asked for first
├── it shows the trace that came since it was loaded
├── it shows what was revealed up to the block asked for
├── it forgets no position of a block in which a game is not over, when it is over in a newer one
└── it returns undefined for a game that has not begun
*/
describe("verifierDisputes.load", () => {
  it("searches the chain once for each position of a game, whichever block is asked for first", async () => {
    const { load, searches, disputes, game, before } = await movedGame();
    const [old, newest] = await load();
    expect(old?.position).to.not.equal(newest?.position);
    const { count } = searches;
    expect(count).to.be.greaterThan(0);
    expect(await load()).to.have.length(2);
    await mine();
    await disputes.load(game.id, before + 2);
    expect(searches.count).to.equal(count);
  });

  it("shows the trace that came since it was loaded", async () => {
    const { arena, game, truth, disputes, load, before } = await movedGame();
    const { worker, stranger } = arena.players;
    expect((await load())[1]?.board.trace).to.equal(undefined);
    const record = await getGame(stranger, game);
    await play(arena, record, worker, await playing(truth, "worker")(arena, record));
    const latest = await stranger.provider.getBlockNumber();
    const { root } = (await truth.trace(1)).tree;
    expect((await disputes.load(game.id, latest))?.board.trace?.root).to.equal(root);
    expect((await disputes.load(game.id, before + 1))?.board.trace).to.equal(undefined);
  });

  it("shows what was revealed up to the block asked for", async () => {
    const { game, ids, disputes, before } = await movedGame();
    const [early, late] = [
      await disputes.load(game.id, before - 1),
      await disputes.load(game.id, before),
    ];
    const round = roundOf({ game: game.game });
    if (round === undefined) throw new Error("the game waits for no round");
    expect(await early?.board.reveal(round.key)).to.equal(undefined);
    expect((await late?.board.reveal(round.key))?.children.slice(0, 3)).to.deep.equal(ids);
    const newest = await disputes.load(game.id, before + 1);
    expect(await newest?.board.claim()).to.deep.equal(toUnit(ids, 1));
  });

  it("forgets no position of a block in which a game is not over, when it is over in a newer one", async () => {
    const { arena, game, disputes, searches, load } = await movedGame();
    await load();
    const record = await getGame(arena.players.stranger, game);
    await play(arena, record, arena.players.challenger, [{ name: "concede" }]);
    const { count } = searches;
    const latest = await arena.players.stranger.provider.getBlockNumber();
    expect(await disputes.load(game.id, latest)).to.equal(undefined);
    expect((await load()).map((each) => each?.id)).to.deep.equal([game.id, game.id]);
    expect(searches.count).to.equal(count);
  });

  it("returns undefined for a game that has not begun", async () => {
    const { disputes, game } = await movedGame();
    expect(await disputes.load(game.id, game.events[0].at.blockNumber - 1)).to.equal(undefined);
    expect(await disputes.load(game.id + 1n, game.events[0].at.blockNumber)).to.equal(undefined);
  });
});
