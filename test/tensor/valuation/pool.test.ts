import { expect } from "chai";
import {
  ValuationError,
  blockRoots,
  bytesToHex,
  climb,
  encodeState,
  hexToBytes,
  openSegment,
  poolRoot,
  testBlockRoot,
} from "../../../tensor/src/index";
import { oracleListRoot } from "../../shared/oracle";
import { createRandom } from "../../shared/random";
import type { Hex, TestRow, ValuationErrorCode } from "../../../tensor/src/index";

const OPTIONS = { rows: 8, rowWords: 2, slotRows: 2, neighbours: 1, radiusSquared: 0 };
const ZERO_WORD: Hex = `0x${"00".repeat(32)}`;

/** Points of 31 dimensions, each with a tag of its own. */
function pool(count: number): TestRow[] {
  const random = createRandom(count);
  return Array.from({ length: count }, (_, i) => ({
    embedding: Array.from({ length: 31 }, () => random.int(-128, 127)),
    label: random.int(1, 9),
    tag: `0x${(i + 1).toString(16).padStart(64, "0")}`,
  }));
}

/** The two words of each row. */
function wordsOf(rows: readonly TestRow[]): Hex[] {
  return rows.flatMap((row): Hex[] => {
    const bytes = new Int8Array(32);
    bytes.set(row?.embedding ?? []);
    bytes[31] = row?.label ?? 0;
    return [`0x${Buffer.from(bytes.buffer).toString("hex")}`, row?.tag ?? ZERO_WORD];
  });
}

function expectThrows(run: () => unknown, code: ValuationErrorCode, message: string): void {
  expect(run).to.throw(ValuationError, message).with.property("code", code);
}

/*
poolRoot
├── it is the root of the tree over rows, completed with empty ones
├── given a tag that a row cannot have, it throws TAG
└── given no row, it throws COUNT
openSegment
├── every segment of every length folds with its path to the pool's root
├── its root folds with zeros to the block of test points that begins with it
└── given a segment that the pool or the block does not have, it throws COUNT
testBlockRoot
└── given a number of rows that no block begins with, it throws COUNT
*/
describe("poolRoot", () => {
  it("is the root of the tree over rows, completed with empty ones", () => {
    for (const count of [1, 2, 5, 16, 20]) {
      const rows = pool(count);
      expect(poolRoot(OPTIONS, rows), `${count}`).to.equal(oracleListRoot(wordsOf(rows)));
    }
    const gap = [...pool(2), undefined, ...pool(1)];
    expect(poolRoot(OPTIONS, gap)).to.equal(oracleListRoot(wordsOf(gap)));
  });

  it("given a tag that a row cannot have, throws TAG", () => {
    const rows: TestRow[] = [{ embedding: [], label: 1, tag: "0x12" }];
    expectThrows(() => poolRoot(OPTIONS, rows), "TAG", "a tag has 32 bytes: 0x12");
  });

  it("given no row, throws COUNT", () => {
    expectThrows(() => poolRoot(OPTIONS, []), "COUNT", "a pool has at least one row");
    expectThrows(() => openSegment(OPTIONS, [], 0, 1), "COUNT", "a pool has at least one row");
  });
});

describe("openSegment", () => {
  it("has a root that folds with its path to the pool's root, for every segment", () => {
    for (const count of [1, 5, 16]) {
      const rows = pool(count);
      const completed = 2 ** Math.ceil(Math.log2(count));
      for (const segmentRows of [1, 2, 4, 8].filter((length) => length <= completed)) {
        for (let segment = 0; segment < completed / segmentRows; segment++) {
          const { root, path } = openSegment(OPTIONS, rows, segment, segmentRows);
          expect(path).to.have.length(Math.log2(completed / segmentRows));
          const end = climb(hexToBytes(root), segment, path.map(hexToBytes));
          expect(bytesToHex(end)).to.equal(poolRoot(OPTIONS, rows));
        }
      }
    }
  });

  it("has a root that folds with zeros to the block of test points that begins with it", () => {
    const rows = pool(21);
    for (const segmentRows of [1, 2, 4, 8]) {
      for (const segment of [0, 1, 2]) {
        const drawn = rows.slice(segment * segmentRows, (segment + 1) * segmentRows);
        const { root } = openSegment(OPTIONS, rows, segment, segmentRows);
        const { tests } = blockRoots(OPTIONS, encodeState(OPTIONS, [], drawn));
        expect(testBlockRoot(OPTIONS, root, segmentRows)).to.equal(tests);
      }
    }
  });

  it("given a segment that the pool or the block does not have, throws COUNT", () => {
    const open = (segment: number, length: number) => () =>
      openSegment(OPTIONS, pool(5), segment, length);
    for (const segment of [-1, 2, 0.5]) {
      const message = `5 rows have no segment ${segment} of 4`;
      expectThrows(open(segment, 4), "COUNT", message);
    }
    for (const length of [0, 3, 16]) {
      const message = `a segment has a power of two of rows up to 8, not ${length}`;
      expectThrows(open(0, length), "COUNT", message);
    }
    const small = () => openSegment(OPTIONS, pool(2), 0, 4);
    expectThrows(small, "COUNT", "2 rows have no segment 0 of 4");
  });
});

describe("testBlockRoot", () => {
  it("given a number of rows that no block begins with, throws COUNT", () => {
    for (const length of [0, 3, 16]) {
      const message = `a segment has a power of two of rows up to 8, not ${length}`;
      expectThrows(() => testBlockRoot(OPTIONS, ZERO_WORD, length), "COUNT", message);
    }
  });
});
