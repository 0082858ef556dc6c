import { expect } from "chai";
import {
  bytesToHex,
  checkModel,
  decodeModel,
  elementBytes,
  encodeModel,
  encodeProgram,
  inputHeader,
  modelBytes,
  outputHeader,
  tensor,
  tensorRoot,
  zeros,
} from "../../tensor/src/index";
import { constant, dot, input, map, refuses } from "../shared/nodes";
import { randomProgram } from "../shared/randomProgram";
import type { Model, Tensor } from "../../tensor/src/index";

const HEAD = 12;
const NODE = 128;

const filters = tensor("i16", 2, 3, [1, -2, 3, 300, -400, 500]);
const bias = tensor("i8", 1, 2, [7, -8]);

/** Two constants with an instruction between them. */
function model(): Model {
  const nodes = [
    input(4, 3),
    { ...constant(2, 3, "i16"), root: tensorRoot(filters) },
    dot(4, 2, { a: 0, b: 1 }),
    { ...constant(1, 2), root: tensorRoot(bias) },
    map(4, 2, { a: 2, b: 3 }),
  ];
  const weights = new Map<number, Tensor>([
    [1, filters],
    [3, bias],
  ]);
  return { program: { nodes }, weights };
}

function withWeights(...entries: [number, Tensor][]): Model {
  return { ...model(), weights: new Map(entries) };
}

