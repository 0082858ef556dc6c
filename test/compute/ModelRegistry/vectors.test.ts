import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { bytesToHex, encodeNode, hexToBytes, tensor, tensorRoot } from "../../../tensor/src/index";
import { bytesToWords } from "../../shared/programs";
import isa from "../../vectors/isa.json";
import programs from "../../vectors/programs.json";
import { CARD, modelRegistryFixture } from "./fixture";
import type { DType, Hex, ProgramNode } from "../../../tensor/src/index";
import type { ModelRegistry } from "../../../typechain-types";
import type { NodeWords } from "../../shared/programs";

interface Registered {
  readonly programRoot: string;
  readonly work: bigint;
  readonly traceBytes: bigint;
  readonly modelId: string;
}

const REGISTERED_EVERY = 20;

/** Words of a node of which trailing zero bytes were left out. */
function nodeWords(trimmed: string): NodeWords {
  const bytes = new Uint8Array(128);
  bytes.set(hexToBytes(trimmed as Hex));
  return bytesToWords(bytes)[0];
}

async function registered(registry: ModelRegistry, words: NodeWords[]): Promise<Registered> {
  const receipt = await (await registry.register(words, CARD)).wait();
  const events = receipt?.logs.map((log) => registry.interface.parseLog(log)) ?? [];
  const event = events.find((parsed) => parsed?.name === "ModelRegistered");
  expect(event, "ModelRegistered").not.to.be.undefined;
  return event?.args.toObject() as Registered;
}

/*
ModelRegistry, vectors
├── given the program of the instruction set: it computes its root, work, trace bytes and id
└── given 1,000 random programs: it gives each the id that TypeScript gave, and registers the same totals
*/
describe("ModelRegistry", () => {
  describe("vectors", () => {
    it("given the program of the instruction set: computes its root, work, trace bytes and id", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      const { nodes, constants, root, work, traceBytes, modelId } = isa.program;
      const words = nodes.map((node, i) => {
        const elements = (constants as Record<string, number[]>)[i];
        const { dtype, rows, cols } = node;
        const weights = elements && tensor(dtype as DType, rows, cols, elements);
        const whole = weights ? { ...node, root: tensorRoot(weights) } : node;
        return nodeWords(bytesToHex(encodeNode(whole as ProgramNode)));
      });
      const result = await registered(registry, words);
      expect(result.programRoot).to.equal(root);
      expect([result.work, result.traceBytes]).to.deep.equal([BigInt(work), BigInt(traceBytes)]);
      expect(result.modelId).to.equal(modelId);
    });

    it("given 1,000 random programs: gives each the id that TypeScript gave, and registers the same totals", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      expect(programs.length).to.be.at.least(1_000);
      for (const [i, { nodes, root, work, traceBytes, modelId }] of programs.entries()) {
        const words = nodes.map(nodeWords);
        expect(await registry.register.staticCall(words, CARD)).to.equal(modelId);
        if (i % REGISTERED_EVERY !== 0) continue;
        const result = await registered(registry, words);
        expect(result.programRoot).to.equal(root);
        expect([result.work, result.traceBytes]).to.deep.equal([BigInt(work), BigInt(traceBytes)]);
      }
    });
  });
});
