import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";

import { operandsOf, tensor } from "../../../tensor/src/index";
import isa from "../../vectors/isa.json";
import { expectSteps, knownStep, stepFixture } from "./fixture";
import type { InstructionNode, ProgramNode, Tensor } from "../../../tensor/src/index";
import type { KnownStep } from "./fixture";

/*
TensorStep.computeElement
└── given the vectors of the instruction set
   ├── it gives every element of MAP
   ├── it gives every element of every instruction
   └── it gives every element of the program's run
*/
describe("TensorStep", () => {
  describe("computeElement", () => {
    context("given the vectors of the instruction set", () => {
      it("gives every element of MAP", async () => {
        const steps = isa.map.flatMap(({ fn, a, b, shift, dtype, result }) => {
          const operands = [a, b].map((value) => tensor("i32", 1, 1, [value]));
          const [shape, second] = [{ rows: 1, cols: 1 }, fn === "sqrt" ? 0 : 1];
          const fields = { op: "map", fn, dtype, ...shape, a: 0, b: second, shift };
          return allSteps(`${fn} ${a} ${b}`, fields as InstructionNode, operands, [result]);
        });
        await expectSteps(await loadFixture(stepFixture), steps);
      });

      it("gives every element of every instruction", async () => {
        const steps = isa.instructions.flatMap(({ name, node, operands, result }) =>
          allSteps(name, node as InstructionNode, operands.map(fromJson), result),
        );
        await expectSteps(await loadFixture(stepFixture), steps);
      });

      it("gives every element of the program's run", async () => {
        const { nodes, constants, input, results } = isa.program;
        const data: Record<number, readonly number[]> = { 0: input, ...constants, ...results };
        const values = (nodes as ProgramNode[]).map(({ dtype, rows, cols }, index) =>
          tensor(dtype, rows, cols, data[index]),
        );
        const steps = Object.keys(results).flatMap((index) => {
          const node = nodes[Number(index)] as InstructionNode;
          const operands = operandsOf(node).map((operand) => values[operand]);
          return allSteps(`node ${index}`, node, operands, data[Number(index)]);
        });
        await expectSteps(await loadFixture(stepFixture), steps);
      });
    });
  });
});

function allSteps(
  name: string,
  node: InstructionNode,
  operands: readonly Tensor[],
  result: readonly number[],
): KnownStep[] {
  return result.map((_, index) => knownStep(name, node, index, operands, result));
}

function fromJson(value: {
  dtype: string;
  rows: number;
  cols: number;
  elements: number[];
}): Tensor {
  return tensor(value.dtype as Tensor["dtype"], value.rows, value.cols, value.elements);
}
