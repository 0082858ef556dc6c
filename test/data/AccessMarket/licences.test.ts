import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { at } from "../../shared/jobs";
import { FIRST, TERMS, buy, buyAndGrant, now, useAccess } from "../../shared/accessMarket";

/*
AccessMarket
├── licenceOf
│  ├── it says who holds it now, and until when
│  └── it reverts with ERC721NonexistentToken before a grant
├── isValid
│  ├── it is so for the holder, and for nobody else
│  ├── it is not so before a grant, for anybody
│  ├── after a transfer
│  │  └── it is so for the new holder only, up to the same second
│  └── when the time is the second before the last, the last, or the one after
│     └── it is so, is so, and is not so
└── supportsInterface
   └── it is an ERC-721 with metadata
*/
describe("AccessMarket", () => {
  const the = useAccess();

  describe("licenceOf", () => {
    it("says who holds it now, and until when", async () => {
      const { market, buyer, other } = the();
      await buyAndGrant(the());
      const expiresAt = (await now()) + TERMS.licenceTerm;
      await market.connect(buyer).transferFrom(buyer, other, FIRST);
      expect(await market.licenceOf(FIRST)).to.deep.equal([other.address, expiresAt, 0n]);
    });

    it("reverts with ERC721NonexistentToken before a grant", async () => {
      const { market } = the();
      await buy(the());
      await expect(market.licenceOf(FIRST))
        .to.be.revertedWithCustomError(market, "ERC721NonexistentToken")
        .withArgs(FIRST);
    });
  });

  describe("isValid", () => {
    it("is so for the holder, and for nobody else", async () => {
      const { market, buyer, other, owner, host } = the();
      await buyAndGrant(the());
      expect(await market.isValid(FIRST, buyer)).to.equal(true);
      for (const account of [other, owner, host, ZeroAddress]) {
        expect(await market.isValid(FIRST, account)).to.equal(false);
      }
    });

    it("is not so before a grant, for anybody", async () => {
      const { market, buyer } = the();
      await buy(the());
      for (const account of [buyer, ZeroAddress]) {
        expect(await market.isValid(FIRST, account)).to.equal(false);
      }
    });

    context("after a transfer", () => {
      it("is so for the new holder only, up to the same second", async () => {
        const { market, buyer, other } = the();
        await buyAndGrant(the());
        const { expiresAt } = await market.licenceOf(FIRST);
        await at(expiresAt);
        await market.connect(buyer).transferFrom(buyer, other, FIRST);
        expect(await market.isValid(FIRST, other)).to.equal(true);
        expect(await market.isValid(FIRST, buyer)).to.equal(false);
      });
    });

    context("when the time is the second before the last, the last, or the one after", () => {
      it("is so, is so, and is not so", async () => {
        const { market, buyer } = the();
        await buyAndGrant(the());
        const { expiresAt } = await market.licenceOf(FIRST);
        for (const [when, valid] of [
          [expiresAt - 1n, true],
          [expiresAt, true],
          [expiresAt + 1n, false],
        ] as const) {
          await at(when);
          await buy(the());
          expect(await market.isValid(FIRST, buyer)).to.equal(valid);
        }
      });
    });
  });

  describe("supportsInterface", () => {
    it("is an ERC-721 with metadata", async () => {
      const { market } = the();
      for (const id of ["0x01ffc9a7", "0x80ac58cd", "0x5b5e139f"]) {
        expect(await market.supportsInterface(id)).to.equal(true);
      }
    });
  });
});
