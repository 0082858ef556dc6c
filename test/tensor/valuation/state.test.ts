import { expect } from "chai";
import {
  MerkleTree,
  ValuationError,
  blockRoots,
  bytesToHex,
  climb,
  encodeSlot,
  encodeState,
  headerRowRoot,
  hexToBytes,
  keccak256,
  openValue,
  pointRows,
  readSums,
  readValues,
  slotRoot,
  slotSiblings,
  stateHeader,
  stateId,
  tensor,
  tensorId,
  tensorHeader,
  tensorRoot,
  valuePoints,
  zeroBlockRoot,
  zeros,
} from "../../../tensor/src/index";
import { oracleListRoot } from "../../shared/oracle";
import { createRandom } from "../../shared/random";
import { contributionOf, ownerOf } from "./points";
import type {
  Contribution,
  Hex,
  LabelledPoint,
  PointRow,
  Slot,
  ValuationErrorCode,
  ValuationOptions,
} from "../../../tensor/src/index";

const OPTIONS: ValuationOptions = {
  rows: 8,
  rowWords: 4,
  slotRows: 4,
  neighbours: 1,
  radiusSquared: 0,
};
const ZERO_WORD: Hex = `0x${"00".repeat(32)}`;

function pair(left: Hex, right: Hex): Hex {
  return bytesToHex(keccak256(hexToBytes(`0x${left.slice(2)}${right.slice(2)}`)));
}

/** The root of a row as a contract makes it, from its four words. */
function rowRoot(point: PointRow, tag: Hex): Hex {
  const bytes = new Int8Array(96);
  bytes.set(point?.embedding ?? []);
  bytes[95] = point?.label ?? 0;
  const hex = Buffer.from(bytes.buffer).toString("hex");
  const words = [0, 1, 2].map((i) => `0x${hex.slice(64 * i, 64 * i + 64)}` as const);
  return oracleListRoot([...words, tag]);
}

/** The tag of row `row`: the owner, and of all rows but the header 12 bytes of a hash. */
function tagOf({ owner, salt }: Contribution, row: number): Hex {
  const number: Hex = `0x${row.toString(16).padStart(64, "0")}`;
  return `${owner}${row === 0 ? "00".repeat(12) : pair(salt, number).slice(2, 26)}`;
}

/** The roots of a slot's rows. */
function slotRows(slot: Slot): Hex[] {
  return Array.from({ length: 4 }, (_, row) =>
    slot === undefined
      ? rowRoot(undefined, ZERO_WORD)
      : rowRoot(slot.points[row - 1], tagOf(slot, row)),
  );
}

function randomPoint(seed: number, dimensions: number): LabelledPoint {
  const random = createRandom(seed);
  const element = () => random.int(-128, 127);
  return { embedding: Array.from({ length: dimensions }, element), label: random.int(1, 127) };
}

function expectThrows(run: () => unknown, code: ValuationErrorCode, message: string): void {
  expect(run).to.throw(ValuationError, message).with.property("code", code);
}

const slots: Slot[] = [contributionOf(0, [randomPoint(1, 95), undefined, randomPoint(2, 20)])];
const tests = [randomPoint(3, 95)];
const TEST_ROWS = Array.from({ length: 8 }, (_, i) => rowRoot(tests[i], ZERO_WORD));

