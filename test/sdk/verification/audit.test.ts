import { loadFixture, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  Outcome,
  allowModule,
  asAddress,
  auditJobs,
  contestableUntil,
  getBalances,
  getDispute,
  pause,
  playGame,
  quoteAudit,
  recomputing,
  thirdOpinion,
  unitKnowledge,
} from "../../../sdk/src/index";
import { expectError } from "../../worker/support/rejection";
import { deployAuditable, inputsOf, rerunner } from "./auditSupport";
import { FALSE_UNIT } from "./support";
import type {
  AuditJobsParameters,
  AuditReport,
  JobClaim,
  UnitSource,
} from "../../../sdk/src/index";

type World = Awaited<ReturnType<typeof deployAuditable>>;

/** Audits everything, with limits that are no obstacle. */
function audit(
  { players, claims }: World,
  source: UnitSource,
  changes: Partial<AuditJobsParameters> = {},
): Promise<AuditReport> {
  const limits = { share: 1, maxPrice: 10n ** 9n, maxBond: 10n ** 9n, pollMs: 1 };
  return auditJobs(players.challenger, { claims, source, ...limits, ...changes });
}

function judgeOf(world: World) {
  return recomputing({ model: world.model, inputOf: inputsOf(world) });
}

async function refusal(action: () => Promise<unknown>): Promise<string> {
  return (await expectError(action, "ErgonError", "AUDIT_REFUSED")).message;
}

describe("quoteAudit", () => {
  it("tells price, bond, units and the time that is left", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, claims, job, stranger, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const quoted = await quoteAudit(players.challenger, { claims, share: 0.3, source });
    expect(quoted).to.deep.include({ claims, units: 3, price: 27_000n, challengeBond: 875n });
    expect(quoted.problems).to.deep.equal([]);
    expect(quoted.answerBy).to.equal(contestableUntil(job.job) - 600n);
  });

  it("tells that no bond could be pulled, and auditJobs then pays nothing", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, claims, job, stranger, truthOf } = world;
    const { challenger } = players;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const { token } = job.job;
    const module = challenger.addresses.optimisticVerifier;
    await allowModule(challenger, { token, module, amount: 874n });
    const { problems } = await quoteAudit(challenger, { claims, share: 0.3, source });
    expect(problems.map(({ errorName }) => errorName)).to.deep.equal([
      "ERC6909InsufficientAllowance",
    ]);
    expect(problems[0].args).to.include({ allowance: 874n, needed: 875n });
    const before = await getBalances(challenger, { token });
    const refused = () => audit(world, source, { share: 0.3, judge: judgeOf(world) });
    expect(await refusal(refused)).to.include("ERC6909InsufficientAllowance");
    expect(await getBalances(challenger, { token })).to.deep.equal(before);
  });

  it("leaves out a claim whose window ends before the other provider's turnaround", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, claims, job, honestJob, stranger, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const last = contestableUntil(honestJob.job) - source.ask.turnaround - 600n;
    await time.increaseTo(last);
    const quoted = await quoteAudit(players.challenger, { claims, share: 1, source });
    expect(quoted.claims).to.deep.equal([claims[1]]);
    await time.increaseTo(last + 1n);
    const quote = () => quoteAudit(players.challenger, { claims, share: 1, source });
    expect(await refusal(quote)).to.include("no window");
  });

  for (const [name, spoil] of [
    ["a share of zero", () => ({ share: 0 })],
    ["a share above one", () => ({ share: 1.01 })],
    [
      "other outputs than the job's",
      ({ claims: [claim] }: World) => ({
        claims: [{ ...claim, outputIds: claim.outputIds.toReversed() }],
      }),
    ],
    [
      "other inputs than the job's",
      ({ claims: [claim] }: World) => ({
        claims: [{ ...claim, inputIds: claim.inputIds.slice(1) }],
      }),
    ],
  ] as const) {
    it(`throws INPUT for ${name}`, async () => {
      const world = await loadFixture(deployAuditable);
      const { players, claims, job, stranger, truthOf } = world;
      const source = await rerunner(world, job.job, stranger, truthOf);
      const changes: { share?: number; claims?: readonly JobClaim[] } = spoil(world);
      const quote = () => quoteAudit(players.challenger, { claims, share: 1, source, ...changes });
      await expectError(quote, "InputError", "INPUT");
    });
  }

  it("throws INPUT for an offer of the same provider, without the verifier, or of another model", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, claims, job, stranger, provider, truthOf, verifier } = world;
    const none = { verifier: asAddress(verifier.address) };
    for (const source of [
      await rerunner(world, job.job, provider, truthOf),
      await rerunner(world, job.job, stranger, truthOf, none),
      await rerunner(world, { modelId: job.job.inputRoot }, stranger, truthOf),
    ]) {
      const quote = () => quoteAudit(players.challenger, { claims, share: 1, source });
      await expectError(quote, "InputError", "INPUT");
    }
  });
});

