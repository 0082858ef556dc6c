import { expect } from "chai";
import { openStage } from "../journeys/support/stage";
import type { JourneyStage } from "../journeys/support/stage";
import { runOn, toldOn } from "./support";

interface Told {
  readonly proposal: {
    readonly proposalId: string;
    readonly state: string;
    readonly proposer: string;
    readonly description: string;
    readonly snapshotAt: string;
    readonly deadline: string;
    readonly executableAt?: string;
    readonly votes: { readonly for: string; readonly quorum?: string };
  };
}

/** Test accounts of the chain: who holds most votes, who may cancel, and who has neither. */
const [VOTER, GUARDIAN, STRANGER] = [1, 2, 9];

/*
governance
├── delegate lets the account's tokens vote
├── propose tells what it would do given --dry-run, and proposes nothing
├── propose tells in words what it does before it signs
├── show tells a proposal in lines
├── vote, queue and execute lead to the change
├── cancel is the guardian's
├── propose ends with 1 and ARGUMENT given a call that is none
├── propose ends with 3 and the contract's error given too few votes
└── vote ends with 2 given no such answer
*/
describe("governance", () => {
  let stage: JourneyStage;
  let snapshot: unknown;
  let proposalId: string;
  before(async () => {
    stage = await openStage();
    snapshot = await stage.provider.send("evm_snapshot", []);
  });
  after(() => stage.provider.send("evm_revert", [snapshot]));

  const governance = async (account: number, ...args: readonly unknown[]): Promise<Told> =>
    JSON.parse(await toldOn(stage, "governance", ...args, "--account", account, "--json")) as Told;

  const goTo = async (timestamp: bigint) => {
    await stage.provider.send("anvil_setNextBlockTimestamp", [Number(timestamp)]);
    await stage.provider.send("anvil_mine", []);
  };

  it("delegate lets the account's tokens vote", async () => {
    const told = await toldOn(stage, "governance", "delegate", "--account", VOTER);
    const account = await (await stage.provider.getSigner(VOTER)).getAddress();
    expect(told).to.match(/^holds +600000000\.0 ERGON$/m);
    expect(told).to.match(new RegExp(`^voted by +${account}$`, "m"));
    // votes of a second count in the next
    await stage.provider.send("evm_increaseTime", [1]);
    await stage.provider.send("anvil_mine", []);
  });

  it("propose tells what it would do given --dry-run, and proposes nothing", async () => {
    const block = await stage.provider.getBlockNumber();
    const call = 'orderBook.setDemandPrices("@token", [1000000, "2", 3])';
    const args = ["propose", "Prices", "--call", call, "--dry-run", "--account", VOTER];
    const { code, stdout, stderr } = await runOn(stage, "governance", ...args);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.equal("nothing was proposed\n");
    expect(stderr).to.match(/^1\. orderBook \(0x\w{40}\) setDemandPrices$/m);
    expect(stderr).to.match(/^ {3}token +token \(0x\w{40}\)$/m);
    expect(stderr).to.match(/^ {3}prices\.fast +1\.0 TUSD$/m);
    expect(await stage.provider.getBlockNumber()).to.equal(block);
  });

  it("propose tells in words what it does before it signs", async () => {
    const calls = ["orderBook.setFee(50)", "governor.updateQuorumNumerator(5)"];
    const args = ["propose", "Half a percent", ...calls.flatMap((call) => ["--call", call])];
    const ended = await runOn(stage, "governance", ...args, "--account", VOTER, "--json");
    expect(ended.code, ended.stderr).to.equal(0);
    expect(ended.stderr).to.match(/^ {3}feeBps +0\.5 %$/m);
    expect(ended.stderr).to.match(/^2\. governor \(0x\w{40}\) updateQuorumNumerator$/m);
    const { proposal } = JSON.parse(ended.stdout) as Told;
    expect(proposal.description).to.equal(`Half a percent\n#proposer=${proposal.proposer}`);
    expect(proposal.state).to.equal("pending");
    proposalId = proposal.proposalId;
  });

  it("show tells a proposal in lines", async () => {
    const told = await toldOn(stage, "governance", "show", proposalId);
    expect(told).to.match(new RegExp(`^proposal +${proposalId}, pending$`, "m"));
    expect(told).to.match(/^> Half a percent$/m);
    expect(told).to.match(/^quorum +known when the vote begins$/m);
    expect(told).to.match(/^ {3}newQuorumNumerator +5 % of the supply$/m);
  });

  it("vote, queue and execute lead to the change", async () => {
    const shown = await toldOn(stage, "governance", "show", proposalId, "--json");
    const { proposal } = JSON.parse(shown) as Told;
    await goTo(BigInt(proposal.snapshotAt) + 1n);
    const voted = await governance(VOTER, "vote", proposalId, "for", "--reason", "Cheaper");
    expect(voted.proposal.state).to.equal("active");
    expect(voted.proposal.votes.for).to.equal(String(6n * 10n ** 26n));
    expect(voted.proposal.votes.quorum).to.equal(String(4n * 10n ** 25n));
    await goTo(BigInt(proposal.deadline) + 1n);
    const queued = await governance(STRANGER, "queue", proposalId);
    expect(queued.proposal.state).to.equal("queued");
    const early = await runOn(stage, "governance", "execute", proposalId, "--account", STRANGER);
    expect(early.code).to.equal(3);
    expect(early.stderr).to.include("error REVERT: TimelockUnexpectedOperationState(");
    await goTo(BigInt(queued.proposal.executableAt ?? 0));
    const executed = await governance(STRANGER, "execute", proposalId);
    expect(executed.proposal.state).to.equal("executed");
    const { orderBook } = stage.cast.client;
    expect(await orderBook.fee()).to.equal(50n);
  });

  it("cancel is the guardian's", async () => {
    const { proposal } = await governance(
      VOTER,
      "propose",
      "More",
      "--call",
      "orderBook.setFee(1)",
    );
    const refused = await runOn(
      stage,
      "governance",
      ...["cancel", proposal.proposalId, "--account", STRANGER],
    );
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include("error REVERT: GovernorUnableToCancel(");
    const cancelled = await governance(GUARDIAN, "cancel", proposal.proposalId);
    expect(cancelled.proposal.state).to.equal("cancelled");
  });

  it("propose ends with 1 and ARGUMENT given a call that is none", async () => {
    for (const call of [
      "setFee(1)",
      "nobody.setFee(1)",
      "orderBook.setNothing(1)",
      "orderBook.setFee()",
      "orderBook.setFee(1e30)",
      'governor.setProposalGuardian("@nobody")',
    ]) {
      const args = ["propose", "None", "--call", call, "--account", VOTER];
      const { code, stderr } = await runOn(stage, "governance", ...args);
      expect(code, call).to.equal(1);
      expect(stderr).to.include("error ARGUMENT: ");
    }
  });

  it("propose ends with 3 and the contract's error given too few votes", async () => {
    const args = ["propose", "Mine", "--call", "orderBook.setFee(0)", "--account", STRANGER];
    const { code, stderr } = await runOn(stage, "governance", ...args);
    expect(code).to.equal(3);
    expect(stderr).to.include("error REVERT: GovernorInsufficientProposerVotes(");
  });

  it("vote ends with 2 given no such answer", async () => {
    const { code } = await runOn(stage, "governance", "vote", "1", "maybe");
    expect(code).to.equal(2);
  });
});
