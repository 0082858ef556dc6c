import { expect } from "chai";
import {
  MerkleTree,
  ValuationError,
  bytesToHex,
  dimensionsOf,
  encodeState,
  hexToBytes,
  keccak256,
  readSums,
  rowWordsFor,
  stateHeader,
  tensor,
  tensorId,
  tensorHeader,
  tensorRoot,
  valuePoints,
  wholeShare,
  zeros,
} from "../../../tensor/src/index";
import { oracleListRoot } from "../../shared/oracle";
import { createRandom } from "../../shared/random";
import type { Hex, LabelledPoint, PointRow, ValuationOptions } from "../../../tensor/src/index";

const OPTIONS: ValuationOptions = { rows: 4, rowWords: 2, neighbours: 1, radiusSquared: 0 };

function pair(left: Hex, right: Hex): Hex {
  return bytesToHex(keccak256(hexToBytes(`0x${left.slice(2)}${right.slice(2)}`)));
}

/** The root of a block as a contract makes it: a leaf of two words for each row. */
function blockRoot(points: readonly PointRow[]): Hex {
  const rows = Array.from({ length: OPTIONS.rows }, (_, i) => {
    const bytes = new Int8Array(64);
    bytes.set(points[i]?.embedding ?? []);
    bytes[63] = points[i]?.label ?? 0;
    const hex = Buffer.from(bytes.buffer).toString("hex");
    return pair(`0x${hex.slice(0, 64)}`, `0x${hex.slice(64)}`);
  });
  return oracleListRoot(rows);
}

function randomPoint(seed: number, dimensions: number): LabelledPoint {
  const random = createRandom(seed);
  const element = () => random.int(-128, 127);
  return { embedding: Array.from({ length: dimensions }, element), label: random.int(1, 127) };
}

/*
encodeState
├── its id is made of a tree over rows for each block
├── the row of a point has the words of its embedding, and the label as its last byte
├── given an empty row, it is zeros
├── given more points or tests than rows, it throws COUNT
└── given a point that no row can hold, it throws POINT
readSums
├── it reads the first element of each row of the third block
└── given another tensor, it throws STATE
valuePoints
└── it throws OPTIONS, COUNT and POINT like the others
dimensionsOf, rowWordsFor, wholeShare
└── they fit each other, and sums of all rows fit i32
*/
describe("encodeState", () => {
  const points = [randomPoint(1, 63), undefined, randomPoint(2, 20)];
  const tests = [randomPoint(3, 63)];

  it("has an id that is made of a tree over rows for each block", () => {
    const state = encodeState(OPTIONS, points, tests);
    const left = pair(blockRoot(points), blockRoot(tests));
    const right = pair(blockRoot([]), blockRoot([]));
    const header = bytesToHex(tensorHeader({ dtype: "i32", rows: 16, cols: 16 }));
    expect(tensorId(state)).to.equal(pair(header, pair(left, right)));
    const tree = MerkleTree.ofTensor(state);
    expect(tree.descendants(tree.depth, 0, 2)).to.deep.equal(
      [points, tests, [], []].map(blockRoot),
    );
    expect(stateHeader(OPTIONS)).to.deep.equal({ dtype: "i32", rows: 16, cols: 16 });
  });

  it("has in the row of a point the words of its embedding, and the label as its last byte", () => {
    for (const dimensions of [33, 50, 63]) {
      const point = randomPoint(dimensions, dimensions);
      const state = encodeState(OPTIONS, [point], []);
      const row = tensor("i32", 1, 16, Array.from(state.data.subarray(0, 16)));
      const bytes = tensor("i8", 1, dimensions, Array.from(point.embedding));
      row.data[15] &= ~0xff;
      if (dimensions < 63) expect(tensorRoot(row)).to.equal(tensorRoot(bytes));
      expect(state.data[15] & 0xff).to.equal(point.label);
    }
  });

  it("given an empty row, is zeros", () => {
    const { data } = encodeState(OPTIONS, points, tests);
    expect(new Set(data.subarray(16, 32))).to.deep.equal(new Set([0]));
    const none = encodeState(OPTIONS, [], []);
    expect(none).to.deep.equal(zeros("i32", 16, 16));
  });

  it("given more points or tests than rows, throws COUNT", () => {
    const five = Array.from({ length: 5 }, () => tests[0]);
    for (const encode of [
      () => encodeState(OPTIONS, five, []),
      () => encodeState(OPTIONS, [], five),
    ]) {
      expect(encode)
        .to.throw(ValuationError, "a block has 4 rows, not 5")
        .with.property("code", "COUNT");
    }
  });

  it("given a point that no row can hold, throws POINT", () => {
    const wrong: [LabelledPoint, string][] = [
      [{ embedding: Array(64).fill(0), label: 1 }, "at most 63 dimensions, not 64"],
      [{ embedding: [0, 128], label: 1 }, "dimension 1 is 128"],
      [{ embedding: [-129], label: 1 }, "dimension 0 is -129"],
      [{ embedding: [0.5], label: 1 }, "dimension 0 is 0.5"],
      [{ embedding: [], label: 0 }, "0 is no label"],
      [{ embedding: [], label: 128 }, "128 is no label"],
      [{ embedding: [], label: -129 }, "-129 is no label"],
    ];
    for (const [point, message] of wrong) {
      expect(() => encodeState(OPTIONS, [point], []))
        .to.throw(ValuationError, message)
        .with.property("code", "POINT");
    }
  });
});

describe("readSums", () => {
  it("reads the first element of each row of the third block", () => {
    const state = encodeState(OPTIONS, [], []);
    for (let i = 0; i < 4; i++) state.data[(8 + i) * 16] = i - 2;
    expect(readSums(OPTIONS, state)).to.deep.equal([-2, -1, 0, 1]);
  });

  it("given another tensor, throws STATE", () => {
    for (const other of [zeros("i32", 16, 8), zeros("i16", 16, 16)]) {
      expect(() => readSums(OPTIONS, other))
        .to.throw(ValuationError, "a state is i32 [16,16]")
        .with.property("code", "STATE");
    }
  });
});

describe("valuePoints", () => {
  it("throws OPTIONS, COUNT and POINT like the others", () => {
    const point = randomPoint(4, 3);
    const cases: [() => unknown, string][] = [
      [() => valuePoints({ ...OPTIONS, rows: 3 }, [], []), "OPTIONS"],
      [() => valuePoints(OPTIONS, [], Array(5).fill(point)), "COUNT"],
      [() => valuePoints(OPTIONS, Array(5).fill(point), []), "COUNT"],
      [() => valuePoints(OPTIONS, [{ ...point, label: 0 }], []), "POINT"],
    ];
    for (const [value, code] of cases) {
      expect(value).to.throw(ValuationError).with.property("code", code);
    }
  });
});

describe("rowWordsFor", () => {
  it("gives the least power of two with room for the label", () => {
    for (const [dimensions, words] of [
      [1, 1],
      [31, 1],
      [32, 2],
      [63, 2],
      [64, 4],
      [2_047, 64],
    ]) {
      expect(rowWordsFor(dimensions)).to.equal(words);
      expect(dimensionsOf({ rowWords: words })).to.be.at.least(dimensions);
    }
  });
});

describe("wholeShare", () => {
  it("leaves room in i32 for a sum over a test point for each row", () => {
    for (const rows of [2, 1_024, 4_096]) expect(wholeShare({ rows }) * rows).to.equal(2 ** 30);
  });
});