describe("auditJobs", () => {
  it("challenges a false unit, in a game that its own run wins", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, job, model, inputs, stranger, truthOf, lie } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const { findings, challenges } = await audit(world, source, { judge: judgeOf(world) });
    expect(findings.map(({ audited }) => [audited.claim.job.id, audited.unit])).to.deep.equal([
      [job.id, FALSE_UNIT],
    ]);
    const [{ claim, unit, game }, ...others] = challenges;
    expect(others).to.deep.equal([]);
    expect(claim.job.id).to.equal(job.id);

    const knowledge = unitKnowledge({ claim, unit, model, input: inputs[FALSE_UNIT] });
    const id = game?.id ?? 0n;
    const [{ end }] = await Promise.all([
      playGame(players.challenger, { id, side: "challenger", knowledge, pollMs: 1 }),
      playGame(players.worker, { id, side: "worker", knowledge: lie, pollMs: 1 }),
    ]);
    expect(end?.outcome).to.equal(Outcome.Proved);
  });

  it("mixes the units over the jobs in random order", async () => {
    const world = await loadFixture(deployAuditable);
    const { job, claims, stranger, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const random = (bound: number) => bound - 1;
    const { units, bought } = await audit(world, source, { share: 0.5, random });
    expect(units.map(({ claim, unit }) => [claim.job.id, unit])).to.deep.equal([
      [2n, 2],
      [2n, 1],
      [2n, 0],
      [1n, 4],
    ]);
    const { inputIds } = claims[0];
    expect(source.given).to.deep.equal([[2, 1, 0, 4].map((unit) => inputIds[unit])]);
    expect(bought.job.job.units).to.equal(4n);
  });

  it("challenges the other provider if its output is the false one", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, job, honestJob, claims, stranger, truthOf } = world;
    const honest = claims[1];
    const source = await rerunner(world, job.job, stranger, (id) =>
      id === honest.inputIds[1] ? job.job.outputRoot : truthOf(id),
    );
    const report = await audit(world, source, { claims: [honest], judge: judgeOf(world) });
    expect(report.challenges.map(({ claim }) => claim.job.id)).to.deep.equal([
      report.bought.job.id,
    ]);
    const dispute = await getDispute(players.stranger, { jobId: honestJob.id });
    expect(dispute.games).to.equal(0n);
  });

  it("challenges both if neither is right, and each job once", async () => {
    const world = await loadFixture(deployAuditable);
    const { job, claims, stranger } = world;
    const other = claims[0].job.job.outputRoot;
    const source = await rerunner(world, job.job, stranger, () => other);
    const report = await audit(world, source, { judge: judgeOf(world) });
    expect(report.findings).to.have.length(8);
    const ids = report.challenges.map(({ claim }) => claim.job.id);
    expect(ids.toSorted()).to.deep.equal([job.id, report.bought.job.id]);
  });

  it("finds nothing where both claim the same, be it false", async () => {
    const world = await loadFixture(deployAuditable);
    const source = await rerunner(world, world.job.job, world.stranger, world.lieOf);
    const { findings, challenges } = await audit(world, source, { judge: judgeOf(world) });
    expect([findings, challenges]).to.deep.equal([[], []]);
  });

  it("challenges nothing without a judge", async () => {
    const world = await loadFixture(deployAuditable);
    const source = await rerunner(world, world.job.job, world.stranger, world.truthOf);
    const { findings, challenges } = await audit(world, source);
    expect(findings).to.have.length(1);
    expect(findings[0].right).to.equal(undefined);
    expect(challenges).to.deep.equal([]);
  });

  it("challenges for no higher bond than the limit", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, job, stranger, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const limits = { judge: judgeOf(world), maxBond: 874n };
    const { challenges } = await audit(world, source, limits);
    expect(challenges[0].game).to.equal(undefined);
    expect(challenges[0].error).to.include({ errorName: "OptimisticVerifierBondTooHigh" });
    expect((await getDispute(players.stranger, { jobId: job.id })).games).to.equal(0n);
  });

  it("buys nothing above the highest price", async () => {
    const world = await loadFixture(deployAuditable);
    const { book, job, stranger, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const before = await book.jobCount();
    const dear = () => audit(world, source, { maxPrice: 71_999n });
    expect(await refusal(dear)).to.include("cost 72000");
    expect(await book.jobCount()).to.equal(before);
    expect(source.given).to.deep.equal([]);
  });

  it("buys nothing with an offer that does not fit", async () => {
    const world = await loadFixture(deployAuditable);
    const { job, stranger, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf, { maxUnits: 7n });
    expect(await refusal(() => audit(world, source))).to.include("OrdersUnitsExceeded");
    expect(source.given).to.deep.equal([]);
  });

  it("reports no findings if the other provider does not answer in time", async () => {
    const world = await loadFixture(deployAuditable);
    const source = await rerunner(world, world.job.job, world.stranger, () => undefined);
    const auditing = audit(world, source);
    while (source.given.length === 0) await pause(1);
    await time.increaseTo(contestableUntil(world.job.job));
    const { bought, findings } = await auditing;
    expect(bought.claim).to.equal(undefined);
    expect(findings).to.deep.equal([]);
  });

  it("reports what was found, and why the judge failed", async () => {
    const world = await loadFixture(deployAuditable);
    const { job, stranger, truthOf, inputs, model } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const judge = recomputing({ model, inputOf: async () => inputs[0] });
    const { findings, challenges, error } = await audit(world, source, { judge });
    expect(findings).to.have.length(1);
    expect(challenges).to.deep.equal([]);
    expect(error).to.include({ code: "INPUT" });
  });
});

