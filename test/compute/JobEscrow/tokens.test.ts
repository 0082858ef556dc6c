import { expect } from "chai";
import { ethers } from "hardhat";
import { parseEther } from "ethers";
import type { BaseContract } from "ethers";

import type { MockERC20 } from "../../../typechain-types";
import { asAddress } from "../../../sdk/src/index";
import {
  OUTPUT_ROOT,
  at,
  deliverJob,
  demandPiece,
  expectMoves,
  freezeJob,
  jobNow,
  openDelivered,
  openJob,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { CLAIMS, DEMAND_PRICES, VERIFIER_TERMS, fund } from "../../shared/market";
import type { Market } from "../../shared/market";

/*
JobEscrow, when the payment token misbehaves
├── when it takes a fee: it pays jobs in the claims that arrived
├── when it returns nothing: it lets a job live from deposit to withdrawal
├── when it lies about transfers: it pays jobs in the claims that there are
├── when it loses half of every balance in the middle of a job: it owes and pays the same claims
├── when it doubles every balance in the middle of a job: it owes and pays the same claims
├── when it pauses in the middle of a job: it ends every job as ever, and they are withdrawn later
├── when it blocks a party in the middle of a job
│  ├── it ends the job as ever, and the party withdraws elsewhere
│  └── it ends the job as ever, given the Ledger or the escrow is blocked
└── when it calls back in a deposit or a withdrawal
   ├── it settles a job once, given it calls settle
   ├── it opens and ends jobs, given it calls a batch
   └── it gives nobody the claims of another
*/
describe("JobEscrow", () => {
  describe("when the payment token misbehaves", () => {
    const the = useMarket();

    /** The market in another token, listed for the verifier, with claims of client and provider. */
    async function marketIn<T extends BaseContract>(token: T): Promise<Market & { coin: T }> {
      const { book, verifier, client, provider } = the();
      const tokenAddress = asAddress(await token.getAddress());
      await book.setVerifierTerms(token, verifier, VERIFIER_TERMS);
      await book.setDemandPrices(token, DEMAND_PRICES);
      const market = { ...the(), token: token as unknown as MockERC20, tokenAddress, coin: token };
      await fund(market, client);
      await fund(market, provider);
      return market;
    }

    /** Orders in the market's token. */
    const priced = ({ tokenAddress: token }: Market) => ({ ask: { token }, bid: { token } });

    async function settle(market: Market, ref: JobRef): Promise<void> {
      await at(windowEnd(ref) + 1n);
      await expectMoves(market, () => market.escrow.settle(ref.id, ref.job), {
        provider: 139_000n,
        treasury: 1_000n,
        escrow: -140_000n,
      });
    }

    /** Ends a job in each way that there is. */
    async function endAll(market: Market, open: JobRef[], delivered: JobRef[]): Promise<void> {
      const { escrow, client, worker, verifier, admin } = market;
      const [cancelled, handed, dropped, expired] = open;
      await escrow.connect(client).cancel(cancelled.id, cancelled.job);
      await escrow.connect(worker).handBack(handed.id, handed.job);
      await escrow.connect(worker).deliver(dropped.id, dropped.job, OUTPUT_ROOT, 1n, "0x");
      const [slashed, restored, settled] = delivered;
      for (const { id } of [slashed, restored]) {
        const frozen = await freezeJob(market, await jobNow(market, id));
        await escrow.connect(verifier).slash(id, frozen.job, 10_000n);
      }
      await escrow.connect(admin).restoreHeldBond(restored.id);
      await escrow.connect(client).approve(settled.id, settled.job, "0x");
      await at(expired.job.openedAt + 3_601n);
      await escrow.expire(expired.id, expired.job);
      const last = await jobNow(market, dropped.id);
      await at(windowEnd(last) + 1n);
      await escrow.settle(last.id, last.job);
      await escrow.settle(settled.id, (await jobNow(market, settled.id)).job);
    }

    /** Four open and three delivered jobs in the market's token, one of these with a demand. */
    async function openMany(market: Market): Promise<[JobRef[], JobRef[]]> {
      const orders = priced(market);
      const open: JobRef[] = [];
      for (let i = 0; i < 4; i++) open.push(await openJob(market, orders));
      const demanded = await demandPiece(market, await openDelivered(market, orders));
      const delivered = [demanded];
      for (let i = 0; i < 2; i++) delivered.push(await openDelivered(market, orders));
      return [open, delivered];
    }

    /** The claims of all parties but the escrow. */
    async function claims(market: Market): Promise<bigint> {
      const id = BigInt(market.tokenAddress);
      const parties = [market.client, market.provider, market.treasury, market.verifier];
      const balances = await Promise.all(parties.map((p) => market.ledger.balanceOf(p, id)));
      return balances.reduce((sum, balance) => sum + balance, 0n);
    }

    context("when it takes a fee", () => {
      it("pays jobs in the claims that arrived", async () => {
        const market = await marketIn(await ethers.deployContract("FeeToken", [100n]));
        const { ledger, client, coin } = market;
        const id = BigInt(market.tokenAddress);
        expect(await ledger.balanceOf(client, id)).to.equal((CLAIMS * 99n) / 100n);
        await settle(market, await openDelivered(market, priced(market)));
        expect(await coin.balanceOf(ledger)).to.equal(await ledger.totalSupply(id));
      });
    });

    context("when it returns nothing", () => {
      it("lets a job live from deposit to withdrawal", async () => {
        const market = await marketIn(await ethers.deployContract("NoReturnToken"));
        const { ledger, provider, coin, tokenAddress } = market;
        await settle(market, await openDelivered(market, priced(market)));
        await ledger.connect(provider).withdraw(tokenAddress, 39_000n, provider);
        expect(await coin.balanceOf(provider)).to.equal(39_000n);
      });
    });

    context("when it lies about transfers", () => {
      it("pays jobs in the claims that there are", async () => {
        const market = await marketIn(await ethers.deployContract("FalseToken"));
        const { ledger, provider, coin, tokenAddress } = market;
        const ref = await openDelivered(market, priced(market));
        await coin.setMode(1n);
        await settle(market, ref);
        await expect(ledger.connect(provider).withdraw(tokenAddress, 1n, provider))
          .to.be.revertedWithCustomError(ledger, "SafeERC20FailedOperation")
          .withArgs(tokenAddress);
        await coin.setMode(0n);
        await ledger.connect(provider).withdraw(tokenAddress, 39_000n, provider);
        expect(await coin.balanceOf(provider)).to.equal(39_000n);
      });
    });

    for (const [name, factor, kept] of [
      ["loses half of", "0.5", 1n],
      ["doubles", "2", 2n],
    ] as const) {
      context(`when it ${name} every balance in the middle of a job`, () => {
        it("owes and pays the same claims", async () => {
          const market = await marketIn(await ethers.deployContract("RebasingToken"));
          const { ledger, provider, coin, tokenAddress } = market;
          const ref = await openDelivered(market, priced(market));
          await coin.rebase(parseEther(factor));
          await settle(market, ref);
          await ledger.connect(provider).withdraw(tokenAddress, 40_000n, provider);
          expect(await coin.balanceOf(provider)).to.equal(kept === 1n ? 20_000n : 40_000n);
        });
      });
    }

    context("when it pauses in the middle of a job", () => {
      it("ends every job as ever, and they are withdrawn later", async () => {
        const market = await marketIn(await ethers.deployContract("PausingToken"));
        const { ledger, escrow, provider, coin, tokenAddress } = market;
        const [open, delivered] = await openMany(market);
        await coin.pause();
        await endAll(market, open, delivered);
        const held = (await escrow.heldBond(delivered[0].id)).amount;
        expect(await ledger.balanceOf(escrow, BigInt(tokenAddress))).to.equal(held);
        expect(await claims(market)).to.equal(2n * CLAIMS - held);
        await expect(
          ledger.connect(provider).withdraw(tokenAddress, 1n, provider),
        ).to.be.revertedWithCustomError(coin, "EnforcedPause");
        await coin.unpause();
        await ledger.connect(provider).withdraw(tokenAddress, 1n, provider);
      });
    });

    context("when it blocks a party in the middle of a job", () => {
      it("ends the job as ever, and the party withdraws elsewhere", async () => {
        const market = await marketIn(await ethers.deployContract("BlocklistToken"));
        const { ledger, provider, stranger, coin, tokenAddress } = market;
        const [open, delivered] = await openMany(market);
        for (const party of [market.client, provider, market.treasury, market.verifier]) {
          await coin.setBlocked(party, true);
        }
        await endAll(market, open, delivered);
        await expect(ledger.connect(provider).withdraw(tokenAddress, 5n, provider))
          .to.be.revertedWithCustomError(coin, "BlocklistTokenBlocked")
          .withArgs(provider.address);
        await ledger.connect(provider).withdraw(tokenAddress, 5n, stranger);
        expect(await coin.balanceOf(stranger)).to.equal(5n);
      });

      it("ends the job as ever, given the Ledger or the escrow is blocked", async () => {
        const market = await marketIn(await ethers.deployContract("BlocklistToken"));
        const [open, delivered] = await openMany(market);
        for (const contract of [market.ledger, market.escrow]) {
          await market.coin.setBlocked(contract, true);
        }
        await endAll(market, open, delivered);
      });
    });

    context("when it calls back in a deposit or a withdrawal", () => {
      it("settles a job once, given it calls settle", async () => {
        const market = await marketIn(await ethers.deployContract("HookToken"));
        const { ledger, escrow, provider, coin, tokenAddress } = market;
        const ref = await openDelivered(market, priced(market));
        const data = escrow.interface.encodeFunctionData("settle", [ref.id, ref.job]);
        await at(windowEnd(ref) + 1n);
        await coin.setHook(escrow, true, data);
        const id = BigInt(tokenAddress);
        const before = await ledger.balanceOf(provider, id);
        await expect(ledger.connect(provider).withdraw(tokenAddress, 7n, provider))
          .to.emit(coin, "HookCalled")
          .withArgs(true, "0x");
        expect(await ledger.balanceOf(provider, id)).to.equal(before + 139_000n - 7n);
        await coin.setHook(escrow, false, data);
        await expect(ledger.connect(provider).withdraw(tokenAddress, 7n, provider))
          .to.emit(coin, "HookCalled")
          .withArgs(false, (result: string) => result.startsWith(staleSelector()));
        expect(await ledger.balanceOf(provider, id)).to.equal(before + 139_000n - 14n);
      });

      it("opens and ends jobs, given it calls a batch", async () => {
        const market = await marketIn(await ethers.deployContract("HookToken"));
        const { ledger, escrow, client, coin, tokenAddress } = market;
        const refs = [
          await openDelivered(market, priced(market)),
          await openDelivered(market, priced(market)),
        ];
        const calls = [...refs, refs[0]].map(({ id, job }) =>
          escrow.interface.encodeFunctionData("settle", [id, job]),
        );
        const data = escrow.interface.encodeFunctionData("batch", [calls]);
        await at(windowEnd(refs[1]) + 1n);
        await coin.setHook(escrow, false, data);
        await expectMoves(market, () => ledger.connect(client).withdraw(tokenAddress, 3n, client), {
          client: -3n,
          provider: 278_000n,
          treasury: 2_000n,
          escrow: -280_000n,
        });
      });

      it("gives nobody the claims of another", async () => {
        const market = await marketIn(await ethers.deployContract("HookToken"));
        const { ledger, escrow, client, coin, tokenAddress } = market;
        const { id, job } = await openJob(market, priced(market));
        const data = escrow.interface.encodeFunctionData("cancel", [id, job]);
        await coin.setHook(escrow, true, data);
        await expect(ledger.connect(client).withdraw(tokenAddress, 3n, client))
          .to.emit(coin, "HookCalled")
          .withArgs(
            false,
            escrow.interface.encodeErrorResult("JobsUnauthorized", [id, tokenAddress]),
          );
        await deliverJob(market, { id, job });
      });

      const staleSelector = () => the().escrow.interface.getError("JobsStale")?.selector ?? "";
    });
  });
});
