import { expect } from "chai";
import {
  expectSentAgain,
  expectServed,
  passWindow,
  untilOpen,
  untilPublished,
} from "./support/steps";
import { useWorld } from "./support/world";
import type { World } from "./support/world";

/** Enough that the worker is still at it when it is killed. */
const MANY = 128;
const FEW = 4;

/*
a worker that is killed
├── when it has sent the fill, which the node then forgets
│  └── it sends the same bytes again, and serves the bid once
├── when it computes
│  └── it goes on with the units that are left, and serves the bid once
├── when it has sent the delivery, which is mined while it is away
│  └── it finds the delivery on the chain, and serves the bid once
└── when it has sent the settlement, which the node then forgets
   └── it sends the same bytes again, and serves the bid once
*/
describe("journey: bid, fill, kill, restart, deliver, settle", () => {
  const current = useWorld();
  let world: World;
  beforeEach(async () => {
    world = current();
    await world.worker.start();
  });

  context("when it has sent the fill, which the node then forgets", () => {
    it("sends the same bytes again, and serves the bid once", async () => {
      const posted = await world.post(FEW);
      await expectSentAgain(world, world.worker);
      await expectServed(world, posted);
    });
  });

  context("when it computes", () => {
    it("goes on with the units that are left, and serves the bid once", async () => {
      const posted = await world.post(MANY);
      const { done } = await world.until(posted, "the first unit", (status) => status.done > 0);
      await world.worker.kill();
      await world.worker.start();
      expect(done).to.be.lessThan(MANY);
      expect((await world.status(posted)).done).to.be.at.least(done);
      await expectServed(world, posted);
    });
  });

  context("when it has sent the delivery, which is mined while it is away", () => {
    it("finds the delivery on the chain, and serves the bid once", async () => {
      const posted = await world.post(FEW);
      await untilOpen(world, posted);
      await world.worker.sent();
      await world.worker.kill();
      await world.chain.mine(2);
      await world.worker.start();
      await expectServed(world, posted);
    });
  });

  context("when it has sent the settlement, which the node then forgets", () => {
    it("sends the same bytes again, and serves the bid once", async () => {
      const posted = await world.post(FEW);
      await untilPublished(world, posted);
      await passWindow(world);
      await expectSentAgain(world, world.worker);
      await expectServed(world, posted);
    });
  });
});
