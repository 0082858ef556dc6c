import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { ProgramError, encodeProgram } from "../../../tensor/src/index";
import { mutateProgram } from "../../shared/mutateProgram";
import { bytesToWords } from "../../shared/programs";
import { createRandom } from "../../shared/random";
import { randomProgram } from "../../shared/randomProgram";
import { CARD, modelRegistryFixture, tensorVerdict } from "./fixture";
import type { ModelRegistry } from "../../../typechain-types";
import type { NodeWords } from "../../shared/programs";

const SEED = 7_001;
const VALID = 150;
const MUTATED = 900;

interface Refusal {
  readonly error: string;
  readonly node: number | undefined;
}

/** Errors that speak of the program as a whole, not of a node. */
const WHOLE_PROGRAM = ["ProgramWithoutWork", "ModelIdTraceBytesOutOfRange"];

/** The id that the contract gives a program, or the error and node with which it refuses it. */
async function contractVerdict(
  registry: ModelRegistry,
  words: NodeWords[],
): Promise<string | Refusal> {
  try {
    return await registry.register.staticCall(words, CARD);
  } catch (error) {
    const { data } = error as { data?: string };
    const parsed = data === undefined ? null : registry.interface.parseError(data);
    if (parsed === null) throw error;
    const { name, args } = parsed;
    return { error: name, node: WHOLE_PROGRAM.includes(name) ? undefined : Number(args[0]) };
  }
}

/*
ModelRegistry and the tensor package
├── given random valid programs: both give the same id (MR-3)
└── given a program with one field of one node changed (MR-1)
   ├── both accept it under one id, or both refuse it
   ├── both blame the same node
   └── most rules are met
*/
describe("ModelRegistry", () => {
  describe("and the tensor package", () => {
    it("given random valid programs: both give the same id (MR-3)", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      let accepted = 0;
      for (let seed = SEED; seed < SEED + VALID; seed++) {
        const { program } = randomProgram(seed, { instructions: 1 + (seed % 12) });
        const words = bytesToWords(encodeProgram(program));
        const expected = tensorVerdict(words);
        const verdict = await contractVerdict(registry, words);
        if (expected instanceof ProgramError) {
          expect(expected.code).to.equal("WORK");
          expect(verdict).to.deep.equal({ error: "ProgramWithoutWork", node: undefined });
        } else {
          expect(verdict).to.equal(expected);
          accepted++;
        }
      }
      expect(accepted).to.be.at.least(0.8 * VALID);
    });

    it("given a program with one field of one node changed: both accept it, or blame the same node (MR-1)", async () => {
      const { registry } = await loadFixture(modelRegistryFixture);
      const random = createRandom(SEED);
      const met = new Set<string>();
      let accepted = 0;
      for (let i = 0; i < MUTATED; i++) {
        const { program } = randomProgram(SEED + (i % 90), { instructions: 1 + (i % 6) });
        const words = bytesToWords(mutateProgram(random, encodeProgram(program)));
        const expected = tensorVerdict(words);
        const verdict = await contractVerdict(registry, words);
        if (typeof verdict === "string") {
          expect(expected).to.equal(verdict);
          accepted++;
        } else {
          expect(expected, `${verdict.error}(${verdict.node})`).to.be.instanceOf(ProgramError);
          expect((expected as ProgramError).node).to.equal(verdict.node);
          met.add(verdict.error);
        }
      }
      expect(accepted).to.be.at.least(0.1 * MUTATED);
      expect(accepted).to.be.at.most(0.6 * MUTATED);
      expect(met.size, [...met].join()).to.be.at.least(16);
    });
  });
});
