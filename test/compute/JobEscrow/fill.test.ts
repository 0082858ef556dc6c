import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { ZeroHash } from "ethers";

import {
  Filler,
  JobStatus,
  PriceState,
  TermsClass,
  ZERO_ADDRESS,
  ZERO_HASH,
  asAddress,
  packJob,
} from "../../../sdk/src/index";
import type { Job } from "../../../sdk/src/index";
import { at, deadlineOf, expectMoves, fill, openJob, useMarket } from "../../shared/jobs";
import {
  CLAIMS,
  FEE_BPS,
  MODEL_ID,
  VERIFIER_TERMS,
  askOf,
  bidOf,
  plainOf,
} from "../../shared/market";

/*
JobEscrow.fill
├── it pulls the price from the client and the bond from the provider
├── it emits JobOpened with every term, and stores the job's hash
├── it opens at the ask's price, bond and turnaround
├── it gives every job a new id, also after one ended
├── it opens a job of one account with itself
├── it opens a job without money when price and bond are zero
├── it reverts with ERC6909InsufficientBalance when the client or the provider has too little
├── it reverts with ERC6909InsufficientAllowance when one of them allows the escrow too little
├── it reverts with ERC6909InsufficientBalance when the price is the largest that an order can say
└── it leaves no trace when it reverts
*/
describe("JobEscrow", () => {
  describe("fill", () => {
    const the = useMarket();

    it("pulls the price from the client and the bond from the provider", async () => {
      for (const by of ["client", "provider", "matcher"] as const) {
        await expectMoves(the(), () => fill(the(), { by }), {
          client: -40_000n,
          provider: -100_000n,
          escrow: 140_000n,
        });
      }
    });

    it("emits JobOpened with every term, and stores the job's hash", async () => {
      const { escrow, client, provider, worker, verifier, gpuId, tokenAddress } = the();
      const openedAt = BigInt(await time.latest()) + 50n;
      await at(openedAt);
      const terms = { termsClass: TermsClass.High, modelId: MODEL_ID };
      const opened = await fill(the(), {
        by: "matcher",
        ask: { ...terms, nonce: 77n, cancelShareBps: 1_234n },
        bid: { ...terms, chained: true, inputRoot: `0x${"aa".repeat(32)}` },
      });
      const job: Job = {
        client: asAddress(client.address),
        provider: asAddress(provider.address),
        gpuId,
        modelId: MODEL_ID,
        inputRoot: `0x${"aa".repeat(32)}`,
        token: tokenAddress,
        unitPrice: 10_000n,
        unitBond: 25_000n,
        askNonce: 77n,
        askDelegate: ZERO_ADDRESS,
        verifier: asAddress(verifier.address),
        longestGame: VERIFIER_TERMS.longestGameHigh,
        turnaround: 3_600n,
        openedAt,
        feeBps: FEE_BPS,
        cancelShareBps: 1_234n,
        termsClass: TermsClass.High,
        chained: true,
        staked: false,
        rentBps: 0n,
        filler: Filler.Matcher,
        worker: asAddress(worker.address),
        units: 4n,
        unitsAsked: 4n,
        status: JobStatus.Open,
        price: PriceState.Escrowed,
        frozen: false,
        demands: 0n,
        deliveredAt: 0n,
        replacedAt: 0n,
        outputRoot: ZERO_HASH,
      };
      await expect(opened)
        .to.emit(escrow, "JobOpened")
        .withArgs(1n, client.address, provider.address, Object.values(packJob(job)));
      expect(await escrow.isCurrent(1n, packJob(job))).to.equal(true);
      expect(await escrow.jobHash(1n)).to.not.equal(ZeroHash);
    });

    it("opens at the ask's price, bond and turnaround", async () => {
      const { job } = await openJob(the(), {
        ask: { unitPrice: 7n, unitBond: 30_000n, turnaround: 60n },
      });
      expect([job.unitPrice, job.unitBond, job.turnaround]).to.deep.equal([7n, 30_000n, 60n]);
    });

    it("gives every job a new id, also after one ended", async () => {
      const { escrow, client, worker } = the();
      const ids: bigint[] = [];
      const cancelled = await openJob(the());
      await escrow.connect(client).cancel(cancelled.id, cancelled.job);
      const handed = await openJob(the());
      await escrow.connect(worker).handBack(handed.id, handed.job);
      const expired = await openJob(the());
      await at(deadlineOf(expired) + 1n);
      await escrow.expire(expired.id, expired.job);
      for (const { id } of [cancelled, handed, expired, await openJob(the())]) ids.push(id);
      expect(ids).to.deep.equal([1n, 2n, 3n, 4n]);
    });

    it("opens a job of one account with itself", async () => {
      const { escrow, client } = the();
      const self = asAddress(client.address);
      const call = () =>
        escrow
          .connect(client)
          .fill(askOf(the(), { provider: self, gpuId: 0n }), "0x", bidOf(the()), "0x");
      await expectMoves(the(), call, { client: -140_000n, escrow: 140_000n });
    });

    it("opens a job without money when price and bond are zero", async () => {
      const { ledger, escrow, client } = the();
      await ledger.connect(client).approve(escrow, BigInt(the().tokenAddress), 0n);
      const free = { unitPrice: 0n, unitBond: 0n, ...plainOf(the()) };
      const call = () => fill(the(), { ask: free, bid: { minUnitBond: 0n, ...plainOf(the()) } });
      await expectMoves(the(), call, {});
    });

    it("reverts with ERC6909InsufficientBalance when the client or the provider has too little", async () => {
      const { ledger, client, provider, stranger, tokenAddress } = the();
      const id = BigInt(tokenAddress);
      await ledger.connect(client).transfer(stranger, id, CLAIMS - 39_999n);
      await expect(fill(the()))
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
        .withArgs(client.address, 39_999n, 40_000n, id);
      await ledger.connect(stranger).transfer(client, id, 1n);
      await ledger.connect(provider).transfer(stranger, id, CLAIMS - 99_999n);
      await expect(fill(the()))
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
        .withArgs(provider.address, 99_999n, 100_000n, id);
      await ledger.connect(stranger).transfer(provider, id, 1n);
      await fill(the());
    });

    it("reverts with ERC6909InsufficientAllowance when one of them allows the escrow too little", async () => {
      const { ledger, escrow, client, provider, addresses, tokenAddress } = the();
      const id = BigInt(tokenAddress);
      for (const [maker, needed] of [
        [client, 40_000n],
        [provider, 100_000n],
      ] as const) {
        await ledger.connect(maker).approve(escrow, id, needed - 1n);
        await expect(fill(the()))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
          .withArgs(addresses.jobEscrow, needed - 1n, needed, id);
        await ledger.connect(maker).approve(escrow, id, needed);
      }
      await fill(the());
    });

    it("reverts with ERC6909InsufficientBalance when the price is the largest that an order can say", async () => {
      const { ledger, client, tokenAddress } = the();
      const [unitPrice, units] = [2n ** 128n - 1n, 2n ** 64n - 1n];
      const call = fill(the(), {
        ask: { unitPrice, unitBond: unitPrice, maxUnits: units, ...plainOf(the()) },
        bid: { maxUnitPrice: unitPrice, units, ...plainOf(the()) },
      });
      await expect(call)
        .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
        .withArgs(client.address, CLAIMS, unitPrice * units, BigInt(tokenAddress));
    });

    it("leaves no trace when it reverts", async () => {
      const { book, ledger, escrow, client, provider, delegate, token, tokenAddress } = the();
      await ledger.connect(provider).approve(escrow, BigInt(tokenAddress), 0n);
      await book.connect(client).setDelegation(delegate, token, 2n, 40_000n, 2n ** 40n - 1n);
      await expect(fill(the(), { by: "matcher" })).to.be.revertedWithCustomError(
        ledger,
        "ERC6909InsufficientAllowance",
      );
      expect(await book.jobCount()).to.equal(0n);
      expect(await book.nonceBitmap(client, 0n)).to.equal(0n);
      expect(await book.filledUnits(provider, 1n)).to.equal(0n);
      expect(await escrow.jobHash(1n)).to.equal(ZeroHash);
    });
  });
});
