import { expect } from "chai";
import {
  bytesToHex,
  decodeNode,
  decodeProgram,
  encodeNode,
  encodeProgram,
  keccak256,
  nodeLeaf,
} from "../../tensor/src/index";
import { constant, dot, input, map, reduce, refuses, take, view } from "../shared/nodes";
import { randomProgram } from "../shared/randomProgram";
import type { ProgramNode, ViewNode } from "../../tensor/src/index";

const U32 = 2 ** 32 - 1;

/** One node of each kind, and the bytes that it uses for anything but op, type and shape. */
const KINDS: { name: string; node: ProgramNode; used: number[][] }[] = [
  { name: "input", node: input(1, 2), used: [] },
  { name: "const", node: constant(1, 2), used: [[32, 64]] },
  { name: "dot", node: dot(1, 2), used: [[16, 28]] },
  { name: "map add", node: map(1, 2), used: [[16, 24]] },
  { name: "map mul", node: map(1, 2, { fn: "mul" }), used: [[16, 28]] },
  { name: "map sqrt", node: map(1, 2, { fn: "sqrt" }), used: [[16, 20]] },
  { name: "reduce sum", node: reduce(1, 2), used: [[16, 20]] },
  { name: "view without loops", node: view(1, { loops: [] }), used: viewBytes(0) },
  { name: "view of one loop", node: view(2), used: viewBytes(1) },
  { name: "view of eight loops", node: view(2, { loops: loops(8) }), used: viewBytes(8) },
  { name: "take", node: take(1, 2), used: [[16, 28]] },
];
const HEADER_BYTES = [
  [0, 4],
  [8, 16],
];

function loops(count: number): ViewNode["loops"] {
  return Array.from({ length: count }, () => ({ extent: 1, axis: 0, stride: 0 }));
}

function viewBytes(count: number): number[][] {
  return [
    [16, 20],
    [28, 64 + 8 * count],
  ];
}

function isIn(ranges: number[][], at: number): boolean {
  return ranges.some(([from, to]) => at >= from && at < to);
}