/*
encodeState
├── its id is made of a tree over rows for each block
├── the row of a point has the words of its embedding, the label before the last word, and its tag
├── given a test point with a tag, it is the last word of its row
├── given an empty slot, it is zeros
├── given more slots or tests than room for, it throws COUNT
├── given a point that no row can hold, it throws POINT
└── given a tag, a salt or an owner of another length, or no owner, it throws TAG
encodeSlot
├── it has the rows of the slot in a state
├── its header is zeros but for the owner at the start of the last word
├── given a row without a point, it has owner and a salt of its own
├── given more points than rows behind the header, it throws COUNT
└── given options that no program can have, it throws OPTIONS
slotRoot, slotSiblings, headerRowRoot
├── the header's root folds with the siblings to the slot's root
├── slots of all owners fold to the root of the block of points
├── given another owner, the siblings fold to a slot whose other rows are as they were
└── given an empty slot, the root is that of zeros
pointRows
└── it has each point at its row, and throws COUNT
*/
describe("encodeState", () => {
  it("has an id that is made of a tree over rows for each block", () => {
    const state = encodeState(OPTIONS, slots, tests);
    const zero = oracleListRoot(Array<Hex>(32).fill(ZERO_WORD));
    const points = oracleListRoot([...slotRows(slots[0]), ...slotRows(undefined)]);
    const roots = { points, tests: oracleListRoot(TEST_ROWS), sums: zero, values: zero };
    const root = pair(pair(roots.points, roots.tests), pair(zero, zero));
    const header = bytesToHex(tensorHeader({ dtype: "i32", rows: 32, cols: 32 }));
    expect(tensorId(state)).to.equal(pair(header, root));
    expect(stateId(OPTIONS, roots)).to.equal(tensorId(state));
    expect(blockRoots(OPTIONS, state)).to.deep.equal(roots);
    expect(zeroBlockRoot(OPTIONS)).to.equal(zero);
    const tree = MerkleTree.ofTensor(state);
    expect(tree.descendants(tree.depth, 0, 2)).to.deep.equal(Object.values(roots));
    expect(stateHeader(OPTIONS)).to.deep.equal({ dtype: "i32", rows: 32, cols: 32 });
  });

  it("has in the row of a point its embedding, the label before the last word, its tag", () => {
    for (const dimensions of [65, 80, 95]) {
      const point = randomPoint(dimensions, dimensions);
      const contribution = contributionOf(3, [point]);
      const { data } = encodeState(OPTIONS, [undefined, contribution], []);
      const row = Array.from(data.subarray(5 * 32, 6 * 32));
      expect(row[23] & 0xff).to.equal(point.label);
      const tag = tensor("i32", 1, 8, row.slice(24));
      expect(tensorRoot(tag)).to.equal(tagOf(contribution, 1));
      if (dimensions === 95) row[23] &= ~0xff;
      else row[23] = 0;
      const own = tensor("i32", 1, 24, row.slice(0, 24));
      const bytes = tensor("i8", 1, dimensions, Array.from(point.embedding));
      expect(tensorRoot(own)).to.equal(tensorRoot(bytes));
    }
  });

  it("given a test point with a tag, has it as the last word of its row", () => {
    const tag: Hex = `0x${"9a".repeat(32)}`;
    const state = encodeState(OPTIONS, slots, [{ ...tests[0], tag }]);
    const [, ...others] = TEST_ROWS;
    expect(blockRoots(OPTIONS, state).tests).to.equal(
      oracleListRoot([rowRoot(tests[0], tag), ...others]),
    );
  });

  it("given an empty slot, is zeros", () => {
    const { data } = encodeState(OPTIONS, [undefined, slots[0]], []);
    expect(new Set(data.subarray(0, 4 * 32))).to.deep.equal(new Set([0]));
    expect(encodeState(OPTIONS, [], [])).to.deep.equal(zeros("i32", 32, 32));
  });

  it("given more slots or tests than room for, throws COUNT", () => {
    const nine = Array.from({ length: 9 }, () => tests[0]);
    const three = [...slots, ...slots, ...slots];
    expectThrows(() => encodeState(OPTIONS, [], nine), "COUNT", "a block has 8 rows, not 9");
    expectThrows(() => encodeState(OPTIONS, three, []), "COUNT", "a state has 2 slots, not 3");
  });

  it("given a point that no row can hold, throws POINT", () => {
    const wrong: [LabelledPoint, string][] = [
      [{ embedding: Array(96).fill(0), label: 1 }, "at most 95 dimensions, not 96"],
      [{ embedding: [0, 128], label: 1 }, "dimension 1 is 128"],
      [{ embedding: [-129], label: 1 }, "dimension 0 is -129"],
      [{ embedding: [0.5], label: 1 }, "dimension 0 is 0.5"],
      [{ embedding: [], label: 0 }, "0 is no label"],
      [{ embedding: [], label: 128 }, "128 is no label"],
      [{ embedding: [], label: -129 }, "-129 is no label"],
    ];
    for (const [point, message] of wrong) {
      const contribution = contributionOf(0, [point]);
      expectThrows(() => encodeState(OPTIONS, [contribution], []), "POINT", message);
      expectThrows(() => encodeState(OPTIONS, [], [point]), "POINT", message);
    }
  });

  it("given a tag, a salt or an owner of another length, or no owner, throws TAG", () => {
    const contribution = contributionOf(0, []);
    const [short, zero]: Hex[] = ["0x1234", `0x${"00".repeat(20)}`];
    const wrong: [Partial<Contribution>, string][] = [
      [{ owner: short }, "0x1234 is no owner"],
      [{ owner: ZERO_WORD }, `${ZERO_WORD} is no owner`],
      [{ owner: zero }, `${zero} is no owner`],
      [{ salt: short }, "a salt has 32 bytes: 0x1234"],
    ];
    for (const [change, message] of wrong) {
      const changed = { ...contribution, ...change };
      expectThrows(() => encodeState(OPTIONS, [changed], []), "TAG", message);
      expectThrows(() => valuePoints(OPTIONS, [changed], []), "TAG", message);
    }
    expectThrows(() => headerRowRoot(OPTIONS, zero), "TAG", `${zero} is no owner`);
    const test = { ...tests[0], tag: short };
    expectThrows(() => encodeState(OPTIONS, [], [test]), "TAG", "a tag has 32 bytes: 0x1234");
  });
});

