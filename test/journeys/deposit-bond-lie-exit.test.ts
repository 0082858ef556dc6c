import { expect } from "chai";

import { ACT_TIMEOUT_MS, playAct } from "./support/act";

/*
A season of two vaults on a chain of its own
└── stakers of the honest one earn, those of the one that lies once lose what its junior does not cover, who left before gets
    what was due, and a chart of it is written
*/
describe("a season of two vaults on a chain of its own", () => {
  it("pays stakers of the honest one, and charges the liar first", async function () {
    this.timeout(ACT_TIMEOUT_MS);
    const { stdout, chart } = await playAct("finance");
    expect(stdout).to.match(/the honest vault[^]*bonds that were lost *│ 0\.0 TUSD/);
    expect(stdout).to.match(/the lying vault[^]*of that the stakers' *│ [1-9]/);
    expect(chart).to.match(/^<svg /);
    expect(chart).to.contain("utilisation of the stake").and.to.contain("share price, TUSD");
  });
});
