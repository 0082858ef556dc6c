import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { id as hashOf, toBeHex } from "ethers";

import { asHex } from "../../../sdk/src/index";
import {
  bytesToHex,
  evaluateNode,
  openWords,
  tensorHeader,
  tensorId,
} from "../../../tensor/src/index";
import { dot, map, reduce, take, view } from "../../shared/nodes";
import { createRandom, randomTensor } from "../../shared/random";
import { stepFixture, stepOf } from "./fixture";
import type { Hex, InstructionNode, Tensor } from "../../../tensor/src/index";
import type { NodeWords } from "../../shared/programs";
import type { Chain, Opening, Step } from "./fixture";

const random = createRandom(7);
const NO_ID = `0x${"00".repeat(32)}`;

/** An element of each operation, on operands with padding; rows fill three of four words. */
const CASES: Record<string, { node: InstructionNode; index: number; operands: Tensor[] }> = {
  "a DOT of bytes": {
    node: dot(3, 2),
    index: 3,
    operands: [randomTensor(random, "i8", 3, 70), randomTensor(random, "i8", 2, 70)],
  },
  "a DOT of any type": {
    node: dot(3, 2),
    index: 3,
    operands: [randomTensor(random, "i16", 3, 40), randomTensor(random, "i8", 2, 40)],
  },
  "a MAP": {
    node: map(3, 10, { fn: "sub", b: 1 }),
    index: 29,
    operands: [randomTensor(random, "i32", 3, 10), randomTensor(random, "i16", 2, 20)],
  },
  "a MAP of one operand": {
    node: map(3, 10, { fn: "sqrt" }),
    index: 11,
    operands: [randomTensor(random, "i32", 3, 10)],
  },
  "a MAP that divides": {
    node: map(3, 10, { fn: "div", b: 1 }),
    index: 17,
    operands: [randomTensor(random, "i32", 3, 10), randomTensor(random, "i16", 3, 10)],
  },
  "a REDUCE": { node: reduce(3, 1), index: 2, operands: [randomTensor(random, "i8", 3, 70)] },
  "a VIEW": {
    node: view(70, { dims: [1, 1, 3, 70] }),
    index: 69,
    operands: [randomTensor(random, "i8", 3, 70)],
  },
  "a TAKE": {
    node: take(1, 120, { b: 1, chunk: 40 }),
    index: 119,
    operands: [randomTensor(random, "i8", 4, 40), randomTensor(random, "i8", 1, 3)],
  },
};

const OPERANDS = ["a", "b"] as const;

/** Each operand that each of these reads. */
const READS = Object.entries(CASES).flatMap(([name, { node, index, operands }]) => {
  const step = stepOf(node, index, operands);
  return OPERANDS.slice(0, operands.length).map((which) => ({ name, step, which }));
});

const headerOf = (size: bigint, rows: bigint, cols: bigint): Hex =>
  asHex(toBeHex((size << 64n) | (rows << 32n) | cols, 32));

