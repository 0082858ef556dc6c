import { expect } from "chai";
import { encodeProgram, validateProgram } from "../../tensor/src/index";
import { constant, dot, input, map, reduce, refuses, take, view } from "../shared/nodes";
import { randomProgram } from "../shared/randomProgram";
import type {
  Axes,
  DType,
  Loop,
  ProgramErrorCode,
  ProgramNode,
  ViewNode,
} from "../../tensor/src/index";

/** A case ends in a refusal with a code, at a node, or in acceptance. */
interface Case {
  readonly it: string;
  readonly nodes: readonly ProgramNode[];
  readonly refused?: readonly [code: ProgramErrorCode, node: number | undefined, text?: string];
}

const ONE: Loop = { extent: 1, axis: 0, stride: 0 };
const LIMIT = 2 ** 31;
// Their product is 2^32 + 1.
const FERMAT = [641, 6_700_417] as const;

function chain(count: number): ProgramNode[] {
  return [input(1, 1), ...Array.from({ length: count - 1 }, (_, i) => map(1, 1, { a: i, b: i }))];
}

/** A product of an input and a constant, both of `cols` columns. */
function product(a: DType, b: DType, cols: number): ProgramNode[] {
  return [input(1, cols, a), constant(1, cols, b), dot(1, 1)];
}

function viewOf(count: number, fields: Partial<ViewNode>): ProgramNode[] {
  return [input(1, count), view(count, fields)];
}

/** One element read along `loops` on axis 0 from `offset`; only the first loop may turn. */
function reach(offset: number, loops: Loop[]): ProgramNode[] {
  const offsets: Axes = [offset, 0, 0, 0];
  return [input(1, 1), view(loops[0].extent, { dims: [1, 1, 1, 1], offsets, loops })];
}

function along(extent: number, stride: number): Loop {
  return { extent, axis: 0, stride };
}

