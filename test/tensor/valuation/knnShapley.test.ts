import { expect } from "chai";
import {
  ReferenceExecutor,
  WasmExecutor,
  exactValues,
  fraction,
  knnShapleyProgram,
  rankPoints,
  readSums,
  encodeState,
  slotValues,
  valuePoints,
  wholeShare,
} from "../../../tensor/src/index";
import { createRandom } from "../../shared/random";
import { farthestOff, valuesByDefinition } from "./definition";
import { nearCopy, resultsIn, roomFor, rowOf, runUnits, slotsOf, valuesByProgram } from "./points";
import type {
  LabelledPoint,
  Model,
  PointRow,
  Slot,
  ValuationOptions,
} from "../../../tensor/src/index";
import type { Random } from "../../shared/random";
import type { Results } from "./points";

const OPTIONS: ValuationOptions = {
  rows: 16,
  rowWords: 2,
  slotRows: 4,
  neighbours: 2,
  radiusSquared: 0,
};
const TEST: LabelledPoint = { embedding: [0, 0], label: 7 };
const CASES = 1_000;

/** Points at distances 10, 20, … from `TEST`, the nearest first, that agree as the text says. */
function line(agrees: string): LabelledPoint[] {
  return Array.from(agrees, (letter, i) => ({
    embedding: [0, 10 * (i + 1)],
    label: letter === "1" ? TEST.label : -TEST.label,
  }));
}

const models = new Map<string, Model>();
/** The program for these options, which is made once. */
function programFor(options: ValuationOptions): Model {
  const key = JSON.stringify(options);
  const model = models.get(key) ?? knnShapleyProgram(options);
  models.set(key, model);
  return model;
}

/** The results of the program, on both executors, which are those of the plain rule. */
async function resultsOf(
  options: ValuationOptions,
  slots: readonly Slot[],
  tests: readonly PointRow[] = [TEST],
): Promise<Results> {
  const results = await valuesByProgram(programFor(options), options, slots, tests);
  const sums = valuePoints(options, slots, tests);
  expect(results).to.deep.equal({ sums, ...slotValues(options, sums) });
  return results;
}

/** The sums of points that owners contribute in order; all other rows are worth 0. */
async function valuesOf(
  options: ValuationOptions,
  points: readonly PointRow[],
  tests: readonly PointRow[] = [TEST],
): Promise<number[]> {
  const { sums } = await resultsOf(options, slotsOf(options, points), tests);
  const rows = points.map((_point, i) => rowOf(options, i));
  sums.forEach((sum, row) => rows.includes(row) || expect(sum).to.equal(0));
  return rows.map((row) => sums[row]);
}

/** Few dimensions and labels, so that ties, copies and agreement are common; or extremes. */
function randomPoint(random: Random, spread: number): LabelledPoint {
  const extreme = () => random.pick([-128, 127]);
  const near = () => random.int(-spread, spread);
  const element = random.oneIn(8) ? extreme : near;
  return {
    embedding: Array.from({ length: random.int(0, 31) }, element),
    label: random.pick([-128, 127, 1, 2, 1, 2]),
  };
}

function randomRows(random: Random, most: number): PointRow[] {
  const spread = random.pick([0, 1, 3, 100]);
  const rows: PointRow[] = [];
  const count = random.int(0, most);
  while (rows.length < count) {
    const earlier = rows.length > 0 ? random.pick(rows) : undefined;
    if (random.oneIn(10)) rows.push(undefined);
    else if (earlier !== undefined && random.oneIn(5)) rows.push(earlier);
    else if (earlier !== undefined && earlier.embedding.length > 0 && random.oneIn(8))
      rows.push(nearCopy(random, earlier));
    else rows.push(randomPoint(random, spread));
  }
  return rows;
}