describe("encodeSlot", () => {
  it("has the rows of the slot in a state", () => {
    const { dtype, rows, cols, data } = encodeSlot(OPTIONS, slots[0]);
    expect([dtype, rows, cols]).to.deep.equal(["i32", 4, 32]);
    const state = encodeState(OPTIONS, [undefined, slots[0]], tests);
    expect(data).to.deep.equal(state.data.slice(4 * 32, 8 * 32));
  });

  it("has a header of zeros but for the owner at the start of the last word", () => {
    const owner: Hex = "0x0102030405060708090A0B0C0D0E0F1011121314";
    const { data } = encodeSlot(OPTIONS, { ...contributionOf(0, []), owner });
    const tag = [0x01020304, 0x05060708, 0x090a0b0c, 0x0d0e0f10, 0x11121314, 0, 0, 0];
    expect([...data.subarray(0, 32)]).to.deep.equal([...Array<number>(24).fill(0), ...tag]);
  });

  it("given a row without a point, has the owner and a salt of its own", () => {
    const { data } = encodeSlot(OPTIONS, contributionOf(4, []));
    const tags = [1, 2, 3].map((row) => [...data.subarray(row * 32 + 24, row * 32 + 32)]);
    const owner = [...data.subarray(24, 29)];
    for (const tag of tags) expect(tag.slice(0, 5)).to.deep.equal(owner);
    expect(new Set(tags.map((tag) => tag.slice(5).join())).size).to.equal(3);
    expect(new Set(data.subarray(32, 32 + 24))).to.deep.equal(new Set([0]));
  });

  it("given more points than rows behind the header, throws COUNT", () => {
    const four = contributionOf(
      0,
      [1, 2, 3, 4].map((seed) => randomPoint(seed, 3)),
    );
    for (const encode of [encodeSlot, slotRoot, slotSiblings]) {
      expectThrows(() => encode(OPTIONS, four), "COUNT", "a slot has 3 points, not 4");
    }
  });

  it("given options that no program can have, throws OPTIONS", () => {
    const wrong = { ...OPTIONS, slotRows: 16 };
    const message = "2 to 8 rows in a slot, not 16";
    expectThrows(() => encodeSlot(wrong, undefined), "OPTIONS", message);
    expectThrows(() => headerRowRoot(wrong, ownerOf(0)), "OPTIONS", message);
    expectThrows(() => encodeState(wrong, [], []), "OPTIONS", message);
  });
});

describe("slotSiblings", () => {
  const contribution = contributionOf(7, [randomPoint(8, 50), randomPoint(9, 95)]);
  const fold = (owner: Hex) =>
    slotSiblings(OPTIONS, contribution).reduce(pair, headerRowRoot(OPTIONS, owner));

  it("fold with the header's root to the slot's root", () => {
    expect(slotSiblings(OPTIONS, contribution)).to.have.length(2);
    expect(headerRowRoot(OPTIONS, ownerOf(7))).to.equal(slotRows(contribution)[0]);
    expect(slotRoot(OPTIONS, contribution)).to.equal(oracleListRoot(slotRows(contribution)));
    expect(fold(ownerOf(7))).to.equal(slotRoot(OPTIONS, contribution));
  });

  it("fold to the root of the block of points, with other slots", () => {
    const all = [contribution, contributionOf(2, [randomPoint(5, 5)])];
    const roots = all.map((slot) => slotRoot(OPTIONS, slot));
    const { points } = blockRoots(OPTIONS, encodeState(OPTIONS, all, []));
    expect(points).to.equal(pair(roots[0], roots[1]));
  });

  it("given another owner, fold to a slot whose other rows are as they were", () => {
    const [, ...others] = slotRows(contribution);
    const header = slotRows(contributionOf(1, []))[0];
    expect(fold(ownerOf(1))).to.equal(oracleListRoot([header, ...others]));
  });

  it("given an empty slot, its root is that of zeros", () => {
    expect(slotRoot(OPTIONS, undefined)).to.equal(oracleListRoot(Array<Hex>(16).fill(ZERO_WORD)));
  });
});

