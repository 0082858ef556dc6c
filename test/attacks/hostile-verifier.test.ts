import { expect } from "chai";
import { ZeroHash } from "ethers";

import { asAddress } from "../../sdk/src/index";
import {
  DAY,
  approveJob,
  at,
  bondOf,
  expectMoves,
  fill,
  freezeJob,
  frozenUntil,
  jobNow,
  openDelivered,
  openFrozen,
  priceOf,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { VERIFIER_TERMS } from "../shared/market";
import type { VerifierTermsStruct } from "../../typechain-types/contracts/compute/OrderBook";
import type { JobRef } from "../shared/jobs";

const HOUR = 3_600n;
const SETTLED = { provider: 139_000n, treasury: 1_000n, escrow: -140_000n };

/*
A verifier that turned against those who named it
├── freezes for ever
│  ├── holds a job up to its latest end, and anyone settles it a second later
│  ├── gains no second by freezing again and again
│  └── gains no second by freezing in the last second of the window
├── slashes without a reason
│  ├── gets a tenth of the bond, and a vote gives the provider the rest
│  ├── gets nothing above a tenth, and no second tenth
│  ├── gets nothing a second after the latest end, and nothing after the job settled
│  └── takes no price that the client paid already
├── given a job that names another verifier: does nothing to it
└── and its listing
   ├── is ended: it still judges the jobs that named it, and no new one
   ├── gets longer games: open jobs keep the latest end that they opened with
   └── gets a dearer bond: open jobs keep the bond that they opened with
*/
describe("a verifier that turned against those who named it", () => {
  const the = useMarket();

  const settle = ({ id, job }: JobRef) => the().escrow.connect(the().stranger).settle(id, job);
  const slash = ({ id, job }: JobRef, reward: bigint) =>
    the().escrow.connect(the().verifier).slash(id, job, reward);

  async function expectTooLate(call: Promise<unknown>, ref: JobRef, until: bigint): Promise<void> {
    await expect(call)
      .to.be.revertedWithCustomError(the().escrow, "VerdictsTooLate")
      .withArgs(ref.id, until);
  }

  async function expectContestable(ref: JobRef, until: bigint): Promise<void> {
    await expect(settle(ref))
      .to.be.revertedWithCustomError(the().escrow, "JobEscrowContestable")
      .withArgs(ref.id, until);
  }

  context("freezes for ever", () => {
    it("holds a job up to its latest end, and anyone settles it a second later", async () => {
      const { escrow, provider } = the();
      const ref = await openFrozen(the());
      const until = ref.job.deliveredAt + 6n * HOUR + 30n * HOUR + DAY;
      for (const time of [until - 1n, until]) {
        await at(time);
        await expectContestable(ref, until);
      }
      await at(until + 1n);
      await expectMoves(the(), () => settle(ref), SETTLED);
      expect(await escrow.frozenJobs(provider)).to.equal(0n);
    });

    it("gains no second by freezing again and again", async () => {
      const { escrow, verifier } = the();
      let ref = await openFrozen(the());
      const until = frozenUntil(ref);
      for (let hour = 1n; hour < 6n; hour++) {
        await at(ref.job.deliveredAt + hour * HOUR);
        await escrow.connect(verifier).unfreeze(ref.id, ref.job);
        ref = await freezeJob(the(), await jobNow(the(), ref.id));
      }
      await at(until);
      await expectContestable(ref, until);
      await escrow.connect(verifier).unfreeze(ref.id, ref.job);
      const free = await jobNow(the(), ref.id);
      await expectTooLate(
        escrow.connect(verifier).freeze(free.id, free.job),
        free,
        windowEnd(free),
      );
      await expectMoves(the(), () => settle(free), SETTLED);
    });

    it("gains no second by freezing in the last second of the window", async () => {
      const delivered = await openDelivered(the());
      await at(windowEnd(delivered));
      const ref = await freezeJob(the(), delivered);
      await at(frozenUntil(delivered));
      await expectContestable(ref, frozenUntil(delivered));
      await at(frozenUntil(delivered) + 1n);
      await expectMoves(the(), () => settle(ref), SETTLED);
    });
  });

  context("slashes without a reason", () => {
    it("gets a tenth of the bond, and a vote gives the provider the rest", async () => {
      const { escrow } = the();
      const ref = await openFrozen(the());
      await at(frozenUntil(ref));
      const attack = async () => {
        await slash(ref, 10_000n);
        await escrow.restoreHeldBond(ref.id);
      };
      await expectMoves(the(), attack, {
        client: priceOf(ref),
        provider: bondOf(ref) - 10_000n,
        verifier: 10_000n,
        escrow: -140_000n,
      });
    });

    it("gets nothing above a tenth, and no second tenth", async () => {
      const { escrow } = the();
      const ref = await openFrozen(the());
      for (const reward of [10_001n, bondOf(ref), 2n ** 256n - 1n]) {
        await expect(slash(ref, reward))
          .to.be.revertedWithCustomError(escrow, "VerdictsRewardTooHigh")
          .withArgs(ref.id, reward, 10_000n);
      }
      const hash = await escrow.jobHash(ref.id);
      await slash(ref, 10_000n);
      const again = () =>
        expect(slash(ref, 10_000n))
          .to.be.revertedWithCustomError(escrow, "JobsStale")
          .withArgs(ref.id, hash, ZeroHash);
      await expectMoves(the(), again, {});
      await at(ref.job.deliveredAt + 31n * DAY);
      const release = () => escrow.releaseHeldBond(ref.id);
      await expectMoves(the(), release, { treasury: 90_000n, escrow: -90_000n });
    });

    it("gets nothing a second after the latest end, and nothing after the job settled", async () => {
      const { escrow } = the();
      const ref = await openFrozen(the());
      const hash = await escrow.jobHash(ref.id);
      await at(frozenUntil(ref) + 1n);
      await expectMoves(the(), () => expectTooLate(slash(ref, 0n), ref, frozenUntil(ref)), {});
      await settle(ref);
      const late = () =>
        expect(slash(ref, 0n))
          .to.be.revertedWithCustomError(escrow, "JobsStale")
          .withArgs(ref.id, hash, ZeroHash);
      await expectMoves(the(), late, {});
    });

    it("takes no price that the client paid already", async () => {
      const ref = await freezeJob(the(), await approveJob(the(), await openDelivered(the())));
      await expectMoves(the(), () => slash(ref, 10_000n), {
        verifier: 10_000n,
        escrow: -10_000n,
      });
    });
  });

  context("given a job that names another verifier", () => {
    it("does nothing to it", async () => {
      const { escrow, book, token, verifier, delegate } = the();
      await book.setVerifierTerms(token, delegate, VERIFIER_TERMS);
      const other = { verifier: asAddress(delegate.address) };
      const { id, job } = await openDelivered(the(), { ask: other, bid: other });
      await escrow.connect(delegate).freeze(id, job);
      const frozen = await jobNow(the(), id);
      for (const call of [
        () => escrow.connect(verifier).freeze(id, frozen.job),
        () => escrow.connect(verifier).unfreeze(id, frozen.job),
        () => slash(frozen, 0n),
      ]) {
        await expect(call())
          .to.be.revertedWithCustomError(escrow, "JobsUnauthorized")
          .withArgs(id, verifier.address);
      }
    });
  });

  context("and its listing", () => {
    const list = (changes: Partial<VerifierTermsStruct>) =>
      the().book.setVerifierTerms(the().token, the().verifier, { ...VERIFIER_TERMS, ...changes });

    it("is ended: it still judges the jobs that named it, and no new one", async () => {
      const { book, verifier, tokenAddress } = the();
      const [judged, spared] = [await openDelivered(the()), await openDelivered(the())];
      await list({ listed: false });
      const moves = { client: 40_000n, verifier: 10_000n, escrow: -50_000n };
      const ref = await freezeJob(the(), judged);
      await expectMoves(the(), () => slash(ref, 10_000n), moves);
      await expect(fill(the()))
        .to.be.revertedWithCustomError(book, "MarketTermsNotListed")
        .withArgs(tokenAddress, verifier.address);
      await at(windowEnd(spared) + 1n);
      await expectMoves(the(), () => settle(spared), SETTLED);
    });

    it("gets longer games: open jobs keep the latest end that they opened with", async () => {
      const ref = await openFrozen(the());
      await list({ longestGameStandard: 15n * DAY });
      const until = ref.job.deliveredAt + 6n * HOUR + 30n * HOUR + DAY;
      await at(until + 1n);
      await expectTooLate(slash(ref, 0n), ref, until);
      await expectMoves(the(), () => settle(ref), SETTLED);
    });

    it("gets a dearer bond: open jobs keep the bond that they opened with", async () => {
      const { book } = the();
      const ref = await openDelivered(the());
      await list({ bondMultipleBps: 1_000_000n });
      await expect(fill(the()))
        .to.be.revertedWithCustomError(book, "OrderBookBondTooLow")
        .withArgs(100_000n, 4_000_000n);
      await at(windowEnd(ref) + 1n);
      await expectMoves(the(), () => settle(ref), SETTLED);
    });
  });
});
