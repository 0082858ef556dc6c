import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256, Wallet } from "ethers";
import type { BaseContract, BytesLike } from "ethers";

import { Filler, asAddress } from "../../../sdk/src/index";
import type { HostileMaker, OwnedMaker } from "../../../typechain-types";
import { openedBy, useMarket } from "../../shared/jobs";
import { askOf, bidOf, digestOf, signAsk, signBid } from "../../shared/market";

const MAGIC = "0x1626ba7e";
const ACCEPTED = MAGIC.padEnd(66, "0");
const Mode = { Return: 0n, Revert: 1n, Flood: 2n, Burn: 3n, CallBack: 4n } as const;
/** What a check may cost on top of a job that opens. */
const CHECK_GAS = 180_000n;

/*
OrderBook.open, when the maker is a contract
├── it opens the job given the contract accepts the signature, as client and as provider
├── it opens the job given the contract takes a good part of the gas it gets
├── it opens the job given the contract answers more than the word
├── it opens the job given a delegate signed, whatever the contract answers
├── it opens the job given it accepts the signature of one that is its delegate for less, and counts no cap
├── it reverts with OrdersInvalidSignature given
│  ├── its owner signed another order
│  ├── it answers another word, too short a word, or nothing
│  ├── it reverts, even with the right word
│  ├── it floods the caller, at a bounded price
│  ├── it burns all gas it gets, at a bounded price
│  ├── it needs more gas than it gets
│  └── it calls back to change something
└── when it is an item of a batch
   └── it spoils no other item
*/
describe("OrderBook", () => {
  describe("open, when the maker is a contract", () => {
    const the = useMarket();

    async function fund(maker: OwnedMaker | HostileMaker): Promise<void> {
      const { token, ledger, escrow, client } = the();
      await token.mint(client, 10n ** 9n);
      await token.connect(client).approve(ledger, 10n ** 9n);
      await ledger.connect(client).deposit(token, 10n ** 9n, maker);
      const id = BigInt(await token.getAddress());
      const data = ledger.interface.encodeFunctionData("approve", [
        await escrow.getAddress(),
        id,
        MaxUint256,
      ]);
      await maker.execute(ledger, data);
    }

    async function owned(thirst = 0n) {
      const maker = await ethers.deployContract("OwnedMaker", [the().delegate, thirst]);
      await fund(maker);
      return maker;
    }

    async function hostile(mode: bigint, data: BytesLike = "0x") {
      const maker = await ethers.deployContract("HostileMaker", [mode, data]);
      await fund(maker);
      return maker;
    }

    /** The provider fills a bid of `maker`. */
    async function buyAs(maker: BaseContract, nonce = 1n, signature?: string) {
      const { escrow, provider, delegate } = the();
      const bid = bidOf(the(), { client: asAddress(await maker.getAddress()), nonce });
      const signed = signature ?? (await signBid(the(), bid, delegate));
      return escrow.connect(provider).fill(askOf(the()), "0x", bid, signed);
    }

    async function expectRefused(maker: BaseContract): Promise<void> {
      const client = asAddress(await maker.getAddress());
      await expect(buyAs(maker))
        .to.be.revertedWithCustomError(the().book, "OrdersInvalidSignature")
        .withArgs(client, await digestOf(the(), bidOf(the(), { client, nonce: 1n })));
    }

    it("opens the job given the contract accepts the signature, as client and as provider", async () => {
      const { escrow, client, delegate } = the();
      const maker = await owned();
      const address = asAddress(await maker.getAddress());
      const bought = await openedBy(the(), await buyAs(maker));
      expect([bought.job.client, bought.job.filler]).to.deep.equal([address, Filler.Provider]);
      const ask = askOf(the(), { provider: address, gpuId: 0n, nonce: 2n });
      const signature = await signAsk(the(), ask, delegate);
      const sold = await escrow.connect(client).fill(ask, signature, bidOf(the()), "0x");
      const { job } = await openedBy(the(), sold);
      expect([job.provider, job.filler]).to.deep.equal([address, Filler.Client]);
    });

    it("opens the job given the contract takes a good part of the gas it gets", async () => {
      const maker = await owned(130_000n);
      expect((await openedBy(the(), await buyAs(maker))).job.units).to.equal(4n);
    });

    it("opens the job given the contract answers more than the word", async () => {
      const maker = await hostile(Mode.Return, `${ACCEPTED}${"ff".repeat(100)}`);
      expect((await openedBy(the(), await buyAs(maker))).job.units).to.equal(4n);
    });

    it("opens the job given a delegate signed, whatever the contract answers", async () => {
      const { book, tokenAddress, delegate } = the();
      const maker = await hostile(Mode.Burn);
      const data = book.interface.encodeFunctionData("setDelegation", [
        delegate.address,
        tokenAddress,
        2n,
        40_000n,
        2n ** 40n - 1n,
      ]);
      await maker.execute(book, data);
      expect((await openedBy(the(), await buyAs(maker))).job.units).to.equal(4n);
    });

    it("opens the job given it accepts the signature of one that is its delegate for less, and counts no cap", async () => {
      const { book, tokenAddress, delegate } = the();
      const maker = await owned();
      const terms = [delegate.address, tokenAddress, 1n, 7n, 2n ** 40n - 1n] as const;
      await maker.execute(book, book.interface.encodeFunctionData("setDelegation", [...terms]));
      expect((await openedBy(the(), await buyAs(maker))).job.units).to.equal(4n);
      expect((await book.delegation(maker, delegate, tokenAddress)).pulled).to.equal(0n);
    });

    context("given its owner signed another order", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const maker = await owned();
        const client = asAddress(await maker.getAddress());
        const other = bidOf(the(), { client, nonce: 2n });
        const signature = await signBid(the(), other, the().delegate);
        await expect(buyAs(maker, 1n, signature))
          .to.be.revertedWithCustomError(the().book, "OrdersInvalidSignature")
          .withArgs(client, await digestOf(the(), bidOf(the(), { client, nonce: 1n })));
      });
    });

    context("given it answers another word, too short a word, or nothing", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const answers = [
          `0x${"00".repeat(32)}`,
          `0x${"ff".repeat(32)}`,
          `0x${"00".repeat(28)}${MAGIC.slice(2)}`,
          `${ACCEPTED.slice(0, -2)}01`,
          ACCEPTED.slice(0, -2),
          MAGIC,
          "0x",
        ];
        for (const answer of answers) await expectRefused(await hostile(Mode.Return, answer));
      });
    });

    context("given it reverts, even with the right word", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        for (const answer of ["0x", ACCEPTED]) {
          await expectRefused(await hostile(Mode.Revert, answer));
        }
      });
    });

    for (const [name, mode] of [
      ["floods the caller", Mode.Flood],
      ["burns all gas it gets", Mode.Burn],
    ] as const) {
      context(`given it ${name}`, () => {
        it("reverts with OrdersInvalidSignature, at a bounded price", async () => {
          const { escrow, provider, delegate } = the();
          const honest = await (await buyAs(await owned())).wait();
          const maker = await hostile(mode);
          const bid = bidOf(the(), { client: asAddress(await maker.getAddress()), nonce: 1n });
          const signature = await signBid(the(), bid, delegate);
          const item = escrow.interface.encodeFunctionData("fill", [
            askOf(the()),
            "0x",
            bid,
            signature,
          ]);
          await expectRefused(maker);
          const skipped = await (await escrow.connect(provider).batch([item])).wait();
          expect(skipped?.gasUsed).to.be.lessThan((honest?.gasUsed ?? 0n) + CHECK_GAS);
        });
      });
    }

    context("given it needs more gas than it gets", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        await expectRefused(await owned(150_000n));
      });
    });

    context("given it calls back to change something", () => {
      it("reverts with OrdersInvalidSignature", async () => {
        const { book } = the();
        const maker = await hostile(Mode.CallBack);
        const data = book.interface.encodeFunctionData("cancelNonces", [0n, 4n]);
        await maker.setCallBack(book, data);
        await expectRefused(maker);
        expect(await book.nonceBitmap(maker, 0n)).to.equal(0n);
        // The same call passes when it changes nothing, so it is the change that is refused.
        await maker.setCallBack(
          book,
          book.interface.encodeFunctionData("nonceBitmap", [Wallet.createRandom().address, 0n]),
        );
        expect((await openedBy(the(), await buyAs(maker))).job.units).to.equal(4n);
      });
    });

    context("when it is an item of a batch", () => {
      it("spoils no other item", async () => {
        const { escrow, book, provider, client, delegate } = the();
        const makers = [
          await hostile(Mode.Burn),
          await hostile(Mode.Flood),
          await hostile(Mode.Revert, `0x${"ee".repeat(20_000)}`),
          await hostile(Mode.Return, `0x${"00".repeat(20_000)}`),
        ];
        const items: string[] = [];
        const reasons: string[] = [];
        for (const [i, maker] of makers.entries()) {
          const honest = bidOf(the(), { nonce: BigInt(i + 1) });
          const spoilt = { ...honest, client: asAddress(await maker.getAddress()) };
          for (const bid of [spoilt, honest]) {
            const signer = bid === honest ? client : delegate;
            const signature = await signBid(the(), bid, signer);
            items.push(
              escrow.interface.encodeFunctionData("fill", [askOf(the()), "0x", bid, signature]),
            );
          }
          const digest = await digestOf(the(), spoilt);
          reasons.push(
            book.interface.encodeErrorResult("OrdersInvalidSignature", [spoilt.client, digest]),
          );
        }
        const batch = await escrow.connect(provider).batch(items);
        for (const [i, reason] of reasons.entries()) {
          await expect(batch)
            .to.emit(escrow, "BatchItemSkipped")
            .withArgs(2n * BigInt(i), reason);
        }
        expect(await book.jobCount()).to.equal(4n);
        expect(await book.nonceBitmap(client, 0n)).to.equal(0b11110n);
      });
    });
  });
});
