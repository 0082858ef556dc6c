import { expect } from "chai";
import { FakeDisputes, aBoard, aGame } from "../support/fakeDisputes";
import { TOKEN, address, word } from "../support/fixtures";
import { memoryLog } from "../support/log";
import type { LiveGame } from "../../../worker/src/chain/disputes";
import { Bonds } from "../../../worker/src/watch/bonds";
import type { Deliveries } from "../../../worker/src/watch/deliveries";
import { WatchMetrics } from "../../../worker/src/watch/metrics";
import type { Job, JobRef } from "../../../sdk/src/index";

const RULE = { token: TOKEN, highest: 100n, total: 250n };
const JOB: JobRef = { id: 7n, job: { token: TOKEN } as Job };

describe("watch Bonds", () => {
  let disputes: FakeDisputes;
  let log: ReturnType<typeof memoryLog>;
  let metrics: WatchMetrics;
  let bonds: Bonds;
  let bondable = 1_000n;

  beforeEach(() => {
    [disputes, log, metrics, bondable] = [
      new FakeDisputes(),
      memoryLog(),
      new WatchMetrics(),
      1_000n,
    ];
    const deliveries = { bondable: async () => bondable } as Partial<Deliveries> as Deliveries;
    bonds = new Bonds({ disputes, deliveries, metrics, log, options: { bonds: [RULE] } });
  });

  function live(...amounts: readonly bigint[]): LiveGame[] {
    return amounts.map((bond, i) => {
      const game = aGame({ id: BigInt(i), bond });
      return { id: game.id, position: word(i), board: aBoard(game), slashed: false };
    });
  }

  it("allows the highest bond, or what is left of the total", async () => {
    await bonds.observe(live(100n));
    expect(await bonds.allowanceFor(JOB)).to.deep.equal({ most: 100n });
    disputes.price = 50n;
    await bonds.observe(live(100n, 100n));
    expect(await bonds.allowanceFor(JOB)).to.deep.equal({ most: 50n });
  });

  it("refuses a bond beyond a limit, and says which", async () => {
    await bonds.observe(live(100n, 100n));
    disputes.price = 51n;
    expect(await bonds.allowanceFor(JOB)).to.deep.equal({ refused: "total" });
    disputes.price = 101n;
    expect(await bonds.allowanceFor(JOB)).to.deep.equal({ refused: "highest" });
    const other = { ...JOB, job: { ...JOB.job, token: address("8") } };
    expect(await bonds.allowanceFor(other)).to.deep.equal({ refused: "token" });
  });

  it("refuses a bond that claims and allowance do not cover", async () => {
    bondable = 100n;
    expect(await bonds.allowanceFor(JOB)).to.deep.equal({ most: 100n });
    bondable = 99n;
    expect(await bonds.allowanceFor(JOB)).to.deep.equal({ refused: "claims" });
  });

  it("tells at the start, and when it changes, whether there are claims enough", async () => {
    await bonds.observe([]);
    await bonds.observe([]);
    expect(log.lines.map((line) => line.split(" {")[0])).to.deep.equal([
      "claims and allowance suffice to challenge",
    ]);
    bondable = 99n;
    await bonds.observe([]);
    await bonds.observe([]);
    expect(log.lines.at(-1)).to.match(/^too few claims, or too low an allowance/);
    expect(log.lines).to.have.length(2);
    const { body } = await metrics.set.render();
    expect(body).to.include(`ergon_watch_claims_low{token="${TOKEN}"} 1`);
    expect(body).to.include(`ergon_watch_bondable{token="${TOKEN}"} 99`);
  });
});
