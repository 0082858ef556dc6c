import { expect } from "chai";
import { MOST_ROUND_LEVELS, roundLevels } from "../../../tensor/src/index";

/** The levels of each round of a descent from a height. */
function roundsFrom(height: number): number[] {
  const rounds: number[] = [];
  for (let left = height; left > 0; left -= rounds[rounds.length - 1]) {
    rounds.push(roundLevels(left));
  }
  return rounds;
}

/*
roundLevels
├── given no levels, it is 0
├── it makes as few rounds of at most six levels as there can be
└── it makes rounds that differ by one level at most, the longer ones first
*/
describe("roundLevels", () => {
  it("given no levels, it is 0", () => {
    expect(roundLevels(0)).to.equal(0);
  });

  it("makes as few rounds of at most six levels as there can be", () => {
    for (let height = 1; height <= 64; height++) {
      const rounds = roundsFrom(height);
      expect(rounds.length, `${height} levels`).to.equal(Math.ceil(height / MOST_ROUND_LEVELS));
      expect(Math.max(...rounds), `${height} levels`).to.be.at.most(MOST_ROUND_LEVELS);
    }
  });

  it("makes rounds that differ by one level at most, the longer ones first", () => {
    for (let height = 1; height <= 64; height++) {
      const rounds = roundsFrom(height);
      expect(rounds[0] - rounds[rounds.length - 1], `${height} levels`).to.be.at.most(1);
      expect(rounds, `${height} levels`).to.deep.equal([...rounds].sort((a, b) => b - a));
    }
  });
});
