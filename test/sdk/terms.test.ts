import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  TermsClass,
  fastPriceCap,
  fillJob,
  getTerms,
  leastBond,
  signBid,
} from "../../sdk/src/index";
import { askOf, bidOf } from "../shared/market";
import { expectError } from "../worker/support/rejection";
import { deploySdkMarket } from "./support";
import type { Ask } from "../../sdk/src/index";

describe("terms of the market", () => {
  async function refusal(terms: Partial<Ask>) {
    const { client, provider, market } = await loadFixture(deploySdkMarket);
    const ask = askOf(market, { termsClass: TermsClass.Fast, ...terms });
    const bid = bidOf(market, {
      termsClass: ask.termsClass,
      units: 1n,
      maxUnitPrice: ask.unitPrice,
      minUnitBond: 0n,
    });
    const fill = async () =>
      fillJob(provider, { ask, bid, bidSignature: await signBid(client, bid) });
    const error = await expectError(fill, "ErgonRevertError", "REVERT");
    const { verifierTerms } = await getTerms(client, ask);
    return { error, ask, verifierTerms };
  }

  it("leastBond is the least bond that the book takes", async () => {
    const { error, ask, verifierTerms } = await refusal({ unitPrice: 1n, unitBond: 0n });
    const least = leastBond(verifierTerms, ask.verifier, ask.termsClass, 1n);
    expect(error).to.include({ errorName: "OrderBookBondTooLow" });
    expect(error).to.have.deep.property("args", { bond: 0n, least });
  });

  it("fastPriceCap is the highest price that the book takes in the fast class", async () => {
    const price = 10n ** 9n;
    const { error, verifierTerms } = await refusal({ unitPrice: price, unitBond: 2n * price });
    const highest = fastPriceCap(verifierTerms);
    expect(error).to.include({ errorName: "OrderBookFastPriceTooHigh" });
    expect(error).to.have.deep.property("args", { price, highest });
  });
});
