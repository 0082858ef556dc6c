import { expect } from "chai";

import { DelegatedSides, asHex } from "../../../sdk/src/index";
import type { Ask, Bid } from "../../../sdk/src/index";
import {
  DAY,
  at,
  deadlineOf,
  deliverJob,
  expectMoves,
  freezeJob,
  useMarket,
  windowEnd,
} from "../../shared/jobs";
import type { JobRef } from "../../shared/jobs";
import { MODEL_ID, askOf, bidOf, plainOf, signAsk, signBid } from "../../shared/market";
import {
  ON_STAKE,
  RENT_BPS,
  STAKE,
  deployStaked,
  expectStake,
  rentDue,
  takeOnStake,
  takenOnStake,
} from "../../shared/stakes";

const FOREVER = 2n ** 40n - 1n;
const [PRICE, BOND] = [40_000n, 400_000n];
/** Of the usual bond, for an hour's turnaround and a window of six hours: 15.98 units, rounded up. */
const MOST_RENT = 16n;

/*
a job that a delegate takes on its maker's stake
├── when it opens
│  ├── it locks the bond, keeps the rate, owes no rent yet, and pulls nothing from the provider
│  ├── so it does for a signed ask, in a batch, and when it is delivered at once
│  ├── it reverts with StakesTooLow given one unit less than the bond
│  ├── it reverts with StakesTooLong given a turnaround of fourteen days and a second, and not of fourteen days
│  ├── it reverts with StakesRentTooHigh given a rent one unit above the price, and not at the price
│  ├── it reverts with StakesPriceTooHigh given a price above a tenth of the bond
│  ├── it reverts with OrderBookVerifierUnnamed given no verifier
│  ├── it reverts with OrderBookNotMirrored given another model
│  ├── it reverts with StakesSuspended once a job took something out of the stake, until it is resumed (ST-6)
│  ├── it reverts with OrdersNotDelegated for the other side, and after the expiry
│  └── it bonds the provider's own asks out of its claims
└── when it ends
   ├── it owes the rent of the seconds since the fill, rounded up, at most for turnaround and window (ST-3)
   ├── the bond is free again after a settlement, alone or in a batch, and a cancellation
   ├── what the provider pays is taken from it after a hand-back, silence, and a delivery in part
   ├── it is lost after a slash, and comes back to the stake if it is restored
   └── it goes to the treasury if it is not
*/
describe("JobEscrow", () => {
  const the = useMarket(deployStaked);

  const take = async (ask?: Partial<Ask>, bid?: Partial<Bid>) => takeOnStake(the(), ask, bid);
  const taken = async () => takenOnStake(the());
  const stakeIs = async (free: bigint, locked: bigint, rent?: bigint, suspended?: boolean) =>
    expectStake(the(), free, locked, rent, suspended);

  describe("a job that a delegate takes on its maker's stake", () => {
    context("when it opens", () => {
      it("locks the bond, keeps the rate, owes no rent yet, and pulls nothing from the provider", async () => {
        let ref: JobRef | undefined;
        await expectMoves(the(), async () => (ref = await taken()), {
          client: -PRICE,
          escrow: PRICE,
        });
        expect(ref?.job).to.include({ staked: true, rentBps: RENT_BPS });
        await stakeIs(STAKE - BOND, BOND);
        const { book, provider, delegate, token } = the();
        expect((await book.delegation(provider, delegate, token)).pulled).to.equal(0n);
      });

      it("so it does for a signed ask, in a batch, and when it is delivered at once", async () => {
        const { escrow, client, delegate } = the();
        const ask = askOf(the(), { ...ON_STAKE, nonce: 1n });
        const askSignature = await signAsk(the(), ask, delegate);
        const moves = { client: -PRICE, escrow: PRICE };
        await expectMoves(
          the(),
          () => escrow.connect(client).fill(ask, askSignature, bidOf(the()), "0x"),
          moves,
        );
        const bid = bidOf(the(), { nonce: 2n });
        const item = { ask: askOf(the(), ON_STAKE), askSignature: "0x", bid };
        const bidSignature = await signBid(the(), bid, client);
        await expectMoves(
          the(),
          () => escrow.connect(delegate).fillBatch([{ ...item, bidSignature }]),
          moves,
        );
        await stakeIs(STAKE - 2n * BOND, 2n * BOND);

        const { book, provider, token, worker } = the();
        await book
          .connect(provider)
          .setDelegation(worker, token, DelegatedSides.AsksOnStake, 0n, FOREVER);
        await escrow.connect(provider).stake(token, BOND);
        const wanted = bidOf(the(), { nonce: 3n });
        const signature = await signBid(the(), wanted, client);
        const root = asHex(`0x${"12".repeat(32)}`);
        await expectMoves(
          the(),
          () => escrow.connect(worker).fulfil(item.ask, "0x", wanted, signature, root, "0x"),
          moves,
        );
        await stakeIs(STAKE - 2n * BOND, 3n * BOND);
      });

      it("reverts with StakesTooLow given one unit less than the bond", async () => {
        const { escrow, provider, token, tokenAddress } = the();
        await escrow.connect(provider).unstake(token, STAKE - BOND + 1n);
        await expect(take())
          .to.be.revertedWithCustomError(escrow, "StakesTooLow")
          .withArgs(provider.address, tokenAddress, BOND, BOND - 1n);
        await escrow.connect(provider).stake(token, 1n);
        await take();
      });

      it("reverts with StakesTooLong given a turnaround of fourteen days and a second, and not of fourteen days", async () => {
        const { escrow, provider } = the();
        const most = 14n * DAY;
        await expect(take({ turnaround: most + 1n }, { maxTurnaround: most + 1n }))
          .to.be.revertedWithCustomError(escrow, "StakesTooLong")
          .withArgs(provider.address, most + 1n, most);
        await take({ turnaround: most }, { maxTurnaround: most });
      });

      it("reverts with StakesRentTooHigh given a rent one unit above the price, and not at the price", async () => {
        const { escrow, provider, token } = the();
        await escrow.connect(provider).setRent(token, 1_251_429n);
        await expect(take())
          .to.be.revertedWithCustomError(escrow, "StakesRentTooHigh")
          .withArgs(provider.address, PRICE + 1n, PRICE);
        await escrow.connect(provider).setRent(token, 1_251_428n);
        expect((await taken()).job.rentBps).to.equal(1_251_428n);
      });

      it("reverts with StakesPriceTooHigh given a price above a tenth of the bond", async () => {
        const { escrow, provider } = the();
        await expect(take({ unitBond: 99_997n }))
          .to.be.revertedWithCustomError(escrow, "StakesPriceTooHigh")
          .withArgs(provider.address, PRICE, 39_998n);
      });

      it("reverts with OrderBookVerifierUnnamed given no verifier", async () => {
        const { book, escrow, delegate, client } = the();
        const plain = plainOf(the());
        await expect(take(plain, plain)).to.be.revertedWithCustomError(
          book,
          "OrderBookVerifierUnnamed",
        );
        const bid = bidOf(the(), { ...plain, nonce: 9n });
        const ask = askOf(the(), { ...ON_STAKE, ...plain });
        const fulfil = escrow
          .connect(delegate)
          .fulfil(ask, "0x", bid, await signBid(the(), bid, client), MODEL_ID, "0x");
        await expect(fulfil).to.be.revertedWithCustomError(book, "OrderBookVerifierUnnamed");
      });

      it("reverts with OrderBookNotMirrored given another model", async () => {
        const { book } = the();
        await expect(book.setMirrored(MODEL_ID, false))
          .to.emit(book, "MirroredSet")
          .withArgs(MODEL_ID, false);
        expect(await book.isMirrored(MODEL_ID)).to.equal(false);
        await expect(take())
          .to.be.revertedWithCustomError(book, "OrderBookNotMirrored")
          .withArgs(MODEL_ID);
      });

      it("reverts with StakesSuspended once a job took something out of the stake, until it is resumed (ST-6)", async () => {
        const { escrow, provider, worker, token, tokenAddress } = the();
        const account = [provider.address, tokenAddress] as const;
        const [first, second] = [await taken(), await taken()];
        await at(second.job.openedAt + 1_800n);
        await expect(escrow.connect(worker).handBack(first.id, first.job))
          .to.emit(escrow, "StakeSuspended")
          .withArgs(...account);
        const refused = async () =>
          expect(take())
            .to.be.revertedWithCustomError(escrow, "StakesSuspended")
            .withArgs(...account);
        await refused();
        // neither what comes back, nor what is staked or taken, lets it bond jobs
        await expect(escrow.connect(worker).handBack(second.id, second.job)).not.to.emit(
          escrow,
          "StakeSuspended",
        );
        await escrow.connect(provider).stake(token, 1n);
        await escrow.connect(provider).unstake(token, 1n);
        await refused();
        await escrow.connect(provider).resumeStake(token);
        await take();
      });

      it("reverts with OrdersNotDelegated for the other side, and after the expiry", async () => {
        const { book, escrow, provider, delegate, token, tokenAddress, client } = the();
        const refused = [provider.address, delegate.address, tokenAddress] as const;
        const ask = askOf(the(), { provider: asHex(client.address), gpuId: 0n, nonce: 5n });
        const signature = await signAsk(the(), ask, client);
        const bid = bidOf(the(), { client: asHex(provider.address) });
        await expect(escrow.connect(delegate).fill(ask, signature, bid, "0x"))
          .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
          .withArgs(...refused, 2n);
        await book
          .connect(provider)
          .setDelegation(delegate, token, DelegatedSides.AsksOnStake, 0n, 1n);
        await expect(take())
          .to.be.revertedWithCustomError(book, "OrdersNotDelegated")
          .withArgs(...refused, 1n);
      });

      it("bonds the provider's own asks out of its claims", async () => {
        const { escrow, provider, client } = the();
        const bid = bidOf(the(), { nonce: 6n });
        const signature = await signBid(the(), bid, client);
        await expectMoves(
          the(),
          () => escrow.connect(provider).fill(askOf(the(), ON_STAKE), "0x", bid, signature),
          { client: -PRICE, provider: -BOND, escrow: PRICE + BOND },
        );
        await stakeIs(STAKE, 0n);
      });
    });

    context("when it ends", () => {
      it("owes the rent of the seconds since the fill, rounded up, at most for turnaround and window (ST-3)", async () => {
        const { escrow, client, provider, token } = the();
        await escrow.connect(provider).setRent(token, 1_000_000n);
        const owed = () => escrow.rentOwed(provider, token);
        const early = await taken();
        await at(early.job.openedAt + 100n);
        await escrow.connect(client).cancel(early.id, early.job);
        // 400,000 × 100 years' shares × 100 s ÷ 31,536,000 s = 126.8…
        expect(await owed()).to.equal(127n);

        const late = await deliverJob(the(), await taken());
        await at(late.job.openedAt + 30n * DAY);
        await escrow.settle(late.id, late.job);
        // for 3,600 s and 21,600 s: 31,963.4…
        expect((await owed()) - 127n).to.equal(31_964n);
      });

      it("is free again after a settlement, alone or in a batch, and a cancellation", async () => {
        const { escrow, client, stranger } = the();
        const [first, second] = [await deliverJob(the(), await taken()), await taken()];
        const both = [first, await deliverJob(the(), second)];
        await at(windowEnd(both[1]) + 1n);
        await escrow.connect(stranger).settle(first.id, first.job);
        const rent = await rentDue(first);
        expect(rent).to.be.within(1n, MOST_RENT - 1n);
        await stakeIs(STAKE - BOND, BOND, rent);
        const { id, job } = both[1];
        const paid = { provider: 39_000n, treasury: 1_000n, escrow: -PRICE };
        await expectMoves(the(), () => escrow.connect(stranger).settleBatch([{ id, job }]), paid);
        const settled = rent + (await rentDue(both[1]));
        await stakeIs(STAKE, 0n, settled);

        const third = await taken();
        await expectMoves(the(), () => escrow.connect(client).cancel(third.id, third.job), paid);
        await stakeIs(STAKE, 0n, settled + (await rentDue(third)));
      });

      it("pays out of it after a hand-back, silence, and a delivery in part", async () => {
        const { escrow, provider, worker, stranger, token } = the();
        const handed = await taken();
        await at(handed.job.openedAt + 1_800n);
        await expectMoves(the(), () => escrow.connect(worker).handBack(handed.id, handed.job), {
          client: PRICE + PRICE / 2n,
          escrow: -PRICE - PRICE / 2n,
        });
        let rent = await rentDue(handed);
        await stakeIs(STAKE - PRICE / 2n, 0n, rent, true);
        await escrow.connect(provider).resumeStake(token);

        const silent = await taken();
        await at(deadlineOf(silent) + 1n);
        await expectMoves(the(), () => escrow.connect(stranger).expire(silent.id, silent.job), {
          client: 2n * PRICE,
          escrow: -2n * PRICE,
        });
        rent += await rentDue(silent);
        await stakeIs(STAKE - PRICE / 2n - PRICE, 0n, rent, true);
        await escrow.connect(provider).resumeStake(token);

        const partly = await taken();
        await at(partly.job.openedAt + 1_800n);
        await expectMoves(the(), () => deliverJob(the(), partly, { units: 1n }), {
          client: 30_000n + 15_000n,
          escrow: -45_000n,
        });
        rent += await rentDue(partly, 300_000n);
        await stakeIs(STAKE - 175_000n, 100_000n, rent, true);
      });

      it("is lost after a slash, and comes back to the stake if it is restored", async () => {
        const { escrow, verifier } = the();
        const { id, job } = await freezeJob(the(), await deliverJob(the(), await taken()));
        const slash = () => escrow.connect(verifier).slash(id, job, BOND / 10n);
        await expectMoves(the(), slash, {
          client: PRICE,
          verifier: BOND / 10n,
          escrow: -PRICE - BOND / 10n,
        });
        const rent = await rentDue({ id, job });
        await stakeIs(STAKE - BOND, 0n, rent, true);
        await expectMoves(the(), () => escrow.restoreHeldBond(id), {});
        await stakeIs(STAKE - BOND / 10n, 0n, rent, true);
      });

      it("goes to the treasury if it is not restored", async () => {
        const { escrow, verifier } = the();
        const { id, job } = await freezeJob(the(), await deliverJob(the(), await taken()));
        await escrow.connect(verifier).slash(id, job, 0n);
        const rent = await rentDue({ id, job });
        const { releasableAt, staked } = await escrow.heldBond(id);
        expect([staked, releasableAt]).to.deep.equal([true, job.deliveredAt + 30n * DAY + 2n]);
        await at(releasableAt);
        const released = { treasury: BOND, escrow: -BOND };
        await expectMoves(the(), () => escrow.releaseHeldBond(id), released);
        await stakeIs(STAKE - BOND, 0n, rent, true);
      });
    });
  });
});