describe("model", () => {
  describe("checkModel", () => {
    it("accepts a model", () => {
      expect(() => checkModel(model())).not.to.throw();
    });

    it("accepts roots in upper case", () => {
      const { program, weights } = model();
      const nodes = program.nodes.map((node) =>
        node.op === "const"
          ? { ...node, root: `0x${node.root.slice(2).toUpperCase()}` as const }
          : node,
      );
      expect(() => checkModel({ program: { nodes }, weights })).not.to.throw();
    });

    it("refuses a constant without data", () => {
      refuses(() => checkModel(withWeights([1, filters])), "WEIGHT", 3, "node 3 (const i8 [1,2])");
    });

    it("refuses data of another shape, type or length", () => {
      const short = { ...bias, data: bias.data.slice(1) };
      for (const wrong of [zeros("i8", 2, 1), zeros("i16", 1, 2), short]) {
        refuses(
          () => checkModel(withWeights([1, filters], [3, wrong])),
          "WEIGHT",
          3,
          "its data is",
        );
      }
    });

    it("refuses data with another root", () => {
      const wrong = tensor("i8", 1, 2, [7, -7]);
      const text = `its data has root ${tensorRoot(wrong)}, not ${tensorRoot(bias)}`;
      refuses(() => checkModel(withWeights([1, filters], [3, wrong])), "WEIGHT", 3, text);
    });

    it("refuses data for a node that is no constant, or that is not there", () => {
      for (const index of [2, 5]) {
        const extra = withWeights([1, filters], [3, bias], [index, bias]);
        refuses(() => checkModel(extra), "WEIGHT", undefined, `node ${index}`);
      }
    });

    it("refuses a malformed program first", () => {
      const { program, weights } = model();
      const nodes = [...program.nodes, map(4, 2, { a: 9 })];
      refuses(() => checkModel({ program: { nodes }, weights }), "OPERAND", 5);
    });
  });

  describe("encodeModel", () => {
    it("writes magic, version, number of nodes, nodes and data", () => {
      const { program } = model();
      const data = [filters, bias].map((weight) => bytesToHex(elementBytes(weight)).slice(2));
      const nodes = bytesToHex(encodeProgram(program)).slice(2);
      expect(bytesToHex(encodeModel(model()))).to.equal(
        `0x4552474f4e00000100000005${nodes}${data.join("")}`,
      );
    });

    it("refuses a model that nobody could read", () => {
      refuses(() => encodeModel(withWeights([1, filters])), "WEIGHT", 3);
    });
  });

  describe("decodeModel", () => {
    it("reads back random models", () => {
      for (let seed = 0; seed < 60; seed++) {
        const original = randomProgram(seed);
        expect(modelBytes(original.program)).to.equal(encodeModel(original).length);
        const decoded = decodeModel(encodeModel(original));
        expect(decoded.program).to.deep.equal(original.program);
        expect([...decoded.weights]).to.deep.equal([...original.weights]);
      }
    });

    it("reads a model from the middle of a larger buffer", () => {
      const file = encodeModel(model());
      const larger = new Uint8Array([1, ...file, 1]);
      expect(encodeModel(decodeModel(larger.subarray(1, -1)))).to.deep.equal(file);
    });

    it("refuses another magic or version", () => {
      const file = encodeModel(model());
      for (let at = 0; at < 8; at++) {
        refuses(() => decodeModel(file.with(at, file[at] ^ 1)), "MAGIC", undefined);
      }
    });

    it("refuses every truncation, naming the constant that is cut off", () => {
      const file = encodeModel(model());
      const filtersAt = HEAD + 5 * NODE;
      const biasAt = filtersAt + 12;
      expect(file).to.have.length(biasAt + 2);
      for (let length = 0; length < file.length; length++) {
        const cut = () => decodeModel(file.subarray(0, length));
        if (length < HEAD) refuses(cut, "MAGIC", undefined);
        else if (length < filtersAt) refuses(cut, "TRUNCATED", undefined, "its 5 nodes");
        else if (length < biasAt) refuses(cut, "TRUNCATED", 1, "node 1 (const i16 [2,3])");
        else refuses(cut, "TRUNCATED", 3, "node 3 (const i8 [1,2])");
      }
    });

    it("refuses bytes after the last constant", () => {
      const file = encodeModel(model());
      refuses(() => decodeModel(new Uint8Array([...file, 0, 0])), "TRAILING", undefined, "2 bytes");
    });

    it("refuses any change of the data of a constant", () => {
      const file = encodeModel(model());
      for (let at = HEAD + 5 * NODE; at < file.length; at++) {
        const node = at < HEAD + 5 * NODE + 12 ? 1 : 3;
        refuses(
          () => decodeModel(file.with(at, file[at] ^ 128)),
          "WEIGHT",
          node,
          "its data has root",
        );
      }
    });

    it("refuses 0, 1 and 65,537 nodes before it reads any", () => {
      for (const count of [0, 1, 65_537, 2 ** 32 - 1]) {
        const head = encodeModel(model()).slice(0, HEAD);
        new DataView(head.buffer).setUint32(8, count);
        refuses(() => decodeModel(head), "NODE_COUNT", undefined, `not ${count}`);
      }
    });

    it("refuses a constant larger than the file without making room for it", () => {
      const { program } = model();
      const nodes = program.nodes.with(1, constant(2 ** 20, 1_024));
      const head = encodeModel(model()).subarray(0, HEAD);
      const invalid = new Uint8Array([...head, ...encodeProgram({ nodes })]);
      refuses(() => decodeModel(invalid), "DOT_COLUMNS", 2);
      const huge = [input(1, 1), constant(2 ** 20, 1_024), map(1, 1, { b: 1 })];
      const file = new Uint8Array([...head, ...encodeProgram({ nodes: huge })]).with(11, 3);
      refuses(() => decodeModel(file), "TRUNCATED", 1, "node 1 (const i8 [1048576,1024])");
    });

    it("names a malformed node", () => {
      const file = encodeModel(model());
      refuses(() => decodeModel(file.with(HEAD + 2 * NODE, 9)), "OP", 2, "node 2");
      refuses(() => decodeModel(file.with(HEAD + 2 * NODE + 4, 1)), "UNUSED_FIELD", 2, "byte 4");
    });
  });

  it("knows the headers of input and output", () => {
    expect(inputHeader(model().program)).to.deep.equal({ dtype: "i8", rows: 4, cols: 3 });
    expect(outputHeader(model().program)).to.deep.equal({ dtype: "i32", rows: 4, cols: 2 });
  });
});
