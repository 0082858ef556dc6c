import { expect } from "chai";
import { ElementPool } from "../../../tensor/onnx/graph/pool";

/*
ElementPool
├── it lends zeros, also where something else was before
├── it lends what came back again, for as much or up to half as much
├── it lends nothing twice
└── it does not keep what is too small once more is wanted
*/
describe("ElementPool", () => {
  it("lends zeros, also where something else was before", () => {
    const pool = new ElementPool();
    const first = pool.take("real", 8);
    expect(first).to.deep.equal(new Float32Array(8));
    pool.give(first.fill(7));
    expect(pool.take("whole", 3)).to.deep.equal(new Float64Array(3));
  });

  it("lends what came back again, for as much or up to half as much", () => {
    const pool = new ElementPool();
    const { buffer } = pool.take("real", 8);
    for (const [count, isSame] of [
      [8, true],
      [4, true],
      [3, false],
    ] as const) {
      pool.give(new Float32Array(buffer));
      const next = pool.take("real", count);
      expect(next.length).to.equal(count);
      expect(next.buffer === buffer, `${count}`).to.equal(isSame);
    }
  });

  it("lends nothing twice", () => {
    const pool = new ElementPool();
    const both = [pool.take("real", 8), pool.take("real", 6)];
    for (const elements of both) pool.give(elements);
    const buffers = [6, 6, 6].map((count) => pool.take("real", count).buffer);
    expect(new Set(buffers).size).to.equal(3);
    expect(buffers.slice(0, 2)).to.have.members(both.map(({ buffer }) => buffer));
  });

  it("does not keep what is too small once more is wanted", () => {
    const pool = new ElementPool();
    const small = pool.take("real", 8);
    pool.give(small);
    pool.take("real", 9);
    expect(pool.take("real", 8).buffer).to.not.equal(small.buffer);
  });
});