describe("nodes as bytes", () => {
  for (const { name, node, used } of KINDS) {
    it(`reads back ${name}, and refuses it with any unused byte set`, () => {
      const bytes = encodeNode(node);
      expect(decodeNode(bytes)).to.deep.equal(node);
      for (let at = 0; at < bytes.length; at++) {
        if (isIn(HEADER_BYTES, at)) continue;
        const changed = bytes.with(at, bytes[at] ^ 1);
        if (isIn(used, at)) expect(encodeNode(decodeNode(changed))).to.deep.equal(changed);
        else refuses(() => decodeNode(changed), "UNUSED_FIELD", undefined);
      }
    });
  }

  it("reads back random programs", () => {
    for (let seed = 0; seed < 100; seed++) {
      const { program } = randomProgram(seed);
      const bytes = encodeProgram(program);
      expect(bytes).to.have.length(128 * program.nodes.length);
      expect(decodeProgram(bytes)).to.deep.equal(program);
    }
  });

  it("reads back each field at its limits", () => {
    const limits: ProgramNode[] = [
      input(U32, U32, "i32"),
      constant(1, 1, "i16"),
      { ...constant(1, 1), root: `0x${"ff".repeat(32)}` },
      dot(1, 1, { a: U32, b: U32, groups: U32 }),
      map(1, 1, { fn: "mul", shift: U32 }),
      take(1, 1, { chunk: U32 }),
      view(1, {
        dims: [U32, 0, U32, 0],
        offsets: [-(2 ** 31), 2 ** 31 - 1, -1, 0],
        pad: -(2 ** 31),
        loops: [
          { extent: U32, axis: 255, stride: -(2 ** 23) },
          { extent: 0, axis: 0, stride: 2 ** 23 - 1 },
          { extent: 1, axis: 3, stride: -1 },
        ],
      }),
    ];
    for (const node of limits) expect(decodeNode(encodeNode(node))).to.deep.equal(node);
  });

  it("refuses to write fields beyond their limits", () => {
    const loop = { extent: 1, axis: 0, stride: 0 };
    const cases: [ProgramNode, string][] = [
      [{ ...constant(1, 1), root: "0x00" }, "root is 0x00"],
      [dot(1, 1, { a: -1 }), "a is -1"],
      [dot(1, 1, { b: U32 + 1 }), "b is 4294967296"],
      [dot(1, 1, { groups: 0.5 }), "groups is 0.5"],
      [map(1, 1, { a: NaN }), "a is NaN"],
      [map(1, 1, { fn: "mul", shift: -1 }), "shift is -1"],
      [reduce(1, 1, { a: U32 + 1 }), "a is 4294967296"],
      [take(1, 1, { chunk: U32 + 1 }), "chunk is 4294967296"],
      [view(1, { a: -1 }), "a is -1"],
      [view(1, { pad: 2 ** 31 }), "pad is 2147483648"],
      [view(1, { pad: -(2 ** 31) - 1 }), "pad is -2147483649"],
      [view(1, { dims: [1, 1, U32 + 1, 1] }), "dims[2] is 4294967296"],
      [view(1, { offsets: [0, 0, 0, 2 ** 31] }), "offsets[3] is 2147483648"],
      [view(1, { offsets: [-(2 ** 31) - 1, 0, 0, 0] }), "offsets[0] is -2147483649"],
      [view(1, { loops: [{ ...loop, extent: -1 }] }), "loops[0].extent is -1"],
      [view(1, { loops: [loop, { ...loop, axis: 256 }] }), "loops[1].axis is 256"],
      [view(1, { loops: [{ ...loop, stride: 2 ** 23 }] }), "loops[0].stride is 8388608"],
      [view(1, { loops: [{ ...loop, stride: -(2 ** 23) - 1 }] }), "loops[0].stride is -8388609"],
    ];
    for (const [node, text] of cases)
      refuses(() => encodeNode(node), "FIELD_RANGE", undefined, text);
    refuses(() => encodeNode(view(1, { loops: loops(9) })), "VIEW_LOOPS", undefined);
    for (const bad of [0, 0.5, U32 + 1]) {
      refuses(() => encodeNode(input(bad, 1)), "SHAPE", undefined);
      refuses(() => encodeNode(input(1, bad)), "SHAPE", undefined);
    }
  });

  it("refuses codes one beyond the last", () => {
    const take0 = encodeNode(take(1, 1));
    expect(take0[0]).to.equal(6);
    refuses(() => decodeNode(take0.with(0, 7)), "OP", undefined, "no operation 7");
    const sqrt = encodeNode(map(1, 1, { fn: "sqrt" }));
    expect(sqrt[1]).to.equal(6);
    refuses(() => decodeNode(sqrt.with(1, 7)), "FUNCTION", undefined, "no function 7");
    const argmax = encodeNode(reduce(1, 1, { fn: "argmax" }));
    expect(argmax[1]).to.equal(2);
    refuses(() => decodeNode(argmax.with(1, 3)), "FUNCTION", undefined, "no function 3");
    const eight = encodeNode(view(1, { loops: loops(8) }));
    expect(eight[3]).to.equal(8);
    refuses(() => decodeNode(eight.with(3, 9)), "VIEW_LOOPS", undefined, "not 9");
    for (const code of [0, 3, 5, 255]) {
      refuses(() => decodeNode(take0.with(2, code)), "DTYPE", undefined, `type ${code}`);
    }
    refuses(() => decodeNode(take0.with(11, 0)), "SHAPE", undefined);
  });

  it("refuses a node of another length", () => {
    const bytes = encodeNode(input(1, 1));
    refuses(() => decodeNode(bytes.subarray(1)), "ENCODING", undefined, "not 127");
    refuses(() => decodeNode(new Uint8Array([...bytes, 0])), "ENCODING", undefined, "not 129");
  });

  it("reads a node from the middle of a larger buffer", () => {
    const bytes = encodeNode(view(3));
    expect(decodeNode(new Uint8Array([9, ...bytes, 9]).subarray(1, 129))).to.deep.equal(view(3));
  });

  it("hashes all four words", () => {
    expect(nodeLeaf(view(3))).to.equal(bytesToHex(keccak256(encodeNode(view(3)))));
  });

  describe("decodeProgram", () => {
    it("names the node at fault", () => {
      const bytes = encodeProgram({ nodes: [input(1, 1), map(1, 1), map(1, 1)] });
      refuses(() => decodeProgram(bytes.with(256, 9)), "OP", 2, "node 2: there is no operation 9");
    });

    it("refuses bytes that are not whole nodes", () => {
      refuses(() => decodeProgram(new Uint8Array(127)), "ENCODING", undefined);
    });

    it("refuses one node more than a program may have, before it reads any", () => {
      const bytes = new Uint8Array(128 * 65_537);
      refuses(() => decodeProgram(bytes), "NODE_COUNT", undefined, "not 65537");
      refuses(() => decodeProgram(bytes.subarray(128)), "DTYPE", 0);
    });
  });

  describe("encodeProgram", () => {
    it("names the node at fault", () => {
      const nodes = [input(1, 1), map(1, 1, { shift: 1 })];
      const message = 'node 1 "sum" (map add i32 [1,1]): add has no shift';
      refuses(() => encodeProgram({ nodes, names: ["x", "sum"] }), "UNUSED_FIELD", 1, message);
      refuses(() => encodeProgram({ nodes }), "UNUSED_FIELD", 1, "node 1 (map add i32 [1,1])");
    });

    it("refuses an operand where sqrt has none", () => {
      const nodes = [input(1, 1), map(1, 1, { fn: "sqrt", b: 1 })];
      refuses(() => encodeProgram({ nodes }), "UNUSED_FIELD", 1, "sqrt has no operand b");
    });
  });
});
