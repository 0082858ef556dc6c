import { expect } from "chai";
import { ValuationError, addFractions, exactValues, fraction } from "../../../tensor/src/index";
import type { Fraction } from "../../../tensor/src/index";

/** The subsets of the ranks 1 to n, each as the correctness of its points from near to far. */
function subsets(agrees: readonly boolean[]): { members: number[]; agrees: boolean[] }[] {
  return Array.from({ length: 2 ** agrees.length }, (_, mask) => {
    const members = agrees.flatMap((_agrees, i) => ((mask >> i) & 1 ? [i] : []));
    return { members, agrees: members.map((i) => agrees[i]) };
  });
}

/** The worth of a set: its share of right votes among the K nearest. */
function worth(agrees: readonly boolean[], neighbours: number): bigint {
  return BigInt(agrees.slice(0, neighbours).filter(Boolean).length);
}

function factorial(n: number): bigint {
  return n <= 1 ? 1n : BigInt(n) * factorial(n - 1);
}

/** The Shapley value of one point: its mean gain over all orders in which the points may come. */
function byOrders(agrees: readonly boolean[], neighbours: number, point: number): Fraction {
  const n = agrees.length;
  let sum = 0n;
  for (const { members } of subsets(agrees)) {
    if (members.includes(point)) continue;
    const flags = (ranks: number[]) => ranks.map((i) => agrees[i]);
    const joined = [...members, point].sort((x, y) => x - y);
    const gain = worth(flags(joined), neighbours) - worth(flags(members), neighbours);
    sum += gain * factorial(members.length) * factorial(n - members.length - 1);
  }
  return fraction(sum, BigInt(neighbours) * factorial(n));
}

const flags = (text: string) => Array.from(text, (letter) => letter === "1");
const text = ({ numerator, denominator }: Fraction) =>
  denominator === 1n ? `${numerator}` : `${numerator}/${denominator}`;

/*
exactValues
├── it gives the published values
├── it gives the Shapley values by their definition, for every list of up to six points
├── the values add up to the worth of all points
├── given no points, it gives none
└── given that K is no whole number above 0, it throws OPTIONS
fraction
└── it is in lowest terms, with a positive denominator
addFractions
└── it adds
*/
describe("exactValues", () => {
  it("gives the published values", () => {
    const cases: [string, number, string][] = [
      ["101101", 1, "43/60 -17/60 13/60 13/60 -1/30 1/6"],
      ["101101", 2, "13/60 -17/60 13/60 13/60 -1/30 1/6"],
      ["101101", 3, "13/60 -7/60 13/60 13/60 -1/30 1/6"],
      ["101101", 5, "1/6 -1/30 1/6 1/6 -1/30 1/6"],
      ["101", 5, "1/5 0 1/5"],
    ];
    for (const [agrees, neighbours, expected] of cases) {
      expect(exactValues(flags(agrees), neighbours).map(text).join(" ")).to.equal(expected);
    }
  });

  it("gives the Shapley values by their definition, for every list of up to six points", () => {
    for (let n = 1; n <= 6; n++) {
      for (let mask = 0; mask < 2 ** n; mask++) {
        const agrees = Array.from({ length: n }, (_, i) => ((mask >> i) & 1) === 1);
        for (const neighbours of [1, 2, 3, 7]) {
          const expected = agrees.map((_agrees, i) => byOrders(agrees, neighbours, i));
          expect(exactValues(agrees, neighbours), `${agrees} ${neighbours}`).to.deep.equal(
            expected,
          );
        }
      }
    }
  });

  it("has values that add up to the worth of all points", () => {
    const agrees = Array.from({ length: 200 }, (_, i) => (i * i) % 7 < 3);
    for (const neighbours of [1, 4, 199, 200, 201]) {
      const sum = exactValues(agrees, neighbours).reduce(addFractions);
      expect(sum).to.deep.equal(fraction(worth(agrees, neighbours), BigInt(neighbours)));
    }
  });

  it("given no points, gives none", () => {
    expect(exactValues([], 3)).to.deep.equal([]);
  });

  it("given that K is no whole number above 0, throws OPTIONS", () => {
    for (const neighbours of [0, -1, 1.5, NaN, Infinity]) {
      expect(() => exactValues([true], neighbours))
        .to.throw(ValuationError, `${neighbours} neighbours`)
        .with.property("code", "OPTIONS");
    }
  });
});

describe("fraction", () => {
  it("is in lowest terms, with a positive denominator", () => {
    expect(fraction(6n, -4n)).to.deep.equal({ numerator: -3n, denominator: 2n });
    expect(fraction(-6n, -4n)).to.deep.equal({ numerator: 3n, denominator: 2n });
    expect(fraction(0n, -7n)).to.deep.equal({ numerator: 0n, denominator: 1n });
  });
});

describe("addFractions", () => {
  it("adds", () => {
    expect(addFractions(fraction(1n, 6n), fraction(1n, 3n))).to.deep.equal(fraction(1n, 2n));
    expect(addFractions(fraction(1n, 6n), fraction(-1n, 6n))).to.deep.equal(fraction(0n, 1n));
  });
});
