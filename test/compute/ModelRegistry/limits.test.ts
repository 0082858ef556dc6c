import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";

import { input, loop, map, view } from "./nodes";
import { expectAccepted, expectRejected, modelRegistryFixture, wordsOf } from "./fixture";
import type { ProgramNode } from "../../../tensor/src/index";
import type { NodeWords } from "../../shared/programs";

/** VIEWs of the given committed bytes, each a power of two of at least 32, read one by the next. */
function programOfTraceBytes(sizes: readonly number[]): NodeWords[] {
  const nodes: ProgramNode[] = [input("i8", [1, 1])];
  let count = 1;
  for (const size of sizes) {
    const dims = [1, 1, 1, count] as const;
    nodes.push(view("i8", [1, size], nodes.length - 1, { dims, loops: [loop(size, 3, 0)] }));
    count = size;
  }
  nodes.push(map("sqrt", "i8", [1, 1], nodes.length - 1, 0));
  return wordsOf(nodes);
}

/*
ModelRegistry.register, given the largest programs
├── given trace bytes of 2^40 − 32: it registers
└── given trace bytes of 2^40: it reverts with ModelIdTraceBytesOutOfRange
*/
describe("ModelRegistry", () => {
  describe("register, given the largest programs", () => {
    // Each of 1,023 results takes 2^30 bytes; the rest add up to 2^30 − 64 bytes, the MAP to 32.
    const largest = Array.from({ length: 1_023 }, () => 2 ** 30);
    const halves = Array.from({ length: 24 }, (_, i) => 2 ** (29 - i));

    it("given trace bytes of 2^40 - 32: registers", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      await expectAccepted(registry, programOfTraceBytes([...largest, ...halves]));
    });

    it("given trace bytes of 2^40: reverts with ModelIdTraceBytesOutOfRange", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      const words = programOfTraceBytes([...largest, ...halves, 32]);
      await expectRejected(registry, words, "ModelIdTraceBytesOutOfRange", 2n ** 40n);
    });
  });
});
