import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { MaxUint256, concat, keccak256 } from "ethers";
import { encodeNode, listProof, nodeLeaf } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import type { SignableMove, StepMove } from "../../../sdk/src/index";
import { descentTo } from "../../shared/games/claims";
import { bytesToWords } from "../../shared/programs";
import {
  CLAIM,
  NODE,
  NODES,
  NOISE,
  TRUTH,
  UNITS,
  descending,
  gamesFixture,
  moving,
  placeInTrace,
} from "./fixture";
import type { GameCall, GamesFixture } from "./fixture";

const { nodes } = TRUTH.model.program;
const HASHES = nodes.map(nodeLeaf);

/*
Games.pick
└── it reverts with GamesOutOfBounds at padding behind the units

Games.pickInTrace
└── it reverts with GamesOutOfBounds at padding behind the nodes

Games.pickNode
├── it reverts with GamesWrongNode given the input, another node, another word, or another sibling
├── it reverts with ListTreeIndexOutOfBounds behind the nodes
└── it reverts with ListTreeProofLength given siblings too few or too many

Games.pickInput
├── it reverts with GamesOutOfBounds at any other node
├── it reverts with GamesWrongInput given another input or sibling, or that of another unit
├── it reverts with ListTreeProofLength given siblings too few or too many
└── it reverts with TracesForeignJob given a job that is older, or changed

Games.step
├── it reverts with GamesWrongNode given another node
├── it reverts with GamesNoElement given an element that the word has not
├── it reverts with GamesWrongOperand given another tensor, word, or sibling
├── it reverts with ListTreeProofLength given siblings of an operand too few or too many
├── it reverts with TensorStepWrongWordCount given words too few or too many
├── it reverts with TensorTreeProofLength given siblings of words too few or too many
├── it reverts with TensorHeaderInvalid given a header of no tensor
└── it panics at a division by the rows or columns of a header that has none
*/
describe("Games", () => {
  let the: GamesFixture;
  beforeEach(async () => {
    the = await loadFixture(gamesFixture);
  });

  describe("pick", () => {
    it("reverts with GamesOutOfBounds at padding behind the units", async () => {
      const { root } = the.games;
      for (const index of [5, 6, 7]) {
        const call = descending(root, descentTo(CLAIM, index, 0));
        await the.expectRefused(call, "GamesOutOfBounds", root.game.id, index, UNITS);
      }
    });
  });

  describe("pickInTrace", () => {
    it("reverts with GamesOutOfBounds at padding behind the nodes", async () => {
      const { unit } = the.games;
      for (const [height, index] of [
        [3, 9],
        [3, 15],
        [1, 35],
        [1, 63],
      ]) {
        const call = descending(unit, placeInTrace(height, index));
        const first = index * 2 ** height;
        await the.expectRefused(call, "GamesOutOfBounds", unit.game.id, first, NODES);
      }
    });
  });

  describe("pickNode", () => {
    const picking = (index: number, node: readonly Hex[], proof: readonly Hex[]): GameCall =>
      moving(the.games.trace, "pickNode", {
        ...{ descent: placeUnder(the.games.trace, index), node, proof },
      });

    it("reverts with GamesWrongNode given the input, another node, another word, or another sibling", async () => {
      const proof = listProof(HASHES, NODE.sum);
      const words = wordsOf(NODE.sum);
      const cases: [number, readonly Hex[], readonly Hex[]][] = [
        [NODE.input, wordsOf(NODE.input), listProof(HASHES, NODE.input)],
        [NODE.sum, wordsOf(NODE.constant), listProof(HASHES, NODE.constant)],
        [NODE.sum, wordsOf(NODE.total), proof],
        ...words.map((_, i): [number, Hex[], Hex[]] => [NODE.sum, words.with(i, NOISE), proof]),
        ...proof.map((_, i): [number, Hex[], Hex[]] => [NODE.sum, words, proof.with(i, NOISE)]),
      ];
      for (const [index, node, siblings] of cases) {
        const args = [the.games.trace.game.id, keccak256(concat(node))];
        await the.expectRefused(picking(index, node, siblings), "GamesWrongNode", ...args);
      }
    });

    it("reverts with ListTreeIndexOutOfBounds behind the nodes", async () => {
      const { unit, trace } = the.games;
      for (const index of [NODES, 127]) {
        const call = descending({ ...unit, move: trace.move }, placeInTrace(0, index));
        await the.expectRefused(call, "ListTreeIndexOutOfBounds", index, NODES);
      }
    });

    it("reverts with ListTreeProofLength given siblings too few or too many", async () => {
      const proof = listProof(HASHES, NODE.sum);
      for (const siblings of [[], proof.slice(1), [...proof, NOISE]]) {
        const call = picking(NODE.sum, wordsOf(NODE.sum), siblings);
        await the.expectRefused(call, "ListTreeProofLength", siblings.length, proof.length);
      }
    });
  });

  describe("pickInput", () => {
    it("reverts with GamesOutOfBounds at any other node", async () => {
      const { input } = the.games;
      for (const index of [1, 7]) {
        const call = descending(input, placeUnder(input, index));
        await the.expectRefused(call, "GamesOutOfBounds", input.game.id, index, 1);
      }
    });

    it("reverts with GamesWrongInput given another input or sibling, or that of another unit", async () => {
      const { input } = the.games;
      const ids = TRUTH.traces.map((trace) => trace.ids[0]);
      const proof = listProof(ids, 0);
      for (const [inputId, inputProof] of [
        [NOISE, proof],
        [ids[1], proof],
        [ids[1], listProof(ids, 1)],
        ...proof.map((_, i) => [ids[0], proof.with(i, NOISE)] as const),
      ] as const) {
        const call = moving(input, "pickInput", { inputId, inputProof });
        await the.expectRefused(call, "GamesWrongInput", input.game.id, inputId);
      }
    });

    it("reverts with ListTreeProofLength given siblings too few or too many", async () => {
      const { input } = the.games;
      const proof = listProof(
        TRUTH.traces.map(({ ids }) => ids[0]),
        0,
      );
      for (const inputProof of [[], proof.slice(1), [...proof, NOISE]]) {
        const call = moving(input, "pickInput", { inputProof });
        await the.expectRefused(call, "ListTreeProofLength", inputProof.length, proof.length);
      }
    });

    it("reverts with TracesForeignJob given a job that is older, or changed", async () => {
      const { input } = the.games;
      const { job } = input;
      for (const change of [
        { frozen: false },
        { inputRoot: NOISE },
        { unitsAsked: job.unitsAsked + 1n },
        { chained: true },
        { verifier: the.games.input.job.worker },
      ]) {
        const call = { ...input, job: { ...job, ...change } };
        await the.expectRefused(call, "TracesForeignJob", the.jobId);
      }
    });
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
          node as Node,
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

    it("panics at a division by the rows or columns of a header that has none", async () => {
      const { verifier, games, send } = the;
      const { id } = games.inTensor.game;
      const before = await verifier.gameHash(id);
      for (const header of [0n, 1n << 64n, (1n << 64n) | 70n, (1n << 64n) | (64n << 32n)]) {
        const word = `0x${header.toString(16).padStart(64, "0")}` as const;
        const call = stepping(({ a }) => ({ a: { ...a, header: word } }));
        await expect(send(call)).to.be.revertedWithPanic(0x12);
      }
      expect(await verifier.gameHash(id)).to.equal(before);
    });
  });
});

type Node = [Hex, Hex, Hex, Hex];

function operand({ header, words, siblings }: StepMove["a"]) {
  return { header, words: [...words], siblings: [...siblings] };
}

function wordsOf(node: number): Hex[] {
  return bytesToWords(encodeNode(nodes[node]))[0];
}

/** The way down to a node of the trace from where a game stands in it. */
function placeUnder({ game }: GameCall, index: number): SignableMove["descent"] {
  const { siblings, ...place } = placeInTrace(0, index);
  return { ...place, siblings: siblings.slice(0, Number(game.height)) };
}
