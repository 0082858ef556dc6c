import { takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import {
  Outcome,
  answerFees,
  atOutputRoot,
  challengersShare,
  clockOf,
  frozenUntil,
  gameHash,
  isDecided,
  longestGameOf,
  packJob,
  parseGameEvent,
  totalBondOf,
} from "../../../sdk/src/index";
import type { Job, TermsClass } from "../../../sdk/src/index";
import { falseClaim, knowledgeOf, mistakenAbout } from "../../shared/games/claims";
import type { Claim } from "../../shared/games/claims";
import { LIES } from "../../shared/games/lies";
import { byKnowledge, showing, stalling } from "../../shared/games/players";
import type { Play } from "../../shared/games/players";
import { DAY, WINDOWS, at } from "../../shared/jobs";
import { createRandom } from "../../shared/random";
import { NODE, NOISE, TRUTH, freshDispute } from "../Games/fixture";
import type { Dispute } from "../Games/fixture";

/** So many that the last of them bond more, and each gets less. */
const CROWD = 14;

/*
OptimisticVerifier.concede
├── it reverts with OptimisticVerifierDecided given a game that a move decided, either way
└── it reverts with TracesForeignJob given a job that is older, changed, or over

OptimisticVerifier.resolve
├── it reverts with TracesForeignJob given a job that is older or changed, and not over
├── it reverts with GamesStale the second time
├── it ends games that were proved, refuted and not decided in any order
├── it pays who was superseded for the worker's answers, up to an equal share of half the reward
├── it slashes a job in the last second for which it waits, and lets it be one second later
└── it takes the bond of a false challenge without fees once the job is over

OptimisticVerifier, in each class
├── it ends a game of players that use all their time within the longest game
└── it holds no job longer than a quarter, or a day, beyond the longest game, whatever games do
*/
describe("OptimisticVerifier", () => {
  let the: Dispute;
  beforeEach(async () => {
    the = await freshDispute();
  });

  const challenge = (id: bigint) => the.table.challenge(id, atOutputRoot(the.table.job(id).job));
  /** Plays games, turn by turn in all of them, until moves decide them. */
  const decideAll = async (
    ids: readonly bigint[],
    worker: Play,
    challenger: Play,
  ): Promise<void> => {
    const { table } = the;
    const undecided = () => ids.filter((id) => !isDecided(table.game(id).game));
    while (undecided().length > 0) {
      for (const [play, sender] of [
        [worker, the.worker],
        [challenger, the.challenger],
      ] as const) {
        for (const id of undecided()) {
          const { moves } = await play(table.board(id), 0n);
          for (const move of moves) await table.move(id, move, sender);
        }
      }
    }
  };
  const decide = (id: bigint, worker: Play, challenger: Play): Promise<void> =>
    decideAll([id], worker, challenger);
  /** Delivers a claim that is false in unit 0, from the sums on. */
  const deliverLie = async (): Promise<{ readonly job: bigint; readonly claim: Claim }> => {
    const lie = LIES["an element, and what follows from it"];
    const claim = falseClaim(TRUTH, 0, lie, createRandom(1), NODE.sum);
    if (claim === undefined) throw new Error("the lie fits no node");
    return { job: await the.table.deliver(TRUTH, claim), claim };
  };
  const truth = byKnowledge(knowledgeOf(TRUTH), "challenger");
  const mistaken = byKnowledge(mistakenAbout(TRUTH, NODE.sum), "challenger");
  const honest = byKnowledge(knowledgeOf(TRUTH), "worker");
  const strangers = (job: Job): Job[] => [
    { ...job, frozen: false },
    { ...job, outputRoot: NOISE },
    { ...job, units: job.units + 1n },
  ];
  const callTo = (id: bigint, name: "resolve" | "concede") => ({
    ...the.table.board(id),
    job: the.table.job(id >> 32n).job,
    move: { name },
    sender: the.challenger,
  });

  describe("concede", () => {
    it("reverts with OptimisticVerifierDecided given a game that a move decided, either way", async () => {
      const refuted = await challenge(the.jobId);
      await decide(refuted, honest, mistaken);
      const { job, claim } = await deliverLie();
      const proved = await challenge(job);
      await decide(proved, showing(claim), truth);
      for (const id of [refuted, proved]) {
        await the.expectRefused(callTo(id, "concede"), "OptimisticVerifierDecided", id);
      }
    });

    it("reverts with TracesForeignJob given a job that is older, changed, or over", async () => {
      const id = await challenge(the.jobId);
      const call = callTo(id, "concede");
      for (const job of strangers(call.job)) {
        await the.expectRefused({ ...call, job }, "TracesForeignJob", the.jobId);
      }
      const { job, claim } = await deliverLie();
      const [proved, other] = [await challenge(job), await challenge(job)];
      await decide(proved, showing(claim), truth);
      const late = callTo(other, "concede");
      await expectEnd(proved, Outcome.Proved);
      await the.expectRefused(late, "TracesForeignJob", job);
    });
  });

  describe("resolve", () => {
    it("reverts with TracesForeignJob given a job that is older or changed, and not over", async () => {
      const id = await challenge(the.jobId);
      await decide(id, honest, mistaken);
      const call = callTo(id, "resolve");
      for (const job of strangers(call.job)) {
        await the.expectRefused({ ...call, job }, "TracesForeignJob", the.jobId);
      }
    });

    it("reverts with GamesStale the second time", async () => {
      const id = await challenge(the.jobId);
      await decide(id, honest, mistaken);
      const call = callTo(id, "resolve");
      await the.send(call);
      const args = [id, gameHash(call.game), ZeroHash];
      await the.expectRefused(call, "GamesStale", ...args);
    });

    it("ends games that were proved, refuted and not decided in any order", async () => {
      const { job, claim } = await deliverLie();
      const worker = showing(claim);
      const [first, second, open] = [
        await challenge(job),
        await challenge(job),
        await challenge(job),
      ];
      const refuted = await challenge(job);
      for (const id of [first, second]) await decide(id, worker, truth);
      await decide(refuted, worker, byKnowledge(mistakenAbout(TRUTH, NODE.constant), "challenger"));
      const before = await takeSnapshot();
      for (const order of permutations([first, second, open, refuted])) {
        const proof = Math.min(order.indexOf(first), order.indexOf(second));
        const waiting: bigint[] = [];
        for (const [i, id] of [...order.entries()]) {
          if (id === open && i < proof) {
            await the.expectRefused(callTo(id, "resolve"), "OptimisticVerifierUndecided", id);
            waiting.push(id);
            continue;
          }
          const decided = id === refuted ? Outcome.Refuted : Outcome.Proved;
          await expectEnd(id, i > proof ? Outcome.Superseded : decided);
        }
        for (const id of waiting) await expectEnd(id, Outcome.Superseded);
        const { ledger, optimisticVerifier: verifier, tokenAddress } = the;
        expect(await ledger.balanceOf(verifier, tokenAddress)).to.equal(0n);
        expect(await verifier.liveGames(job)).to.equal(0n);
        for (const id of order) {
          const call = callTo(id, "resolve");
          await the.expectRefused(call, "GamesStale", id, gameHash(call.game), ZeroHash);
        }
        await before.restore();
      }
    });

    it("pays who was superseded for the worker's answers, up to an equal share of half the reward", async () => {
      const { job, claim } = await deliverLie();
      const games: bigint[] = [];
      for (let i = 0; i < CROWD; i++) games.push(await challenge(job));
      // what is shown for one of them is an answer in all that wait for it
      await decideAll(games, showing(claim), truth);
      const [proved, ...others] = games;
      await expectEnd(proved, Outcome.Proved);
      const reward = challengersShare(totalBondOf(the.table.job(job).job));
      const share = reward / 2n / BigInt(others.length);
      const fees: bigint[] = [];
      for (const id of others) {
        const { bond, answers } = the.table.game(id).game;
        const due = answerFees(bond, answers);
        fees.push(due);
        const { toChallenger } = await expectEnd(id, Outcome.Superseded);
        expect(toChallenger).to.equal(bond + (due < share ? due : share));
      }
      expect(
        fees.some((each) => each > 0n && each < share),
        "less than the share",
      ).to.equal(true);
      expect(
        fees.some((each) => each > share),
        "more than the share",
      ).to.equal(true);
      const { ledger, optimisticVerifier: verifier, tokenAddress } = the;
      expect(await ledger.balanceOf(verifier, tokenAddress)).to.equal(0n);
    });

    it("slashes a job in the last second for which it waits, and lets it be one second later", async () => {
      const { job, claim } = await deliverLie();
      const id = await challenge(job);
      await decide(id, showing(claim), truth);
      const until = frozenUntil(the.table.job(job).job);
      const before = await takeSnapshot();
      for (const settled of [undefined, false, true]) {
        if (settled === true) await settleAt(job, until + 1n);
        else await at(settled === undefined ? until : until + 1n);
        await expectEnd(id, settled === undefined ? Outcome.Proved : Outcome.Lapsed);
        const { slashed, live } = await the.optimisticVerifier.dispute(job);
        expect([slashed, live]).to.deep.equal([settled === undefined, 0n]);
        if (settled === false) {
          const { table } = the;
          await settleAt(job, until + 10n, { ...table.job(job).job, frozen: false });
        }
        expect(await the.escrow.jobHash(job)).to.equal(ZeroHash);
        await before.restore();
      }
    });

    it("takes the bond of a false challenge without fees once the job is over", async () => {
      const id = await challenge(the.jobId);
      await decide(id, honest, mistaken);
      await settleAt(the.jobId, frozenUntil(the.table.job(the.jobId).job) + 1n);
      const { ledger, treasury, tokenAddress, table } = the;
      const before = await ledger.balanceOf(treasury, tokenAddress);
      const { toChallenger, toWorker } = await expectEnd(id, Outcome.Refuted);
      expect([toChallenger, toWorker]).to.deep.equal([0n, 0n]);
      const after = await ledger.balanceOf(treasury, tokenAddress);
      expect(after - before).to.equal(table.game(id).game.bond);
    });
  });

  for (const [termsClass, name] of ["fast", "standard", "high"].entries()) {
    describe(`in the ${name} class`, () => {
      beforeEach(async () => {
        the = await freshDispute({ termsClass: BigInt(termsClass) as TermsClass });
      });

      it("ends a game of players that use all their time within the longest game", async () => {
        const { table, jobId } = the;
        const { deliveredAt, ...job } = table.job(jobId).job;
        const windowEnd = deliveredAt + WINDOWS[termsClass];
        await at(windowEnd);
        const id = await challenge(jobId);
        const [worker, challenger] = [stalling(honest), stalling(mistaken)];
        const { end } = await table.playOut({ id, worker, challenger });
        expect(end?.outcome).to.equal(Outcome.Refuted);
        const lasted = BigInt(await time.latest()) - windowEnd;
        expect(lasted).to.be.at.least(2n * clockOf(job.termsClass) - 2n);
        expect(lasted).to.be.at.most(longestGameOf(job.termsClass));
        await table.settle(jobId);
        expect(table.job(jobId).end?.name).to.equal("JobSettled");
      });

      it("holds no job longer than a quarter, or a day, beyond the longest game, whatever games do", async () => {
        const { table, jobId, escrow } = the;
        const { deliveredAt } = table.job(jobId).job;
        const windowEnd = deliveredAt + WINDOWS[termsClass];
        const early = await challenge(jobId);
        await decide(early, honest, mistaken);
        await at(windowEnd);
        await challenge(jobId);
        const { job } = table.job(jobId);
        const longest = longestGameOf(job.termsClass);
        const slack = longest / 4n > DAY ? longest / 4n : DAY;
        const until = windowEnd + longest + slack;
        await at(until);
        await expect(escrow.settle(jobId, packJob(job)))
          .to.be.revertedWithCustomError(escrow, "JobEscrowContestable")
          .withArgs(jobId, until);
        await settleAt(jobId, until + 1n);
        expect(await escrow.jobHash(jobId)).to.equal(ZeroHash);
        await expectEnd(early, Outcome.Refuted);
      });
    });
  }

  /** Settles a job at a time. */
  async function settleAt(id: bigint, moment: bigint, job = the.table.job(id).job): Promise<void> {
    await at(moment);
    await the.escrow.settle(id, packJob(job));
  }

  /** Resolves a game, and expects it to end so; what it paid. */
  async function expectEnd(id: bigint, outcome: Outcome) {
    const receipt = await (await the.send(callTo(id, "resolve"))).wait();
    const [end] = (receipt?.logs ?? []).flatMap((log) => {
      const event = parseGameEvent(log);
      return event?.name === "GameOver" ? [event] : [];
    });
    expect(end).to.include({ id, outcome });
    return end;
  }
});

/** All orders of some items. */
function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]),
  );
}
