import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import {
  ReferenceExecutor,
  bytesToHex,
  checkModel,
  decodeNode,
  decodeProgram,
  encodeNode,
  evaluateNode,
  hexToBytes,
  keccak256,
  layoutOf,
  listRoot,
  modelId,
  nodeLeaf,
  programRoot,
  programWork,
  tensor,
  tensorFromElementBytes,
  tensorId,
  tensorRoot,
  tensorWords,
  traceBytes,
  validateProgram,
} from "../../tensor/src/index";
import { oracleId, oracleListRoot } from "../shared/oracle";
import { VECTORS, format, generate } from "../vectors/generate";
import type {
  DType,
  Hex,
  InstructionNode,
  MapFunction,
  Model,
  ProgramNode,
  Tensor,
} from "../../tensor/src/index";

interface TensorJson {
  readonly dtype: DType;
  readonly rows: number;
  readonly cols: number;
  readonly elements: readonly number[];
}

interface IsaVectors {
  nodes: { node: ProgramNode; words: Hex[]; leaf: Hex }[];
  tensors: (TensorJson & { words?: Hex[]; wordCount: number; root: Hex; id: Hex })[];
  lists: { leaves: Hex[]; root: Hex }[];
  program: {
    nodes: ProgramNode[];
    constants: Record<string, number[]>;
    leaves: Hex[];
    root: Hex;
    work: number;
    traceBytes: number;
    rootAndCountHash: Hex;
    modelId: Hex;
    input: number[];
    results: Record<string, number[]>;
    ids: Hex[];
    traceRoot: Hex;
  };
  map: {
    fn: MapFunction;
    a: number;
    b: number;
    shift: number;
    dtype: DType;
    result: number;
  }[];
  instructions: {
    name: string;
    node: InstructionNode;
    operands: TensorJson[];
    result: number[];
  }[];
}

interface RandomVectors {
  tensors: (Omit<TensorJson, "elements"> & { elements: Hex; root: Hex; id: Hex })[];
  lists: { first: number; length: number; root: Hex }[];
  programs: { nodes: Hex[]; root: Hex; work: number; traceBytes: number; modelId: Hex }[];
}

function readText(name: string): string {
  return readFileSync(join(__dirname, "..", "vectors", `${name}.json`), "utf8");
}

function read<Name extends keyof RandomVectors>(name: Name): RandomVectors[Name] {
  return JSON.parse(readText(name)) as RandomVectors[Name];
}

function fromJson({ dtype, rows, cols, elements }: TensorJson): Tensor {
  return tensor(dtype, rows, cols, elements);
}

const isa = JSON.parse(readText("isa")) as IsaVectors;

function isaModel(): Model {
  const { nodes, constants } = isa.program;
  const weights = new Map<number, Tensor>();
  const withRoots = nodes.map((node, index) => {
    if (node.op !== "const") return node;
    const data = tensor(node.dtype, node.rows, node.cols, constants[index]);
    weights.set(index, data);
    return { ...node, root: tensorRoot(data) };
  });
  return { program: { nodes: withRoots }, weights };
}

