import { expect } from "chai";

import { DelegatedSides, TermsClass } from "../../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  deliverJob,
  expectMoves,
  freezeJob,
  frozenUntil,
  jobNow,
  openedBy,
  useMarket,
} from "../../shared/jobs";
import { CLAIMS, plainOf } from "../../shared/market";
import { byClient, byMatcher, byProvider, fillDraft, quoteOf } from "./drafts";
import type { Quote } from "../../../sdk/src/index";
import type { JobRef } from "../../shared/jobs";
import type { Changes, Draft } from "./drafts";
import type { ContractTransactionResponse } from "ethers";

/** How far quoted gas may be above what is taken, in hundredths. */
const GAS_SLACK = 125n;

/** Prices that no share divides evenly. */
const ODD = { ask: { unitPrice: 3_333n, cancelShareBps: 1_234n } };

/*
quote, of what follows a fill
├── it gives the fee that settlement takes, to the unit
├── it gives what a client pays that cancels at once, whoever filled, to the unit
├── it gives what a client pays that cancels at the last second, and a provider that stays silent
├── it gives the last seconds of delivery, challenge and dispute
├── gas of what follows, given every word it writes is written for the first time
│  ├── it suffices for a delivery, and for a settlement after the longest freeze
│  └── it suffices for a delivery that ends the job, without a verifier
└── it gives the price of 10^15 multiply-accumulates
*/
describe("quote, of what follows a fill", () => {
  const the = useMarket();

  /** The quote of a draft and the job that it became. */
  async function filled(draft: Draft): Promise<{ quoted: Quote; ref: JobRef }> {
    const quoted = await quoteOf(the(), draft);
    const receipt = await (await fillDraft(the(), draft)).wait();
    const opened = { wait: async () => receipt } as ContractTransactionResponse;
    return { quoted, ref: await openedBy(the(), opened) };
  }

  it("gives the fee that settlement takes, to the unit", async () => {
    const { quoted, ref } = await filled(byClient(the(), ODD));
    const { price, bond, fee, time } = quoted;
    const { id, job } = await deliverJob(the(), ref);
    await at(job.deliveredAt + time.window + 1n);
    await expectMoves(the(), () => the().escrow.settle(id, job), {
      provider: price - fee + bond,
      treasury: fee,
      escrow: -price - bond,
    });
  });

  it("gives what a client pays that cancels at once, whoever filled, to the unit", async () => {
    const { escrow, client } = the();
    for (const [make, cancelShareBps, askNonce, bidNonce] of [
      [byClient, 0n, 1n, 0n],
      [byClient, 1_234n, 1n, 0n],
      [byMatcher, 1_234n, 1n, 1n],
      [byProvider, 10_000n, 0n, 2n],
    ] as const) {
      const ask = { ...ODD.ask, cancelShareBps, nonce: askNonce };
      const draft = make(the(), { ask, bid: { nonce: bidNonce } });
      const { quoted, ref } = await filled(draft);
      const before = await the().ledger.balanceOf(client, the().tokenAddress);
      await escrow.connect(client).cancel(ref.id, ref.job);
      const back = (await the().ledger.balanceOf(client, the().tokenAddress)) - before;
      expect(quoted.price - back).to.equal(quoted.cancelAtOnce);
    }
  });

  it("gives what a client pays that cancels at the last second, and a provider that stays silent", async () => {
    const { escrow, client, stranger } = the();
    const { quoted, ref } = await filled(byProvider(the(), ODD));
    await at(ref.job.openedAt + quoted.time.turnaround);
    const cancel = () => escrow.connect(client).cancel(ref.id, ref.job);
    await expectMoves(the(), cancel, {
      provider: quoted.bond + quoted.cancelAtMost - quoted.fee,
      treasury: quoted.fee,
      escrow: -quoted.price - quoted.bond,
    });
    const silent = await filled(byProvider(the(), { ...ODD, bid: { nonce: 2n } }));
    await at(silent.ref.job.openedAt + silent.quoted.time.turnaround + 1n);
    const expire = () => escrow.connect(stranger).expire(silent.ref.id, silent.ref.job);
    await expectMoves(the(), expire, {
      client: quoted.price + quoted.cancelAtMost,
      provider: quoted.bond - quoted.cancelAtMost,
      escrow: -quoted.price - quoted.bond,
    });
  });

  it("gives the last seconds of delivery, challenge and dispute", async () => {
    const { escrow, verifier } = the();
    for (const termsClass of Object.values(TermsClass)) {
      const draft = byProvider(the(), {
        ask: { termsClass },
        bid: { termsClass, nonce: termsClass + 1n },
      });
      const { quoted, ref } = await filled(draft);
      const { turnaround, atMost, dispute } = quoted.time;
      await at(ref.job.openedAt + turnaround);
      const delivered = await deliverJob(the(), ref);
      await at(ref.job.openedAt + atMost);
      await freezeJob(the(), delivered);
      const { id, job } = await jobNow(the(), ref.id);
      const until = ref.job.openedAt + atMost + dispute;
      await at(until);
      await expect(escrow.settle(id, job))
        .to.be.revertedWithCustomError(escrow, "JobEscrowContestable")
        .withArgs(id, until);
      await expect(escrow.connect(verifier).slash(id, job, 0n))
        .to.be.revertedWithCustomError(escrow, "VerdictsTooLate")
        .withArgs(id, until);
      await escrow.settle(id, job);
    }
  });

  context("gas of what follows, given every word it writes is written for the first time", () => {
    /** A job whose ask a delegate signed, of a provider and a treasury that hold no other claims. */
    async function filledBare(changes: Changes): Promise<{ quoted: Quote; ref: JobRef }> {
      const { book, ledger, provider, delegate, stranger, token, tokenAddress } = the();
      await book
        .connect(provider)
        .setDelegation(delegate, token, DelegatedSides.Asks, CLAIMS, 2n ** 40n - 1n);
      const bare = await filled({ ...byClient(the(), changes), askSigner: delegate });
      const claims = await ledger.balanceOf(provider, tokenAddress);
      await ledger.connect(provider).transfer(stranger, tokenAddress, claims);
      return bare;
    }

    async function expectNear(call: Promise<ContractTransactionResponse>, quoted: bigint) {
      const used = (await (await call).wait())?.gasUsed ?? 0n;
      expect(quoted).to.be.at.least(used);
      expect(quoted).to.be.at.most((used * GAS_SLACK) / 100n);
    }

    it("suffices for a delivery, and for a settlement after the longest freeze", async () => {
      const { escrow, worker } = the();
      const { quoted, ref } = await filledBare({});
      const deliver = () => escrow.connect(worker).deliver(ref.id, ref.job, OUTPUT_ROOT, 4n, "0x");
      await expectNear(deliver(), quoted.gas.deliver);
      const frozen = await freezeJob(the(), await jobNow(the(), ref.id));
      await at(frozenUntil(frozen) + 1n);
      await expectNear(escrow.settle(frozen.id, frozen.job), quoted.gas.settle);
    });

    it("suffices for a delivery that ends the job, without a verifier", async () => {
      const { escrow, worker } = the();
      const { quoted, ref } = await filledBare({ ask: plainOf(the()), bid: plainOf(the()) });
      const deliver = () => escrow.connect(worker).deliver(ref.id, ref.job, OUTPUT_ROOT, 4n, "0x");
      await expectNear(deliver(), quoted.gas.deliver);
      expect(quoted.gas.settle).to.equal(0n);
    });
  });

  it("gives the price of 10^15 multiply-accumulates", async () => {
    const { pricePerPmac } = await quoteOf(the(), byClient(the(), ODD));
    // 3,333 units for a million.
    expect(pricePerPmac).to.equal(3_333n * 10n ** 9n);
  });
});
