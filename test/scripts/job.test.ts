import { expect } from "chai";
import { passTime } from "../../scripts/demo/chain";
import { concedeGame, contestableUntil, getGame, getJob } from "../../sdk/src/index";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { beginDispute } from "./dispute";
import type { Dispute } from "./dispute";
import { runOn, toldOn } from "./support";

/*
job
├── show tells until when a challenge freezes a job, and amounts in whole tokens
├── given that it is frozen
│  ├── settle ends with 3, and says what to do
│  └── unfreeze ends with 3 within the window
└── given that its window is over and all challenges failed
   ├── unfreeze lets it settle
   ├── unfreeze then ends with 1, since it is not frozen
   └── settle ends it
*/
describe("job", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let dispute: Dispute;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    dispute = await beginDispute(stage);
    const { client } = stage.watcher;
    const [game, job] = await Promise.all([
      getGame(client, { id: dispute.id }),
      getJob(client, { id: dispute.jobId }),
    ]);
    await concedeGame(client, { game, job });
  });
  after(() => stage.provider.send("evm_revert", [snapshot]));

  it("show tells until when a challenge freezes a job, and amounts in whole tokens", async () => {
    const lines = await toldOn(stage, "job", "show", dispute.jobId);
    const line = `^job ${dispute.jobId}: delivered, frozen by a challenge until 20.* at most$`;
    expect(lines).to.match(new RegExp(line, "m"));
    expect(lines).to.match(/^price +0\.\d+ \w+$/m);
  });

  context("given that it is frozen", () => {
    it("settle ends with 3, and says what to do", async () => {
      const { code, stderr } = await runOn(stage, "job", "settle", dispute.jobId);
      expect(code).to.equal(3);
      expect(stderr).to.include("JobEscrowContestable").and.to.include("unfreeze");
    });

    it("unfreeze ends with 3 within the window", async () => {
      const { code, stderr } = await runOn(stage, "job", "unfreeze", dispute.jobId);
      expect(code).to.equal(3);
      expect(stderr).to.include("OptimisticVerifierTooEarly");
    });
  });

  context("given that its window is over and all challenges failed", () => {
    before(async () => {
      const { provider, watcher } = stage;
      const { job } = await getJob(watcher.client, { id: dispute.jobId });
      const { timestamp = 0 } = (await provider.getBlock("latest")) ?? {};
      await passTime(provider, contestableUntil(job) + 1n - BigInt(timestamp));
    });

    it("unfreeze lets it settle", async () => {
      const lines = await toldOn(stage, "job", "unfreeze", dispute.jobId);
      expect(lines).to.match(/: delivered, to be contested until 20/);
    });

    it("unfreeze then ends with 1, since it is not frozen", async () => {
      const { code, stderr } = await runOn(stage, "job", "unfreeze", dispute.jobId);
      expect(code).to.equal(1);
      expect(stderr).to.include(`error ARGUMENT: job ${dispute.jobId} is not frozen`);
    });

    it("settle ends it", async () => {
      const lines = await toldOn(stage, "job", "settle", dispute.jobId);
      expect(lines).to.include(`job ${dispute.jobId}: ended, JobSettled`);
    });
  });
});
