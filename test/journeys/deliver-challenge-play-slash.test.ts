import { expect } from "chai";
import { afterVerdict, checkVerdict } from "../../scripts/demo/verdict";
import { awaitOutputs } from "../../scripts/shared/workerJob";
import { getBalances } from "../../sdk/src/index";
import { tensorId } from "../../tensor/src/index";
import { loadDigits } from "../../tensor/train/dataset";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { PATIENCE } from "./support/heldChain";
import { transactionsOf } from "./support/outcome";
import {
  expectIdle,
  expectSentAgain,
  onlyGame,
  played,
  playedWhileAway,
  untilPublished,
} from "./support/steps";
import { useWorld } from "./support/world";
import type { World } from "./support/world";

const UNITS = 4;
const FALSE_UNIT = 2;

/*
a worker that lies about one number, and a watcher
└── given that both are killed again and again while they play
   └── each goes on from what is on the chain, the lie is slashed, and the watcher has its reward
*/
describe("journey: deliver, challenge, play, slash", () => {
  const current = useWorld();
  const digits = loadDigits().heldOut.slice(0, UNITS);

  context("given that both are killed again and again while they play", () => {
    it("each goes on, the lie is slashed, and the watcher has its reward", async () => {
      const world = current();
      const { worker, watcher, chain, cast, beginning } = world;
      const inputs = digits.map(digitInput);
      const liesAbout = tensorId(inputs[FALSE_UNIT]);
      await Promise.all([worker.start({ command: "run", liesAbout }), watcher.start()]);
      const nonce = await watcher.nonce();
      const purse = await walletOf(world);
      const posted = await world.post(UNITS);
      await untilPublished(world, posted);

      await expectSentAgain(world, watcher);
      await chain.mine(2);
      await playedWhileAway(world, worker);
      await expectSentAgain(world, watcher);
      await chain.mine(2);
      await expectSentAgain(world, worker);
      await chain.mine(2);
      await playedWhileAway(world, watcher);
      await played(world, watcher);
      await world.until(posted, "the end of the job", ({ state }) => state === "slashed");

      const options = { units: UNITS, silent: true, ...PATIENCE };
      const delivery = await awaitOutputs(worker.api, posted.id, options);
      const game = await onlyGame(world);
      const verdict = await checkVerdict(cast, { inputs, digits, delivery }, FALSE_UNIT, game);
      const reward = await chain.mineUntil("the watcher's reward", async () => {
        const earned = (await walletOf(world)) - purse;
        return earned > 0n ? earned : undefined;
      });
      expect(reward).to.equal(verdict.slash.reward);
      await expectIdle(world);
      const claims = afterVerdict(beginning.claims, verdict);
      expect(await world.claims()).to.deep.equal({
        ...claims,
        watcher: beginning.claims.watcher,
      });
      expect(game.events.map(({ name }) => name)).to.deep.equal([
        "Challenged",
        "NodePicked",
        "Moved",
        "ElementComputed",
        "Moved",
        "GameOver",
      ]);
      expect(await transactionsOf(world), "fill, deliver, two answers").to.equal(4);
      const sent = (await watcher.nonce()) - nonce;
      expect(sent, "challenge, pick, step, resolve, withdraw").to.equal(5);
    });
  });
});

/** Tokens of the watcher outside the Ledger. */
async function walletOf({ cast, stage }: World): Promise<bigint> {
  const { wallet } = await getBalances(stage.watcher.client, { token: cast.token.address });
  return wallet;
}
