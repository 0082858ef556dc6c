import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "chai";
import { renderDisputes } from "../../scripts/docs/disputes";
import { readMeasured } from "../../scripts/docs/measured";
import { playDisputedDigit } from "./disputedDigit";
import { measureOverload } from "./overload";

const PAGE = resolve(__dirname, "../../docs/disputes.md");
/** How far a measurement may be from the committed one before it must be committed again. */
const TOLERANCE = 0.02;

function expectClose(actual: number, expected: number, what: string): void {
  expect(Math.abs(actual / expected - 1), what).to.be.at.most(TOLERANCE);
}

describe("docs/disputes.md", () => {
  it("holds what its measurements and the economics give", async () => {
    expect(await renderDisputes(readMeasured())).to.equal(readFileSync(PAGE, "utf8"));
  });

  it("tells a game that is played again with the same end, within 2 % of the gas", async () => {
    const committed = readMeasured().game;
    const { moves, ...game } = await playDisputedDigit();
    const { moves: before, ...rest } = committed;
    expect(game).to.deep.equal(rest);
    expect(moves.map(({ by, call, bytes }) => ({ by, call, bytes }))).to.deep.equal(
      before.map(({ by, call, bytes }) => ({ by, call, bytes })),
    );
    moves.forEach(({ call, gas }, i) => expectClose(gas, before[i].gas, `${i}: ${call}`));
  });

  it("tells an overload that costs the same again, within 2 % of the gas", async () => {
    const committed = readMeasured().overload;
    const overload = await measureOverload();
    const { workerGas, challengerGas } = committed;
    expect({ ...overload, workerGas, challengerGas }).to.deep.equal(committed);
    expectClose(overload.workerGas, workerGas, "worker");
    expectClose(overload.challengerGas, challengerGas, "challenger");
  });
});
