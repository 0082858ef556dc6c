import { expect } from "chai";
import {
  MerkleTree,
  UnitTrace,
  WasmExecutor,
  elementCount,
  encodeState,
  evaluateNode,
  isInstruction,
  knnShapleyProgram,
  leftmostDifference,
  openElement,
  placeOf,
  roundLevels,
  tensorId,
  tensorIdOf,
} from "../../../tensor/src/index";
import { createRandom } from "../../shared/random";
import { changed, lie, operandsAt } from "./lies";
import { LARGE, largePoints, slotsOf } from "./points";
import type { OperandOpening, Tensor } from "../../../tensor/src/index";

const OPTIONS = { rows: 16, rowWords: 2, slotRows: 4, neighbours: 3, radiusSquared: 9 };
const UNITS = 5;
/** The first element of the sum of a point, in row 1. */
const FIRST_SUM = (2 * 16 + 1) * 16;
/** The first element of the total, after four slots. */
const TOTAL = (3 * 16 + 4) * 16;
const model = knnShapleyProgram(OPTIONS);
const { nodes, names = [] } = model.program;

function firstState(): Tensor {
  const random = createRandom(31);
  const point = () => ({
    embedding: Array.from({ length: 31 }, () => random.int(-9, 9)),
    label: random.int(1, 2),
  });
  const points = Array.from({ length: 11 }, point);
  const slots = slotsOf(OPTIONS, [...points, points[3]]);
  return encodeState(OPTIONS, slots, Array.from({ length: UNITS }, point));
}

/** The leaf that an honest side comes to when each round of a foreign tree is shown. */
function descend(own: MerkleTree, foreign: MerkleTree): number {
  let [height, index] = [own.depth, 0];
  while (height > 0) {
    const levels = roundLevels(height);
    const shown = foreign.descendants(height, index, levels);
    index = index * 2 ** levels + leftmostDifference(own.descendants(height, index, levels), shown);
    height -= levels;
  }
  return index;
}

/** The first element of a word, counted in the tensor's rows, in which two results differ. */
function elementIn(own: Tensor, foreign: Tensor, word: number): number {
  const differs = (i: number) => {
    const place = placeOf(own, Math.floor(i / own.cols), i % own.cols);
    return place.word === word && own.data[i] !== foreign.data[i];
  };
  return Array.from(own.data.keys()).findIndex(differs);
}

function bytesOf({ words, siblings }: OperandOpening): number {
  return 32 * (words.length + siblings.length);
}

/** What a challenger who knows the truth finds in a foreign trace of one unit. */
function challenge(truth: readonly Tensor[], foreign: readonly Tensor[]) {
  const tree = (results: readonly Tensor[]) => MerkleTree.ofList(results.map(tensorId));
  const node = descend(tree(truth), tree(foreign));
  const [own, other] = [truth[node], foreign[node]];
  const word = descend(MerkleTree.ofTensor(own), MerkleTree.ofTensor(other));
  return { node, element: elementIn(own, other, word) };
}

/** The element as the chain computes it: from the operands in the trace of the one who defends. */
function computed(foreign: readonly Tensor[], node: number, element: number): number {
  const instruction = nodes[node];
  if (!isInstruction(instruction)) throw new Error(`node ${node} computes nothing`);
  return evaluateNode(instruction, operandsAt(foreign, instruction)).data[element];
}

