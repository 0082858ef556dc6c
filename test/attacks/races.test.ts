import { expect } from "chai";
import { ZeroHash } from "ethers";
import type { ContractTransactionResponse } from "ethers";

import { asAddress } from "../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  bondOf,
  expectMoves,
  jobNow,
  openDelivered,
  openJob,
  priceOf,
  shareUp,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { FEE_BPS, askOf, bidOf, fund, signAsk, signBid } from "../shared/market";
import { RACE_GAS, mineTogether } from "../shared/race";
import type { Ask, Bid } from "../../sdk/src/index";
import type { Party } from "../shared/jobs";

/*
Racing within a block
├── two providers for one bid: the first gets the job, the second pays its gas
├── two clients for the last units of an ask: the first gets them, the second pays its gas
├── one provider with a bid twice, in a batch and alone: it gets one job
├── a cancellation of a bid in front of a fill: no job opens and nothing moves
├── a cancellation of a bid behind a fill: the job goes on
├── a cancellation of an ask in front of a fill: no job opens and nothing moves
├── a client that cancels in front of the delivery
│  ├── pays the whole price, unless the ask says less
│  └── pays the cancel share that the ask says, given hardly any time passed
├── a client that cancels behind the delivery: the job goes on
├── a new worker in front of the old one's delivery: the old one delivers nothing
└── two that settle one job: it pays once
*/
describe("racing within a block", () => {
  const the = useMarket();

  /** Mines calls in one block, in this order, and expects what they move; says which succeeded. */
  async function race(
    moves: Partial<Record<Party, bigint>>,
    ...calls: (() => Promise<ContractTransactionResponse>)[]
  ): Promise<boolean[]> {
    let succeeded: boolean[] = [];
    await expectMoves(the(), async () => (succeeded = await mineTogether(...calls)), moves);
    return succeeded;
  }

  /** A second account, with claims that the escrow may pull. */
  async function rival() {
    const { stranger } = the();
    await fund(the(), stranger);
    return stranger;
  }

  async function signedBid(changes: Partial<Bid> = {}) {
    const bid = bidOf(the(), { nonce: 1n, ...changes });
    return { bid, signature: await signBid(the(), bid) };
  }

  async function signedAsk(changes: Partial<Ask> = {}) {
    const ask = askOf(the(), { nonce: 1n, ...changes });
    return { ask, signature: await signAsk(the(), ask) };
  }

  it("two providers for one bid: the first gets the job, the second pays its gas", async () => {
    const { escrow, book, client, provider } = the();
    const second = await rival();
    const { bid, signature } = await signedBid();
    const take = (by: typeof provider) => {
      const ask = askOf(the(), { provider: asAddress(by.address), gpuId: 0n, unitBond: 30_000n });
      return escrow.connect(by).fill(ask, "0x", bid, signature, RACE_GAS);
    };
    const succeeded = await race(
      {
        client: -40_000n,
        stranger: -120_000n,
        escrow: 160_000n,
      },
      () => take(second),
      () => take(provider),
    );
    expect(succeeded).to.deep.equal([true, false]);
    expect((await jobNow(the(), 1n)).job.provider).to.equal(second.address);
    await expect(take(provider))
      .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
      .withArgs(client.address, 1n);
  });

  it("two clients for the last units of an ask: the first gets them, the second pays its gas", async () => {
    const { escrow, book, client, provider } = the();
    const second = await rival();
    const { ask, signature } = await signedAsk({ maxUnits: 6n });
    const take = (by: typeof client, units: bigint) => {
      const bid = bidOf(the(), { client: asAddress(by.address), units });
      return escrow.connect(by).fill(ask, signature, bid, "0x", RACE_GAS);
    };
    const succeeded = await race(
      {
        stranger: -40_000n,
        provider: -100_000n,
        escrow: 140_000n,
      },
      () => take(second, 4n),
      () => take(client, 3n),
    );
    expect(succeeded).to.deep.equal([true, false]);
    expect(await book.filledUnits(provider, 1n)).to.equal(4n);
    await expect(take(client, 3n))
      .to.be.revertedWithCustomError(book, "OrdersUnitsExceeded")
      .withArgs(provider.address, 1n, 3n, 2n);
    await take(client, 2n);
  });

  it("one provider with a bid twice, in a batch and alone: it gets one job", async () => {
    const { escrow, book, provider } = the();
    const { bid, signature } = await signedBid();
    const ask = askOf(the());
    const item = { ask, askSignature: "0x", bid, bidSignature: signature };
    const succeeded = await race(
      {
        client: -40_000n,
        provider: -100_000n,
        escrow: 140_000n,
      },
      () => escrow.connect(provider).fillBatch([item, item], RACE_GAS),
      () => escrow.connect(provider).fill(ask, "0x", bid, signature, RACE_GAS),
    );
    expect(succeeded).to.deep.equal([true, false]);
    expect(await book.jobCount()).to.equal(1n);
  });

  for (const first of ["in front of", "behind"] as const) {
    it(`a cancellation of a bid ${first} a fill: ${
      first === "behind" ? "the job goes on" : "no job opens and nothing moves"
    }`, async () => {
      const { escrow, book, client, provider } = the();
      const { bid, signature } = await signedBid();
      const cancel = () => book.connect(client).cancelNonces(0n, 2n, RACE_GAS);
      const take = () =>
        escrow.connect(provider).fill(askOf(the()), "0x", bid, signature, RACE_GAS);
      const opens = first === "behind";
      const moves = { client: -40_000n, provider: -100_000n, escrow: 140_000n };
      const succeeded = opens ? await race(moves, take, cancel) : await race({}, cancel, take);
      expect(succeeded).to.deep.equal([true, opens]);
      expect((await escrow.jobHash(1n)) !== ZeroHash).to.equal(opens);
    });
  }

  it("a cancellation of an ask in front of a fill: no job opens and nothing moves", async () => {
    const { escrow, book, client, provider } = the();
    const { ask, signature } = await signedAsk();
    const succeeded = await race(
      {},
      () => book.connect(provider).cancelNonces(0n, 2n, RACE_GAS),
      () => escrow.connect(client).fill(ask, signature, bidOf(the()), "0x", RACE_GAS),
    );
    expect(succeeded).to.deep.equal([true, false]);
    await expect(escrow.connect(client).fill(ask, signature, bidOf(the()), "0x"))
      .to.be.revertedWithCustomError(book, "OrdersNonceUsed")
      .withArgs(provider.address, 1n);
  });

  context("a client that cancels in front of the delivery", () => {
    for (const [words, cancelShareBps] of [
      ["pays the whole price, unless the ask says less", 10_000n],
      ["pays the cancel share that the ask says, given hardly any time passed", 1_234n],
    ] as const) {
      it(words, async () => {
        const { escrow, client, worker } = the();
        const ref = await openJob(the(), { by: "provider", ask: { cancelShareBps } });
        const share = shareUp(priceOf(ref), cancelShareBps);
        const fee = shareUp(share, FEE_BPS);
        const succeeded = await race(
          {
            client: priceOf(ref) - share,
            provider: bondOf(ref) + share - fee,
            treasury: fee,
            escrow: -priceOf(ref) - bondOf(ref),
          },
          () => escrow.connect(client).cancel(ref.id, ref.job, RACE_GAS),
          () => escrow.connect(worker).deliver(ref.id, ref.job, OUTPUT_ROOT, 4n, "0x", RACE_GAS),
        );
        expect(succeeded).to.deep.equal([true, false]);
      });
    }
  });

  it("a client that cancels behind the delivery: the job goes on", async () => {
    const { escrow, client, worker } = the();
    const { id, job } = await openJob(the(), { ask: { cancelShareBps: 0n } });
    const succeeded = await race(
      {},
      () => escrow.connect(worker).deliver(id, job, OUTPUT_ROOT, 4n, "0x", RACE_GAS),
      () => escrow.connect(client).cancel(id, job, RACE_GAS),
    );
    expect(succeeded).to.deep.equal([true, false]);
    expect((await jobNow(the(), id)).job.outputRoot).to.equal(OUTPUT_ROOT);
  });

  it("a new worker in front of the old one's delivery: the old one delivers nothing", async () => {
    const { escrow, provider, worker, stranger } = the();
    const { id, job } = await openJob(the());
    const succeeded = await race(
      {},
      () => escrow.connect(provider).replaceWorker(id, job, stranger, RACE_GAS),
      () => escrow.connect(worker).deliver(id, job, OUTPUT_ROOT, 4n, "0x", RACE_GAS),
    );
    expect(succeeded).to.deep.equal([true, false]);
    const now = await jobNow(the(), id);
    expect(now.job).to.include({ worker: stranger.address, outputRoot: ZeroHash });
  });

  it("two that settle one job: it pays once", async () => {
    const { escrow, provider, stranger } = the();
    const ref = await openDelivered(the());
    await at(windowEnd(ref) + 1n);
    const settle = (by: typeof provider) => () =>
      escrow.connect(by).settle(ref.id, ref.job, RACE_GAS);
    const moves = { provider: 139_000n, treasury: 1_000n, escrow: -140_000n };
    const succeeded = await race(moves, settle(stranger), settle(provider));
    expect(succeeded).to.deep.equal([true, false]);
  });
});
