import { expect } from "chai";
import {
  WasmExecutor,
  encodeState,
  knnShapleyProgram,
  readSums,
  slotValues,
  valueBits,
  valuePoints,
} from "../../../tensor/src/index";
import { createRandom } from "../../shared/random";
import {
  contributionOf,
  resultsIn,
  roomFor,
  rowOf,
  runUnits,
  slotsOf,
  valuesByProgram,
} from "./points";
import type { LabelledPoint, Slot, Tensor, ValuationOptions } from "../../../tensor/src/index";
import type { Random } from "../../shared/random";
import type { Results } from "./points";

const OPTIONS: ValuationOptions = {
  rows: 32,
  rowWords: 2,
  slotRows: 8,
  neighbours: 2,
  radiusSquared: 1,
};
const COLS = 16;
/** The first element of a tag. */
const TAG = 8;
const model = knnShapleyProgram(OPTIONS);

function randomPoints(random: Random, count: number): LabelledPoint[] {
  return Array.from({ length: count }, () => ({
    embedding: Array.from({ length: 4 }, () => random.int(-20, 20)),
    label: random.int(1, 2),
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((x, y) => x + y, 0);
}

/** The results of a state, the same on both executors. */
async function resultsFrom(state: Tensor, units: number): Promise<Results> {
  return resultsIn(OPTIONS, await runUnits(model, state, units));
}

/** The state with another element in a row. */
function withElement(state: Tensor, row: number, element: number, flip: number): Tensor {
  const data = state.data.slice();
  data[row * COLS + element] ^= flip;
  return { ...state, data };
}

/** The state whose slot `to` has the rows of slot `from` behind a header of its own. */
function withCopiedSlot(state: Tensor, from: number, to: number): Tensor {
  const data = state.data.slice();
  const slot = OPTIONS.slotRows * COLS;
  data.copyWithin(to * slot + COLS, from * slot + COLS, (from + 1) * slot);
  return { ...state, data };
}

/** The state after `units` that all have the test point of the one given. */
function lastUnit(options: ValuationOptions, state: Tensor, units: number): Tensor {
  const large = knnShapleyProgram(options);
  const executor = new WasmExecutor();
  const run = (input: Tensor) => executor.trace(large, input)[large.program.nodes.length - 1];
  const cols = state.cols;
  const before = state.data.slice();
  readSums(options, run(state)).forEach((value, row) => {
    before[(2 * options.rows + row) * cols] = value * (units - 1);
  });
  return run({ ...state, data: before });
}

/*
slots of contributions
├── given rows copied behind another owner's header
│  ├── they are worth nothing, before and after the original, and change nobody's value
│  └── they make nobody a copy
├── given one wrong byte of the owner in a row, it is empty, whichever byte and bit
├── given another salt, nothing changes
├── given a header that claims a label, it is a point like others
├── given an empty slot, it is worth nothing and changes the value of nobody
├── a value is the sum of its rows' sums, each rounded, and the total that of the values above 0
├── given points in other slots in the same order
│  ├── their values add up to the same
│  └── the total is greater by no more than losses that the split leaves in slots below 0
└── given as many tests as rows, all agreeing, none or in turns, values stay within i32
*/
describe("slots of contributions", function () {
  this.timeout(300_000);

  context("given rows copied behind another owner's header", () => {
    it("are worth nothing, before and after the original, and change nobody's value", async () => {
      const random = createRandom(50);
      for (let i = 0; i < 10; i++) {
        const [a, b] = [randomPoints(random, 7), randomPoints(random, 5)];
        const tests = randomPoints(random, 2);
        const own = contributionOf(0, a);
        const other = contributionOf(2, b);
        for (const [from, to] of [
          [0, 1],
          [1, 0],
        ]) {
          const place = (thief: Slot): Slot[] => {
            const first: Slot[] = [];
            first[from] = own;
            first[to] = thief;
            return [...first, other];
          };
          const honest = encodeState(OPTIONS, place(undefined), tests);
          const stolen = withCopiedSlot(
            encodeState(OPTIONS, place(contributionOf(1, [])), tests),
            from,
            to,
          );
          const results = await resultsFrom(stolen, 2);
          expect(results.sums.some((value) => value !== 0)).to.equal(true);
          expect(results.values[to]).to.equal(0);
          expect(results).to.deep.equal(await resultsFrom(honest, 2));
        }
      }
    });

    it("make nobody a copy", async () => {
      const [point] = randomPoints(createRandom(51), 1);
      const slots = [contributionOf(0, []), contributionOf(1, [point])];
      const state = withCopiedSlot(encodeState(OPTIONS, slots, [point]), 1, 0);
      const { values, total } = await resultsFrom(state, 1);
      expect(values).to.deep.equal([0, total, 0, 0]);
      expect(total).to.be.above(0);
    });
  });

  it("given one wrong byte of the owner in a row, has it empty, whichever byte and bit", async () => {
    const points = randomPoints(createRandom(52), 3);
    const without = [points[0], undefined, points[2]];
    const tests = points.slice(1, 2);
    const expected = await valuesByProgram(model, OPTIONS, [contributionOf(0, without)], tests);
    const state = encodeState(OPTIONS, [contributionOf(0, points)], tests);
    for (let byte = 0; byte < 20; byte++) {
      for (const bit of [0, 7]) {
        const flip = 1 << (24 - 8 * (byte % 4) + bit);
        const wrong = withElement(state, 2, TAG + Math.floor(byte / 4), flip);
        const results = await resultsFrom(wrong, 1);
        expect(results, `byte ${byte}, bit ${bit}`).to.deep.equal(expected);
      }
    }
  });

  it("given another salt, changes nothing", async () => {
    const points = randomPoints(createRandom(53), 7);
    const tests = points.slice(2, 3);
    const state = encodeState(OPTIONS, [contributionOf(0, points)], tests);
    const expected = await resultsFrom(state, 1);
    for (const element of [5, 6, 7]) {
      const other = withElement(state, 3, TAG + element, -1);
      expect(await resultsFrom(other, 1)).to.deep.equal(expected);
    }
  });

  it("given a header that claims a label, has it as a point like others", async () => {
    const slots = [contributionOf(0, [])];
    const tests = [{ embedding: [], label: 5 }];
    const labelled = withElement(encodeState(OPTIONS, slots, tests), 0, TAG - 1, 5);
    const { sums, total } = await resultsFrom(labelled, 1);
    expect(sums[0]).to.be.above(0);
    expect(total).to.be.above(0);
  });

  it("given an empty slot, is worth nothing and changes the value of nobody", async () => {
    const random = createRandom(54);
    const [a, b] = [randomPoints(random, 7), randomPoints(random, 7)].map((points, i) =>
      contributionOf(i, points),
    );
    const tests = randomPoints(random, 3);
    const with2 = await valuesByProgram(model, OPTIONS, [a, b], tests);
    const { values, total } = await valuesByProgram(model, OPTIONS, [a, undefined, b], tests);
    expect(values).to.deep.equal([with2.values[0], 0, with2.values[1], 0]);
    expect(total).to.equal(with2.total);
  });

  it("has values that are sums of rounded sums, and a total of those above 0", async () => {
    const random = createRandom(55);
    const options = { ...OPTIONS, neighbours: 5 };
    const program = knnShapleyProgram(options);
    let negative = 0;
    for (let i = 0; i < 20; i++) {
      const slots = slotsOf(options, randomPoints(random, 26));
      const tests = randomPoints(random, 3);
      const { sums, values, total } = await valuesByProgram(program, options, slots, tests);
      const rounded = sums.map((value) => Math.floor((value + 2 ** 6) / 2 ** 7));
      expect(valueBits(options)).to.equal(7);
      values.forEach((value, slot) => {
        const [first, end] = [slot * 8, slot * 8 + 8];
        expect(value).to.equal(sum(rounded.slice(first, end)));
        const exact = sum(sums.slice(first, end)) / 2 ** 7;
        expect(Math.abs(value - exact)).to.be.at.most(7 / 2);
      });
      negative += values.filter((value) => value < 0).length;
      expect(total).to.equal(sum(values.map((value) => Math.max(0, value))));
    }
    expect(negative).to.be.above(0);
  });

  context("given points in other slots in the same order", () => {
    it("has values that add up to the same, and a total with no more than hidden losses", async () => {
      const random = createRandom(56);
      for (let i = 0; i < 20; i++) {
        const points = randomPoints(random, 7);
        const others = contributionOf(9, randomPoints(random, 7));
        const tests = randomPoints(random, 2);
        const cuts = [random.int(0, 3), random.int(3, 7)];
        const parts = [
          points.slice(0, cuts[0]),
          points.slice(cuts[0], cuts[1]),
          points.slice(cuts[1]),
        ];
        const joined = [contributionOf(0, points), others];
        const split = [...parts.map((part, owner) => contributionOf(owner, part)), others];
        const one = await valuesByProgram(model, OPTIONS, joined, tests);
        const many = await valuesByProgram(model, OPTIONS, split, tests);
        const own = many.values.slice(0, 3);
        expect(sum(own)).to.equal(one.values[0]);
        expect(many.values[3]).to.equal(one.values[1]);
        const losses = -sum(own.filter((value) => value < 0));
        expect(many.total - one.total).to.be.within(0, losses);
      }
    });
  });

  it("given as many tests as rows, has values within i32", () => {
    const patterns: [string, (rank: number, count: number) => boolean][] = [
      ["all agree", () => true],
      ["only the farthest agrees", (rank, count) => rank === count - 1],
      ["the nearer half agrees", (rank, count) => 2 * rank < count],
      ["they agree in turns", (rank) => rank % 2 === 0],
      ["they agree in turns, the nearest not", (rank) => rank % 2 === 1],
    ];
    let most = 0;
    for (const neighbours of [1, 3, 255, 256]) {
      for (const slotRows of [2, 256]) {
        const options = { rows: 256, rowWords: 2, slotRows, neighbours, radiusSquared: 0 };
        const test = { embedding: [-128, 0], label: 7 };
        for (const [name, agrees] of patterns) {
          const count = roomFor(options);
          const points = Array.from({ length: count }, (_, i) => ({
            embedding: [i - 128, 0],
            label: agrees(i, count) ? 7 : 1,
          }));
          const slots = slotsOf(options, points);
          const end = lastUnit(options, encodeState(options, slots, [test]), options.rows);
          const sums = valuePoints(options, slots, [test]).map((value) => value * options.rows);
          const expected = slotValues(options, sums);
          expect(resultsIn(options, end), name).to.deep.equal({ sums, ...expected });
          most = Math.max(most, expected.total, ...expected.values.map(Math.abs));
          expect(sums[rowOf(options, 0)], name).to.be.within(-(2 ** 30), 2 ** 30);
        }
      }
    }
    console.log(`      at most ${(most / 2 ** 31).toFixed(3)} of 2^31`);
    expect(most).to.be.below(2 ** 31);
  });
});