/*
a lie about a value
├── given one wrong element of any instruction, the descent leads to it, and the chain computes another
│  ├── a value of a point
│  ├── a rank
│  ├── a distance
│  ├── an owner
│  └── a total
├── given a wrong entry of a table, it ends at the constant, whose id is in the program
├── given that all later units are computed from it, it leads to the first wrong unit
└── given 1,024 rows, every element can be opened in less than 8 KiB
*/
describe("a lie about a value", function () {
  this.timeout(300_000);
  const state = firstState();
  const trace = new UnitTrace(model, state);
  const truth = nodes.map((_node, index) => trace.result(index));

  function expectFound(name: string, element: number): void {
    const at = names.indexOf(name);
    const foreign = lie(model, truth, at, element);
    const found = challenge(truth, foreign);
    expect(found, name).to.deep.equal({ node: at, element });
    const right = computed(foreign, at, element);
    expect(right, name).to.equal(truth[at].data[element]);
    expect(right, name).not.to.equal(foreign[at].data[element]);
  }

  it("is found where it is: a value of a point, a rank, a distance, an owner, a total", () => {
    expectFound("value", 3);
    expectFound("count nearer", 7);
    expectFound("distances in rank", 0);
    expectFound("first close", 14);
    expectFound("next state", FIRST_SUM);
    expectFound("next state", TOTAL);
    expectFound("squared owner difference", 7);
    expectFound("values of slots", 2);
    expectFound("total", 0);
  });

  it("is found in any element of any instruction", () => {
    const random = createRandom(32);
    nodes.forEach((node, index) => {
      if (!isInstruction(node)) return;
      for (let i = 0; i < 3; i++) expectFound(names[index], random.int(0, elementCount(node) - 1));
    });
  });

  it("given a wrong entry of a table, ends at the constant, whose id is in the program", () => {
    for (const name of ["shares", "steps", "diagonals"]) {
      const at = names.indexOf(name);
      const foreign = lie(model, truth, at, 5);
      expect(challenge(truth, foreign), name).to.deep.equal({ node: at, element: 5 });
      const node = nodes[at];
      const root = node.op === "const" ? node.root : "0x";
      expect(tensorIdOf(node, root), name).to.equal(tensorId(truth[at]));
      expect(tensorIdOf(node, root), name).not.to.equal(tensorId(foreign[at]));
    }
  });

  it("given that all later units are computed from it, leads to the first wrong unit", () => {
    const run = (input: Tensor) => new UnitTrace(model, input).result(nodes.length - 1);
    const outputs = (wrong: number): Tensor[] => {
      const all: Tensor[] = [];
      for (let unit = 0; unit < UNITS; unit++) {
        const next = run(all[unit - 1] ?? state);
        all.push(unit === wrong ? changed(next, FIRST_SUM) : next);
      }
      return all;
    };
    const tree = (all: readonly Tensor[]) => MerkleTree.ofList(all.map(tensorId));
    const [honest, foreign] = [outputs(-1), outputs(2)];
    const unit = descend(tree(honest), tree(foreign));
    expect(unit).to.equal(2);
    expect(tensorId(foreign[unit - 1])).to.equal(tensorId(honest[unit - 1]));
    const results = new WasmExecutor().trace(model, honest[unit - 1]);
    const claimed = [...results.slice(0, -1), foreign[unit]];
    const found = challenge(results, claimed);
    expect(found).to.deep.equal({ node: nodes.length - 1, element: FIRST_SUM });
  });

  it("given 1,024 rows, can be proved of every node by opening less than 8 KiB", () => {
    const large = knnShapleyProgram(LARGE);
    const { points, tests } = largePoints(createRandom(1));
    const results = new WasmExecutor().trace(
      large,
      encodeState(LARGE, slotsOf(LARGE, points), tests),
    );
    let [most, widest] = [0, 0];
    large.program.nodes.forEach((node, index) => {
      if (!isInstruction(node)) return;
      const operands = operandsAt(results, node);
      const { a, b } = openElement(node, elementCount(results[index]) - 1, operands);
      most = Math.max(most, bytesOf(a) + bytesOf(b));
      if (node.op === "dot" || node.op === "reduce") widest = Math.max(widest, operands[0].cols);
    });
    console.log(`      at most ${most} bytes, rows of at most ${widest} elements`);
    expect(most).to.be.below(8_192);
    expect(widest).to.equal(LARGE.rows);
  });
});
