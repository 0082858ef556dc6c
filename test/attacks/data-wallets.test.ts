import { expect } from "chai";

import { knnShapleyProgram } from "../../tensor/src/index";
import type { Contribution, LabelledPoint, ValuationOptions } from "../../tensor/src/index";
import { createRandom } from "../shared/random";
import type { Random } from "../shared/random";
import { contributionOf, valuesByProgram } from "../tensor/valuation/points";

const WALLETS = 100;
const OTHERS = 20;
const TESTS = 8;
/** Payment-token units; a twentieth of a bond is more than a point alone can lose. */
const [POT, BOND] = [1_000_003n, 1_000_000n];
const [MILLION, CAP_PPM] = [1_000_000n, 50_000n];

/** Room for 128 owners of one point, and for two of 127. */
const SPLIT: ValuationOptions = {
  ...{ rows: 256, rowWords: 2, slotRows: 2 },
  ...{ neighbours: 5, radiusSquared: 2 },
};
const JOINED: ValuationOptions = { ...SPLIT, slotRows: 128 };

/** Points of two clusters that overlap, with a false label now and then. */
function pointsOf(random: Random, count: number): LabelledPoint[] {
  return Array.from({ length: count }, () => {
    const side = random.oneIn(2) ? 1 : -1;
    const embedding = Array.from({ length: 31 }, () => side * 30 + random.int(-60, 60));
    const right = side > 0 ? 1 : 2;
    return { embedding, label: random.oneIn(5) ? 3 - right : right };
  });
}

/*
One dataset split over a hundred wallets
└── is worth as much as joined, and brings no more, charges included, while bonds bear them
*/
describe("Attack: one dataset split over a hundred wallets", () => {
  it("is worth as much as joined, and brings no more, charges included, while bonds bear them", async () => {
    const random = createRandom(100);
    const mine = pointsOf(random, WALLETS);
    const others = pointsOf(random, OTHERS);
    const tests = pointsOf(random, TESTS);
    const each = (points: readonly LabelledPoint[], from: number): Contribution[] =>
      points.map((point, i) => contributionOf(from + i, [point]));
    const valued = (options: ValuationOptions, slots: readonly Contribution[]) =>
      valuesByProgram(knnShapleyProgram(options), options, slots, tests);

    const split = await valued(SPLIT, [...each(mine, 0), ...each(others, WALLETS)]);
    const joined = await valued(JOINED, [contributionOf(0, mine), contributionOf(1, others)]);
    const apart = split.values.slice(0, WALLETS);
    expect(apart.reduce((sum, value) => sum + value, 0)).to.equal(joined.values[0]);
    expect(joined.values[0]).to.be.above(0);
    expect(apart.some((value) => value < 0)).to.equal(true);

    const share = (value: number, total: number) => (POT * BigInt(Math.abs(value))) / BigInt(total);
    /** What comes of a bond by a value below 0; a fraction of it that is rounded down, in millionths. */
    const charged = (value: number, total: number) => {
      const lost = (share(value, total) * MILLION) / BOND;
      return (BOND * (lost < CAP_PPM ? lost : CAP_PPM)) / MILLION;
    };
    const net = (values: readonly number[], total: number) =>
      values.reduce((sum, v) => sum + (v < 0 ? -charged(v, total) : share(v, total)), 0n);
    expect(net(apart, split.total) <= net([joined.values[0]], joined.total)).to.equal(true);
    // what the charges take is the difference: without them, bad points would be kept out of the account
    const gross = apart.filter((v) => v > 0).reduce((sum, v) => sum + share(v, split.total), 0n);
    expect(gross > share(joined.values[0], joined.total)).to.equal(true);
  });
});
