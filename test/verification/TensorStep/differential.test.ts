import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";

import { MAP_FUNCTIONS, REDUCE_FUNCTIONS } from "../../../tensor/src/index";
import { expectSteps, stepFixture } from "./fixture";
import { randomSteps } from "./randomSteps";

const SEED = 2_026;
const STEPS = process.env.FOUNDRY_PROFILE === "nightly" ? 50_000 : 3_000;

/** What random steps of each operation must have tried. */
const TRIED = {
  dot: ["16384 of i8", "4096 of mixed", "groups repeat", "groups of own"],
  map: [
    ...MAP_FUNCTIONS,
    ...[0, 31, 32, 62].map((shift) => `shift ${shift}`),
    ...["zero", "a negative", "a positive"].map((sign) => `div by ${sign}`),
  ],
  reduce: [...REDUCE_FUNCTIONS, "16384 columns"],
  view: ["pads", "reads", "turns back", "goes on"],
  take: ["negative", "not negative"],
} as const;

const OPS = ["dot", "map", "reduce", "view", "take"] as const;

/*
TensorStep.computeElement
└── given random elements of each operation, extremes among them
   └── it gives what the reference and WebAssembly give, and the ids of the operands it read
*/
describe("TensorStep", () => {
  describe("computeElement", () => {
    OPS.forEach((op, i) => {
      const [seed, count] = [SEED + i, STEPS / OPS.length];
      it(`gives what the reference and WebAssembly give: ${count} of ${op}, seed ${seed}`, async function () {
        this.timeout(1_800_000);
        const chain = await loadFixture(stepFixture);
        const { steps, tried } = randomSteps(op, seed, count);
        expect(steps).to.have.length(count);
        expect([...tried]).to.include.members([...TRIED[op]]);
        await expectSteps(chain, steps);
      });
    });
  });
});
