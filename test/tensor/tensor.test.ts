import { expect } from "chai";
import {
  DTYPES,
  TensorError,
  bytesToHex,
  decodeTensor,
  dtypeFromCode,
  dtypeMax,
  dtypeMin,
  dtypeSize,
  elementBytes,
  encodeTensor,
  hexToBytes,
  isHex,
  layoutOf,
  parseTensorHeader,
  saturate,
  tensor,
  tensorFromElementBytes,
  tensorFromWords,
  tensorHeader,
  tensorWords,
  zeros,
} from "../../tensor/src/index";
import { createRandom, randomDType, randomTensor } from "../shared/random";
import type { Header, TensorErrorCode } from "../../tensor/src/index";

function refuses(code: TensorErrorCode, run: () => unknown, message = ""): void {
  expect(run).to.throw(TensorError, message).with.property("code", code);
}

describe("tensor", () => {
  describe("dtype", () => {
    it("has sizes, codes and limits", () => {
      expect(DTYPES.map(dtypeSize)).to.deep.equal([1, 2, 4]);
      expect([1, 2, 4].map(dtypeFromCode)).to.deep.equal(["i8", "i16", "i32"]);
      expect([0, 3, 5, 8].map(dtypeFromCode)).to.deep.equal(Array(4).fill(undefined));
      expect(DTYPES.map(dtypeMin)).to.deep.equal([-128, -32_768, -2_147_483_648]);
      expect(DTYPES.map(dtypeMax)).to.deep.equal([127, 32_767, 2_147_483_647]);
    });

    it("saturates at both limits", () => {
      expect([-129, -128, 127, 128].map((x) => saturate("i8", x))).to.eql([-128, -128, 127, 127]);
      expect([-32_769, 32_768].map((x) => saturate("i16", x))).to.eql([-32_768, 32_767]);
      expect([-(2 ** 31), 2 ** 31 - 1].map((x) => saturate("i32", x))).to.eql([
        -(2 ** 31),
        2 ** 31 - 1,
      ]);
    });
  });

  describe("hex", () => {
    it("reads either case and writes lower case", () => {
      expect(bytesToHex(hexToBytes("0xABcd01"))).to.equal("0xabcd01");
      expect(bytesToHex(new Uint8Array())).to.equal("0x");
    });

    it("refuses what is not whole bytes", () => {
      for (const text of ["0x0", "0xgg", "0x0x", "0x 0"] as const) {
        refuses("HEX", () => hexToBytes(text));
      }
      expect(isHex("0x00", 1)).to.equal(true);
      expect(isHex("0x00", 2)).to.equal(false);
      expect(isHex("1x00", 1)).to.equal(false);
    });
  });

  describe("tensor()", () => {
    it("keeps an array of its own type and copies any other", () => {
      const own = Int8Array.of(1, 2);
      expect(tensor("i8", 1, 2, own).data).to.equal(own);
      const other = Int16Array.of(1, 2);
      expect(tensor("i8", 1, 2, other).data).to.deep.equal(own);
    });

    for (const dtype of DTYPES) {
      it(`takes the limits of ${dtype} and refuses one beyond`, () => {
        const [min, max] = [dtypeMin(dtype), dtypeMax(dtype)];
        expect(Array.from(tensor(dtype, 1, 2, [min, max]).data)).to.deep.equal([min, max]);
        refuses("ELEMENT", () => tensor(dtype, 1, 2, [0, min - 1]), `element 1 is ${min - 1}`);
        refuses("ELEMENT", () => tensor(dtype, 1, 1, [max + 1]));
      });
    }

    it("refuses elements that are not whole", () => {
      for (const value of [0.5, NaN, Infinity]) {
        refuses("ELEMENT", () => tensor("i32", 1, 1, [value]));
      }
    });

    it("refuses one element too few or too many", () => {
      refuses(
        "LENGTH",
        () => tensor("i8", 2, 3, Array(5).fill(0)),
        "i8 [2,3] has 6 elements, not 5",
      );
      refuses("LENGTH", () => tensor("i8", 2, 3, Array(7).fill(0)));
    });

    it("refuses rows and columns that are no positive 32-bit numbers", () => {
      for (const bad of [0, -1, 0.5, NaN, 2 ** 32]) {
        refuses("SHAPE", () => zeros("i8", bad, 1));
        refuses("SHAPE", () => zeros("i8", 1, bad));
      }
    });

    it("refuses more than 2^30 committed bytes", () => {
      refuses("TOO_LARGE", () => zeros("i8", 2 ** 25 + 1, 1), "2147483648 committed bytes");
      refuses("TOO_LARGE", () => zeros("i32", 1, 2 ** 28 + 1));
      refuses("TOO_LARGE", () => tensor("i32", 2 ** 32 - 1, 2 ** 32 - 1, []));
    });
  });

  describe("layoutOf", () => {
    const cases: [Header, number, number][] = [
      [{ dtype: "i8", rows: 1, cols: 32 }, 1, 0],
      [{ dtype: "i8", rows: 1, cols: 33 }, 2, 1],
      [{ dtype: "i16", rows: 1, cols: 16 }, 1, 0],
      [{ dtype: "i16", rows: 1, cols: 17 }, 2, 1],
      [{ dtype: "i32", rows: 3, cols: 17 }, 4, 4],
      [{ dtype: "i8", rows: 2 ** 25, cols: 1 }, 1, 25],
      [{ dtype: "i32", rows: 1, cols: 2 ** 28 }, 2 ** 25, 25],
    ];
    for (const [header, rowWords, depth] of cases) {
      it(`puts ${header.dtype} [${header.rows},${header.cols}] at depth ${depth}`, () => {
        const paddedRows = 2 ** depth / rowWords;
        expect(layoutOf(header)).to.deep.equal({
          rowWords,
          paddedRows,
          words: 2 ** depth,
          depth,
          bytes: 32 * 2 ** depth,
        });
      });
    }
  });

  describe("header word", () => {
    it("holds type, rows and columns in its last twelve bytes", () => {
      const word = tensorHeader({ dtype: "i16", rows: 0x01020304, cols: 0xfffefdfc });
      expect(bytesToHex(word)).to.equal(`0x${"00".repeat(20)}0000000201020304fffefdfc`);
    });

    it("is read back", () => {
      const header = { dtype: "i32", rows: 7, cols: 9 } as const;
      expect(parseTensorHeader(tensorHeader(header))).to.deep.equal(header);
    });

    it("is refused if any other byte is set, the type unknown or the length wrong", () => {
      const word = tensorHeader({ dtype: "i8", rows: 1, cols: 1 });
      for (let at = 0; at < 23; at++) {
        refuses("HEADER", () => parseTensorHeader(word.with(at, 1)));
      }
      refuses("HEADER", () => parseTensorHeader(word.with(23, 3)));
      refuses("HEADER", () => parseTensorHeader(word.subarray(0, 31)));
      refuses("SHAPE", () => parseTensorHeader(word.with(31, 0)));
      refuses("TOO_LARGE", () => parseTensorHeader(word.with(24, 255)));
    });
  });

  describe("files", () => {
    it("are a header word and big-endian elements", () => {
      const value = tensor("i16", 2, 1, [-2, 258]);
      const header = bytesToHex(tensorHeader(value));
      expect(bytesToHex(encodeTensor(value))).to.equal(`${header}fffe0102`);
    });

    it("are read back, whatever the tensor", () => {
      const random = createRandom(11);
      for (let i = 0; i < 200; i++) {
        const [rows, cols] = [random.int(1, 12), random.int(1, 40)];
        const value = randomTensor(random, randomDType(random), rows, cols);
        expect(decodeTensor(encodeTensor(value))).to.deep.equal(value);
        expect(tensorFromWords(value, tensorWords(value))).to.deep.equal(value);
        expect(tensorFromElementBytes(value, elementBytes(value)).data).to.deep.equal(value.data);
      }
    });

    it("are read from the middle of a larger buffer", () => {
      const value = tensor("i32", 1, 2, [5, -6]);
      const padded = new Uint8Array([1, ...encodeTensor(value), 1]);
      expect(decodeTensor(padded.subarray(1, padded.length - 1))).to.deep.equal(value);
    });

    it("are refused with a byte missing or left over, before anything is allocated", () => {
      const file = encodeTensor(tensor("i16", 2, 3, [1, 2, 3, 4, 5, 6]));
      refuses(
        "LENGTH",
        () => decodeTensor(file.subarray(0, -1)),
        "i16 [2,3] takes 12 bytes, not 11",
      );
      refuses("LENGTH", () => decodeTensor(new Uint8Array([...file, 0])));
      refuses("HEADER", () => decodeTensor(new Uint8Array()));
      refuses("LENGTH", () => decodeTensor(tensorHeader({ dtype: "i8", rows: 1, cols: 2 ** 30 })));
    });
  });

  describe("words", () => {
    it("pad each row and then the rows", () => {
      const bytes = tensorWords(tensor("i8", 3, 33, new Int8Array(99).fill(-1)));
      expect(bytes).to.have.length(4 * 2 * 32);
      const used = bytes.map((byte) => (byte === 0 ? 0 : 1));
      const row = [...Array(33).fill(1), ...Array(31).fill(0)];
      expect(Array.from(used)).to.deep.equal([...row, ...row, ...row, ...Array(64).fill(0)]);
    });

    it("are refused if any padding byte is set, and only then", () => {
      const header = { dtype: "i16", rows: 3, cols: 17 } as const;
      const clean = tensorWords(zeros("i16", 3, 17));
      for (let at = 0; at < clean.length; at++) {
        const isPadding = at % 64 >= 34 || at >= 3 * 64;
        const dirty = clean.with(at, 1);
        if (isPadding)
          refuses("PADDING", () => tensorFromWords(header, dirty), `byte ${at} of i16`);
        else expect(tensorWords(tensorFromWords(header, dirty))).to.deep.equal(dirty);
      }
    });

    it("are refused with a byte missing or left over", () => {
      const header = { dtype: "i8", rows: 1, cols: 1 } as const;
      refuses("LENGTH", () => tensorFromWords(header, new Uint8Array(31)));
      refuses("LENGTH", () => tensorFromWords(header, new Uint8Array(33)));
    });
  });
});
