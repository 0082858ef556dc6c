import { expect } from "chai";
import { MaxUint256, concat, dataSlice, toBeHex } from "ethers";

import { asAddress } from "../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  bondOf,
  deadlineOf,
  deliverJob,
  expectMoves,
  fill,
  freezeJob,
  openDelivered,
  openJob,
  priceOf,
  shareUp,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import {
  CLAIMS,
  FEE_BPS,
  VERIFIER_TERMS,
  askOf,
  bidOf,
  modelIdOf,
  plainOf,
  signBid,
} from "../shared/market";
import type { IJobEscrow } from "../../typechain-types";
import type { JobRef, OpenOptions } from "../shared/jobs";

/** The largest numbers that an order can say. */
const PRICE = 2n ** 128n - 1n;
const UNITS = 2n ** 64n - 1n;

/*
Prices of dust
├── given a price of one unit: the fee takes it all, and no share pays less
├── given a job cut into jobs of one unit: its fee is larger than that of the whole
└── given a price of nothing: no party pays or gets a fee, a share or a penalty

Prices of giants
├── given the largest price and bond that orders can say
│  ├── it pays price, fee and bond to the unit
│  ├── it pays shares and penalties to the unit
│  └── it pays refund, reward and what is held to the unit
├── given a price above it: an order cannot say so, nor can its bytes
├── given a batch that costs more than its payer holds: it opens nothing
└── given the largest multiple of the price as least bond: it opens nothing, and nothing overflows
*/
describe("prices of dust", () => {
  const the = useMarket();

  /** A job of one unit at a price of one, with the least bond of its class. */
  const dust = (by: OpenOptions["by"], unitPrice = 1n): OpenOptions => ({
    by,
    ask: { unitPrice, unitBond: 24n, cancelShareBps: 1n },
    bid: { units: 1n, minUnitBond: 0n },
  });

  context("given a price of one unit", () => {
    it("the fee takes it all, and no share pays less", async () => {
      const { escrow, client, worker, stranger } = the();
      const settled = await openDelivered(the(), dust("client"));
      await at(windowEnd(settled) + 1n);
      await expectMoves(the(), () => escrow.settle(settled.id, settled.job), {
        treasury: 1n,
        provider: 24n,
        escrow: -25n,
      });
      const cancelled = await openJob(the(), dust("client"));
      await expectMoves(the(), () => escrow.connect(client).cancel(cancelled.id, cancelled.job), {
        treasury: 1n,
        provider: 24n,
        escrow: -25n,
      });
      const handed = await openJob(the(), dust("provider"));
      await expectMoves(the(), () => escrow.connect(worker).handBack(handed.id, handed.job), {
        client: 2n,
        provider: 23n,
        escrow: -25n,
      });
      const expired = await openJob(the(), dust("client"));
      await at(deadlineOf(expired) + 1n);
      await expectMoves(the(), () => escrow.connect(stranger).expire(expired.id, expired.job), {
        client: 2n,
        provider: 23n,
        escrow: -25n,
      });
    });
  });

  context("given a job cut into jobs of one unit", () => {
    it("its fee is larger than that of the whole", async () => {
      const { escrow, provider } = the();
      const pieces = 8n;
      const orders = async (units: bigint, nonce: bigint) => {
        const plain = { ...plainOf(the()), units, maxUnitPrice: 1n, minUnitBond: 0n, nonce };
        const bid = bidOf(the(), plain);
        const terms = { ...plainOf(the()), unitPrice: 1n, unitBond: 0n };
        const ask = askOf(the(), { ...terms, worker: asAddress(provider.address) });
        return [ask, "0x", bid, await signBid(the(), bid), OUTPUT_ROOT, "0x"] as const;
      };
      const whole = await orders(pieces, 100n);
      await expectMoves(the(), () => escrow.connect(provider).fulfil(...whole), {
        client: -pieces,
        provider: pieces - 1n,
        treasury: 1n,
      });
      const calls: string[] = [];
      for (let nonce = 1n; nonce <= pieces; nonce++) {
        const piece = await orders(1n, nonce);
        calls.push(escrow.interface.encodeFunctionData("fulfil", [...piece]));
      }
      await expectMoves(the(), () => escrow.connect(provider).batch(calls), {
        client: -pieces,
        treasury: pieces,
      });
    });
  });

  context("given a price of nothing", () => {
    it("no party pays or gets a fee, a share or a penalty", async () => {
      const { escrow, client, worker, stranger } = the();
      const ends = [
        ({ id, job }: JobRef) => escrow.connect(client).cancel(id, job),
        ({ id, job }: JobRef) => escrow.connect(worker).handBack(id, job),
        async (ref: JobRef) => {
          await at(deadlineOf(ref) + 1n);
          await escrow.connect(stranger).expire(ref.id, ref.job);
        },
        async (ref: JobRef) => {
          const delivered = await deliverJob(the(), ref, { units: 1n });
          await at(windowEnd(delivered) + 1n);
          await escrow.settle(delivered.id, delivered.job);
        },
      ];
      for (const by of ["client", "provider"] as const) {
        for (const end of ends) {
          const ref = await openJob(the(), dust(by, 0n));
          await expectMoves(the(), () => end(ref), { provider: 24n, escrow: -24n });
        }
      }
    });
  });
});

