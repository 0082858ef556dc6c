import { expect } from "chai";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runOn, toldOn } from "./support";

interface Shown {
  readonly wallet: string;
  readonly claims: string;
  readonly forJobs: string;
  readonly forChallenges: string;
}

/** A whole token, of 6 decimals. */
const WHOLE = 1_000_000n;

/*
balance
├── deposit lets the escrow pull all claims, and the verifier none
├── allow lets the verifier pull all of them, or so many
├── show tells who may pull how many
└── allow ends with 2 given a contract that pulls nothing
*/
describe("balance", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let account: string;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
    account = await (await stage.provider.getSigner(0)).getAddress();
    const { token } = stage.book.contracts;
    await stage.provider.send("anvil_dealERC20", [account, token, "0x5f5e100"]);
  });
  after(() => stage.provider.send("evm_revert", [snapshot]));

  const balance = async (...args: readonly unknown[]): Promise<Shown> =>
    JSON.parse(await toldOn(stage, "balance", ...args, "--json")) as Shown;

  it("deposit lets the escrow pull all claims, and the verifier none", async () => {
    const { wallet, claims, forJobs, forChallenges } = await balance("deposit", "12.5");
    expect({ claims, forJobs, forChallenges }).to.deep.equal({
      claims: String((25n * WHOLE) / 2n),
      forJobs: String((25n * WHOLE) / 2n),
      forChallenges: "0",
    });
    expect(BigInt(wallet)).to.equal(100n * WHOLE - (25n * WHOLE) / 2n);
  });

  it("allow lets the verifier pull all of them, or so many", async () => {
    const all = await balance("allow", "verifier");
    expect(all.forChallenges).to.equal(all.claims);
    const some = await balance("allow", "verifier", "--amount", "2");
    expect(some.forChallenges).to.equal(String(2n * WHOLE));
    const none = await balance("allow", "escrow", "--amount", "0");
    expect([none.forJobs, none.forChallenges]).to.deep.equal(["0", String(2n * WHOLE)]);
  });

  it("show tells who may pull how many", async () => {
    const lines = await toldOn(stage, "balance", "show", "--of", account);
    expect(lines).to.match(/^for jobs +0\.0 \w+ that the escrow may pull$/m);
    expect(lines).to.match(/^for challenges +2\.0 \w+ that the verifier may pull$/m);
  });

  it("allow ends with 2 given a contract that pulls nothing", async () => {
    const { code, stderr } = await runOn(stage, "balance", "allow", "treasury");
    expect(code).to.equal(2);
    expect(stderr).to.include("escrow, verifier");
  });
});
