/*
 * findWrongResult
 * ├─ finds nothing in the reference and in WebAssembly
 * ├─ uses every instruction, and every function of MAP and REDUCE
 * ├─ given an executor that gives one bit of any node wrong: names the instruction and the node
 * └─ given an executor that is wrong only where steps are fused: says that the output is wrong
 */
import { expect } from "chai";
import { changedTensor } from "./webgpu/fakes/fakeGpu";
import {
  MAP_FUNCTIONS,
  OPS,
  REDUCE_FUNCTIONS,
  ReferenceExecutor,
  WasmExecutor,
  findWrongResult,
} from "../../tensor/src/index";
import type { Model, Tensor } from "../../tensor/src/index";

describe("findWrongResult", () => {
  const reference = new ReferenceExecutor();
  let model: Model;
  let results: Tensor[];
  const honest = {
    run: async () => [results[results.length - 1]],
    trace: () => results,
  };

  before(async () => {
    await findWrongResult({
      ...honest,
      trace: (tested, input) => {
        model = tested;
        return (results = reference.trace(tested, input));
      },
    });
  });

  it("finds nothing in the reference and in WebAssembly", async () => {
    expect(await findWrongResult(reference)).to.equal(undefined);
    expect(await findWrongResult(new WasmExecutor())).to.equal(undefined);
  });

  it("uses every instruction, and every function of MAP and REDUCE", () => {
    const { nodes } = model.program;
    const functions = (op: "map" | "reduce") =>
      new Set(nodes.flatMap((node) => (node.op === op ? [node.fn] : [])));
    expect(new Set(nodes.map(({ op }) => op))).to.have.keys(OPS);
    expect(functions("map")).to.have.keys(MAP_FUNCTIONS);
    expect(functions("reduce")).to.have.keys(REDUCE_FUNCTIONS);
  });

  context("given an executor that gives one bit of any node wrong", () => {
    it("names the instruction and the node", async () => {
      for (const [at, { op }] of model.program.nodes.entries()) {
        const trace = () => results.with(at, changedTensor(results[at]));
        const found = await findWrongResult({ ...honest, trace });
        expect(found).to.equal(`a wrong ${op}, node ${at} of its test`);
      }
    });
  });

  context("given an executor that is wrong only where steps are fused", () => {
    it("says that the output is wrong", async () => {
      const run = async () => [changedTensor(results[results.length - 1])];
      expect(await findWrongResult({ ...honest, run })).to.equal("a wrong output in its test");
    });
  });
});
