import { expect } from "chai";
import { atOutputRoot } from "../../../sdk/src/index";

const ROOT = `0x${"ab".repeat(32)}` as const;

/*
atOutputRoot
├── is at the height of the list of outputs, for any number of units
└── is at the only node of a list of one
*/
describe("atOutputRoot", () => {
  const heightOf = (units: bigint): bigint => atOutputRoot({ units, outputRoot: ROOT }).height;

  it("is at the height of the list of outputs, for any number of units", () => {
    for (let units = 1; units <= 70; units++) {
      expect(heightOf(BigInt(units)), `${units}`).to.equal(BigInt(Math.ceil(Math.log2(units))));
    }
    for (const log2 of [53n, 63n]) {
      expect(heightOf(2n ** log2)).to.equal(log2);
      expect(heightOf(2n ** log2 + 1n)).to.equal(log2 + 1n);
    }
    expect(heightOf(2n ** 64n - 1n)).to.equal(64n);
  });

  it("is at the only node of a list of one", () => {
    const expected = { height: 0n, index: 0n, node: ROOT, siblings: [] };
    expect(atOutputRoot({ units: 1n, outputRoot: ROOT })).to.deep.equal(expected);
  });
});
