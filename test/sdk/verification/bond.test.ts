import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  CROWD,
  TermsClass,
  answerFees,
  bondFloor,
  challengeBondOf,
  challengersShare,
  getChallengeBond,
  getJob,
  getTerms,
  longestGameOf,
  toUnit,
  totalBondOf,
  totalPriceOf,
} from "../../../sdk/src/index";
import { challengeClaim } from "../../shared/arena";
import { createRandom } from "../../shared/random";
import { FALSE_UNIT, deployDisputed } from "./support";
import type { Job } from "../../../sdk/src/index";

const CLASSES = Object.values(TermsClass);

describe("bonds of challenges", () => {
  it("challengeBondOf is the verifier's for any price, bond, class and number of live games", async () => {
    const arena = await loadFixture(deployDisputed);
    const { players, addresses, claimed } = arena;
    const random = createRandom(1);
    const amount = () => BigInt(random.int(0, 2 ** 31)) >> BigInt(random.int(0, 31));
    const { token, verifier } = arena.job.job;
    const { verifierTerms } = await getTerms(players.stranger, { token, verifier });
    for (let live = 0n; live <= CROWD + 1n; live++) {
      const record = await getJob(players.stranger, { id: arena.job.id });
      for (let i = 0; i < 8; i++) {
        const changes = {
          unitPrice: amount(),
          unitBond: amount(),
          termsClass: random.pick(CLASSES),
        };
        const job: Job = { ...record.job, ...changes };
        const basis = {
          price: totalPriceOf(job),
          bond: totalBondOf(job),
          floor: bondFloor(verifierTerms, job.termsClass),
          live,
        };
        expect(challengeBondOf(basis), JSON.stringify(changes, String)).to.equal(
          await getChallengeBond(players.stranger, { job: { id: record.id, job } }),
        );
      }
      await challengeClaim(arena, record, toUnit(claimed, FALSE_UNIT));
    }
    expect(addresses.optimisticVerifier).to.equal(verifier);
  });

  it("answerFees and challengersShare round down", () => {
    expect(answerFees(100n, 3n)).to.equal(9n);
    expect(challengersShare(99n)).to.equal(9n);
  });

  it("longestGameOf is the verifier's", async () => {
    const { optimisticVerifier } = await loadFixture(deployDisputed);
    for (const termsClass of CLASSES) {
      expect(longestGameOf(termsClass)).to.equal(await optimisticVerifier.longestGame(termsClass));
    }
  });
});
