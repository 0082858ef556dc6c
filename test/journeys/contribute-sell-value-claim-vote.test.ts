import { expect } from "chai";

import { ACT_TIMEOUT_MS, playAct } from "./support/act";

const CONTRIBUTORS = 40;

/*
An epoch of a dataset on a chain of its own
├── a buyer pays less for a day without a sale, and decrypts the data
├── whose data helped is paid, others are not, and who mislabels loses of its bond
├── those votes change the least price
└── a chart of what each contribution was worth is written
*/
describe("an epoch of a dataset on a chain of its own", () => {
  let played: Awaited<ReturnType<typeof playAct>>;

  before(async function () {
    this.timeout(ACT_TIMEOUT_MS);
    played = await playAct("data");
  });

  /** The number in the row of a table that begins with `name`. */
  const figure = (name: string): number => {
    const row = new RegExp(`│ ${name} *│ ([\\d.]+)`).exec(played.stdout);
    expect(row, name).not.to.equal(null);
    return Number(row?.[1]);
  };

  it("a buyer pays less for a day without a sale, and decrypts the data", () => {
    expect(figure("price paid")).to.be.below(figure("price at first"));
    expect(figure("price of the next one")).to.be.above(figure("price paid"));
    expect(figure("data that the buyer decrypted")).to.be.above(CONTRIBUTORS);
  });

  it("whose data helped is paid, others are not, and who mislabels loses of its bond", () => {
    const rows = played.stdout.split("\n").filter((line) => /^│ \d+ /.test(line));
    expect(rows).to.have.length(CONTRIBUTORS);
    const cells = rows.map((row) => row.split("│").map((cell) => cell.trim()));
    const of = (conduct: string) => cells.filter((row) => row[2] === conduct);
    expect([of("mislabels").length, of("copies").length, of("gives nothing").length]).to.deep.equal(
      [3, 3, 1],
    );
    for (const [, , , worth, reward, votes, lost] of of("honest")) {
      expect([Number(worth) > 0, parseFloat(reward) > 0, Number(votes) > 0]).to.deep.equal([
        true,
        true,
        true,
      ]);
      expect(parseFloat(lost)).to.equal(0);
    }
    for (const [, , , , reward, votes, lost] of of("mislabels")) {
      expect([parseFloat(reward), Number(votes), parseFloat(lost)]).to.deep.equal([0, 0, 0.5]);
    }
    for (const row of [...of("copies"), ...of("gives nothing")]) {
      expect(row.slice(3, 7).map(parseFloat)).to.deep.equal([0, 0, 0, 0]);
    }
    expect(figure("paid")).to.be.at.most(figure("pot that is left"));
  });

  it("those votes change the least price", () => {
    expect(played.stdout).to.match(/│ proposal *│ Double the least price of a licence, executed/);
    expect(figure("least price after")).to.equal(2 * figure("least price before"));
  });

  it("a chart of what each contribution was worth is written", () => {
    expect(played.chart).to.match(/^<svg /);
    expect(played.chart).to.contain("What each contribution was worth").and.to.contain("mislabels");
  });
});
