import { expect } from "chai";
import {
  DTYPES,
  REDUCE_FUNCTIONS,
  elementCount,
  evaluateNode,
  evaluateOnWasm,
  tensor,
} from "../../../tensor/src/index";
import { createRandom, randomDType, randomTensor } from "../../shared/random";
import { randomInstruction } from "../../shared/randomProgram";
import { knownStep } from "./fixture";
import type { InstructionNode, Tensor } from "../../../tensor/src/index";
import type { Random } from "../../shared/random";
import type { KnownStep } from "./fixture";

/** An instruction with its operands. */
interface Case {
  readonly node: InstructionNode;
  readonly operands: readonly Tensor[];
}

/** Steps of random elements, and what was tried with them. */
export interface RandomSteps {
  readonly steps: readonly KnownStep[];
  readonly tried: ReadonlySet<string>;
}

const LONGEST_I8 = 16_384;
const LONGEST = 4_096;
const LENGTHS = [1, 31, 32, 33, 63, 64, 65, 257];
const SHIFTS = [0, 31, 32, 62];
const LIMITS = [-(2 ** 31), 1 - 2 ** 31, -129, -128, -1, 0, 1, 127, 128, 2 ** 31 - 2, 2 ** 31 - 1];

/**
 * `count` random steps of one operation, up to four for each instruction, on operands of extreme
 * values. Reference and WebAssembly must agree on every result. Equal arguments give equal steps.
 */
export function randomSteps(op: InstructionNode["op"], seed: number, count: number): RandomSteps {
  const random = createRandom(seed);
  const steps: KnownStep[] = [];
  const tried = new Set<string>();
  for (let i = 0; steps.length < count; i++) {
    const { node, operands } = randomCase(random, op, i);
    const name = `${op} ${i} of seed ${seed}`;
    const result = evaluateNode(node, operands);
    expect(evaluateOnWasm(node, operands).data, name).to.deep.equal(result.data);
    for (const index of someElements(random, elementCount(node), count - steps.length)) {
      const step = knownStep(name, node, index, operands, result.data);
      steps.push(step);
      for (const trait of traitsOf({ node, operands }, step)) tried.add(trait);
    }
  }
  return { steps, tried };
}

/** Every eighth case is one at a limit; every 64th of them as long as can be. */
function randomCase(random: Random, op: InstructionNode["op"], i: number): Case {
  if (i % 8 !== 0) return randomInstruction(random, op);
  const longest = i % 64 === 0;
  if (op === "dot") return longDot(random, longest);
  if (op === "reduce") return longReduce(random, longest);
  return op === "map" ? mapOfLimits(random) : randomInstruction(random, op);
}

function longDot(random: Random, longest: boolean): Case {
  const bytes = random.oneIn(2);
  const [typeA, typeB] = bytes
    ? (["i8", "i8"] as const)
    : random.pick([
        ["i8", "i16"],
        ["i16", "i8"],
        ["i16", "i16"],
        ["i32", "i8"],
        ["i16", "i32"],
        ["i32", "i32"],
      ] as const);
  const length = longest ? (bytes ? LONGEST_I8 : LONGEST) : random.pick(LENGTHS);
  // Four rows in groups, for which one or two groups of b repeat.
  const [groups, n] = [random.pick([2, 4]), random.int(1, 2)];
  const groupsOfB = random.pick([1, 2]);
  const shape = { dtype: randomDType(random), rows: 4, cols: n };
  const operands = [
    randomTensor(random, typeA, 4, length),
    randomTensor(random, typeB, groupsOfB * n, length),
  ];
  return { node: { op: "dot", ...shape, a: 0, b: 1, groups }, operands };
}

function longReduce(random: Random, longest: boolean): Case {
  const length = longest ? LONGEST_I8 : random.pick(LENGTHS);
  const fn = random.pick(REDUCE_FUNCTIONS);
  const operand = randomTensor(random, randomDType(random), 2, length);
  const node = { op: "reduce", fn, dtype: randomDType(random), rows: 2, cols: 1, a: 0 } as const;
  return { node, operands: [operand] };
}

/** Limits against limits, where products, quotients and shifts are at theirs. */
function mapOfLimits(random: Random): Case {
  const [rows, cols] = [3, 5];
  const limits = (r: number, c: number) =>
    tensor(
      "i32",
      r,
      c,
      Array.from({ length: r * c }, () => random.pick(LIMITS)),
    );
  const fn = random.pick(["mul", "div"] as const);
  const shift = fn === "mul" ? random.pick(SHIFTS) : 0;
  const operands = [limits(rows, cols), limits(random.int(1, rows), random.int(1, cols))];
  const dtype = random.pick(DTYPES);
  return { node: { op: "map", fn, dtype, rows, cols, a: 0, b: 1, shift }, operands };
}

/** The first, the last and two others, at most `most`. */
function someElements(random: Random, count: number, most: number): number[] {
  const others = [random.int(0, count - 1), random.int(0, count - 1)];
  return [...new Set([0, count - 1, ...others])].slice(0, most);
}

function traitsOf({ node, operands: [a, b] }: Case, { step }: KnownStep): string[] {
  switch (node.op) {
    case "dot": {
      const n = elementCount(node) / a.rows;
      const types = a.dtype === "i8" && b.dtype === "i8" ? "i8" : "mixed";
      return [
        `${a.cols} of ${types}`,
        node.groups > b.rows / n ? "groups repeat" : "groups of own",
      ];
    }
    case "map": {
      const [row, col] = [Math.floor(step.index / node.cols), step.index % node.cols];
      const y = node.fn === "sqrt" ? 0 : b.data[(row % b.rows) * b.cols + (col % b.cols)];
      const sign = y === 0 ? "zero" : y < 0 ? "a negative" : "a positive";
      return [
        node.fn,
        ...(node.fn === "mul" ? [`shift ${node.shift}`] : [`${node.fn} by ${sign}`]),
      ];
    }
    case "reduce":
      return [node.fn, `${a.cols} columns`];
    case "view": {
      const back = node.loops.some(({ stride, extent }) => stride < 0 && extent > 1);
      return [step.a.words.length === 0 ? "pads" : "reads", back ? "turns back" : "goes on"];
    }
    case "take":
      return [b.data[Math.floor(step.index / node.chunk)] < 0 ? "negative" : "not negative"];
  }
}
