import { expect } from "chai";
import { parseNpy } from "../../../tensor/onnx/index";
import { encodeNpy } from "../../shared/npy";
import { refusesOnnx } from "../../shared/onnxErrors";

/*
parseNpy
├── reads arrays of every type, of versions 1 and 2
└── refuses other bytes, types and orders, and arrays that are cut off or too long
*/
describe("parseNpy", () => {
  it("reads arrays of every type, of versions 1 and 2", () => {
    const arrays: [string, ArrayBufferView, number[]][] = [
      ["<f4", Float32Array.of(1.5, -2), [1.5, -2]],
      ["<f8", Float64Array.of(0.25, 1), [0.25, 1]],
      ["|u1", Uint8Array.of(255, 0), [255, 0]],
      ["<i4", Int32Array.of(-1, 2), [-1, 2]],
      ["<i8", BigInt64Array.of(-1n, 2n ** 40n), [-1, 2 ** 40]],
    ];
    for (const version of [1, 2]) {
      for (const [descr, array, values] of arrays) {
        const { dims, data } = parseNpy(encodeNpy(array, { descr, shape: "(1, 2)", version }));
        expect([dims, [...data]], descr).to.deep.equal([[1, 2], values]);
      }
    }
    expect(parseNpy(encodeNpy(Float32Array.of(3), { shape: "()" })).dims).to.deep.equal([]);
    expect(parseNpy(encodeNpy(Float32Array.of(3), { shape: "(1,)" })).dims).to.deep.equal([1]);
  });

  it("refuses other bytes, types and orders, and arrays that are cut off or too long", () => {
    const array = Float32Array.of(1, 2);
    const right = encodeNpy(array, { shape: "(2,)" });
    for (const bytes of [
      new Uint8Array(0),
      new Uint8Array(200),
      encodeNpy(array, { version: 3 }),
    ]) {
      refusesOnnx(() => parseNpy(bytes), "INPUT", /no NumPy array of version 1 or 2/);
    }
    for (const bytes of [right.subarray(0, -1), Buffer.concat([right, Buffer.alloc(1)])]) {
      refusesOnnx(() => parseNpy(bytes), "INPUT", /more or fewer bytes/);
    }
    for (const fields of [{ descr: ">f4" }, { shape: "(-2,)" }, { order: "True" }]) {
      const bytes = encodeNpy(array, { shape: "(2,)", ...fields });
      refusesOnnx(() => parseNpy(bytes), "INPUT", /not read/);
    }
    const huge = encodeNpy(array, { shape: "(65536, 65536)" });
    refusesOnnx(() => parseNpy(huge), "LIMIT", /4294967296 elements/);
    const named = encodeNpy(array, { descr: "constructor" });
    refusesOnnx(() => parseNpy(named), "INPUT", /of this kind are not read/);
    const long = encodeNpy(array, { shape: `(${"1, ".repeat(2_000)})` });
    refusesOnnx(() => parseNpy(long), "INPUT", /a header of \d+ bytes is not read/);
  });
});