describe("prices of giants", () => {
  const the = useMarket();

  /** A model whose work fits a window in spite of 2^64 units, as 64 of them are checked. */
  const modelId = modelIdOf(1_000_000n, 0n);

  const giant = (changes: Partial<OpenOptions> = {}): OpenOptions => ({
    ask: { modelId, unitPrice: PRICE / 2n, unitBond: PRICE, maxUnits: UNITS, cancelShareBps: 0n },
    bid: { modelId, maxUnitPrice: PRICE, units: UNITS },
    ...changes,
  });

  beforeEach(async () => {
    const { token, ledger, client, provider } = the();
    for (const maker of [client, provider]) {
      const most = (MaxUint256 - 4n * CLAIMS) / 2n;
      await token.mint(maker, most);
      await token.connect(maker).approve(ledger, MaxUint256);
      await ledger.connect(maker).deposit(token, most, maker);
    }
  });

  context("given the largest price and bond that orders can say", () => {
    it("it pays price, fee and bond to the unit", async () => {
      const { escrow } = the();
      const ref = await openDelivered(the(), giant());
      expect([priceOf(ref), bondOf(ref)]).to.deep.equal([(PRICE / 2n) * UNITS, PRICE * UNITS]);
      const fee = shareUp(priceOf(ref), FEE_BPS);
      await at(windowEnd(ref) + 1n);
      await expectMoves(the(), () => escrow.settle(ref.id, ref.job), {
        provider: bondOf(ref) + priceOf(ref) - fee,
        treasury: fee,
        escrow: -bondOf(ref) - priceOf(ref),
      });
    });

    it("it pays shares and penalties to the unit", async () => {
      const { escrow, client, stranger } = the();
      const cancelled = await openJob(the(), giant());
      const elapsed = 1_801n;
      await at(cancelled.job.openedAt + elapsed);
      const share = shareUp(priceOf(cancelled), elapsed, 3_600n);
      const fee = shareUp(share, FEE_BPS);
      await expectMoves(the(), () => escrow.connect(client).cancel(cancelled.id, cancelled.job), {
        client: priceOf(cancelled) - share,
        provider: bondOf(cancelled) + share - fee,
        treasury: fee,
        escrow: -priceOf(cancelled) - bondOf(cancelled),
      });
      const dropped = await openJob(the(), giant());
      await at(dropped.job.openedAt + elapsed);
      const left = (PRICE / 2n) * (UNITS - 1n);
      const leftShare = shareUp(left, elapsed, 3_600n);
      await expectMoves(the(), () => deliverJob(the(), dropped, { units: 1n }), {
        client: left + leftShare,
        provider: PRICE * (UNITS - 1n) - leftShare,
        escrow: -left - PRICE * (UNITS - 1n),
      });
      const expired = await openJob(the(), giant());
      await at(deadlineOf(expired) + 1n);
      await expectMoves(the(), () => escrow.connect(stranger).expire(expired.id, expired.job), {
        client: 2n * priceOf(expired),
        provider: bondOf(expired) - priceOf(expired),
        escrow: -priceOf(expired) - bondOf(expired),
      });
    });

    it("it pays refund, reward and what is held to the unit", async () => {
      const { escrow, verifier } = the();
      const { id, job } = await freezeJob(the(), await openDelivered(the(), giant()));
      const reward = (PRICE * UNITS) / 10n;
      await expectMoves(the(), () => escrow.connect(verifier).slash(id, job, reward), {
        client: (PRICE / 2n) * UNITS,
        verifier: reward,
        escrow: -(PRICE / 2n) * UNITS - reward,
      });
      expect((await escrow.heldBond(id)).amount).to.equal(PRICE * UNITS - reward);
    });
  });

  context("given a price above it", () => {
    it("an order cannot say so, nor can its bytes", async () => {
      const { escrow, client } = the();
      const ask = askOf(the(), { provider: asAddress(client.address), gpuId: 0n });
      const data = escrow.interface.encodeFunctionData("fill", [ask, "0x", bidOf(the()), "0x"]);
      const word = (index: number) => 4 + 32 * index;
      // The ask's price and bond, and its units; the bid's units, highest price and lowest bond.
      for (const [start, bits] of [
        [word(5), 128],
        [word(6), 128],
        [word(7), 64],
        [word(16 + 7), 64],
        [word(16 + 9), 128],
        [word(16 + 10), 128],
      ]) {
        const wide = concat([
          dataSlice(data, 0, start),
          toBeHex(2n ** BigInt(bits), 32),
          dataSlice(data, start + 32),
        ]);
        await expect(
          client.sendTransaction({ to: escrow, data: wide }),
        ).to.be.revertedWithoutReason();
      }
      await client.sendTransaction({ to: escrow, data });
    });
  });

  context("given a batch that costs more than its payer holds", () => {
    it("it opens nothing", async () => {
      const { escrow, book, ledger, client, provider, stranger, tokenAddress } = the();
      const [id, price] = [BigInt(tokenAddress), (PRICE / 2n) * UNITS];
      const claims = await ledger.balanceOf(client, id);
      await ledger.connect(client).transfer(stranger, id, claims - (2n * price - 1n));
      const fills: IJobEscrow.FillStruct[] = [];
      for (const nonce of [1n, 2n]) {
        const { ask, bid } = giant();
        const signed = bidOf(the(), { ...bid, nonce });
        const bidSignature = await signBid(the(), signed);
        fills.push({ ask: askOf(the(), ask), askSignature: "0x", bid: signed, bidSignature });
      }
      const call = () =>
        expect(escrow.connect(provider).fillBatch(fills))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(client.address, 2n * price - 1n, 2n * price, id);
      await expectMoves(the(), call, {});
      expect(await book.jobCount()).to.equal(0n);
    });
  });

  context("given the largest multiple of the price as least bond", () => {
    it("it opens nothing, and nothing overflows", async () => {
      const { book, token, verifier } = the();
      const terms = { ...VERIFIER_TERMS, bondMultipleBps: 1_000_000n, scale: 96n };
      await book.setVerifierTerms(token, verifier, { ...terms, bondFloorStandard: 2n ** 32n - 1n });
      const { ask, bid } = giant();
      await expect(fill(the(), { ask: { ...ask, unitPrice: PRICE }, bid }))
        .to.be.revertedWithCustomError(book, "OrderBookBondTooLow")
        .withArgs(PRICE * UNITS, 100n * PRICE * UNITS);
    });
  });
});
