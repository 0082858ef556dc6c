import { expect } from "chai";
import { LIMITS, OnnxError, parseOnnx } from "../../../tensor/onnx/index";
import { encodeMessage, encodeOnnx, onnxMessage } from "../../shared/onnx";
import { refusesOnnx } from "../../shared/onnxErrors";
import { createRandom } from "../../shared/random";
import type { GraphInputs, TensorInput } from "../../shared/onnx";

const RELU: GraphInputs = {
  inputs: { x: [1, "width"] },
  outputs: ["y"],
  nodes: [{ op: "Relu", inputs: ["x"], outputs: ["y"] }],
};

function withConstant(fields: object): Uint8Array {
  const message = onnxMessage(RELU);
  const initializer = [{ name: "w", dims: [2], dataType: 1, ...fields }];
  return encodeMessage({ ...message, graph: { ...message.graph, initializer } });
}

function external(entries: Record<string, string>): Uint8Array {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  return withConstant({ dataLocation: 1, externalData });
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/*
parseOnnx
├── reads inputs, with the axes that are left open, outputs and nodes
├── reads attributes of every kind
├── reads constants of every type, in lists and raw
├── reads constants in other files, by location, offset and length
├── refuses as PROTOBUF
│   ├── a model that is cut off at any byte
│   ├── any bytes that are no model, within the same errors
│   ├── a file without a graph, or with groups
│   └── constants with more or fewer elements than their shape says
├── refuses as LIMIT more fields, nodes or elements than there may be
├── refuses as LIMIT constants that take too much memory together
├── refuses as DIMENSION negative and huge axes, and too many
├── refuses as EXTERNAL_DATA
│   ├── places that are not beside the model
│   ├── other files without a loader, or that the loader cannot read
│   └── parts that the file has not
└── refuses other opsets, domains, types, kinds of attributes, and two values of one name
*/
describe("parseOnnx", () => {
  it("reads inputs, with the axes that are left open, outputs and nodes", () => {
    const { opset, inputs, outputs, nodes } = parseOnnx(encodeOnnx(RELU));
    expect({ opset, outputs }).to.deep.equal({ opset: 17, outputs: ["y"] });
    expect(inputs).to.deep.equal([{ name: "x", kind: "real", dims: [1, undefined] }]);
    expect(nodes).to.deep.equal([
      { name: "y", operator: "Relu", inputs: ["x"], outputs: ["y"], attributes: new Map() },
    ]);
  });

  it("reads attributes of every kind", () => {
    const t: TensorInput = { dims: [2], data: [1, 2] };
    const attributes = { i: -3, f: { float: 0.5 }, s: "same", ints: [1, -1], t };
    const bytes = encodeOnnx({ ...RELU, nodes: [{ ...RELU.nodes[0], attributes }] });
    const [node] = parseOnnx(bytes).nodes;
    expect(Object.fromEntries(node.attributes)).to.deep.equal({
      i: -3,
      f: 0.5,
      s: "same",
      ints: [1, -1],
      t: { kind: "real", dims: [2], data: Float32Array.of(1, 2) },
    });
  });

  it("reads constants of every type, in lists and raw", () => {
    const raw: [number, ArrayBufferView, number[]][] = [
      [1, Float32Array.of(1.5, -2), [1.5, -2]],
      [2, Uint8Array.of(255, 1), [255, 1]],
      [3, Int8Array.of(-1, 1), [-1, 1]],
      [4, Uint16Array.of(65_535, 1), [65_535, 1]],
      [5, Int16Array.of(-300, 1), [-300, 1]],
      [6, Int32Array.of(-70_000, 1), [-70_000, 1]],
      [7, BigInt64Array.of(-1n, 2n ** 40n), [-1, 2 ** 40]],
      [9, Uint8Array.of(1, 0), [1, 0]],
      [10, Uint16Array.of(0xc100, 0x0001), [-2.5, 2 ** -24]],
      [11, Float64Array.of(0.5, 3), [0.5, 3]],
    ];
    for (const [dataType, array, values] of raw) {
      const graph = parseOnnx(withConstant({ dataType, rawData: bytesOf(array) }));
      expect([...(graph.constants.get("w")?.data ?? [])], `type ${dataType}`).to.deep.equal(values);
    }
    const lists: [number, object, number[]][] = [
      [1, { floatData: [1.5, -2] }, [1.5, -2]],
      [7, { int64Data: [-1, 5] }, [-1, 5]],
      [3, { int32Data: [-1, 5] }, [-1, 5]],
      [10, { int32Data: [0x3c00, 0xfc00] }, [1, -Infinity]],
      [11, { doubleData: [0.25, 1] }, [0.25, 1]],
    ];
    for (const [dataType, list, values] of lists) {
      const graph = parseOnnx(withConstant({ dataType, ...list }));
      expect([...(graph.constants.get("w")?.data ?? [])], `type ${dataType}`).to.deep.equal(values);
    }
  });

  it("reads constants in other files, by location, offset and length", () => {
    const file = bytesOf(Float32Array.of(7, 8, 9));
    const bytes = external({ location: "data/w.bin", offset: "4", length: "8" });
    const asked: string[] = [];
    const { constants } = parseOnnx(bytes, (location, offset, length) => {
      asked.push(location);
      return file.subarray(offset, offset + length);
    });
    expect(asked).to.deep.equal(["data/w.bin"]);
    expect([...(constants.get("w")?.data ?? [])]).to.deep.equal([8, 9]);
  });

  describe("refuses as PROTOBUF", () => {
    it("a model that is cut off at any byte", () => {
      const bytes = withConstant({ floatData: [1, 2] });
      const codes = new Set<string>();
      for (let end = 0; end < bytes.length; end++) {
        try {
          parseOnnx(bytes.subarray(0, end));
        } catch (error) {
          expect(error).to.be.instanceOf(OnnxError);
          codes.add((error as OnnxError).code);
        }
      }
      // Between whole fields of the model a cut leaves a shorter model, without graph or opset.
      expect([...codes].sort()).to.deep.equal(["OPSET", "PROTOBUF"]);
    });

    it("any bytes that are no model, within the same errors", () => {
      const random = createRandom(5);
      const model = encodeOnnx(RELU);
      for (let i = 0; i < 2_000; i++) {
        const bytes = model.slice();
        for (let k = 0; k <= i % 4; k++)
          bytes[random.int(0, bytes.length - 1)] = random.int(0, 255);
        try {
          parseOnnx(bytes);
        } catch (error) {
          expect(error, `bytes ${i}`).to.be.instanceOf(OnnxError);
        }
      }
    });

    it("a file without a graph, or with groups", () => {
      const opsetImport = [{ version: 17 }];
      refusesOnnx(() => parseOnnx(encodeMessage({ opsetImport })), "PROTOBUF", /no graph/);
      refusesOnnx(() => parseOnnx(Uint8Array.of(0x0b, 0x0c)), "PROTOBUF", /groups/);
    });

    it("constants with more or fewer elements than their shape says", () => {
      for (const fields of [{ floatData: [1] }, { rawData: new Uint8Array(12) }, {}]) {
        refusesOnnx(() => parseOnnx(withConstant(fields)), "PROTOBUF", /"w" has/);
      }
    });
  });

  it("refuses as LIMIT more fields, nodes or elements than there may be", () => {
    const name = Buffer.from(encodeMessage({ graph: { node: [{ input: ["x"] }] } }));
    // A list of numbers of one byte each: as many numbers as bytes.
    const packed = Buffer.alloc(LIMITS.fields + 1);
    const tensor = Buffer.concat([Buffer.from([0x3a]), varint(packed.length), packed]);
    const graph = Buffer.concat([Buffer.from([0x2a]), varint(tensor.length), tensor]);
    const model = Buffer.concat([Buffer.from([0x3a]), varint(graph.length), graph]);
    refusesOnnx(() => parseOnnx(Buffer.concat([name, model])), "LIMIT", /fields/);

    const nodes = Array.from({ length: LIMITS.nodes + 1 }, (_, i) => ({
      op: "Relu",
      inputs: ["x"],
      outputs: [`y${i}`],
    }));
    refusesOnnx(() => parseOnnx(encodeOnnx({ ...RELU, nodes })), "LIMIT", /nodes/);
    const dims = [2 ** 15, 2 ** 15];
    refusesOnnx(() => parseOnnx(withConstant({ dims })), "LIMIT", /"w" has 1073741824 elements/);
  });

  it("refuses as LIMIT constants that take too much memory together", () => {
    const constant = (name: string, size: number) => ({
      name,
      dims: [size],
      dataType: 3,
      dataLocation: 1,
      externalData: [{ key: "location", value: "w.bin" }],
    });
    const message = onnxMessage(RELU);
    const initializer = [constant("a", 1), constant("b", LIMITS.constantBytes / 8)];
    const bytes = encodeMessage({ ...message, graph: { ...message.graph, initializer } });
    const read: string[] = [];
    const load = (name: string, _: number, length: number) => {
      read.push(name);
      return new Uint8Array(length);
    };
    refusesOnnx(() => parseOnnx(bytes, load), "LIMIT", /constants take more than \d+ bytes/);
    expect(read).to.have.length(1);
  });

  it("refuses as DIMENSION negative and huge axes, and too many", () => {
    const most = "9223372036854775807";
    for (const dim of [-1, 2 ** 31, most]) {
      const bytes = withConstant({ dims: [dim] });
      refusesOnnx(() => parseOnnx(bytes), "DIMENSION", /"w" has an axis of length/);
    }
    for (const dim of [-1, 2 ** 31]) {
      const bytes = encodeOnnx({ ...RELU, inputs: { x: [dim] } });
      refusesOnnx(() => parseOnnx(bytes), "DIMENSION", /"x" has an axis of length/);
    }
    const axes = new Array<number>(LIMITS.rank + 1).fill(1);
    refusesOnnx(() => parseOnnx(withConstant({ dims: axes })), "DIMENSION", /"w" has 9 axes/);
  });

  describe("refuses as EXTERNAL_DATA", () => {
    const load = (_: string, offset: number, length: number) =>
      new Uint8Array(8).subarray(offset, offset + length);

    it("places that are not beside the model", () => {
      const places = ["", "../w", "a/../../w", "/etc/w", "a//w", "./w", "..\\w", "C:w", "w\0"];
      for (const location of places) {
        const bytes = external({ location });
        refusesOnnx(() => parseOnnx(bytes, load), "EXTERNAL_DATA", /not beside the model/);
      }
    });

    it("other files without a loader, or that the loader cannot read", () => {
      const bytes = external({ location: "w.bin" });
      refusesOnnx(() => parseOnnx(bytes), "EXTERNAL_DATA", /in another file, "w.bin"/);
      const fail = () => {
        throw new Error("gone");
      };
      refusesOnnx(() => parseOnnx(bytes, fail), "EXTERNAL_DATA", /"w.bin" with "w" cannot be read/);
    });

    it("parts that the file has not", () => {
      for (const offset of ["-1", "0.5", "x", "9007199254740993"]) {
        const bytes = external({ location: "w.bin", offset });
        refusesOnnx(() => parseOnnx(bytes, load), "EXTERNAL_DATA", /"w" has offset/);
      }
      const bytes = external({ location: "w.bin", offset: "1" });
      refusesOnnx(() => parseOnnx(bytes, load), "EXTERNAL_DATA", /ends before "w" does/);
      const short = external({ location: "w.bin", length: "4" });
      refusesOnnx(() => parseOnnx(short, load), "EXTERNAL_DATA", /length 4/);
    });
  });

  it("refuses other opsets, domains, types, kinds of attributes, and two values of one name", () => {
    const at = { node: "y", operator: "Relu" };
    const [node] = RELU.nodes;
    for (const opset of [6, 24]) {
      refusesOnnx(
        () => parseOnnx(encodeOnnx({ ...RELU, opset })),
        "OPSET",
        /opset \d+ is not 7 to/,
      );
    }
    const foreign = encodeOnnx({ ...RELU, nodes: [{ ...node, domain: "com.example" }] });
    refusesOnnx(() => parseOnnx(foreign), "OPERATOR", /com.example/, at);
    refusesOnnx(
      () => parseOnnx(withConstant({ dataType: 8 })),
      "TYPE",
      /"w" has elements of type 8/,
    );
    const message = onnxMessage(RELU);
    const attribute = [{ name: "a", type: 12 }];
    const nodes = [{ ...message.graph.node[0], attribute }];
    const odd = encodeMessage({ ...message, graph: { ...message.graph, node: nodes } });
    refusesOnnx(() => parseOnnx(odd), "ATTRIBUTE", /"a" is of kind 12/, at);
    const twice = encodeOnnx({ ...RELU, nodes: [node, node] });
    refusesOnnx(() => parseOnnx(twice), "DUPLICATE", /two values "y"/, at);
  });
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
