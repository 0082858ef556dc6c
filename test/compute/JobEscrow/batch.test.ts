import { expect } from "chai";
import { ZeroHash, dataSlice } from "ethers";
import type { Interface } from "ethers";

import {
  OUTPUT_ROOT,
  at,
  expectMoves,
  jobNow,
  openDelivered,
  openFrozen,
  openJob,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import { askOf, bidOf, signBid } from "../../shared/market";

/*
JobEscrow.batch
├── it makes the calls for the caller, and returns how many succeeded
├── it does nothing given no calls
├── when a call fails
│  ├── it emits BatchItemSkipped with its number and reason, and goes on
│  ├── it undoes all that the call did
│  └── it skips what is no call of this contract
├── when a call is given twice
│  └── it skips the second
├── when a call is a batch
│  ├── it makes its calls for the same caller
│  └── it counts the inner batch as done, whatever its calls did
└── when a call is restricted
   └── it asks for the caller's role
*/
describe("JobEscrow", () => {
  describe("batch", () => {
    const the = useMarket();
    const encode = (name: string, args: unknown[]): string => {
      const abi: Interface = the().escrow.interface;
      return abi.encodeFunctionData(name, args);
    };

    /** The provider's call that fills a signed bid. */
    async function filling(nonce: bigint, units = 4n): Promise<string> {
      const bid = bidOf(the(), { nonce, units });
      return encode("fill", [askOf(the()), "0x", bid, await signBid(the(), bid)]);
    }

    /** Makes a batch; returns what it returned. */
    async function batch(caller: ReturnType<typeof the>["client"], calls: string[]) {
      const { escrow } = the();
      const done = await escrow.connect(caller).batch.staticCall(calls);
      return { done, sent: await escrow.connect(caller).batch(calls) };
    }

    it("makes the calls for the caller, and returns how many succeeded", async () => {
      const { provider, worker, stranger } = the();
      const calls = [await filling(1n, 1n), await filling(2n, 2n), await filling(3n, 3n)];
      let done;
      await expectMoves(the(), async () => ({ done } = await batch(provider, calls)), {
        client: -60_000n,
        provider: -150_000n,
        escrow: 210_000n,
      });
      expect(done).to.equal(3n);
      const deliveries: string[] = [];
      for (const id of [1n, 2n, 3n]) {
        const { job } = await jobNow(the(), id);
        deliveries.push(encode("deliver", [id, job, OUTPUT_ROOT, job.units, "0x"]));
      }
      await expectMoves(the(), async () => ({ done } = await batch(worker, deliveries)), {});
      expect(done).to.equal(3n);
      const settlements: string[] = [];
      for (const id of [1n, 2n, 3n]) {
        settlements.push(encode("settle", [id, (await jobNow(the(), id)).job]));
      }
      await at(windowEnd(await jobNow(the(), 3n)) + 1n);
      await expectMoves(the(), () => the().escrow.connect(stranger).batch(settlements), {
        provider: 58_500n + 150_000n,
        treasury: 1_500n,
        escrow: -210_000n,
      });
    });

    it("does nothing given no calls", async () => {
      const { done, sent } = await batch(the().stranger, []);
      expect(done).to.equal(0n);
      expect((await sent.wait())?.logs).to.deep.equal([]);
    });

    context("when a call fails", () => {
      it("emits BatchItemSkipped with its number and reason, and goes on", async () => {
        const { escrow, book, client, provider } = the();
        await book.connect(client).cancelNonces(0n, 1n << 2n);
        const calls = [
          await filling(1n),
          await filling(2n),
          await filling(3n, 0n),
          await filling(4n),
        ];
        const { done, sent } = await batch(provider, calls);
        expect(done).to.equal(2n);
        const used = book.interface.encodeErrorResult("OrdersNonceUsed", [client.address, 2n]);
        const none = book.interface.encodeErrorResult("OrderBookNoUnits");
        await expect(sent).to.emit(escrow, "BatchItemSkipped").withArgs(1n, used);
        await expect(sent).to.emit(escrow, "BatchItemSkipped").withArgs(2n, none);
        expect(await book.jobCount()).to.equal(2n);
      });

      it("undoes all that the call did", async () => {
        const { ledger, escrow, book, client, provider, addresses, tokenAddress } = the();
        const id = BigInt(tokenAddress);
        await ledger.connect(provider).approve(escrow, id, 99_999n);
        const reason = ledger.interface.encodeErrorResult("ERC6909InsufficientAllowance", [
          addresses.jobEscrow,
          99_999n,
          100_000n,
          id,
        ]);
        const call = await filling(1n);
        await expectMoves(
          the(),
          async () => {
            await expect(escrow.connect(provider).batch([call]))
              .to.emit(escrow, "BatchItemSkipped")
              .withArgs(0n, reason);
          },
          {},
        );
        expect(await book.nonceBitmap(client, 0n)).to.equal(0n);
        expect(await book.jobCount()).to.equal(0n);
        expect(await escrow.jobHash(1n)).to.equal(ZeroHash);
      });

      it("skips what is no call of this contract", async () => {
        const { escrow, provider } = the();
        const whole = await filling(1n);
        const calls = ["0x", "0x12345678", dataSlice(whole, 0, 600), dataSlice(whole, 0, 3), whole];
        const { done, sent } = await batch(provider, calls);
        expect(done).to.equal(1n);
        for (const index of [0n, 1n, 2n, 3n]) {
          await expect(sent).to.emit(escrow, "BatchItemSkipped").withArgs(index, "0x");
        }
      });
    });

    context("when a call is given twice", () => {
      it("skips the second", async () => {
        const { escrow, book, client, provider, worker, verifier, stranger } = the();
        const filled = await filling(1n);
        const used = book.interface.encodeErrorResult("OrdersNonceUsed", [client.address, 1n]);
        await expect(escrow.connect(provider).batch([filled, filled]))
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(1n, used);
        const stale = (id: bigint, given: string, stored: string) =>
          escrow.interface.encodeErrorResult("JobsStale", [id, given, stored]);
        const ends = [
          { caller: client, ref: await openJob(the()), call: "cancel", rest: [] },
          { caller: worker, ref: await openJob(the()), call: "handBack", rest: [] },
          { caller: verifier, ref: await openFrozen(the()), call: "slash", rest: [0n] },
          { caller: stranger, ref: await openDelivered(the()), call: "settle", rest: [] },
        ] as const;
        for (const { caller, ref, call, rest } of ends) {
          const item = encode(call, [ref.id, ref.job, ...rest]);
          const hash = await escrow.jobHash(ref.id);
          if (call === "settle") await at(windowEnd(ref) + 1n);
          await expect(escrow.connect(caller).batch([item, item]))
            .to.emit(escrow, "BatchItemSkipped")
            .withArgs(1n, stale(ref.id, hash, ZeroHash));
        }
      });
    });

    context("when a call is a batch", () => {
      it("makes its calls for the same caller", async () => {
        const { escrow, client, provider } = the();
        const ref = await openJob(the());
        const cancel = encode("cancel", [ref.id, ref.job]);
        const nested = encode("batch", [[encode("batch", [[cancel]])]]);
        const refused = escrow.interface.encodeErrorResult("JobsUnauthorized", [
          ref.id,
          provider.address,
        ]);
        await expect(escrow.connect(provider).batch([nested]))
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(0n, refused);
        await expect(escrow.connect(client).batch([nested])).to.emit(escrow, "JobCancelled");
      });

      it("counts the inner batch as done, whatever its calls did", async () => {
        const inner = encode("batch", [["0x", "0x12345678"]]);
        const { done } = await batch(the().stranger, [inner, inner]);
        expect(done).to.equal(2n);
      });
    });

    context("when a call is restricted", () => {
      it("asks for the caller's role", async () => {
        const { escrow, admin, verifier, stranger } = the();
        const ref = await openFrozen(the());
        await escrow.connect(verifier).slash(ref.id, ref.job, 0n);
        const restore = encode("restoreHeldBond", [ref.id]);
        const refused = escrow.interface.encodeErrorResult("AccessManagedUnauthorized", [
          stranger.address,
        ]);
        await expect(escrow.connect(stranger).batch([restore]))
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(0n, refused);
        await expectMoves(the(), () => escrow.connect(admin).batch([restore]), {
          provider: 100_000n,
          escrow: -100_000n,
        });
      });
    });
  });
});
