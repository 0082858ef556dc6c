import { expect } from "chai";
import { accountOf, cancelOrdersCalls, getJob } from "../../sdk/src/index";
import type { EventPosition, JobRecord } from "../../sdk/src/index";
import type { RpcTransaction } from "./support/heldChain";
import { jobsOpened } from "./support/outcome";
import { expectIdle, expectServed, untilOpen, untilPublished } from "./support/steps";
import { useWorld } from "./support/world";
import type { World } from "./support/world";

const UNITS = 4;
const CANCEL_GAS = "0x20000";

/*
a worker whose chain drops blocks
├── given the fill, before it counts
│  ├── it had done nothing yet, sends the same bytes again, and serves the bid once
│  └── given that the client takes its bid back meanwhile
│     └── it gives the bid up, at nobody's cost
├── given the fill, after it counted, when the delivery is sent
│  └── it fills and delivers again, and serves the bid once
├── given the delivery, before it counts
│  └── it had shown nothing yet, sends the same bytes again, and serves the bid once
└── given the delivery, after it counted
   └── it sends the same bytes again, and serves the bid once
*/
describe("journey: bid, fill, reorganise, deliver, settle", () => {
  const current = useWorld();
  let world: World;
  beforeEach(async () => {
    world = current();
    await world.worker.start();
  });

  async function job(): Promise<JobRecord> {
    const [id] = await jobsOpened(world);
    return getJob(world.cast.client, { id });
  }

  function drop({ blockNumber }: EventPosition, ...instead: RpcTransaction[]): Promise<void> {
    return world.chain.reorganise(blockNumber, ...instead);
  }

  context("given the fill, before it counts", () => {
    it("had done nothing yet, sends the same bytes again, and serves the bid once", async () => {
      const posted = await world.post(UNITS);
      const hash = await world.worker.sent();
      await world.chain.mine();
      await world.worker.seen();
      expect(await world.status(posted)).to.include({ state: "taken", done: 0 });
      await drop((await job()).openedIn);
      expect(await jobsOpened(world)).to.deep.equal([]);
      expect(await world.worker.sent()).to.equal(hash);
      await expectServed(world, posted);
    });

    context("given that the client takes its bid back meanwhile", () => {
      it("gives the bid up, at nobody's cost", async () => {
        const posted = await world.post(UNITS);
        await world.worker.sent();
        await world.chain.mine();
        await world.worker.seen();
        const { client } = world.cast;
        const [cancel] = cancelOrdersCalls(client.addresses, { nonces: [posted.bid.nonce] });
        const from = await accountOf(client);
        await drop((await job()).openedIn, { from, ...cancel, gas: CANCEL_GAS });
        await world.until(posted, "the end of the bid", ({ state }) => state === "refused");
        await expectIdle(world);
        expect(await jobsOpened(world)).to.deep.equal([]);
        expect(await world.claims()).to.deep.equal(world.beginning.claims);
      });
    });
  });

  context("given the fill, after it counted, when the delivery is sent", () => {
    it("fills and delivers again, and serves the bid once", async () => {
      const posted = await world.post(UNITS);
      await untilOpen(world, posted);
      await world.worker.sent();
      await drop((await job()).openedIn);
      expect(await jobsOpened(world)).to.deep.equal([]);
      // a delivery for the first opening fails for the second, unless both have the same time
      await expectServed(world, posted, 4);
    });
  });

  context("given the delivery, before it counts", () => {
    it("had shown nothing yet, sends the same bytes again, and serves the bid once", async () => {
      const posted = await world.post(UNITS);
      await untilOpen(world, posted);
      const hash = await world.worker.sent();
      await world.chain.mine();
      await world.worker.seen();
      const { state, outputs } = await world.status(posted);
      expect([state, outputs]).to.deep.equal(["open", undefined]);
      await drop((await job()).updatedIn);
      expect(await world.worker.sent()).to.equal(hash);
      await expectServed(world, posted);
    });
  });

  context("given the delivery, after it counted", () => {
    it("sends the same bytes again, and serves the bid once", async () => {
      const posted = await world.post(UNITS);
      await untilPublished(world, posted);
      const { updatedIn } = await job();
      await drop(updatedIn);
      expect(await world.worker.sent()).to.equal(updatedIn.transactionHash);
      await expectServed(world, posted);
    });
  });
});
