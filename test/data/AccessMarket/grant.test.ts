import { expect } from "chai";

import { at } from "../../shared/jobs";
import {
  ENCRYPTED_KEY,
  FIRST,
  Status,
  TERMS,
  buy,
  buyAndGrant,
  claimsMoved,
  cloneMarket,
  useAccess,
} from "../../shared/accessMarket";

/*
AccessMarket
├── grant
│  ├── it mints the licence, pays pot and treasury, and emits LicenceGranted
│  ├── it gives all to the pot, or all to the treasury, if the terms say so
│  ├── it grants with the key of the present epoch
│  ├── it reverts with AccessMarketNotHost given another caller
│  ├── it reverts with AccessMarketNotPending given no purchase, or one that was granted or refunded
│  ├── it reverts with AccessMarketKeyMissing given no key
│  └── when the time is the second before the deadline, the deadline, or the second after
│     └── it grants, grants, and reverts with AccessMarketGrantTooLate
├── refund
│  ├── it gives the buyer all back, and emits PurchaseRefunded, whoever calls
│  ├── it reverts with AccessMarketNotPending given no purchase, or one that was granted or refunded
│  └── when the time is the second before the deadline, the deadline, or the second after
│     └── it reverts with AccessMarketRefundTooEarly, reverts, and refunds
└── rotateKey
   ├── it begins an epoch, and emits KeyRotated
   └── it reverts with AccessMarketNotHost given another caller
*/
describe("AccessMarket", () => {
  const the = useAccess();

  /** The last second of a grant of the first purchase, made now. */
  const boughtUntil = async (): Promise<bigint> => {
    await buy(the());
    return (await the().market.purchaseOf(FIRST)).deadline;
  };
  const grant = async (id = FIRST) => the().market.connect(the().host).grant(id, ENCRYPTED_KEY);
  const refund = async (id = FIRST) => the().market.connect(the().stranger).refund(id);

  const expectNotPending = async (action: (id: bigint) => Promise<unknown>) => {
    const { market } = the();
    const deadline = await boughtUntil();
    await buyAndGrant(the());
    await at(deadline + 1n);
    await refund();
    for (const [id, status] of [
      [0n, Status.None],
      [1n, Status.Refunded],
      [2n, Status.Granted],
      [3n, Status.None],
    ] as const) {
      await expect(action(id))
        .to.be.revertedWithCustomError(market, "AccessMarketNotPending")
        .withArgs(id, status);
    }
  };

  describe("grant", () => {
    it("mints the licence, pays pot and treasury, and emits LicenceGranted", async () => {
      const { market, buyer, dao, owner, startedAt } = the();
      await buy(the());
      const { price } = await market.purchaseOf(FIRST);
      const toPot = (price * 7n) / 10n;
      const when = startedAt + 1_000n;
      const expiresAt = when + TERMS.licenceTerm;
      const moved = await claimsMoved(the(), [dao, owner, buyer], async () => {
        await at(when);
        await expect(grant())
          .to.emit(market, "LicenceGranted")
          .withArgs(FIRST, buyer.address, expiresAt, 0n, toPot, owner.address, ENCRYPTED_KEY);
      });
      expect(moved).to.deep.equal([toPot, price - toPot, 0n]);
      expect(await market.ownerOf(FIRST)).to.equal(buyer.address);
      expect(await market.licenceOf(FIRST)).to.deep.equal([buyer.address, expiresAt, 0n]);
      expect((await market.purchaseOf(FIRST)).status).to.equal(BigInt(Status.Granted));
      expect(await market.sales()).to.deep.equal([startedAt, 1n, 0n, 1n, 0n]);
    });

    it("gives all to the pot, or all to the treasury, if the terms say so", async () => {
      const { ledger, buyer, dao, owner, claimId } = the();
      for (const [potShareBps, payee] of [
        [0n, owner],
        [10_000n, dao],
      ] as const) {
        const market = await cloneMarket(the(), { potShareBps });
        await ledger.connect(buyer).approve(market, claimId, 2n ** 128n);
        const access = { ...the(), market };
        await buy(access);
        const { price } = await market.purchaseOf(FIRST);
        const moved = await claimsMoved(access, [payee], () =>
          market.connect(the().host).grant(FIRST, ENCRYPTED_KEY),
        );
        expect(moved).to.deep.equal([price]);
      }
    });

    it("grants with the key of the present epoch", async () => {
      const { market, host } = the();
      await buy(the());
      await market.connect(host).rotateKey();
      await market.connect(host).rotateKey();
      await grant();
      expect((await market.licenceOf(FIRST)).keyEpoch).to.equal(2n);
      await market.connect(host).rotateKey();
      expect((await market.licenceOf(FIRST)).keyEpoch).to.equal(2n);
    });

    it("reverts with AccessMarketNotHost given another caller", async () => {
      const { market, host, owner, dao, buyer, stranger } = the();
      await buy(the());
      for (const account of [owner, dao, buyer, stranger]) {
        await expect(market.connect(account).grant(FIRST, ENCRYPTED_KEY))
          .to.be.revertedWithCustomError(market, "AccessMarketNotHost")
          .withArgs(account.address, host.address);
      }
    });

    it("reverts with AccessMarketNotPending given no purchase, or one that was granted or refunded", async () => {
      await expectNotPending(grant);
    });

    it("reverts with AccessMarketKeyMissing given no key", async () => {
      const { market, host } = the();
      await buy(the());
      await expect(market.connect(host).grant(FIRST, "0x"))
        .to.be.revertedWithCustomError(market, "AccessMarketKeyMissing")
        .withArgs(FIRST);
    });

    context(
      "when the time is the second before the deadline, the deadline, or the second after",
      () => {
        it("grants, grants, and reverts with AccessMarketGrantTooLate", async () => {
          const { market } = the();
          for (const [id, offset] of [
            [1n, -1n],
            [2n, 0n],
            [3n, 1n],
          ]) {
            await buy(the());
            const { deadline } = await market.purchaseOf(id);
            await at(deadline + offset);
            const granted = grant(id);
            if (offset <= 0n) await granted;
            else {
              await expect(granted)
                .to.be.revertedWithCustomError(market, "AccessMarketGrantTooLate")
                .withArgs(id, deadline);
            }
          }
        });
      },
    );
  });

  describe("refund", () => {
    it("gives the buyer all back, and emits PurchaseRefunded, whoever calls", async () => {
      const { market, buyer, stranger, dao, owner, startedAt } = the();
      const deadline = await boughtUntil();
      const { price } = await market.purchaseOf(FIRST);
      await at(deadline + 1n);
      const moved = await claimsMoved(the(), [buyer, stranger, dao, owner], async () => {
        await expect(refund())
          .to.emit(market, "PurchaseRefunded")
          .withArgs(FIRST, buyer.address, price);
      });
      expect(moved).to.deep.equal([price, 0n, 0n, 0n]);
      expect((await market.purchaseOf(FIRST)).status).to.equal(BigInt(Status.Refunded));
      expect(await market.sales()).to.deep.equal([startedAt, 0n, 0n, 1n, 0n]);
    });

    it("reverts with AccessMarketNotPending given no purchase, or one that was granted or refunded", async () => {
      await expectNotPending(refund);
    });

    context(
      "when the time is the second before the deadline, the deadline, or the second after",
      () => {
        it("reverts with AccessMarketRefundTooEarly, reverts, and refunds", async () => {
          const { market } = the();
          const deadline = await boughtUntil();
          for (const when of [deadline - 1n, deadline]) {
            await at(when);
            await expect(refund())
              .to.be.revertedWithCustomError(market, "AccessMarketRefundTooEarly")
              .withArgs(FIRST, deadline);
          }
          await at(deadline + 1n);
          await refund();
        });
      },
    );
  });

  describe("rotateKey", () => {
    it("begins an epoch, and emits KeyRotated", async () => {
      const { market, host } = the();
      for (const epoch of [1n, 2n]) {
        await expect(market.connect(host).rotateKey())
          .to.emit(market, "KeyRotated")
          .withArgs(epoch);
        expect((await market.sales()).keyEpoch).to.equal(epoch);
      }
    });

    it("reverts with AccessMarketNotHost given another caller", async () => {
      const { market, host, owner } = the();
      await expect(market.connect(owner).rotateKey())
        .to.be.revertedWithCustomError(market, "AccessMarketNotHost")
        .withArgs(owner.address, host.address);
    });
  });
});
