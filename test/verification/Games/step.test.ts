import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { MaxUint256, concat, keccak256 } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { StepMove } from "../../../sdk/src/index";
import type { NodeWords } from "../../shared/programs";
import { NODE, NOISE, TRUTH, gamesFixture, moving, wordsOf } from "./fixture";
import type { GameCall, GamesFixture } from "./fixture";

/*
Games.step
├── it reverts with GamesWrongNode given another node
├── it reverts with GamesNoElement given an element that the word has not
├── it reverts with GamesWrongOperand given another tensor, word, or sibling
├── it reverts with ListTreeProofLength given siblings of an operand too few or too many
├── it reverts with TensorStepWrongWordCount given words too few or too many
├── it reverts with TensorTreeProofLength given siblings of words too few or too many
├── it reverts with TensorHeaderInvalid given a header of no tensor
└── it reverts with GamesWrongHeaders given a header without rows or columns
*/
describe("Games", () => {
  let the: GamesFixture;
  beforeEach(async () => {
    the = await loadFixture(gamesFixture);
  });

  describe("step", () => {
    const [idA, idB] = [NODE.input, NODE.constant].map((node) => TRUTH.traces[0].ids[node]);
    const stepping = (change: (move: StepMove) => Partial<StepMove>): GameCall => {
      const { inTensor } = the.games;
      return moving(inTensor, "step", change(inTensor.move as StepMove));
    };

    it("reverts with GamesWrongNode given another node", async () => {
      for (const node of [
        wordsOf(NODE.total),
        wordsOf(NODE.input),
        ...[0, 1, 2, 3].map((i) => wordsOf(NODE.sum).with(i, NOISE)),
      ]) {
        const args = [the.games.inTensor.game.id, keccak256(concat(node))];
        await the.expectRefused(
          stepping(() => ({ node })),
          "GamesWrongNode",
          ...args,
        );
      }
    });

    it("reverts with GamesNoElement given an element that the word has not", async () => {
      const { id } = the.games.inTensor.game;
      for (const element of [32n, 33n, 256n, MaxUint256]) {
        await the.expectRefused(
          stepping(() => ({ element })),
          "GamesNoElement",
          id,
          element,
        );
      }
    });

    it("reverts with GamesWrongOperand given another tensor, word, or sibling", async () => {
      const { id } = the.games.inTensor.game;
      for (const [change, node, tensorId] of [
        [({ b }: StepMove) => ({ a: b }), 0, idB],
        [({ a }: StepMove) => ({ b: a }), 1, idA],
        [({ proofB }: StepMove) => ({ proofA: proofB }), 0, idA],
        [({ proofA }: StepMove) => ({ proofA: proofA.with(3, NOISE) }), 0, idA],
        [({ proofB }: StepMove) => ({ proofB: proofB.with(6, NOISE) }), 1, idB],
      ] as const) {
        await the.expectRefused(stepping(change), "GamesWrongOperand", id, node, tensorId);
      }
      for (const change of [
        ({ a }: StepMove) => ({ a: { ...a, words: [NOISE] } }),
        ({ a }: StepMove) => ({ a: { ...a, siblings: a.siblings.with(0, NOISE) } }),
      ]) {
        const call = stepping(change);
        const { a, b, node, descent, element } = call.move as StepMove;
        const index = Number(descent.index) * 32 + Number(element);
        const computed = await the.tensorStep.computeElement(
          node as NodeWords,
          index,
          operand(a),
          operand(b),
        );
        await the.expectRefused(call, "GamesWrongOperand", id, 0, computed.idA);
      }
    });

    it("reverts with ListTreeProofLength given siblings of an operand too few or too many", async () => {
      for (const name of ["proofA", "proofB"] as const) {
        for (const change of [
          (proof: readonly Hex[]) => proof.slice(1),
          (proof: readonly Hex[]) => [...proof, NOISE],
        ]) {
          const call = stepping((move) => ({ [name]: change(move[name]) }));
          const { length } = (call.move as StepMove)[name];
          await the.expectRefused(call, "ListTreeProofLength", length, 7);
        }
      }
    });

    it("reverts with TensorStepWrongWordCount given words too few or too many", async () => {
      for (const name of ["a", "b"] as const) {
        for (const words of [[], [NOISE, NOISE], Array<Hex>(64).fill(NOISE)]) {
          const call = stepping((move) => ({ [name]: { ...move[name], words } }));
          await the.expectRefused(call, "TensorStepWrongWordCount", words.length, 1);
        }
      }
    });

    it("reverts with TensorTreeProofLength given siblings of words too few or too many", async () => {
      for (const name of ["a", "b"] as const) {
        for (const siblings of [[], Array<Hex>(7).fill(NOISE), Array<Hex>(9).fill(NOISE)]) {
          const call = stepping((move) => ({ [name]: { ...move[name], siblings } }));
          await the.expectRefused(call, "TensorTreeProofLength", siblings.length, 8);
        }
      }
    });

    it("reverts with TensorHeaderInvalid given a header of no tensor", async () => {
      const of = (size: bigint, rows: bigint, cols: bigint) => (size << 64n) | (rows << 32n) | cols;
      for (const header of [of(3n, 64n, 70n), of(8n, 64n, 70n), of(1n, 2n ** 31n, 2n ** 31n)]) {
        const word = `0x${header.toString(16).padStart(64, "0")}` as const;
        const call = stepping(({ a }) => ({ a: { ...a, header: word } }));
        await the.expectRefused(call, "TensorHeaderInvalid", header);
      }
    });

    it("reverts with GamesWrongHeaders given a header without rows or columns", async () => {
      const { id } = the.games.inTensor.game;
      for (const header of [0n, 1n << 64n, (1n << 64n) | 70n, (1n << 64n) | (64n << 32n)]) {
        const word = `0x${header.toString(16).padStart(64, "0")}` as const;
        const inA = stepping(({ a }) => ({ a: { ...a, header: word } }));
        const right = (inA.move as StepMove).b.header;
        await the.expectRefused(inA, "GamesWrongHeaders", id, header, BigInt(right));
        const inB = stepping(({ b }) => ({ b: { ...b, header: word } }));
        const left = (inB.move as StepMove).a.header;
        await the.expectRefused(inB, "GamesWrongHeaders", id, BigInt(left), header);
      }
    });
  });
});

function operand({ header, words, siblings }: StepMove["a"]) {
  return { header, words: [...words], siblings: [...siblings] };
}
