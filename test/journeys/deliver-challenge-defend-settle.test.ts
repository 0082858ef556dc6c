import { expect } from "chai";
import { afterPayment } from "../../scripts/demo/balances";
import { Outcome, answerFees, getJobEvents, jobIdOf } from "../../sdk/src/index";
import { tensorId } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { transactionsOf } from "./support/outcome";
import {
  expectIdle,
  expectSentAgain,
  onlyGame,
  passWindow,
  played,
  playedWhileAway,
  untilPublished,
} from "./support/steps";
import { useWorld } from "./support/world";

const UNITS = 4;
const DOUBTED_UNIT = 1;

/*
an honest worker, and a watcher that holds one false answer for true
└── given that the worker is killed again and again, and only defends what it delivered
   └── it shows what is asked for, wins the watcher's bond, and is paid
*/
describe("journey: deliver, challenge, defend, settle", () => {
  const current = useWorld();

  context("given that the worker is killed again and again, and only defends", () => {
    it("shows what is asked for, wins the watcher's bond, and is paid", async () => {
      const world = current();
      const { worker, watcher, chain, cast, beginning } = world;
      const liesAbout = tensorId(digitInput(loadDigits().heldOut[DOUBTED_UNIT]));
      await Promise.all([worker.start(), watcher.start({ command: "watch", liesAbout })]);
      const nonce = await watcher.nonce();
      const posted = await world.post(UNITS);
      await untilPublished(world, posted);

      await played(world, watcher);
      await expectSentAgain(world, worker, { command: "defend" });
      await chain.mine(2);
      await played(world, watcher);
      await playedWhileAway(world, worker);
      await played(world, watcher);
      await expectSentAgain(world, worker);
      await chain.mine(2);

      const { id, game, end, events } = await onlyGame(world);
      expect(game.unit).to.equal(BigInt(DOUBTED_UNIT));
      const element = events.find((event) => event.name === "ElementComputed");
      expect(element?.computed).to.equal(element?.claimed);
      const toWorker = answerFees(game.bond, 2n);
      expect(end).to.include({ outcome: Outcome.Refuted, toChallenger: 0n, toWorker });

      await passWindow(world);
      await world.until(posted, "the settlement", ({ state }) => state === "settled");
      await expectIdle(world);
      const job = await getJobEvents(cast.client, { id: jobIdOf(id) });
      expect(job.map(({ name }) => name)).to.deep.equal([
        "JobOpened",
        "JobDelivered",
        "JobFrozen",
        "JobUnfrozen",
        "JobSettled",
      ]);
      const settled = job[job.length - 1];
      if (settled.name !== "JobSettled") throw new Error("the job was not settled");
      const paid = afterPayment(beginning.claims, settled);
      expect(await world.claims()).to.deep.equal({
        ...paid,
        provider: paid.provider + toWorker,
        treasury: paid.treasury + game.bond - toWorker,
        watcher: paid.watcher - game.bond,
      });
      const doings = "fill, deliver, two answers, resolve, unfreeze, settle";
      expect(await transactionsOf(world), doings).to.equal(7);
      expect((await watcher.nonce()) - nonce, "challenge, pick, step").to.equal(3);
    });
  });
});
