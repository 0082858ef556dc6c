import { expect } from "chai";
import type { Role } from "../../../scripts/demo/site";
import { getGame, getJobGames } from "../../../sdk/src/index";
import type { GameRecord } from "../../../sdk/src/index";
import { waitFor } from "../../../scripts/shared/wait";
import type { Actor } from "./actor";
import { PATIENCE } from "./heldChain";
import { expectServedOnce, jobsOpened, transactionsOf } from "./outcome";
import { CONFIRMATIONS } from "./world";
import type { Posted, World } from "./world";

/** Seconds in which a delivery of the fast class can be contested. */
const WINDOW = 1_800n;

/** Mines the worker's fill, and no more, until the worker counts the job as open. */
export async function untilOpen(world: World, posted: Posted): Promise<void> {
  await played(world, world.worker);
  await waitFor({ what: "the opening", ...PATIENCE }, async () => {
    world.worker.requireRunning();
    return (await world.status(posted)).state === "open" ? true : undefined;
  });
}

/** Mines until the worker has published the outputs. */
export async function untilPublished(world: World, posted: Posted): Promise<void> {
  await world.until(posted, "the outputs", ({ outputs }) => outputs !== undefined);
}

/** Lets the time pass in which the delivery can be contested. */
export function passWindow({ chain }: World): Promise<void> {
  return chain.pass(WINDOW + 1n);
}

/**
 * Lets a job with a verifier come to its end, and expects that all of it happened once, in `most`
 * transactions of the worker at most: one for each step unless it had to take one again.
 */
export async function expectServed(world: World, posted: Posted, most = 3): Promise<void> {
  await untilPublished(world, posted);
  await passWindow(world);
  await world.until(posted, "the settlement", ({ state }) => state === "settled");
  await expectIdle(world);
  await expectServedOnce(world, posted, ["JobOpened", "JobDelivered", "JobSettled"]);
  expect(await transactionsOf(world)).to.be.within(3, most);
}

/** Waits for the actor's next transaction, and mines until it counts. */
export async function played({ chain }: World, actor: Actor): Promise<void> {
  await actor.sent();
  await chain.mine(CONFIRMATIONS);
}

/** Kills an actor whose next transaction was sent, which is mined while it is away. */
export async function playedWhileAway({ chain }: World, actor: Actor): Promise<void> {
  await actor.sent();
  await actor.kill();
  await chain.mine(CONFIRMATIONS);
  await actor.start();
}

/**
 * Kills an actor whose next transaction was sent, which the node then forgets, and expects the same
 * bytes again when it is back, in another role if one is given.
 */
export async function expectSentAgain({ chain }: World, actor: Actor, role?: Role): Promise<void> {
  const hash = await actor.sent();
  await actor.kill();
  await chain.forget();
  expect(await chain.waiting(actor.account)).to.deep.equal({});
  await actor.start(role);
  expect(await actor.sent()).to.equal(hash);
}

/** The only game about the only job. */
export async function onlyGame(world: World): Promise<GameRecord> {
  const { client } = world.cast;
  const games: bigint[] = [];
  for (const jobId of await jobsOpened(world)) {
    games.push(...(await getJobGames(client, { jobId })));
  }
  expect(games).to.have.length(1);
  return getGame(client, { id: games[0] });
}

/** Expects that the worker sends nothing more. */
export async function expectIdle(world: World): Promise<void> {
  await world.chain.mine(3);
  await world.worker.seen();
  expect(await world.chain.waiting(world.worker.account)).to.deep.equal({});
}
