import { expect } from "chai";
import { afterPayment } from "../../scripts/demo/balances";
import { afterVerdict, checkVerdict } from "../../scripts/demo/verdict";
import { encodeTensors } from "../../scripts/shared/files";
import { awaitOutputs } from "../../scripts/shared/workerJob";
import {
  allowModule,
  getBalances,
  getJob,
  getJobEvents,
  getJobGames,
  jobIdOf,
  workOf,
} from "../../sdk/src/index";
import type { GameRecord, JobEvent } from "../../sdk/src/index";
import { listRoot, modelId, tensorId } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { loadDigitModel } from "../../tensor/train/files";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { DocumentServer, whole } from "./support/documents";
import { PATIENCE } from "./support/heldChain";
import { jobsOpened, transactionsOf } from "./support/outcome";
import {
  expectIdle,
  expectSentAgain,
  onlyGame,
  passWindow,
  playedWhileAway,
  untilPublished,
} from "./support/steps";
import { useWorld } from "./support/world";
import type { World } from "./support/world";

const UNITS = 4;
const FALSE_UNIT = 2;
/** Seconds that a watcher waits for outputs to be published. */
const PUBLISHING = 300n;

/*
a watcher to whom a worker gives no outputs, of which it knows the inputs from elsewhere
├── given that it runs all of a delivery with one false number
│  └── it challenges the root, plays down to the lie, and has its reward
└── given that it runs one unit of a true delivery, and demands outputs first
   └── the worker shows the unit on chain for a payment, and nobody plays
*/
describe("journey: deliver, withhold, challenge the root or demand", () => {
  const digits = loadDigits().heldOut.slice(0, UNITS);
  const inputs = digits.map(digitInput);
  // the worker's interface, as the watcher knows it: it has the inputs, and nothing else
  const documents = new DocumentServer();
  before(async () => {
    await documents.open();
    documents.serve(listRoot(inputs.map(tensorId)), whole(encodeTensors(inputs)));
  });
  after(() => documents.close());

  const withheld = () => {
    const url = `http://${documents.host}`;
    return { sources: [{ url }], inputUris: [`${url}/{inputRoot}`] };
  };

  context("given that it runs all of a delivery with one false number", () => {
    const current = useWorld(() => ({ watch: withheld() }));

    it("challenges the root, plays down to the lie, and has its reward", async () => {
      const world = current();
      const { worker, watcher, chain, cast, beginning } = world;
      await worker.start({ command: "run", liesAbout: tensorId(inputs[FALSE_UNIT]) });
      await watcher.start();
      const nonce = await watcher.nonce();
      const posted = await world.post(UNITS);
      await untilPublished(world, posted);

      await chain.pass(PUBLISHING + 1n);
      await expectSentAgain(world, watcher);
      await chain.mine(2);
      await expectSentAgain(world, worker);
      await chain.mine(2);
      await playedWhileAway(world, watcher);
      await world.until(posted, "the end of the job", ({ state }) => state === "slashed");
      await chain.mineUntil("the withdrawal", async () =>
        (await world.claims()).watcher === beginning.claims.watcher ? true : undefined,
      );

      const options = { units: UNITS, silent: true, ...PATIENCE };
      const delivery = await awaitOutputs(worker.api, posted.id, options);
      const game = await onlyGame(world);
      expect(await secondsUndisputed(world, game)).to.be.greaterThan(PUBLISHING);
      expect(game.events.map(({ name }) => name)).to.deep.equal([
        "Challenged",
        "Moved",
        "NodePicked",
        "Moved",
        "ElementComputed",
        "Moved",
        "GameOver",
      ]);
      const verdict = await checkVerdict(cast, { inputs, digits, delivery }, FALSE_UNIT, game);
      await expectIdle(world);
      const after = {
        ...afterVerdict(beginning.claims, verdict),
        watcher: beginning.claims.watcher,
      };
      expect(await world.claims(), "the reward is withdrawn").to.deep.equal(after);
      expect(await transactionsOf(world), "fill, deliver, three answers").to.equal(5);
      const sent = (await watcher.nonce()) - nonce;
      expect(sent, "challenge, two picks, step, resolve, withdraw").to.equal(6);
    });
  });

  context("given that it runs one unit of a true delivery, and demands outputs first", () => {
    const oneUnit = workOf(modelId(loadDigitModel().program));
    const current = useWorld(() => ({
      watch: { ...withheld(), withheld: "demand", mostWork: String(oneUnit) },
    }));

    it("has the unit shown on chain for a payment, and plays nothing", async () => {
      const world = current();
      const { worker, watcher, chain, cast, stage, beginning } = world;
      await Promise.all([worker.start(), watcher.start()]);
      await allowTheEscrow(world);
      const nonce = await watcher.nonce();
      const posted = await world.post(UNITS);
      await untilPublished(world, posted);

      await chain.pass(PUBLISHING + 1n);
      await expectSentAgain(world, watcher);
      await chain.mine(2);
      await expectSentAgain(world, worker);
      await chain.mine(2);
      await passWindow(world);
      await world.until(posted, "the settlement", ({ state }) => state === "settled");
      await expectIdle(world);
      await watcher.seen();

      const [jobId] = await jobsOpened(world);
      const events = await getJobEvents(cast.client, { id: jobId });
      expect(events.map(({ name }) => name)).to.deep.equal([
        "JobOpened",
        "JobDelivered",
        "OutputDemanded",
        "OutputShown",
        "JobSettled",
      ]);
      const { payment } = named(events, "OutputDemanded");
      expect(payment).to.equal(BigInt(stage.parameters.Compute.demandPrices.fast));
      const paid = afterPayment(beginning.claims, named(events, "JobSettled"));
      expect(await world.claims()).to.deep.equal({
        ...paid,
        provider: paid.provider + payment,
        watcher: paid.watcher - payment,
      });
      expect(await getJobGames(cast.client, { jobId })).to.deep.equal([]);
      expect(await transactionsOf(world), "fill, deliver, show, settle").to.equal(4);
      expect((await watcher.nonce()) - nonce, "demand").to.equal(1);
    });
  });
});

/** Seconds from the delivery to the challenge with which a game began. */
async function secondsUndisputed({ cast }: World, { id, events }: GameRecord): Promise<bigint> {
  const { job } = await getJob(cast.client, { id: jobIdOf(id) });
  const block = await cast.client.provider.getBlock(events[0].at.blockNumber);
  return BigInt(block?.timestamp ?? 0) - job.deliveredAt;
}

/** Lets the escrow pull the payment for a demand from the watcher. */
async function allowTheEscrow({ stage, cast, chain }: World): Promise<void> {
  const { client } = stage.watcher;
  const token = cast.token.address;
  const isAllowed = async () =>
    (await getBalances(client, { token })).usable > 0n ? true : undefined;
  await Promise.all([allowModule(client, { token }), chain.mineUntil("the allowance", isAllowed)]);
}

function named<Name extends JobEvent["name"]>(
  events: readonly JobEvent[],
  name: Name,
): Extract<JobEvent, { name: Name }> {
  const event = events.find(
    (each): each is Extract<JobEvent, { name: Name }> => each.name === name,
  );
  if (event === undefined) throw new Error(`no event ${name}`);
  return event;
}