describe("test vectors", () => {
  describe("isa.json", () => {
    isa.nodes.forEach(({ node, words, leaf }) => {
      it(`encodes, decodes and hashes a ${node.op}`, () => {
        const bytes = encodeNode(node);
        expect(bytesToHex(bytes)).to.equal(`0x${words.map((word) => word.slice(2)).join("")}`);
        expect(decodeNode(bytes)).to.deep.equal(node);
        expect(nodeLeaf(node)).to.equal(leaf);
      });
    });

    isa.tensors.forEach((vector) => {
      it(`commits to ${vector.dtype} [${vector.rows},${vector.cols}]`, () => {
        const value = fromJson(vector);
        expect(layoutOf(value).words).to.equal(vector.wordCount);
        if (vector.words !== undefined) {
          const words = vector.words.map((word) => word.slice(2)).join("");
          expect(bytesToHex(tensorWords(value))).to.equal(`0x${words}`);
        }
        expect(tensorRoot(value)).to.equal(vector.root);
        expect(tensorId(value)).to.equal(vector.id);
      });
    });

    isa.lists.forEach(({ leaves, root }) => {
      it(`has the root of a list of ${leaves.length}`, () => {
        expect(listRoot(leaves)).to.equal(root);
      });
    });

    it("identifies the program", () => {
      const { program } = isaModel();
      validateProgram(program);
      expect(program.nodes.map(nodeLeaf)).to.deep.equal(isa.program.leaves);
      expect(programRoot(program)).to.equal(isa.program.root);
      expect(programWork(program)).to.equal(BigInt(isa.program.work));
      expect(traceBytes(program)).to.equal(BigInt(isa.program.traceBytes));
      const count = program.nodes.length.toString(16).padStart(64, "0");
      expect(bytesToHex(keccak256(hexToBytes(`${isa.program.root}${count}`)))).to.equal(
        isa.program.rootAndCountHash,
      );
      expect(modelId(program)).to.equal(isa.program.modelId);
    });

    it("runs the program", () => {
      const model = isaModel();
      checkModel(model);
      const trace = new ReferenceExecutor().trace(model, tensor("i8", 2, 3, isa.program.input));
      for (const [index, result] of Object.entries(isa.program.results)) {
        expect(Array.from(trace[Number(index)].data)).to.deep.equal(result);
      }
      const ids = trace.map(tensorId);
      expect(ids).to.deep.equal(isa.program.ids);
      expect(listRoot(ids)).to.equal(isa.program.traceRoot);
    });

    isa.map.forEach(({ fn, a, b, shift, dtype, result }) => {
      it(`gives ${result} for ${fn} ${a} ${b} shifted by ${shift}, stored as ${dtype}`, () => {
        const operands = [a, b].map((value) => tensor("i32", 1, 1, [value]));
        const node = { op: "map", fn, dtype, rows: 1, cols: 1, a: 0, b: 1, shift } as const;
        expect(evaluateNode(node, operands).data[0]).to.equal(result);
      });
    });

    isa.instructions.forEach(({ name, node, operands, result }) => {
      it(`runs ${name}`, () => {
        expect(Array.from(evaluateNode(node, operands.map(fromJson)).data)).to.deep.equal(result);
      });
    });
  });

  describe("random vectors", () => {
    it("are what the generator writes", () => {
      for (const [name, vectors] of Object.entries(generate())) {
        expect(vectors).to.have.length(VECTORS);
        expect(readText(name) === format(vectors), `${name}.json differs`).to.equal(true);
      }
    });

    it("agree with the oracle on tensors", () => {
      for (const { dtype, rows, cols, elements, root, id } of read("tensors")) {
        const { data } = tensorFromElementBytes({ dtype, rows, cols }, hexToBytes(elements));
        const values = Array.from(data, BigInt);
        expect(oracleId({ dtype, rows, cols, values })).to.deep.equal({ root, id });
      }
    });

    it("agree with the oracle on lists", () => {
      const ids = read("tensors").map(({ id }) => id);
      for (const { first, length, root } of read("lists")) {
        expect(oracleListRoot(ids.slice(first, first + length))).to.equal(root);
      }
    });

    it("hold valid programs of every operation", () => {
      const ops = new Set<string>();
      for (const { nodes, root, work, traceBytes: bytes, modelId: id } of read("programs")) {
        const padded = nodes.map((node) => node.slice(2).padEnd(256, "0"));
        const program = decodeProgram(hexToBytes(`0x${padded.join("")}`));
        validateProgram(program);
        for (const { op } of program.nodes) ops.add(op);
        const leaves = padded.map((node) => bytesToHex(keccak256(hexToBytes(`0x${node}`))));
        expect(oracleListRoot(leaves)).to.equal(root);
        expect(BigInt.asUintN(96, BigInt(id))).to.equal((BigInt(work) << 40n) | BigInt(bytes));
        expect(modelId(program)).to.equal(id);
      }
      expect([...ops]).to.have.members(["input", "const", "dot", "map", "reduce", "view", "take"]);
    });
  });
});