describe("pointRows", () => {
  it("has each point at its row, and throws COUNT", () => {
    const [a, b] = [randomPoint(1, 4), randomPoint(2, 4)];
    const rows = pointRows(OPTIONS, [undefined, contributionOf(0, [a, undefined, b])]);
    expect(rows).to.deep.equal([...Array<undefined>(5).fill(undefined), a, undefined, b]);
    expectThrows(() => pointRows(OPTIONS, Array(3)), "COUNT", "a state has 2 slots, not 3");
  });
});

/*
readSums, readValues
├── they read the first element of each row of the third block, of slots and total in the fourth
└── given another tensor, they throw STATE, like blockRoots and openValue
openValue
├── word and path fold to the root of values, at every row
└── given no such row, it throws COUNT
valuePoints
└── it throws OPTIONS, COUNT and POINT like the others
*/
describe("readValues", () => {
  it("reads the first elements of sums, of values of slots and of the total", () => {
    const state = encodeState(OPTIONS, [], []);
    for (let i = 0; i < 16; i++) state.data[(16 + i) * 32] = i - 2;
    expect(readSums(OPTIONS, state)).to.deep.equal([-2, -1, 0, 1, 2, 3, 4, 5]);
    expect(readValues(OPTIONS, state)).to.deep.equal({ values: [6, 7], total: 8 });
  });

  it("given another tensor, throws STATE", () => {
    for (const other of [zeros("i32", 32, 8), zeros("i16", 32, 32)]) {
      for (const read of [readSums, readValues, blockRoots]) {
        expectThrows(() => read(OPTIONS, other), "STATE", "a state is i32 [32,32]");
      }
      expectThrows(() => openValue(OPTIONS, other, 0), "STATE", "a state is i32 [32,32]");
    }
  });
});

describe("openValue", () => {
  const state = encodeState(OPTIONS, slots, tests);
  for (let i = 0; i < 8; i++) state.data[(24 + i) * 32] = -5 * i;

  it("has word and path that fold to the root of values, at every row", () => {
    const { values } = blockRoots(OPTIONS, state);
    for (let row = 0; row < 8; row++) {
      const { word, path } = openValue(OPTIONS, state, row);
      expect(path).to.have.length(5);
      expect(new DataView(hexToBytes(word).buffer).getInt32(0)).to.equal(-5 * row);
      const root = climb(hexToBytes(word), row * 4, path.map(hexToBytes));
      expect(bytesToHex(root)).to.equal(values);
    }
  });

  it("given no such row, throws COUNT", () => {
    for (const row of [-1, 8, 0.5]) {
      const message = `a block of 8 rows has no row ${row}`;
      expectThrows(() => openValue(OPTIONS, state, row), "COUNT", message);
    }
  });
});

describe("valuePoints", () => {
  it("throws OPTIONS, COUNT and POINT like the others", () => {
    const point = randomPoint(4, 3);
    const wrong = contributionOf(0, [{ ...point, label: 0 }]);
    const cases: [() => unknown, ValuationErrorCode, string][] = [
      [() => valuePoints({ ...OPTIONS, rows: 3 }, [], []), "OPTIONS", "3 rows"],
      [() => valuePoints(OPTIONS, [], Array(9).fill(point)), "COUNT", "a block has 8 rows, not 9"],
      [() => valuePoints(OPTIONS, Array(3), []), "COUNT", "a state has 2 slots, not 3"],
      [() => valuePoints(OPTIONS, [wrong], []), "POINT", "0 is no label"],
    ];
    for (const [value, code, message] of cases) expectThrows(value, code, message);
  });
});
