import { expect } from "chai";
import { ethers } from "hardhat";
import { concat, dataLength, dataSlice, keccak256, toBeHex, zeroPadValue } from "ethers";
import type { Interface } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/signers";

import { ZERO_ADDRESS, asAddress } from "../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  expectMoves,
  jobNow,
  openDelivered,
  openJob,
  priceOf,
  signApproval,
  useMarket,
  windowEnd,
  withChanges,
} from "../shared/jobs";
import { CLAIMS, askOf, bidOf, fund, signAsk, signBid } from "../shared/market";
import { RACE_GAS, mineTogether } from "../shared/race";

/*
Forged calls
├── of the order book
│  ├── from anyone but the escrow: refused, whatever caller they are suffixed with
│  └── through the escrow, with a caller at their end: count as the sender's
├── of the escrow about a job
│  ├── that is not open yet: refused, and worth nothing once it is
│  ├── whose fields name the sender, or hide another account in dirty bits: refused
│  └── approved before it was opened: pay no other output and no other client's job
├── whose signature reaches past their end: refused, so that no suffix is signed
└── of `batch`
   ├── from within a batch: make no other account the caller
   ├── with ether: refused
   ├── of what is not the escrow's to call: skipped
   └── a hundred levels deep: settle a job once
*/
describe("forged calls", () => {
  const the = useMarket();

  const encode = (name: string, args: unknown[]): string => {
    const abi: Interface = the().escrow.interface;
    return abi.encodeFunctionData(name, args);
  };

  const word = (value: bigint) => zeroPadValue(toBeHex(value), 32);

  /** What the escrow appends to a call of the order book. */
  const suffixOf = (caller: HardhatEthersSigner, bonded = true) =>
    concat([caller.address, bonded ? "0x01" : "0x00"]);

  /** The orders of a fill in which neither side signed. */
  const unsigned = () => [askOf(the()), "0x", bidOf(the()), "0x"] as const;

  context("of the order book", () => {
    it("from anyone but the escrow: refused, whatever caller they are suffixed with", async () => {
      const { book, escrow, client, provider, stranger } = the();
      const plain = book.interface.encodeFunctionData("open", [...unsigned()]);
      const back = book.interface.encodeFunctionData("giveBack", [
        provider.address,
        1n,
        4n,
        ZERO_ADDRESS,
        the().tokenAddress,
        100_000n,
      ]);
      for (const data of [plain, back]) {
        for (const suffix of [
          "0x",
          suffixOf(client),
          concat([await escrow.getAddress(), "0x01"]),
        ]) {
          await expect(stranger.sendTransaction({ to: book, data: concat([data, suffix]) }))
            .to.be.revertedWithCustomError(book, "OrderBookNotEscrow")
            .withArgs(stranger.address);
        }
      }
    });

    it("through the escrow, with a caller at their end: count as the sender's", async () => {
      const { escrow, book, client, provider, stranger } = the();
      const ask = askOf(the(), { provider: asAddress(stranger.address), gpuId: 0n });
      const data = encode("fill", [ask, "0x", bidOf(the()), "0x"]);
      for (const suffix of [
        suffixOf(client),
        suffixOf(provider),
        concat([suffixOf(client), word(0n)]),
      ]) {
        await expect(stranger.sendTransaction({ to: escrow, data: concat([data, suffix]) }))
          .to.be.revertedWithCustomError(book, "OrdersUnsigned")
          .withArgs(client.address, stranger.address);
      }
      // Nor does a suffix that says so spare the bond.
      await fund(the(), stranger);
      const bid = bidOf(the(), { nonce: 1n, minUnitBond: 0n });
      const cheap = [{ ...ask, unitBond: 0n }, "0x", bid, await signBid(the(), bid)];
      const bare = concat([encode("fill", cheap), suffixOf(stranger, false)]);
      await expect(stranger.sendTransaction({ to: escrow, data: bare }))
        .to.be.revertedWithCustomError(book, "OrderBookBondTooLow")
        .withArgs(0n, 80_000n);
    });
  });

  context("of the escrow about a job", () => {
    it("that is not open yet: refused, and worth nothing once it is", async () => {
      const { escrow, client, worker } = the();
      const { job } = await openJob(the(), { ask: { nonce: 7n } });
      // The worker knows all of the job to come, down to its second.
      const openedAt = job.openedAt + 100n;
      const guess = withChanges(job, { openedAt });
      const ask = askOf(the(), { nonce: 7n });
      const signature = await signAsk(the(), ask);
      const deliver = () =>
        escrow.connect(worker).deliver(2n, guess, OUTPUT_ROOT, 4n, "0x", RACE_GAS);
      await at(openedAt);
      const succeeded = await mineTogether(deliver, () =>
        escrow.connect(client).fill(ask, signature, bidOf(the()), "0x", RACE_GAS),
      );
      expect(succeeded).to.deep.equal([false, true]);
      expect(await escrow.isCurrent(2n, guess)).to.equal(true);
      for (const id of [1n, 3n]) {
        await expect(escrow.connect(worker).deliver(id, guess, OUTPUT_ROOT, 4n, "0x"))
          .to.be.revertedWithCustomError(escrow, "JobsStale")
          .withArgs(id, await escrow.jobHash(2n), await escrow.jobHash(id));
      }
      await deliver();
    });

    it("whose fields name the sender, or hide another account in dirty bits: refused", async () => {
      const { escrow, stranger, client } = the();
      const { id, job } = await openJob(the());
      const stored = await escrow.jobHash(id);
      const self = asAddress(stranger.address);
      const calls = {
        cancel: [withChanges(job, { client: self })],
        handBack: [withChanges(job, { worker: self })],
        replaceWorker: [withChanges(job, { provider: self }), self],
        deliver: [withChanges(job, { worker: self }), OUTPUT_ROOT, 4n, "0x"],
      };
      for (const [name, args] of Object.entries(calls)) {
        const call = () =>
          stranger.sendTransaction({ to: escrow, data: encode(name, [id, ...args]) });
        const refused = async () => {
          await expect(call()).to.be.revertedWithCustomError(escrow, "JobsStale");
        };
        await expectMoves(the(), refused, {});
      }
      expect(await escrow.jobHash(id)).to.equal(stored);
      // The client's own call, with the first bit of the word that holds its address set.
      const data = encode("cancel", [id, job]);
      const dirty = concat([dataSlice(data, 0, 36), "0x80", dataSlice(data, 37)]);
      await expect(client.sendTransaction({ to: escrow, data: dirty }))
        .to.be.revertedWithCustomError(escrow, "JobsStale")
        .withArgs(id, keccak256(dataSlice(dirty, 36)), stored);
    });

    it("approved before it was opened: pay no other output and no other client's job", async () => {
      const { escrow, client, worker, stranger } = the();
      const early = await signApproval(the(), 1n);
      const other = await signApproval(the(), 2n, { signer: stranger });
      const first = await openDelivered(the());
      const pay = () => escrow.connect(worker).approve(first.id, first.job, early);
      const moves = { provider: 39_000n, treasury: 1_000n, escrow: -priceOf(first) };
      await expectMoves(the(), pay, moves);
      const second = await openDelivered(the());
      for (const approval of [early, other]) {
        await expect(escrow.connect(worker).approve(second.id, second.job, approval))
          .to.be.revertedWithCustomError(escrow, "JobEscrowInvalidApproval")
          .withArgs(2n, client.address, await escrow.approvalDigest(2n, OUTPUT_ROOT, 4n));
      }
    });
  });

  context("whose signature reaches past their end", () => {
    it("refused, so that no suffix is signed", async () => {
      const { escrow, client, provider } = the();
      const bid = bidOf(the(), { nonce: 1n });
      const signature = await signBid(the(), bid);
      const data = encode("fill", [askOf(the()), "0x", bid, signature]);
      // The last argument: its length, 65 bytes, and 31 bytes of padding.
      const start = dataLength(data) - 32 - 96;
      const cut = 21;
      const short = concat([
        dataSlice(data, 0, start),
        word(65n),
        dataSlice(signature, 0, 65 - cut),
      ]);
      await expect(
        provider.sendTransaction({ to: escrow, data: short }),
      ).to.be.revertedWithoutReason();
      await expect(
        client.sendTransaction({ to: escrow, data: short }),
      ).to.be.revertedWithoutReason();
      await provider.sendTransaction({ to: escrow, data: dataSlice(data, 0, start + 32 + 65) });
      expect((await jobNow(the(), 1n)).job.units).to.equal(4n);
    });
  });

  context("of `batch`", () => {
    it("from within a batch: make no other account the caller", async () => {
      const { escrow, client, stranger } = the();
      const { id, job } = await openJob(the());
      const cancel = encode("cancel", [id, job]);
      const inner = encode("batch", [[cancel]]);
      const refused = escrow.interface.encodeErrorResult("JobsUnauthorized", [
        id,
        stranger.address,
      ]);
      const call = () =>
        expect(escrow.connect(stranger).batch([inner]))
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(0n, refused);
      await expectMoves(the(), call, {});
      await expectMoves(the(), () => escrow.connect(client).batch([inner]), {
        provider: 139_000n,
        treasury: 1_000n,
        escrow: -140_000n,
      });
    });

    it("with ether: refused", async () => {
      const { escrow, stranger } = the();
      const data = encode("batch", [[]]);
      await expect(stranger.sendTransaction({ to: escrow, data, value: 1n })).to.be.reverted;
      await expect(stranger.sendTransaction({ to: escrow, value: 1n })).to.be.reverted;
      expect(await ethers.provider.getBalance(escrow)).to.equal(0n);
    });

    it("of what is not the escrow's to call: skipped", async () => {
      const { escrow, ledger, book, client, stranger, tokenAddress } = the();
      const id = BigInt(tokenAddress);
      const calls = [
        ledger.interface.encodeFunctionData("transferFrom", [
          client.address,
          stranger.address,
          id,
          1n,
        ]),
        ledger.interface.encodeFunctionData("setOperator", [stranger.address, true]),
        book.interface.encodeFunctionData("setFee", [0n]),
        "0x",
        "0x00",
      ];
      let sent;
      await expectMoves(
        the(),
        async () => (sent = await escrow.connect(stranger).batch(calls)),
        {},
      );
      for (const index of calls.keys()) {
        await expect(sent).to.emit(escrow, "BatchItemSkipped").withArgs(index, "0x");
      }
      expect(await ledger.balanceOf(client, id)).to.equal(CLAIMS);
    });

    it("a hundred levels deep: settle a job once", async () => {
      const { escrow, client, stranger } = the();
      const { id, job } = await openDelivered(the());
      await escrow.connect(client).approve(id, job, "0x");
      const approved = await jobNow(the(), id);
      await at(windowEnd(approved) + 1n);
      const settle = encode("settle", [id, approved.job]);
      let call = encode("batch", [[settle, settle]]);
      for (let level = 1; level < 100; level++) call = encode("batch", [[call, settle]]);
      const moves = { provider: 100_000n, escrow: -100_000n };
      await expectMoves(
        the(),
        () => stranger.sendTransaction({ to: escrow, data: call, gasLimit: 25_000_000n }),
        moves,
      );
    });
  });
});
