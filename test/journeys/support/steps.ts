import { expect } from "chai";
import { expectServedOnce, transactionsOf } from "./outcome";
import type { Posted, World } from "./world";

/** Seconds in which a delivery of the fast class can be contested. */
const WINDOW = 1_800n;

/** Mines until the worker counts the job as open. */
export async function untilOpen(world: World, posted: Posted): Promise<void> {
  await world.until(posted, "the opening", ({ state }) => state === "open");
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

/** Expects that the worker sends nothing more. */
export async function expectIdle(world: World): Promise<void> {
  await world.chain.mine(3);
  await world.worker.seen();
  expect(await world.chain.waiting(world.worker.account)).to.deep.equal({});
}