/*
knnShapleyProgram
├── it gives the published values, to the stated rounding
├── given random points, tests and options
│  ├── both executors give the sums of the plain rule
│  └── each sum is within one unit for each test of the exact value
├── given points at the same distance, the earlier ranks first
├── given a point within the radius of an earlier one, on and beyond the radius
│  ├── it is worth 0, whatever its label, on the radius too
│  ├── beyond the radius it counts
│  ├── the earlier one counts even if it is a copy itself
│  └── it changes the value of nobody, near ones at the end, exact ones anywhere
├── given empty rows, at any place
│  ├── they are worth 0 and change the value of nobody
│  └── the first of two copies is empty: the other one earns
├── given an empty test row, all values are 0
├── given all i8 at their limits, in the most words of a row, sums are exact
├── given bytes at their limits next to each other, it reads them as they are
├── given 1,023 points that agree in turns, it is ruled within one unit
├── given as many units as rows on whole shares, sums stay within i32
└── the state after a unit
   ├── has the points as they were, and the test points one row up
   ├── is the same whatever the state held beside sums, in sums and values
   └── carries sums on, to a second job with other tests
*/
describe("knnShapleyProgram", function () {
  this.timeout(300_000);

  it("gives the published values, to the stated rounding", async () => {
    const cases: [string, number, number[]][] = [
      ["101101", 1, [43, -17, 13, 13, -2, 10]],
      ["101101", 2, [13, -17, 13, 13, -2, 10]],
      ["101101", 3, [13, -7, 13, 13, -2, 10]],
      ["101101", 5, [10, -2, 10, 10, -2, 10]],
      ["101", 5, [12, 0, 12]],
    ];
    for (const [agrees, neighbours, sixtieths] of cases) {
      const options = { ...OPTIONS, neighbours };
      const sums = await valuesOf(options, line(agrees));
      const exact = sixtieths.map((n) => fraction(BigInt(n), 60n));
      expect(farthestOff(options, sums, exact), `${agrees}, K = ${neighbours}`).to.be.below(1);
      const flags = Array.from(agrees, (letter) => letter === "1");
      expect(exactValues(flags, neighbours)).to.deep.equal(exact);
    }
  });

  it(`given ${CASES} random cases, is within one unit for each test of the exact values`, async () => {
    const random = createRandom(20);
    let off = 0;
    for (let i = 0; i < CASES; i++) {
      const rows = random.pick([2, 8, 16]);
      const options = {
        rows,
        rowWords: 2,
        slotRows: Math.min(rows, random.pick([2, 4, 16])),
        neighbours: random.pick([1, 2, 3, 5, 40]),
        radiusSquared: random.pick([0, 1, 9, 2 ** 27]),
      };
      const points = randomRows(random, roomFor(options));
      const tests = randomRows(random, Math.min(3, options.rows));
      const sums = await valuesOf(options, points, tests);
      const given = tests.filter((test) => test !== undefined).length;
      const exact = valuesByDefinition(options, points, tests);
      const worst = farthestOff(options, sums, exact);
      expect(worst, `case ${i}`).to.be.at.most(given);
      off = Math.max(off, worst / Math.max(given, 1));
    }
    console.log(`      at most ${off.toFixed(2)} units off for each test point`);
    expect(off).to.be.below(1);
  });

  it("given points at the same distance, ranks the earlier first", async () => {
    const places = [
      [3, 4],
      [-5, 0],
      [0, 5],
      [4, -3],
    ];
    const points = places.map((embedding, i) => ({ embedding, label: i % 2 === 0 ? 7 : 1 }));
    const options = { ...OPTIONS, neighbours: 1 };
    expect(rankPoints(options, points, TEST)).to.deep.equal([0, 1, 2, 3]);
    const sums = await valuesOf(options, points);
    const exact = exactValues([true, false, true, false], 1);
    expect(farthestOff(options, sums, exact)).to.be.below(1);
    const turned = await valuesOf(options, [...points].reverse());
    const other = exactValues([false, true, false, true], 1);
    expect(farthestOff(options, turned, other)).to.be.below(1);
  });

  context("given a point within the radius of an earlier one", () => {
    const [first, far] = line("1000001").filter((_point, i) => i === 0 || i === 6);
    const at = (x: number, label = TEST.label): LabelledPoint => ({ embedding: [x, 10], label });

    it("is worth 0, whatever its label, on the radius and within, and not beyond", async () => {
      for (const label of [TEST.label, -TEST.label]) {
        for (const [x, copies] of [
          [4, true],
          [5, true],
          [6, false],
        ] as const) {
          const options = { ...OPTIONS, radiusSquared: 25 };
          const [, value] = await valuesOf(options, [first, at(x, label), far]);
          expect(value === 0, `${x}, ${label}`).to.equal(copies);
        }
      }
    });

    it("is worth 0 though the earlier one is a copy itself", async () => {
      const options = { ...OPTIONS, radiusSquared: 25 };
      const sums = await valuesOf(options, [first, at(4), at(8), at(14)]);
      expect(sums.slice(1, 3)).to.deep.equal([0, 0]);
      expect(sums[3]).not.to.equal(0);
    });

    it("changes the value of nobody, near ones at the end, exact ones anywhere", async () => {
      const random = createRandom(21);
      const options = { ...OPTIONS, rows: 32, slotRows: 32, neighbours: 3, radiusSquared: 4 };
      for (let i = 0; i < 50; i++) {
        const points = randomRows(random, 10).map((point) => point ?? randomPoint(random, 5));
        const tests = [randomPoint(random, 5), randomPoint(random, 5)];
        const some = points.filter(({ embedding }) => embedding.length > 0 && random.oneIn(2));
        const near = some.map((point) => nearCopy(random, point));
        const mixed = points.flatMap((point, at) =>
          random.oneIn(2) ? [point, random.pick(points.slice(0, at + 1))] : [point],
        );
        const before = await valuesOf(options, points, tests);
        const after = await valuesOf(options, [...mixed, ...near], tests);
        const own = points.map((point) => after[mixed.indexOf(point)]);
        const firsts = points.map((point) => before[points.indexOf(point)]);
        expect(own, `case ${i}`).to.deep.equal(firsts);
        const sum = (values: number[]) => values.reduce((x, y) => x + y, 0);
        expect(sum(after), `case ${i}`).to.equal(sum(before));
      }
    });
  });

  context("given empty rows", () => {
    it("gives them 0 and changes the value of nobody", async () => {
      const random = createRandom(22);
      const options = { ...OPTIONS, rows: 32, slotRows: 8, radiusSquared: 1 };
      for (let i = 0; i < 50; i++) {
        const points = randomRows(random, 8).map((point) => point ?? randomPoint(random, 5));
        const spread: PointRow[] = points.flatMap((point) =>
          random.oneIn(2) ? [undefined, point] : [point],
        );
        const tests = [randomPoint(random, 5)];
        const values = await valuesOf(options, points, tests);
        const rows = await valuesOf(options, spread, tests);
        const held = spread.flatMap((point, row) => (point === undefined ? [] : [rows[row]]));
        expect(held).to.deep.equal(values);
        spread.forEach((point, row) => point ?? expect(rows[row]).to.equal(0));
      }
    });

    it("gives a copy what an emptied original leaves to it", async () => {
      const [point] = line("1");
      const [, value] = await valuesOf(OPTIONS, [undefined, point]);
      expect(value).to.equal(wholeShare(OPTIONS));
      expect(await valuesOf(OPTIONS, [point, point])).to.deep.equal([value, 0]);
    });

    it("is the same whatever bytes a row without a label has", async () => {
      const points = line("0110");
      const model = programFor(OPTIONS);
      const slots = slotsOf(OPTIONS, [points[0], undefined, points[1]]);
      const clean = encodeState(OPTIONS, slots, [TEST]);
      const dirty = clean.data.slice();
      for (let k = 0; k < 8; k++) dirty[2 * 16 + k] = clean.data[16 + k] & ~0xff;
      const sums = await Promise.all(
        [clean, { ...clean, data: dirty }].map((state) => runUnits(model, state, 1)),
      );
      expect(readSums(OPTIONS, sums[1])).to.deep.equal(readSums(OPTIONS, sums[0]));
    });
  });

  it("given an empty test row, values nothing", async () => {
    expect(await valuesOf(OPTIONS, line("101101"), [undefined])).to.deep.equal(Array(6).fill(0));
    const once = await valuesOf(OPTIONS, line("101101"), [undefined, TEST, undefined]);
    expect(once).to.deep.equal(await valuesOf(OPTIONS, line("101101")));
  });

  it("given all i8 at their limits, in the most words of a row, is exact", async () => {
    const random = createRandom(23);
    const options = { ...OPTIONS, rows: 8, rowWords: 64, neighbours: 1 };
    const full = (element: () => number, label: number): LabelledPoint => ({
      embedding: Array.from({ length: 2_015 }, element),
      label,
    });
    const [low, high] = [() => -128, () => 127];
    const mixed = () => random.pick([-128, 127]);
    for (const radiusSquared of [0, 2_015 * 255 ** 2 - 1, 2 ** 27]) {
      const own = { ...options, radiusSquared };
      const points = [full(low, -128), full(high, 127), full(mixed, 127), full(() => 0, -128)];
      const tests = [full(low, 127), full(high, -128), full(mixed, 127)];
      const sums = await valuesOf(own, points, tests);
      const exact = valuesByDefinition(own, points, tests);
      expect(farthestOff(own, sums, exact)).to.be.at.most(tests.length);
    }
  });

  it("given bytes at their limits next to each other, reads them as they are", async () => {
    const options = { ...OPTIONS, rows: 4, rowWords: 64 };
    const edges = [-128, -127, -1, 0, 1, 127];
    const bytes = edges.flatMap((a) =>
      edges.flatMap((b) => edges.flatMap((c) => edges.flatMap((d) => [a, b, c, d]))),
    );
    const state = encodeState(options, [], []);
    const view = new DataView(Int8Array.from(bytes).buffer);
    const at = (k: number) => 512 * Math.floor(k / 504) + (k % 504);
    for (let k = 0; 4 * k < bytes.length; k++) state.data[at(k)] = view.getInt32(4 * k);
    const model = programFor(options);
    const node = model.program.names?.indexOf("bytes") ?? -1;
    for (const trace of [new ReferenceExecutor(), new WasmExecutor()]) {
      const { data } = trace.trace(model, state)[node];
      expect([...data.subarray(0, bytes.length)]).to.deep.equal(bytes);
    }
  });

  it("given 1,023 points that agree in turns, is ruled within one unit", () => {
    const options = { ...OPTIONS, rows: 1_024, slotRows: 1_024, neighbours: 1 };
    const points = Array.from({ length: 1_023 }, (_, i) => ({
      embedding: [i % 128, -Math.floor(i / 128)],
      label: 1,
    }));
    const ranked = rankPoints(options, points, TEST);
    const turns = ranked.map((_row, at) => at % 2 === 0);
    ranked.forEach((row, at) => (points[row].label = turns[at] ? TEST.label : 1));
    const sums = valuePoints(options, slotsOf(options, points), [TEST]);
    const exact = exactValues(turns, 1);
    const byRank = ranked.map((i) => sums[rowOf(options, i)]);
    const off = farthestOff(options, byRank, exact);
    console.log(`      at most ${off.toFixed(2)} units off`);
    expect(off).to.be.below(1);
  });

  it("given as many units as rows on whole shares, stays within i32", async () => {
    const options = { ...OPTIONS, slotRows: 16, neighbours: 16 };
    const points = line("1".repeat(15)).map((point, i) => ({ ...point, embedding: [i, 0] }));
    const sums = await valuesOf(options, points, Array(16).fill(TEST));
    expect(sums).to.deep.equal(Array(15).fill(2 ** 30));
  });

  describe("the state after a unit", () => {
    const points = line("101101");
    const slots = slotsOf(OPTIONS, points);
    const tests = [TEST, points[1], points[4]];
    const [sumsAt, valuesAt] = [2 * 16 * 16, 3 * 16 * 16];

    it("has the points as they were, and the test points one row up", async () => {
      const next = await runUnits(programFor(OPTIONS), encodeState(OPTIONS, slots, tests), 1);
      const expected = encodeState(OPTIONS, slots, tests.slice(1));
      expect(next.data.slice(0, sumsAt)).to.deep.equal(expected.data.slice(0, sumsAt));
      const rest = next.data.slice(sumsAt).filter((_element, k) => k % 16 !== 0);
      expect(new Set(rest)).to.deep.equal(new Set([0]));
      const afterTotal = next.data.slice(valuesAt + 5 * 16);
      expect(new Set(afterTotal)).to.deep.equal(new Set([0]));
    });

    it("is the same whatever the state held beside sums, in sums and values", async () => {
      const state = encodeState(OPTIONS, slots, tests);
      const dirty = state.data.slice();
      for (let k = sumsAt; k < dirty.length; k++) if (k >= valuesAt || k % 16 !== 0) dirty[k] = k;
      const model = programFor(OPTIONS);
      const next = await runUnits(model, { ...state, data: dirty }, 1);
      expect(next).to.deep.equal(await runUnits(model, state, 1));
    });

    it("carries sums on, to a second job with other tests", async () => {
      const model = programFor(OPTIONS);
      const half = await runUnits(model, encodeState(OPTIONS, slots, [tests[0]]), 1);
      const second = encodeState(OPTIONS, slots, tests.slice(1)).data.slice();
      second.set(half.data.slice(sumsAt, valuesAt), sumsAt);
      const end = await runUnits(model, { ...half, data: second }, 2);
      const sums = valuePoints(OPTIONS, slots, tests);
      expect(resultsIn(OPTIONS, end)).to.deep.equal({ sums, ...slotValues(OPTIONS, sums) });
    });
  });
});
