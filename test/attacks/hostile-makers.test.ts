import { expect } from "chai";
import { ethers } from "hardhat";
import { MaxUint256 } from "ethers";
import type { BaseContract, BytesLike } from "ethers";

import { asAddress } from "../../sdk/src/index";
import type { HostileMaker, IJobEscrow } from "../../typechain-types";
import {
  OUTPUT_ROOT,
  at,
  expectMoves,
  jobNow,
  openedBy,
  signApproval,
  useMarket,
  windowEnd,
} from "../shared/jobs";
import { askOf, bidOf, digestOf, signAsk, signBid } from "../shared/market";

const Mode = { Return: 0n, Revert: 1n, Flood: 2n, Burn: 3n, CallBack: 4n } as const;

/** What a hostile maker may cost at the most on top of an honest one, in gas. */
const HOSTILE_GAS = 180_000n;

/*
A hostile contract that makes orders
├── among honest orders in a matcher's fillBatch
│  ├── spoils its own item only, whether it reverts, burns, floods, lies or calls back
│  └── costs the matcher a bounded amount of gas each
├── that says yes until it is mined: spoils its own item only
├── that signed and moved its claims away
│  ├── fails a fillBatch in which it pays, and nothing moves
│  └── spoils its own item only, given the items are calls of a batch
└── that refuses every approval: keeps its worker from early pay, not from delivery and settlement
*/
describe("a hostile contract that makes orders", () => {
  const the = useMarket();

  /** A contract with claims of 40,000 that the escrow may pull. */
  async function hostile(mode: bigint, data: BytesLike = "0x"): Promise<HostileMaker> {
    const { ledger, client, escrow, tokenAddress } = the();
    const maker = await ethers.deployContract("HostileMaker", [mode, data]);
    const id = BigInt(tokenAddress);
    await ledger.connect(client).transfer(maker, id, 40_000n);
    const allow = ledger.interface.encodeFunctionData("approve", [
      await escrow.getAddress(),
      id,
      MaxUint256,
    ]);
    await maker.execute(ledger, allow);
    return maker;
  }

  /** One that accepts every signature, until it `refuses`. */
  const fickle = () => hostile(Mode.CallBack);

  /** Makes a fickle maker call back to change something, which fails. */
  async function refuses(maker: HostileMaker): Promise<HostileMaker> {
    const { book } = the();
    await maker.setCallBack(book, book.interface.encodeFunctionData("cancelNonces", [0n, 2n]));
    return maker;
  }

  const makersOfAllKinds = () =>
    Promise.all([
      hostile(Mode.Burn),
      hostile(Mode.Flood),
      hostile(Mode.Revert, `0x${"ee".repeat(20_000)}`),
      hostile(Mode.Return, `0x${"00".repeat(20_000)}`),
      fickle().then(refuses),
    ]);

  /** A pair of open orders for a matcher: the provider's ask, and a bid of the client or a contract. */
  async function pairOf(nonce: bigint, maker?: BaseContract): Promise<IJobEscrow.FillStruct> {
    const { client, stranger } = the();
    const ask = askOf(the(), { nonce: 1n });
    const account = asAddress(maker === undefined ? client.address : await maker.getAddress());
    const bid = bidOf(the(), { nonce, client: account });
    const bidSignature = await signBid(the(), bid, maker === undefined ? client : stranger);
    return { ask, askSignature: await signAsk(the(), ask), bid, bidSignature };
  }

  const invalid = async ({ bid }: IJobEscrow.FillStruct) =>
    the().book.interface.encodeErrorResult("OrdersInvalidSignature", [
      bid.client,
      await digestOf(the(), bid as ReturnType<typeof bidOf>),
    ]);

  const asCall = ({ ask, askSignature, bid, bidSignature }: IJobEscrow.FillStruct) =>
    the().escrow.interface.encodeFunctionData("fill", [ask, askSignature, bid, bidSignature]);

  context("among honest orders in a matcher's fillBatch", () => {
    it("spoils its own item only, whether it reverts, burns, floods, lies or calls back", async () => {
      const { escrow, stranger } = the();
      const spoilt: IJobEscrow.FillStruct[] = [];
      for (const maker of await makersOfAllKinds()) spoilt.push(await pairOf(1n, maker));
      const honest: IJobEscrow.FillStruct[] = [];
      for (let nonce = 1n; nonce <= 6n; nonce++) honest.push(await pairOf(nonce));
      const fills = spoilt.flatMap((pair, i) => [honest[i], pair]).concat(honest.slice(-1));
      let batch;
      await expectMoves(
        the(),
        async () => (batch = await escrow.connect(stranger).fillBatch(fills)),
        { client: -240_000n, provider: -600_000n, escrow: 840_000n },
      );
      for (const [i, pair] of spoilt.entries()) {
        await expect(batch)
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(2 * i + 1, await invalid(pair));
      }
    });

    it("costs the matcher a bounded amount of gas each", async () => {
      const { escrow, stranger } = the();
      const honest = await escrow.connect(stranger).fillBatch([await pairOf(1n), await pairOf(2n)]);
      const alone = (await honest.wait())?.gasUsed ?? 0n;
      const makers = await makersOfAllKinds();
      const fills = [await pairOf(3n), await pairOf(4n)];
      for (const maker of makers) fills.push(await pairOf(1n, maker));
      const joined = await escrow.connect(stranger).fillBatch(fills);
      const gas = (await joined.wait())?.gasUsed ?? 0n;
      expect(gas).to.be.lessThan(alone + HOSTILE_GAS * BigInt(makers.length));
    });
  });

  context("that says yes until it is mined", () => {
    it("spoils its own item only", async () => {
      const { escrow, book, stranger } = the();
      const maker = await fickle();
      const fills = [await pairOf(1n, maker), await pairOf(1n)];
      expect(await escrow.connect(stranger).fillBatch.staticCall(fills)).to.equal(2n);
      await refuses(maker);
      const call = () => escrow.connect(stranger).fillBatch(fills);
      await expectMoves(
        the(),
        async () =>
          expect(call())
            .to.emit(escrow, "BatchItemSkipped")
            .withArgs(0n, await invalid(fills[0])),
        { client: -40_000n, provider: -100_000n, escrow: 140_000n },
      );
      expect(await book.nonceBitmap(maker, 0n)).to.equal(0n);
    });
  });

  context("that signed and moved its claims away", () => {
    /** The fills of a contract that has one unit too few, and of the client. */
    async function poorAndHonest() {
      const { ledger, tokenAddress, stranger } = the();
      const poor = await fickle();
      const move: [string, bigint, bigint] = [stranger.address, BigInt(tokenAddress), 1n];
      await poor.execute(ledger, ledger.interface.encodeFunctionData("transfer", move));
      const fills = [await pairOf(1n, poor), await pairOf(1n)];
      return { poor: await poor.getAddress(), fills };
    }

    it("fails a fillBatch in which it pays, and nothing moves", async () => {
      const { escrow, ledger, stranger, tokenAddress } = the();
      const { poor, fills } = await poorAndHonest();
      const call = () =>
        expect(escrow.connect(stranger).fillBatch(fills))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(poor, 39_999n, 40_000n, BigInt(tokenAddress));
      await expectMoves(the(), call, {});
    });

    it("spoils its own item only, given the items are calls of a batch", async () => {
      const { escrow, ledger, stranger, tokenAddress } = the();
      const { poor, fills } = await poorAndHonest();
      const reason = ledger.interface.encodeErrorResult("ERC6909InsufficientBalance", [
        poor,
        39_999n,
        40_000n,
        BigInt(tokenAddress),
      ]);
      const call = () =>
        expect(escrow.connect(stranger).batch(fills.map(asCall)))
          .to.emit(escrow, "BatchItemSkipped")
          .withArgs(0n, reason);
      await expectMoves(the(), call, {
        client: -40_000n,
        provider: -100_000n,
        escrow: 140_000n,
      });
    });
  });

  context("that refuses every approval", () => {
    it("keeps its worker from early pay, not from delivery and settlement", async () => {
      const { escrow, worker, provider, stranger } = the();
      const maker = await fickle();
      const { ask, askSignature, bid, bidSignature } = await pairOf(1n, maker);
      const opened = await escrow.connect(stranger).fill(ask, askSignature, bid, bidSignature);
      const { id, job } = await openedBy(the(), opened);
      await refuses(maker);
      const approval = await signApproval(the(), id);
      await escrow.connect(worker).deliver(id, job, OUTPUT_ROOT, 4n, approval);
      const delivered = await jobNow(the(), id);
      await at(windowEnd(delivered) + 1n);
      const settle = () => escrow.connect(provider).settle(id, delivered.job);
      const moves = { provider: 139_000n, treasury: 1_000n, escrow: -140_000n };
      await expectMoves(the(), settle, moves);
    });
  });
});
