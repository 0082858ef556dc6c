import { expect } from "chai";
import { passTime } from "../../scripts/demo/chain";
import { playGame } from "../../sdk/src/index";
import { DIGIT_FILES } from "../../tensor/train/files";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { FALSE_UNIT, beginDispute } from "./dispute";
import type { Dispute } from "./dispute";
import { runOn, toldOn } from "./support";

const POLL = { pollMs: 20 };

/*
game
├── given a game that goes on
│  ├── list shows it with its job, and show with its state and whose turn it is
│  ├── explain tells its beginning
│  └── follow ends with 3 when its time is over
├── given one that both sides play to its end
│  └── follow tells whose turn it is each time, then what happened
├── given one that is over
│  ├── list and show tell how it ended
│  └── explain names the node of the program, given the model
├── given a game whose worker is late
│  └── resolve ends it, and not before
└── given a game or job that there is not
   └── show ends with 1, and list shows none
*/
describe("game", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let dispute: Dispute;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    dispute = await beginDispute(stage);
  });
  after(() => stage.provider.send("evm_revert", [snapshot]));

  const game = (...args: readonly unknown[]) => runOn(stage, "game", ...args);
  const told = (...args: readonly unknown[]) => toldOn(stage, "game", ...args);

  context("given a game that goes on", () => {
    it("list shows it with its job, and show with its state and whose turn it is", async () => {
      const { id, jobId } = dispute;
      const line = new RegExp(`^game ${id} about job ${jobId}: the worker's turn until 20..-`);
      expect(await told("list", jobId)).to.match(line);
      const shown = await told("show", id);
      expect(shown)
        .to.match(line)
        .and.to.match(new RegExp(`^place +unit ${FALSE_UNIT}$`, "m"));
      const { turn } = JSON.parse(await told("show", id, "--json")) as { turn: { side: string } };
      expect(turn.side).to.equal("worker");
    });

    it("explain tells its beginning", async () => {
      const { watcher } = stage;
      const story = (await told("explain", dispute.id)).trim().split("\n");
      expect(story).to.have.length(1);
      const beginning = `${watcher.key.address} challenged job ${dispute.jobId} (price `;
      expect(story[0]).to.match(/: it says that unit 1 has a false output\.$/);
      expect(story[0].slice(0, beginning.length)).to.equal(beginning);
    });

    it("follow ends with 3 when its time is over", async () => {
      const { code, stderr } = await game("follow", dispute.id, "--timeout", 1);
      expect(code).to.equal(3);
      expect(stderr).to.include(`error TIMEOUT: game ${dispute.id} is not over after 1 s`);
    });
  });

  context("given one that both sides play to its end", () => {
    it("follow tells whose turn it is each time, then what happened", async () => {
      const { id, lie, truth } = dispute;
      const { cast, watcher } = stage;
      const following = game("follow", id);
      await Promise.all([
        playGame(cast.provider, { id, side: "worker", knowledge: lie, ...POLL }),
        playGame(watcher.client, { id, side: "challenger", knowledge: truth, ...POLL }),
      ]);
      const { code, stdout, stderr } = await following;
      expect(code, stderr).to.equal(0);
      const turns = stderr.split("\n").flatMap((line) => /(\w+)'s turn/.exec(line)?.[1] ?? []);
      expect(turns).to.deep.equal(["worker", "challenger", "worker", "challenger"]);
      expect(stderr).to.include(": over, proved");
      expect(stdout).to.include("The challenger picked node 20 of unit 1");
      expect(stdout).to.match(/where the worker claimed -?\d+: the claim is false\./);
    });
  });

  context("given one that is over", () => {
    it("list and show tell how it ended", async () => {
      const { id, jobId } = dispute;
      expect(await told("list", jobId)).to.equal(`game ${id} about job ${jobId}: over, proved\n`);
      const { game: shown } = JSON.parse(await told("show", id, "--json")) as {
        game: { end: { name: string } };
      };
      expect(shown.end.name).to.equal("GameOver");
    });

    it("explain names the node of the program, given the model", async () => {
      const { story } = JSON.parse(
        await told("explain", dispute.id, "--json", "--model", DIGIT_FILES.model),
      ) as { story: string[] };
      expect(story.join("\n")).to.include("picked node 20 (map mul i16 [1,10]) of unit 1");
    });
  });

  context("given a game whose worker is late", () => {
    it("resolve ends it, and not before", async () => {
      const late = await beginDispute(stage);
      const early = await game("resolve", late.id);
      expect(early.code).to.equal(3);
      expect(early.stderr).to.include("OptimisticVerifierUndecided");
      await passTime(stage.provider, 86_400n);
      expect(await told("resolve", late.id)).to.include(
        `game ${late.id} about job ${late.jobId}: over, proved`,
      );
    });
  });

  context("given a game or job that there is not", () => {
    it("show ends with 1, and list shows none", async () => {
      const { code, stderr } = await game("show", 7, "--json");
      expect(code).to.equal(1);
      expect((JSON.parse(stderr) as { error: object }).error).to.include({
        code: "GAME_UNKNOWN",
        retryable: false,
      });
      expect(await told("list", 999)).to.equal("no game about job 999\n");
    });
  });
});
