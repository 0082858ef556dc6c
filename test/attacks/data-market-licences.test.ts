import { time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256 } from "ethers";

import { at } from "../shared/jobs";
import {
  DAY,
  ENCRYPTED_KEY,
  FIRST,
  PUBLIC_KEY,
  TERMS,
  buy,
  buyAndGrant,
  claimsMoved,
  termsOf,
  useAccess,
} from "../shared/accessMarket";

/*
Access that somebody wants without its price, or a price without access
├── a host that stays silent: the buyer gets all back, though nobody but a stranger calls
├── a host that grants twice: the second grant reverts, and pays nobody
├── a host that grants what was refunded: refused
├── a refund that races a grant: at every second exactly one of them is possible
├── a host that is replaced by the owner to block refunds: does not
├── a licence used after its transfer: is the new holder's only
├── a licence used after its end: is nobody's
├── an implementation that a stranger sets up: refused
└── a clone that a stranger sets up again: refused
*/
describe("access that somebody wants without its price, or a price without access", () => {
  const the = useAccess();

  it("a host that stays silent: the buyer gets all back, though nobody but a stranger calls", async () => {
    const { market, buyer, stranger } = the();
    const moved = await claimsMoved(the(), [buyer, stranger], async () => {
      await buy(the());
      await time.increase(TERMS.grantTime + 1n);
      await market.connect(stranger).refund(FIRST);
    });
    expect(moved).to.deep.equal([0n, 0n]);
  });

  it("a host that grants twice: the second grant reverts, and pays nobody", async () => {
    const { market, host, dao, owner } = the();
    await buyAndGrant(the());
    await buy(the());
    const moved = await claimsMoved(the(), [dao, owner], async () => {
      await expect(market.connect(host).grant(FIRST, ENCRYPTED_KEY))
        .to.be.revertedWithCustomError(market, "AccessMarketNotPending")
        .withArgs(FIRST, 2n);
    });
    expect(moved).to.deep.equal([0n, 0n]);
  });

  it("a host that grants what was refunded: refused", async () => {
    const { market, host } = the();
    await buy(the());
    await time.increase(TERMS.grantTime + 1n);
    await market.refund(FIRST);
    await expect(market.connect(host).grant(FIRST, ENCRYPTED_KEY))
      .to.be.revertedWithCustomError(market, "AccessMarketNotPending")
      .withArgs(FIRST, 3n);
  });

  it("a refund that races a grant: at every second exactly one of them is possible", async () => {
    const { market, host, stranger } = the();
    await buy(the());
    const { deadline } = await market.purchaseOf(FIRST);
    for (const [when, granting] of [
      [deadline - 1n, true],
      [deadline, true],
      [deadline + 1n, false],
    ] as const) {
      await time.increaseTo(when);
      const grant = () => market.connect(host).grant.staticCall(FIRST, ENCRYPTED_KEY);
      const refund = () => market.connect(stranger).refund.staticCall(FIRST);
      const [one, two, error] = granting
        ? [grant, refund, "AccessMarketRefundTooEarly"]
        : [refund, grant, "AccessMarketGrantTooLate"];
      await one();
      await expect(two()).to.be.revertedWithCustomError(market, error).withArgs(FIRST, deadline);
    }
  });

  it("a host that is replaced by the owner to block refunds: does not", async () => {
    const { market, owner, stranger, buyer } = the();
    await buy(the());
    const { price, deadline } = await market.purchaseOf(FIRST);
    const terms = termsOf(the(), { host: stranger.address, grantTime: 30n * DAY });
    await market.connect(owner).setTerms(terms);
    await at(deadline + 1n);
    const moved = await claimsMoved(the(), [buyer], () => market.refund(FIRST));
    expect(moved).to.deep.equal([price]);
  });

  it("a licence used after its transfer: is the new holder's only", async () => {
    const { market, buyer, other } = the();
    await buyAndGrant(the());
    await market.connect(buyer).transferFrom(buyer, other, FIRST);
    expect(await market.isValid(FIRST, buyer)).to.equal(false);
    expect(await market.isValid(FIRST, other)).to.equal(true);
    await expect(market.connect(buyer).transferFrom(other, buyer, FIRST))
      .to.be.revertedWithCustomError(market, "ERC721InsufficientApproval")
      .withArgs(buyer.address, FIRST);
  });

  it("a licence used after its end: is nobody's", async () => {
    const { market, buyer, other } = the();
    await buyAndGrant(the());
    const { expiresAt } = await market.licenceOf(FIRST);
    await time.increaseTo(expiresAt + 1n);
    await market.connect(buyer).transferFrom(buyer, other, FIRST);
    for (const account of [buyer, other]) {
      expect(await market.isValid(FIRST, account)).to.equal(false);
    }
  });

  it("an implementation that a stranger sets up: refused", async () => {
    const { implementation, stranger, token } = the();
    const own = implementation.connect(stranger);
    await expect(
      own.initialize(stranger, stranger, token, "Mine", termsOf(the())),
    ).to.be.revertedWithCustomError(own, "InvalidInitialization");
    await expect(own.setTerms(termsOf(the())))
      .to.be.revertedWithCustomError(own, "OwnableUnauthorizedAccount")
      .withArgs(stranger.address);
    // it has no rate, and so no price
    await expect(own.buy(MaxUint256, MaxUint256, PUBLIC_KEY)).to.be.revertedWithPanic(0x12);
  });

  it("a clone that a stranger sets up again: refused", async () => {
    const { market, stranger, token } = the();
    await expect(
      market
        .connect(stranger)
        .initialize(stranger, stranger, token, "Mine", termsOf(the(), { host: stranger.address })),
    ).to.be.revertedWithCustomError(market, "InvalidInitialization");
  });
});