/*
TensorStep.computeElement
├── given the openings that the element reads
│  └── it gives the element, and the ids of the operands
├── given a node that is no instruction
│  └── it reverts with TensorStepNotInstruction
├── given an opening of fewer or more words than the element reads
│  └── it reverts with TensorStepWrongWordCount
├── given an opening of fewer or more siblings
│  └── it reverts with TensorTreeProofLength
├── given a header of no tensor
│  ├── it reverts with TensorHeaderInvalid
│  └── it reverts with a division by zero where there are no rows or columns
├── given an element behind the last
│  └── it reverts with TensorTreeWordIndex where the operand has no such row
├── given another word, sibling or header than the operand's
│  └── it gives another id
├── given the opening of another row or word of the operand
│  └── it gives another id
└── given an opening of an operand that is not read
   └── it ignores it and gives id zero
*/
describe("TensorStep", () => {
  describe("computeElement", () => {
    let chain: Chain;
    beforeEach(async () => {
      chain = await loadFixture(stepFixture);
    });

    const run = ({ node, index, a, b }: Step) => chain.tensorStep.computeElement(node, index, a, b);
    const idIn = async (which: "a" | "b", step: Step) => {
      const { idA, idB } = await run(step);
      return which === "a" ? idA : idB;
    };
    const changed = (step: Step, which: "a" | "b", changes: Partial<Opening>): Step => ({
      ...step,
      [which]: { ...step[which], ...changes },
    });

    context("given the openings that the element reads", () => {
      it("gives the element, and the ids of the operands", async () => {
        for (const [name, { node, index, operands }] of Object.entries(CASES)) {
          const { value, idA, idB } = await run(stepOf(node, index, operands));
          expect(value, name).to.equal(evaluateNode(node, operands).data[index]);
          expect([idA, idB], name).to.deep.equal(
            OPERANDS.map((_, i) => (i < operands.length ? tensorId(operands[i]) : NO_ID)),
          );
        }
      });
    });

    context("given a node that is no instruction", () => {
      it("reverts with TensorStepNotInstruction", async () => {
        const { step } = READS[0];
        for (const op of [0, 1, 7, 8, 255]) {
          const head = asHex(`0x${toBeHex(op, 1).slice(2)}${step.node[0].slice(4)}`);
          const node: NodeWords = [head, step.node[1], step.node[2], step.node[3]];
          await expect(run({ ...step, node }))
            .to.be.revertedWithCustomError(chain.tensorStep, "TensorStepNotInstruction")
            .withArgs(op);
        }
      });
    });

    context("given an opening of fewer or more words than the element reads", () => {
      it("reverts with TensorStepWrongWordCount", async () => {
        for (const { name, step, which } of READS) {
          const { words } = step[which];
          for (const given of [[], words.slice(1), [...words, ...words]]) {
            await expect(run(changed(step, which, { words: given })), `${name}, ${which}`)
              .to.be.revertedWithCustomError(chain.tensorStep, "TensorStepWrongWordCount")
              .withArgs(given.length, words.length);
          }
        }
      });
    });

    context("given an opening of fewer or more siblings", () => {
      it("reverts with TensorTreeProofLength", async () => {
        for (const { name, step, which } of READS) {
          const { siblings } = step[which];
          const wrong = [[...siblings, asHex(NO_ID)], siblings.slice(1)];
          for (const given of wrong.filter(({ length }) => length !== siblings.length)) {
            await expect(run(changed(step, which, { siblings: given })), `${name}, ${which}`)
              .to.be.revertedWithCustomError(chain.tensorStep, "TensorTreeProofLength")
              .withArgs(given.length, siblings.length);
          }
        }
      });
    });

    context("given a header of no tensor", () => {
      it("reverts with TensorHeaderInvalid", async () => {
        const oneWord = stepOf(dot(2, 2), 1, [
          randomTensor(random, "i8", 2, 8),
          randomTensor(random, "i8", 2, 8),
        ]);
        const rows = OPERANDS.map((which) => ({ name: "a short DOT", step: oneWord, which }));
        const words = READS.filter(({ step, which }) => step[which].words.length === 1);
        for (const { name, step, which } of [...rows, ...words]) {
          const word = BigInt(step[which].header);
          const [size, shape] = [word >> 64n, BigInt.asUintN(64, word)];
          const wrong = [0n, 3n].map((other) => (other << 64n) | shape);
          if (!name.includes("DOT")) {
            const tooLarge = [headerOf(size, 2n ** 25n, 33n), headerOf(size, 1n, 2n ** 30n + 1n)];
            wrong.push((8n << 64n) | shape, word | (1n << 200n), ...tooLarge.map(BigInt));
          }
          for (const header of wrong) {
            const given = changed(step, which, { header: asHex(toBeHex(header, 32)) });
            await expect(run(given), `${name}, ${which}, ${header.toString(16)}`)
              .to.be.revertedWithCustomError(chain.tensorStep, "TensorHeaderInvalid")
              .withArgs(header);
          }
        }
      });

      it("reverts with a division by zero where there are no rows or columns", async () => {
        const divides = [
          { name: "a DOT of bytes", which: "a", rows: 0n, cols: 70n },
          { name: "a DOT of bytes", which: "b", rows: 0n, cols: 70n },
          { name: "a MAP", which: "a", rows: 0n, cols: 10n },
          { name: "a MAP", which: "b", rows: 2n, cols: 0n },
          { name: "a VIEW", which: "a", rows: 3n, cols: 0n },
          { name: "a TAKE", which: "b", rows: 1n, cols: 0n },
        ] as const;
        for (const { name, which, rows, cols } of divides) {
          const { node, index, operands } = CASES[name];
          const header = headerOf(1n, rows, cols);
          const given = changed(stepOf(node, index, operands), which, { header });
          await expect(run(given), `${name}, ${which}`).to.be.revertedWithPanic(0x12);
        }
      });
    });

    context("given an element behind the last", () => {
      it("reverts with TensorTreeWordIndex where the operand has no such row", async () => {
        // Four rows of four words with padding; the indices of TAKE fill one word.
        const beyond = [
          { name: "a DOT of bytes", index: 8, args: [16, 4, 16] },
          { name: "a REDUCE", index: 4, args: [16, 4, 16] },
          { name: "a TAKE", index: 120, args: [1, 1, 1] },
        ];
        for (const { name, index, args } of beyond) {
          const { node, operands, index: last } = CASES[name];
          await expect(run({ ...stepOf(node, last, operands), index }), name)
            .to.be.revertedWithCustomError(chain.tensorStep, "TensorTreeWordIndex")
            .withArgs(...args);
        }
      });
    });

    context("given another word, sibling or header than the operand's", () => {
      it("gives another id", async () => {
        const other = asHex(hashOf("other"));
        for (const { name, step, which } of READS) {
          const { header, words, siblings } = step[which];
          const right = await idIn(which, step);
          const forged: Partial<Opening>[] = [
            ...words.map((_, i) => ({ words: words.with(i, other) })),
            ...siblings.map((_, i) => ({ siblings: siblings.with(i, other) })),
          ];
          // Rows and columns that leave the tree of words as it is.
          const more = CASES[name].operands[which === "a" ? 0 : 1].rows === 3 ? 1n << 32n : 1n;
          forged.push({ header: asHex(toBeHex(BigInt(header) + more, 32)) });
          for (const changes of forged) {
            const id = await idIn(which, changed(step, which, changes));
            expect(id, `${name}, ${which}, ${Object.keys(changes)}`).to.not.equal(right);
          }
        }
      });
    });

    context("given the opening of another row or word of the operand", () => {
      it("gives another id", async () => {
        for (const { name, step, which } of READS) {
          const operand = CASES[name].operands[which === "a" ? 0 : 1];
          const right = tensorId(operand);
          const count = step[which].words.length;
          const header = bytesToHex(tensorHeader(operand));
          const total = 2 ** step[which].siblings.length;
          const ids = await Promise.all(
            Array.from({ length: total }, async (_, i) => {
              const { words, siblings } = openWords(operand, i * count, count);
              const opening = { header, words: [...words], siblings: [...siblings] };
              return idIn(which, changed(step, which, opening));
            }),
          );
          expect(
            ids.filter((id) => id === right),
            `${name}, ${which}`,
          ).to.have.length(1);
        }
      });
    });

    context("given an opening of an operand that is not read", () => {
      it("ignores it and gives id zero", async () => {
        const pads = stepOf(view(2, { offsets: [0, 0, 0, 1], pad: -5 }), 1, [
          randomTensor(random, "i8", 1, 2),
        ]);
        const { a } = READS[0].step;
        const padded = await run({ ...pads, a });
        expect([padded.value, padded.idA, padded.idB]).to.deep.equal([-5n, NO_ID, NO_ID]);
        for (const name of ["a MAP of one operand", "a REDUCE", "a VIEW"]) {
          const { node, index, operands } = CASES[name];
          const result = await run({ ...stepOf(node, index, operands), b: a });
          expect([result.value, result.idA, result.idB], name).to.deep.equal([
            BigInt(evaluateNode(node, operands).data[index]),
            tensorId(operands[0]),
            NO_ID,
          ]);
        }
      });
    });
  });
});
