import { expect } from "chai";
import {
  ProgramBuilder,
  ProgramError,
  ReferenceExecutor,
  WasmExecutor,
  addFractions,
  checkModel,
  decodeModel,
  embeddingProgram,
  encodeModel,
  exactValues,
  fraction,
  isInstruction,
  knnShapleyProgram,
  modelId,
  operandsOf,
  outputHeader,
  rankPoints,
  rowWordsFor,
  slotValues,
  tensor,
  tensorId,
  truncate,
  valuePoints,
} from "../../../tensor/src/index";
import { loadDigits } from "../../../tensor/train/dataset";
import { loadDigitModel } from "../../../tensor/train/files";
import { digitInput } from "../../../tensor/train/quantizeDigits";
import { randomInput, randomProgram } from "../../shared/randomProgram";
import { farthestOff } from "./definition";
import { rowOf, slotsOf, valuesByProgram } from "./points";
import type { LabelledPoint, Model } from "../../../tensor/src/index";
import type { Digit } from "../../../tensor/train/dataset";

const reference = new ReferenceExecutor();

/** The node of the digit classifier before its last layer: 4 x 4 pixels of 32 channels. */
const PENULTIMATE = { node: 14, channels: 32 };
/** How many of them have room in a row of two words. */
const CHANNELS = 31;

/** Halves, then their sum beside a constant, which nothing before them needs. */
function smallModel(): Model {
  const builder = new ProgramBuilder();
  const x = builder.input("x", "i8", 2, 4);
  const one = builder.constant("one", tensor("i32", 1, 1, [1]));
  const half = builder.map.mul("half", x, one, { shift: 1, dtype: "i8" });
  const three = builder.constant("three", tensor("i32", 1, 1, [3]));
  const sums = builder.reduce("sums", "sum", half);
  const fixed = builder.map.add("fixed", three, three);
  builder.map.mul("scaled sums", sums, fixed);
  return builder.build();
}

/** Whether a node's result depends on the input. */
function needsInput({ program: { nodes } }: Model, index: number): boolean {
  if (index === 0) return true;
  return operandsOf(nodes[index]).some((operand) => needsInput({ ...modelOf(nodes) }, operand));
}

function modelOf(nodes: Model["program"]["nodes"]): Model {
  return { program: { nodes }, weights: new Map() };
}

function expectProgramError(run: () => unknown, code: string, message: string): void {
  expect(run).to.throw(ProgramError, message).with.property("code", code);
}

/*
truncate
├── it computes what the model computes in that node, for every node that needs the input
├── it holds what that node needs and nothing else, and the names
├── it finds a node by its name
└── given no such node, a constant or a node that needs no input, it throws NAME, OUTPUT, UNUSED_NODE
embeddingProgram
├── given a node with one row, it ends there
├── given a node with several rows, it gives them as one
├── given channels, it gives the mean of the rows, halves up
├── given another type than i8, it throws DTYPE
├── given channels that do not divide the result, it throws SHAPE
└── given the digit classifier
   ├── it is a program that can be registered, the same from the file
   └── digits are valued by their embeddings, and wrong labels are worth less
*/
describe("truncate", () => {
  it("computes what the model computes in that node, for every node that needs the input", () => {
    for (let seed = 1; seed <= 12; seed++) {
      const model = randomProgram(seed, { instructions: 12 });
      const input = randomInput(seed, model);
      const results = reference.trace(model, input);
      model.program.nodes.forEach((node, index) => {
        if (!isInstruction(node) || !needsInput(model, index)) return;
        const cut = truncate(model, index);
        checkModel(cut);
        const result = reference.trace(cut, input).at(-1);
        expect(result, `node ${index} of seed ${seed}`).to.deep.equal(results[index]);
      });
    }
  });

  it("holds what that node needs and nothing else, and the names", () => {
    const { program, weights } = truncate(smallModel(), 2);
    expect(program.names).to.deep.equal(["x", "one", "half"]);
    expect([...weights.keys()]).to.deep.equal([1]);
    expect(truncate(smallModel(), 4).program.names).to.deep.equal(["x", "one", "half", "sums"]);
    expect(truncate(smallModel(), 6)).to.deep.equal(smallModel());
  });

  it("finds a node by its name", () => {
    expect(truncate(smallModel(), "sums")).to.deep.equal(truncate(smallModel(), 4));
  });

  it("given no such node, a constant or a node that needs no input, throws", () => {
    const model = smallModel();
    expectProgramError(() => truncate(model, 7), "NAME", "no node 7");
    expectProgramError(() => truncate(model, -1), "NAME", "no node -1");
    expectProgramError(() => truncate(model, "halves"), "NAME", 'no node "halves"');
    const unnamed = decodeModel(encodeModel(model));
    expectProgramError(() => truncate(unnamed, "half"), "NAME", 'no node "half"');
    expectProgramError(() => truncate(model, 1), "OUTPUT", 'node 1 "one"');
    expectProgramError(() => truncate(model, 0), "OUTPUT", 'node 0 "x"');
    expectProgramError(() => truncate(model, "fixed"), "UNUSED_NODE", 'node 0 "x"');
  });
});

