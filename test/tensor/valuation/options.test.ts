import { expect } from "chai";
import {
  ValuationError,
  dimensionsOf,
  knnShapleyProgram,
  rowWordsFor,
  shareTable,
  validateProgram,
  valueBits,
  wholeShare,
  wholeValue,
} from "../../../tensor/src/index";
import type { ValuationOptions } from "../../../tensor/src/index";

const OPTIONS: ValuationOptions = {
  rows: 16,
  rowWords: 2,
  slotRows: 4,
  neighbours: 2,
  radiusSquared: 0,
};

/*
options of a program
├── it is valid for the least and the most rows, words, rows of a slot and neighbours
└── given options that no program can have, it throws OPTIONS
*/
describe("options of a program", () => {
  it("are valid for the least and the most rows, words, rows of a slot and neighbours", () => {
    for (const [rows, rowWords, slotRows, neighbours] of [
      [2, 64, 2, 1],
      [4_096, 2, 4_096, 4_096],
      [4_096, 2, 2, 1],
    ]) {
      const options = { rows, rowWords, slotRows, neighbours, radiusSquared: 0 };
      expect(() => validateProgram(knnShapleyProgram(options).program)).not.to.throw();
    }
  });

  it("given options that no program can have, throws OPTIONS", () => {
    const wrong: [Partial<ValuationOptions>, string][] = [
      [{ rows: 1 }, "2 to 4096 rows, not 1"],
      [{ rows: 8_192 }, "2 to 4096 rows, not 8192"],
      [{ rows: 12 }, "12 rows, 2 words, slots of 4 rows: not powers of two"],
      [{ rows: NaN }, "NaN rows"],
      [{ rowWords: 3 }, "16 rows, 3 words, slots of 4 rows: not powers of two"],
      [{ rowWords: 0.5 }, "16 rows, 0.5 words, slots of 4 rows: not powers of two"],
      [{ rowWords: 128 }, "2 to 64 words, not 128"],
      [{ rowWords: 1 }, "2 to 64 words, not 1"],
      [{ slotRows: 1 }, "2 to 16 rows in a slot, not 1"],
      [{ slotRows: 32 }, "2 to 16 rows in a slot, not 32"],
      [{ slotRows: 3 }, "16 rows, 2 words, slots of 3 rows: not powers of two"],
      [{ neighbours: 0 }, "1 to 4096 neighbours, not 0"],
      [{ neighbours: 4_097 }, "1 to 4096 neighbours, not 4097"],
      [{ neighbours: 1.5 }, "1 to 4096 neighbours, not 1.5"],
      [{ radiusSquared: -1 }, "not -1"],
      [{ radiusSquared: 2 ** 27 + 1 }, `not ${2 ** 27 + 1}`],
    ];
    for (const [change, message] of wrong) {
      const make = () => knnShapleyProgram({ ...OPTIONS, ...change });
      expect(make).to.throw(ValuationError, message).with.property("code", "OPTIONS");
    }
  });
});

/*
shareTable
├── it is 2^30 for the K nearest, exactly
└── it is within half a unit beyond
*/
describe("shareTable", () => {
  it("is 2^30 for the K nearest, and within half a unit beyond", () => {
    for (const neighbours of [1, 3, 700, 4_096]) {
      const table = shareTable({ ...OPTIONS, rows: 4_096, neighbours });
      expect(new Set(table.slice(0, neighbours))).to.deep.equal(new Set([2 ** 30]));
      table.slice(neighbours).forEach((share, i) => {
        const t = neighbours + i + 1;
        expect(2 * Math.abs(share * t - 2 ** 30 * neighbours)).to.be.at.most(t);
      });
    }
  });
});

/*
rowWordsFor
└── it is the least power of two with room for label and tag
wholeShare
└── it leaves room in i32 for a sum over a test point for each row
valueBits
├── they are 4 and those of K, rounded up
└── they leave room in i32 for all that slots can win and lose together, for every K
*/
describe("rowWordsFor", () => {
  it("gives the least power of two with room for label and tag", () => {
    for (const [dimensions, words] of [
      [1, 2],
      [31, 2],
      [32, 4],
      [95, 4],
      [96, 8],
      [2_015, 64],
    ]) {
      expect(rowWordsFor(dimensions)).to.equal(words);
      expect(dimensionsOf({ rowWords: words })).to.be.at.least(dimensions);
    }
  });
});

describe("wholeShare", () => {
  it("leaves room in i32 for a sum over a test point for each row", () => {
    for (const rows of [2, 1_024, 4_096]) expect(wholeShare({ rows }) * rows).to.equal(2 ** 30);
  });
});

describe("valueBits", () => {
  it("are 4 and those of K, rounded up", () => {
    const cases = [1, 2, 3, 4, 5, 8, 9, 4_095, 4_096];
    const bits = cases.map((neighbours) => valueBits({ neighbours }));
    expect(bits).to.deep.equal([4, 5, 6, 6, 7, 7, 8, 16, 16]);
    for (const neighbours of cases) {
      const whole = wholeValue({ rows: 4_096, neighbours });
      expect(whole * 2 ** valueBits({ neighbours })).to.equal(2 ** 18 * neighbours);
    }
    expect(wholeValue({ rows: 4_096, neighbours: 1 })).to.equal(2 ** 14);
  });

  it("leave room in i32 for all that slots can win and lose together, for every K", () => {
    let worst = 0;
    for (const rows of [2, 64, 4_096]) {
      for (const neighbours of [1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 1_000, 4_095, 4_096]) {
        const shares = shareTable({ rows, neighbours });
        const won = shares.reduce((sum, share) => sum + share, 0);
        const lost = shares.reduce(
          (sum, share, i) => sum + i * ((shares[i - 1] ?? share) - share),
          0,
        );
        const sums = won + lost + rows ** 2;
        worst = Math.max(worst, sums / 2 ** valueBits({ neighbours }) + rows / 2);
      }
    }
    console.log(`      at most ${(worst / 2 ** 31).toFixed(3)} of 2^31`);
    expect(worst).to.be.below(2 ** 31);
  });
});
