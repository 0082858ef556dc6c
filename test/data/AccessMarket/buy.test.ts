import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, SigningKey, toBeHex } from "ethers";

import { asHex, isPublicKey } from "../../../sdk/src/index";
import { at } from "../../shared/jobs";
import {
  CLAIMS,
  DAY,
  ENCRYPTED_KEY,
  FIRST,
  FIRST_PRICE,
  NO_POINT,
  OTHER_PUBLIC_KEY,
  PUBLIC_KEY,
  Status,
  TERMS,
  buy,
  buyAndGrant,
  claimsMoved,
  cloneMarket,
  expectedPrice,
  now,
  useAccess,
} from "../../shared/accessMarket";

/** What the coordinates of secp256k1 are below. */
const P = 2n ** 256n - 2n ** 32n - 977n;

/** The compressed key with the other y. */
function negated(key: string): string {
  return `0x0${key[3] === "2" ? 3 : 2}${key.slice(4)}`;
}

/*
AccessMarket
├── buy
│  ├── it pulls the price, records the purchase, and emits LicenceBought
│  ├── it gives each purchase an id of its own
│  ├── when the time is the second before the deadline, the deadline, or the second after
│  │  └── it buys, buys, and reverts with AccessMarketTooLate
│  ├── given a public key
│  │  ├── it buys with points of the curve, and reverts with AccessMarketInvalidKey with others
│  │  └── it agrees with another implementation of the curve about the first hundred x
│  ├── given a limit a unit below the price, at it, or a unit above
│  │  └── it reverts with AccessMarketPriceTooHigh, buys, and buys
│  └── given claims or an allowance below the price
│     └── it reverts as the Ledger does
└── price
   ├── it falls with time, from the second 0 to 10 years, down to the reserve
   ├── it rises with each purchase, up to the cap
   ├── it is the same before a grant and after it
   └── it is after a refund as if there had been no purchase
*/
describe("AccessMarket", () => {
  const the = useAccess();

  describe("buy", () => {
    it("pulls the price, records the purchase, and emits LicenceBought", async () => {
      const { market, buyer, startedAt } = the();
      await at(startedAt + DAY);
      // 69.42 × 0.69^(1/2)
      const price = 57_664_583n;
      const deadline = startedAt + DAY + TERMS.grantTime;
      const moved = await claimsMoved(the(), [buyer], async () => {
        await expect(market.connect(buyer).buy(FIRST_PRICE, MaxUint256, OTHER_PUBLIC_KEY))
          .to.emit(market, "LicenceBought")
          .withArgs(FIRST, buyer.address, price, deadline, OTHER_PUBLIC_KEY);
      });
      expect(moved).to.deep.equal([-price]);
      const terms = [deadline, TERMS.licenceTerm, TERMS.potShareBps];
      expect(await market.purchaseOf(FIRST)).to.deep.equal([
        ...[buyer.address, price, ...terms, BigInt(Status.Pending), 0n, 0n],
      ]);
      expect(await market.sales()).to.deep.equal([startedAt, 0n, 1n, 1n, 0n]);
    });

    it("gives each purchase an id of its own", async () => {
      const { market, buyer, other } = the();
      await buy(the());
      await buy(the(), other);
      await time.increase(2n * DAY);
      await market.refund(2n);
      expect(
        await market.connect(buyer).buy.staticCall(MaxUint256, MaxUint256, PUBLIC_KEY),
      ).to.equal(3n);
    });

    context(
      "when the time is the second before the deadline, the deadline, or the second after",
      () => {
        it("buys, buys, and reverts with AccessMarketTooLate", async () => {
          const { market, buyer, startedAt } = the();
          const deadline = startedAt + 100n;
          const attempt = () => market.connect(buyer).buy(MaxUint256, deadline, PUBLIC_KEY);
          for (const when of [deadline - 1n, deadline]) {
            await at(when);
            await attempt();
          }
          await at(deadline + 1n);
          await expect(attempt())
            .to.be.revertedWithCustomError(market, "AccessMarketTooLate")
            .withArgs(deadline);
        });
      },
    );

    context("given a public key", () => {
      it("buys with points of the curve, and reverts with AccessMarketInvalidKey with others", async () => {
        const { market, buyer } = the();
        const attempt = (key: string) =>
          market.connect(buyer).buy.staticCall(MaxUint256, MaxUint256, key);
        for (let scalar = 1; scalar <= 50; scalar++) {
          const key = SigningKey.computePublicKey(toBeHex(scalar, 32), true);
          expect(await attempt(key)).to.equal(FIRST);
          expect(await attempt(negated(key))).to.equal(FIRST);
        }
        const x = PUBLIC_KEY.slice(4);
        const lengths = ["0x", PUBLIC_KEY.slice(0, -2), `${PUBLIC_KEY}00`];
        const parities = ["00", "01", "04", "ff"].map((parity) => `0x${parity}${x}`);
        const beyond = [P, P + 1n, MaxUint256].map((value) => `0x02${toBeHex(value, 32).slice(2)}`);
        for (const key of [NO_POINT, negated(NO_POINT), ...lengths, ...parities, ...beyond]) {
          await expect(attempt(key))
            .to.be.revertedWithCustomError(market, "AccessMarketInvalidKey")
            .withArgs(key);
        }
      });

      it("agrees with another implementation of the curve about the first hundred x", async () => {
        const { market, buyer } = the();
        for (let x = 0; x < 100; x++) {
          const key = `0x02${toBeHex(x, 32).slice(2)}`;
          const bought = await market
            .connect(buyer)
            .buy.staticCall(MaxUint256, MaxUint256, key)
            .then(
              () => true,
              () => false,
            );
          expect(bought, key).to.equal(isPublicKey(asHex(key)));
        }
      });
    });

    context("given a limit a unit below the price, at it, or a unit above", () => {
      it("reverts with AccessMarketPriceTooHigh, buys, and buys", async () => {
        const { market, buyer, startedAt } = the();
        const own = market.connect(buyer);
        await time.increaseTo(startedAt + DAY);
        const price = 57_664_583n;
        const attempt = (limit: bigint) => own.buy.staticCall(limit, MaxUint256, PUBLIC_KEY);
        await expect(attempt(price - 1n))
          .to.be.revertedWithCustomError(market, "AccessMarketPriceTooHigh")
          .withArgs(price, price - 1n);
        expect(await attempt(price)).to.equal(FIRST);
        expect(await attempt(price + 1n)).to.equal(FIRST);
      });
    });

    context("given claims or an allowance below the price", () => {
      it("reverts as the Ledger does", async () => {
        const { market, ledger, stranger, buyer, claimId: id, startedAt } = the();
        await ledger.connect(buyer).approve(market, id, 1n);
        await ledger.connect(stranger).approve(market, id, MaxUint256);
        await at(startedAt + DAY);
        const price = 57_664_583n;
        await expect(buy(the()))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientAllowance")
          .withArgs(await market.getAddress(), 1n, price, id);
        await at(startedAt + 2n * DAY);
        // 69.42 × 0.69^(3/2)
        await expect(buy(the(), stranger))
          .to.be.revertedWithCustomError(ledger, "ERC6909InsufficientBalance")
          .withArgs(stranger.address, 0n, 39_788_563n, id);
      });
    });
  });

  describe("price", () => {
    const priceAt = async (when: bigint): Promise<bigint> => {
      await time.increaseTo(when);
      return the().market.price();
    };

    it("falls with time, from the second 0 to 10 years, down to the reserve", async () => {
      const market = await cloneMarket(the());
      const startedAt = await now();
      expect(await market.price()).to.equal(FIRST_PRICE);
      for (const [elapsed, price] of [
        [DAY / 2n, TERMS.initialPrice],
        [DAY, 57_664_583n],
        [3_650n * DAY, TERMS.reserve],
      ]) {
        await time.increaseTo(startedAt + elapsed);
        expect(await market.price()).to.equal(price);
      }
    });

    it("rises with each purchase, up to the cap", async () => {
      const { market, startedAt } = the();
      const sums: bigint[] = [];
      for (let sold = 0n; sold < 20n; sold++) {
        await at(startedAt + 100n + sold);
        await buy(the());
        const { price } = await market.purchaseOf(sold + 1n);
        expect(Number(price)).to.be.closeTo(expectedPrice(100n + sold, sold), 2);
        sums.push(price);
      }
      expect(sums[12]).to.be.below(TERMS.cap);
      expect(sums[14]).to.be.equal(TERMS.cap);
      expect(sums[19]).to.be.equal(TERMS.cap);
      expect(CLAIMS).to.be.above(sums.reduce((a, b) => a + b));
    });

    it("is the same before a grant and after it", async () => {
      const { market, host, startedAt } = the();
      await at(startedAt + 10n);
      await buy(the());
      await at(startedAt + 11n);
      await market.connect(host).grant(FIRST, ENCRYPTED_KEY);
      const price = Number(await priceAt(startedAt + 12n));
      expect(price).to.be.closeTo(expectedPrice(12n, 1n), 2);
    });

    it("is after a refund as if there had been no purchase", async () => {
      const { market, startedAt } = the();
      await buyAndGrant(the());
      for (let i = 0; i < 3; i++) await buy(the());
      await time.increaseTo(startedAt + 2n * DAY);
      for (const id of [4n, 2n, 3n]) await market.refund(id);
      const price = Number(await priceAt(startedAt + 3n * DAY));
      expect(price).to.be.closeTo(expectedPrice(3n * DAY, 1n), 2);
    });
  });
});
