import { expect } from "chai";
import { afterPayment } from "../../scripts/demo/balances";
import { bidOn, contestable } from "../../scripts/demo/cast";
import { fillJob, getJob, getJobEvents, makeAsk, signAsk } from "../../sdk/src/index";
import { WasmExecutor, listRoot, tensorId } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { jobsOpened, transactionsOf } from "./support/outcome";
import { expectIdle, passWindow } from "./support/steps";
import { useWorld } from "./support/world";
import type { World } from "./support/world";

const UNITS = 2;

/*
a worker whose provider gave a signed ask away, which a client fills without telling it
├── given a client that put the inputs into the worker's store before
│  └── it delivers, and is paid
└── given a client that put them nowhere
   └── it hands the job back
*/
describe("journey: ask, fill, deliver, settle", () => {
  const current = useWorld();
  const inputs = loadDigits().heldOut.slice(0, UNITS).map(digitInput);

  context("given a client that put the inputs into the worker's store before", () => {
    it("delivers, and is paid", async () => {
      const world = current();
      const { worker, chain, cast, beginning } = world;
      await worker.start();
      await worker.api.putInputs(inputs, () => undefined);
      await fill(world);
      await untilEvent(world, "JobDelivered");
      await passWindow(world);
      await untilEvent(world, "JobSettled");

      const [id] = await jobsOpened(world);
      const { end, job } = await getJob(cast.client, { id });
      const outputs = await new WasmExecutor().run(cast.model, inputs);
      expect(job.outputRoot).to.equal(listRoot(outputs.map(tensorId)));
      if (end?.name !== "JobSettled") throw new Error(`the job ended by ${end?.name}`);
      expect(await world.claims()).to.deep.equal(afterPayment(beginning.claims, end));
      const published = await worker.api.getTensors(outputs.map(tensorId), () => undefined);
      expect(published).to.deep.equal(outputs);
      await chain.mine(2);
      await expectIdle(world);
      expect(await transactionsOf(world), "deliver, settle").to.equal(2);
    });
  });

  context("given a client that put them nowhere", () => {
    it("hands the job back", async () => {
      const world = current();
      await world.worker.start();
      await fill(world);
      await untilEvent(world, "JobHandedBack");
      await expectIdle(world);
      expect(await transactionsOf(world), "hand back").to.equal(1);
    });
  });

  /** Has the client fill an ask of the worker's provider. */
  async function fill({ cast, chain }: World): Promise<void> {
    const { client, provider } = cast;
    const bid = await bidOn(cast, inputs, "", { ...contestable(cast), nonce: 0n });
    const { gpuId, modelId, token, verifier, termsClass, maxUnitPrice, minUnitBond } = bid;
    const block = await client.provider.getBlock("latest");
    const ask = makeAsk({
      ...{ provider: bid.provider, gpuId, modelId, token, verifier, termsClass },
      unitPrice: maxUnitPrice,
      unitBond: minUnitBond,
      maxUnits: 10n * bid.units,
      now: BigInt(block?.timestamp ?? 0),
    });
    const askSignature = await signAsk(provider, ask);
    const filling = fillJob(client, { ask, askSignature, bid });
    let filled = false;
    void filling.then(() => (filled = true));
    await chain.mineUntil("the fill", async () => (filled ? true : undefined));
    await filling;
  }

  /** Mines until an event of the only job. */
  async function untilEvent(world: World, name: string): Promise<void> {
    const { chain, cast, worker } = world;
    await chain.mineUntil(name, async () => {
      worker.requireRunning();
      const [id] = await jobsOpened(world);
      const events = await getJobEvents(cast.client, { id });
      return events.some((event) => event.name === name) ? true : undefined;
    });
  }
});