describe("embeddingProgram", function () {
  this.timeout(300_000);
  const input = tensor("i8", 2, 4, [2, 4, 127, -128, 4, 6, 127, -5]); // halves 1 2 64 -64 2 3 64 -2

  it("given a node with one row, ends there", () => {
    const digits = loadDigitModel();
    expect(embeddingProgram(digits, { node: 14 })).to.deep.equal(truncate(digits, 14));
  });

  it("given a node with several rows, gives them as one", () => {
    const model = embeddingProgram(smallModel(), { node: "half" });
    checkModel(model);
    const expected = tensor("i8", 1, 8, [1, 2, 64, -64, 2, 3, 64, -2]);
    expect(reference.trace(model, input).at(-1)).to.deep.equal(expected);
  });

  it("given channels, gives the mean of the rows, halves up", () => {
    const cases: [number, number[]][] = [
      [4, [2, 3, 64, -33]],
      [8, [1, 2, 64, -64, 2, 3, 64, -2]],
      [1, [9]],
    ];
    for (const [channels, mean] of cases) {
      const model = embeddingProgram(smallModel(), { node: "half", channels });
      checkModel(model);
      const expected = tensor("i8", 1, channels, mean);
      expect(reference.trace(model, input).at(-1)).to.deep.equal(expected);
    }
  });

  it("given another type than i8, throws DTYPE", () => {
    const make = () => embeddingProgram(smallModel(), { node: "sums" });
    expectProgramError(make, "DTYPE", "an embedding is i8");
  });

  it("given channels that do not divide the result, throws SHAPE", () => {
    for (const channels of [3, 16, 0, -8]) {
      const make = () => embeddingProgram(smallModel(), { node: "half", channels });
      expectProgramError(make, "SHAPE", `${channels} channels do not divide 8`);
    }
  });

  context("given the digit classifier", () => {
    const program = embeddingProgram(loadDigitModel(), PENULTIMATE);
    const { training, heldOut } = loadDigits();
    const options = {
      rows: 256,
      rowWords: rowWordsFor(CHANNELS),
      slotRows: 16,
      neighbours: 5,
      radiusSquared: 9,
    };

    /** Digits by 31 channels of their embeddings; the digit 0 has label 1, since 0 is none. */
    async function embed(digits: readonly Digit[]): Promise<LabelledPoint[]> {
      const embeddings = await new WasmExecutor().run(program, digits.map(digitInput));
      return embeddings.map(({ data }, i) => ({
        embedding: data.subarray(0, CHANNELS),
        label: digits[i].label + 1,
      }));
    }

    it("is a program that can be registered, the same from the file", async () => {
      checkModel(program);
      expect(outputHeader(program.program)).to.deep.equal({ dtype: "i8", rows: 1, cols: 32 });
      const again = decodeModel(encodeModel(program));
      expect(modelId(again.program)).to.equal(modelId(program.program));
      const inputs = heldOut.slice(0, 3).map(digitInput);
      const ids = (await new WasmExecutor().run(again, inputs)).map(tensorId);
      expect(ids).to.deep.equal((await reference.run(program, inputs)).map(tensorId));
    });

    it("values digits by their embeddings, and wrong labels less", async () => {
      const right = await embed(training.slice(0, 200));
      const wrong = (i: number) => i % 10 === 3;
      const points = right.map(({ embedding, label }, i) => ({
        embedding,
        label: wrong(i) ? (label % 10) + 1 : label,
      }));
      const copies = points.slice(0, 20);
      const tests = await embed(heldOut.slice(0, 20));
      const all = [...points, ...copies];
      const slots = slotsOf(options, all);
      const results = await valuesByProgram(knnShapleyProgram(options), options, slots, tests);
      expect(results.sums).to.deep.equal(valuePoints(options, slots, tests));
      const { values, total } = slotValues(options, results.sums);
      expect([results.values, results.total]).to.deep.equal([values, total]);
      const sums = all.map((_point, i) => results.sums[rowOf(options, i)]);
      const exact = all.map(() => fraction(0n, 1n));
      for (const test of tests) {
        const ranked = rankPoints(options, all, test);
        const agrees = ranked.map((row) => all[row].label === test.label);
        exactValues(agrees, options.neighbours).forEach((value, i) => {
          exact[ranked[i]] = addFractions(exact[ranked[i]], value);
        });
      }
      expect(farthestOff(options, sums, exact)).to.be.below(tests.length);
      expect(sums.slice(200)).to.deep.equal(Array(20).fill(0));

      const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
      const ofRight = mean(sums.slice(0, 200).filter((_sum, i) => !wrong(i)));
      const ofWrong = mean(sums.slice(0, 200).filter((_sum, i) => wrong(i)));
      console.log(`      mean ${Math.round(ofRight)} right, ${Math.round(ofWrong)} wrong labels`);
      expect(ofRight).to.be.above(0);
      expect(ofWrong).to.be.below(0);
    });
  });
});
