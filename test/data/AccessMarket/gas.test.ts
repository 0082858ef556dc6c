import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { BARS } from "../../gas/bars";
import { measure } from "../../gas/measure";
import { ENCRYPTED_KEY, FIRST, buy, deployAccess } from "../../shared/accessMarket";

/*
AccessMarket
└── what it costs
   └── a repeat buyer pays at most the bar of data.buy, in one transaction, with a purchase pending or without
*/
describe("AccessMarket", () => {
  describe("what it costs", () => {
    it("a repeat buyer pays at most the bar of data.buy, in one transaction, with a purchase pending or without", async () => {
      const access = await loadFixture(deployAccess);
      const bar = BARS.find(({ id }) => id === "data.buy")?.bar ?? 0;
      await buy(access);
      const { used } = await measure(buy(access));
      expect(used).to.be.at.most(bar);
      for (const id of [FIRST, 2n])
        await access.market.connect(access.host).grant(id, ENCRYPTED_KEY);
      // the market holds nothing now, so its balance is a new word
      const first = await measure(buy(access));
      expect(first.used).to.be.at.most(bar);
    });
  });
});