describe("thirdOpinion", () => {
  /** Audits with honest and lying providers, and a third that answers so. */
  async function withThird(pick: (world: World) => World["truthOf"]) {
    const world = await loadFixture(deployAuditable);
    const { players, job, stranger, third, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const asked = await rerunner(world, job.job, third, pick(world));
    const terms = { source: asked, maxPrice: 9_000n, pollMs: 1 };
    const judge = thirdOpinion(players.challenger, terms);
    return { world, asked, report: await audit(world, source, { judge }) };
  }

  it("asks for the units that differ only, and goes with two of three", async () => {
    const { world, asked, report } = await withThird(({ truthOf }) => truthOf);
    expect(asked.given).to.deep.equal([[world.claims[0].inputIds[FALSE_UNIT]]]);
    expect(report.challenges.map(({ claim }) => claim.job.id)).to.deep.equal([world.job.id]);
  });

  it("is outvoted by two that act as one", async () => {
    const { report } = await withThird(({ lieOf }) => lieOf);
    expect(report.challenges.map(({ claim }) => claim.job.id)).to.deep.equal([
      report.bought.job.id,
    ]);
  });

  it("cannot tell if all three differ", async () => {
    const { report } = await withThird(
      ({ job }) =>
        () =>
          job.job.inputRoot,
    );
    expect(report.findings[0].right).to.equal(undefined);
    expect(report.challenges).to.deep.equal([]);
  });

  it("is refused above its highest price, and from one of the two", async () => {
    const world = await loadFixture(deployAuditable);
    const { players, job, stranger, third, truthOf } = world;
    const source = await rerunner(world, job.job, stranger, truthOf);
    const dear = await rerunner(world, job.job, third, truthOf);
    for (const [asked, code] of [
      [dear, "AUDIT_REFUSED"],
      [source, "INPUT"],
    ] as const) {
      const terms = { source: asked, maxPrice: 8_999n, pollMs: 1 };
      const judge = thirdOpinion(players.challenger, terms);
      const { error, findings } = await audit(world, source, { judge });
      expect(error).to.include({ code });
      expect(findings).to.have.length(1);
    }
  });
});