const RULES: Record<string, Case[]> = {
  "number of nodes": [
    { it: "0", nodes: [], refused: ["NODE_COUNT", undefined, "not 0"] },
    { it: "1", nodes: chain(1), refused: ["NODE_COUNT", undefined, "not 1"] },
    { it: "2", nodes: chain(2) },
    { it: "65,536", nodes: chain(65_536) },
    { it: "65,537", nodes: chain(65_537), refused: ["NODE_COUNT", undefined, "not 65537"] },
  ],
  "place of leaves": [
    { it: "a constant first", nodes: [constant(1, 1), map(1, 1)], refused: ["INPUT_POSITION", 0] },
    { it: "an instruction first", nodes: [map(1, 1), map(1, 1)], refused: ["INPUT_POSITION", 0] },
    {
      it: "a second input",
      nodes: [input(1, 1), input(1, 1), map(1, 1, { b: 1 })],
      refused: ["INPUT_POSITION", 1, "node 1 (input i8 [1,1])"],
    },
    { it: "a constant last", nodes: [input(1, 1), constant(1, 1)], refused: ["OUTPUT", 1] },
    {
      it: "a constant between instructions",
      nodes: [input(1, 1), map(1, 1), constant(1, 1), map(1, 1, { a: 1, b: 2 })],
    },
  ],
  shape: [
    { it: "no rows", nodes: [input(0, 1), map(1, 1)], refused: ["SHAPE", 0, "not [0,1]"] },
    { it: "no columns", nodes: [input(1, 1), map(1, 0)], refused: ["SHAPE", 1, "not [1,0]"] },
  ],
  "fields without use": [
    {
      it: "a shift of add",
      nodes: [input(1, 1), map(1, 1, { shift: 1 })],
      refused: ["UNUSED_FIELD", 1],
    },
    { it: "a shift of mul", nodes: [input(1, 1), map(1, 1, { fn: "mul", shift: 1 })] },
    {
      it: "a second operand of sqrt",
      nodes: [input(1, 1), map(1, 1), map(1, 1, { fn: "sqrt", a: 1, b: 1 })],
      refused: ["UNUSED_FIELD", 2],
    },
  ],
  "committed bytes": [
    { it: "2^30 in rows", nodes: [input(2 ** 25, 32), reduce(1, 2 ** 25, { dtype: "i8" })] },
    {
      it: "one row more",
      nodes: [input(2 ** 25 + 1, 32), reduce(1, 2 ** 25 + 1)],
      refused: ["TOO_LARGE", 0, "2147483648"],
    },
    {
      it: "2^30 in columns",
      nodes: [input(1, 2 ** 28, "i32"), view(1, { dims: [1, 1, 1, 2 ** 28] })],
    },
    {
      it: "one column more",
      nodes: [input(1, 1), view(2 ** 28 + 1)],
      refused: ["TOO_LARGE", 1, "2147483648"],
    },
    {
      it: "as many as the header can say",
      nodes: [input(2 ** 32 - 1, 2 ** 32 - 1, "i32"), map(1, 1)],
      refused: ["TOO_LARGE", 0],
    },
    {
      it: "a count that is small modulo 2^32",
      nodes: [input(2 ** 16, 2 ** 16), map(1, 1)],
      refused: ["TOO_LARGE", 0],
    },
  ],
  operands: [
    {
      it: "itself as a",
      nodes: [input(1, 1), map(1, 1, { a: 1 })],
      refused: ["OPERAND", 1, "operand 1"],
    },
    { it: "itself as b", nodes: [input(1, 1), map(1, 1, { b: 1 })], refused: ["OPERAND", 1] },
    {
      it: "a later node",
      nodes: [input(1, 1), reduce(1, 1, { a: 2 }), map(1, 1)],
      refused: ["OPERAND", 1],
    },
    { it: "no node at all", nodes: [input(1, 1), view(1, { a: 7 })], refused: ["OPERAND", 1] },
    { it: "itself, of dot", nodes: [input(1, 1), dot(1, 1)], refused: ["OPERAND", 1] },
    { it: "itself, of take", nodes: [input(1, 1), take(1, 1, { b: 1 })], refused: ["OPERAND", 1] },
    { it: "the node before", nodes: [input(1, 1), map(1, 1), take(1, 1, { a: 1, b: 0 })] },
  ],
  dot: [
    {
      it: "no groups",
      nodes: [input(1, 1), dot(1, 1, { b: 0, groups: 0 })],
      refused: ["DOT_GROUPS", 1, "at least one group"],
    },
    {
      it: "unequal columns",
      nodes: [input(2, 3), constant(2, 4), dot(2, 2)],
      refused: ["DOT_COLUMNS", 2, "a is i8 [2,3], b is i8 [2,4]"],
    },
    { it: "a reshaped result", nodes: [input(2, 3), constant(4, 3), dot(1, 8)] },
    {
      it: "a result that the rows of a do not divide",
      nodes: [input(2, 3), constant(4, 3), dot(1, 7)],
      refused: ["DOT_ROWS", 2],
    },
    {
      it: "a result smaller than the rows of a",
      nodes: [input(4, 3), constant(1, 3), dot(1, 2)],
      refused: ["DOT_ROWS", 2],
    },
    {
      it: "rows of b that the groups' rows do not divide",
      nodes: [input(2, 3), constant(5, 3), dot(2, 4)],
      refused: ["DOT_ROWS", 2, "groups of 4 rows"],
    },
    {
      it: "fewer rows of b than a group has",
      nodes: [input(2, 3), constant(2, 3), dot(2, 4)],
      refused: ["DOT_ROWS", 2],
    },
    { it: "4 groups of a, 2 of b", nodes: [input(8, 3), constant(4, 3), dot(8, 2, { groups: 4 })] },
    {
      it: "4 groups of a, 3 of b",
      nodes: [input(8, 3), constant(6, 3), dot(8, 2, { groups: 4 })],
      refused: ["DOT_GROUPS", 2, "the 3 groups of b"],
    },
    {
      it: "more groups of b than of a",
      nodes: [input(8, 3), constant(4, 3), dot(8, 1, { groups: 2 })],
      refused: ["DOT_GROUPS", 2],
    },
    {
      it: "groups that do not divide the rows of a",
      nodes: [input(8, 3), constant(2, 3), dot(8, 2, { groups: 3 })],
      refused: ["DOT_GROUPS", 2, "3 groups"],
    },
    { it: "16,384 columns of i8", nodes: product("i8", "i8", 16_384) },
    {
      it: "16,385 columns of i8",
      nodes: product("i8", "i8", 16_385),
      refused: ["COLUMNS_LIMIT", 2, "at most 16384"],
    },
    { it: "4,096 columns of i16 and i8", nodes: product("i16", "i8", 4_096) },
    {
      it: "4,097 columns of i16 and i8",
      nodes: product("i16", "i8", 4_097),
      refused: ["COLUMNS_LIMIT", 2, "at most 4096"],
    },
    { it: "4,096 columns of i8 and i32", nodes: product("i8", "i32", 4_096) },
    {
      it: "4,097 columns of i8 and i32",
      nodes: product("i8", "i32", 4_097),
      refused: ["COLUMNS_LIMIT", 2],
    },
  ],
  map: [
    { it: "a shift of 62", nodes: [input(1, 1), map(1, 1, { fn: "mul", shift: 62 })] },
    {
      it: "a shift of 63",
      nodes: [input(1, 1), map(1, 1, { fn: "mul", shift: 63 })],
      refused: ["MAP_SHIFT", 1],
    },
    { it: "uneven shapes", nodes: [input(2, 2), constant(1, 3), map(3, 4, { b: 1 })] },
    { it: "operands larger than the result", nodes: [input(9, 9), map(1, 1)] },
  ],
  reduce: [
    { it: "a reshaped result", nodes: [input(6, 3), reduce(2, 3)] },
    {
      it: "one element too few",
      nodes: [input(6, 3), reduce(5, 1)],
      refused: ["REDUCE_COUNT", 1, "a is i8 [6,3]"],
    },
    {
      it: "one element too many",
      nodes: [input(6, 3), reduce(7, 1)],
      refused: ["REDUCE_COUNT", 1],
    },
    { it: "16,384 columns", nodes: [input(1, 16_384), reduce(1, 1)] },
    {
      it: "16,385 columns",
      nodes: [input(1, 16_385), reduce(1, 1)],
      refused: ["COLUMNS_LIMIT", 1],
    },
  ],
  view: [
    { it: "8 loops", nodes: viewOf(1, { loops: Array(8).fill(ONE) }) },
    {
      it: "9 loops",
      nodes: viewOf(1, { loops: Array(9).fill(ONE) }),
      refused: ["VIEW_LOOPS", 1, "not 9"],
    },
    { it: "no loops and one element", nodes: viewOf(1, { loops: [] }) },
    {
      it: "no loops and two elements",
      nodes: viewOf(2, { loops: [] }),
      refused: ["VIEW_EXTENTS", 1],
    },
    {
      it: "an extent of 0",
      nodes: viewOf(1, { loops: [{ ...ONE, extent: 0 }] }),
      refused: ["VIEW_EXTENTS", 1, "loop 0"],
    },
    {
      it: "an extent too large",
      nodes: viewOf(2, { loops: [{ ...ONE, extent: 3 }] }),
      refused: ["VIEW_EXTENTS", 1, "3 elements"],
    },
    {
      it: "extents whose product is right modulo 2^32",
      nodes: viewOf(1, { loops: [along(FERMAT[0], 0), along(FERMAT[1], 0)] }),
      refused: ["VIEW_EXTENTS", 1],
    },
    { it: "axis 3", nodes: viewOf(1, { loops: [{ ...ONE, axis: 3 }] }) },
    { it: "axis 4", nodes: viewOf(1, { loops: [{ ...ONE, axis: 4 }] }), refused: ["VIEW_AXIS", 1] },
    {
      it: "dims of another count",
      nodes: viewOf(6, { dims: [1, 1, 1, 7] }),
      refused: ["VIEW_DIMS", 1, "a is i8 [1,6]"],
    },
    { it: "a dim of 0", nodes: viewOf(6, { dims: [0, 1, 1, 6] }), refused: ["VIEW_DIMS", 1] },
    {
      it: "dims whose product is right modulo 2^32",
      nodes: viewOf(1, { dims: [1, FERMAT[0], FERMAT[1], 1] }),
      refused: ["VIEW_DIMS", 1],
    },
    {
      // 193 x 65,537 x 22,253,377 = 2^48 + 1
      it: "dims whose product is right modulo 2^64",
      nodes: viewOf(2 ** 16, { dims: [193, 65_537, 22_253_377, 2 ** 16] }),
      refused: ["VIEW_DIMS", 1],
    },
    {
      it: "offsets at both limits",
      nodes: viewOf(1, { offsets: [-LIMIT, LIMIT - 1, 0, 0], loops: [] }),
    },
    { it: "the least position", nodes: reach(-LIMIT + 9, [along(10, -1), ONE]) },
    {
      it: "one below the least",
      nodes: reach(-LIMIT + 8, [along(10, -1), ONE]),
      refused: ["VIEW_RANGE", 1, "axis 0"],
    },
    { it: "the greatest position", nodes: reach(LIMIT - 10, [along(10, 1), ONE]) },
    {
      it: "one above the greatest",
      nodes: reach(LIMIT - 9, [along(10, 1), ONE]),
      refused: ["VIEW_RANGE", 1],
    },
    {
      it: "a way down made up by a way up",
      nodes: [
        input(1, 1),
        view(4, {
          dims: [1, 1, 1, 1],
          offsets: [-LIMIT, 0, 0, 0],
          loops: [along(2, -1), along(2, 1)],
        }),
      ],
      refused: ["VIEW_RANGE", 1],
    },
    {
      it: "a reach beyond 2^53",
      nodes: [
        input(1, 1),
        view(2 ** 28, { dims: [1, 1, 1, 1], loops: [along(2 ** 28, -(2 ** 23))] }),
      ],
      refused: ["VIEW_RANGE", 1],
    },
    { it: "a step that one place never takes", nodes: reach(LIMIT - 1, [along(1, 2 ** 23 - 1)]) },
  ],
  take: [
    {
      it: "chunks of 0",
      nodes: [input(1, 6), take(1, 6, { chunk: 0 })],
      refused: ["TAKE_CHUNK", 1, "at least one element"],
    },
    { it: "chunks of all", nodes: [input(1, 6), take(6, 6, { chunk: 6 })] },
    {
      it: "chunks that do not divide",
      nodes: [input(1, 6), take(6, 4, { chunk: 4 })],
      refused: ["TAKE_CHUNK", 1],
    },
    {
      it: "chunks larger than a",
      nodes: [input(1, 6), take(6, 12, { chunk: 12 })],
      refused: ["TAKE_CHUNK", 1],
    },
    {
      it: "a result too small",
      nodes: [input(1, 6), take(11, 1, { chunk: 2 })],
      refused: ["TAKE_COUNT", 1],
    },
    {
      it: "a result too large",
      nodes: [input(1, 6), take(13, 1, { chunk: 2 })],
      refused: ["TAKE_COUNT", 1],
    },
    {
      it: "a result that is right modulo 2^32",
      nodes: [input(1, FERMAT[1]), constant(1, FERMAT[0]), take(1, 1, { b: 1, chunk: FERMAT[1] })],
      refused: ["TAKE_COUNT", 2],
    },
  ],
  "use of every node": [
    {
      it: "an unused constant",
      nodes: [input(1, 1), constant(1, 1), map(1, 1)],
      refused: ["UNUSED_NODE", 1, "node 1 (const i8 [1,1]): no later node reads it"],
    },
    {
      it: "an unused instruction",
      nodes: [input(1, 1), map(1, 1), map(1, 1)],
      refused: ["UNUSED_NODE", 1],
    },
    {
      it: "an input that only the empty field of sqrt names",
      nodes: [input(1, 1), constant(1, 1), map(1, 1, { fn: "sqrt", a: 1 })],
      refused: ["UNUSED_NODE", 0],
    },
    { it: "a node read only as b", nodes: [input(1, 1), constant(1, 1), map(1, 1, { b: 1 })] },
  ],
};

describe("validateProgram", () => {
  for (const [rule, cases] of Object.entries(RULES)) {
    describe(rule, () => {
      for (const { it: words, nodes, refused } of cases) {
        if (refused === undefined) {
          it(`accepts ${words}`, () => expect(() => validateProgram({ nodes })).not.to.throw());
        } else {
          const [code, node, text] = refused;
          it(`refuses ${words}`, () => refuses(() => validateProgram({ nodes }), code, node, text));
        }
      }
    });
  }

  it("names the node at fault by its place, its name and its shape", () => {
    const nodes = [input(2, 3), constant(2, 4), dot(2, 2)];
    const text = 'node 2 "scores" (dot i32 [2,2]): columns differ: a is i8 [2,3], b is i8 [2,4]';
    refuses(() => validateProgram({ nodes, names: ["x", "w", "scores"] }), "DOT_COLUMNS", 2, text);
  });

  it("accepts random programs and leaves them as they are", () => {
    for (let seed = 0; seed < 200; seed++) {
      const { program } = randomProgram(seed, { instructions: 1 + (seed % 12) });
      const before = encodeProgram(program);
      validateProgram(program);
      expect(encodeProgram(program)).to.deep.equal(before);
    }
  });
});
