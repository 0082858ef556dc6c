import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { concat, keccak256 } from "ethers";
import { listProof, nodeLeaf } from "../../../tensor/src/index";
import type { Hex } from "../../../tensor/src/index";
import { Stage } from "../../../sdk/src/index";
import type { SignableMove } from "../../../sdk/src/index";
import { descentTo } from "../../shared/games/claims";
import {
  CLAIM,
  NODE,
  NODES,
  NOISE,
  TRUTH,
  UNITS,
  descending,
  freshDispute,
  gamesFixture,
  moving,
  placeInTrace,
  wordsOf,
} from "./fixture";
import type { GameCall, GamesFixture } from "./fixture";

const HASHES = TRUTH.model.program.nodes.map(nodeLeaf);

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
├── it reverts with GamesWrongInput in a chained job given no output of the unit before
├── it reverts with ListTreeProofLength given siblings too few or too many
└── it reverts with TracesForeignJob given a job that is older, or changed
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

    it("reverts with GamesWrongInput in a chained job given no output of the unit before", async () => {
      const ids = TRUTH.traces.map((trace) => trace.ids[0]);
      const outputs = TRUTH.traces.map((trace) => trace.ids[NODES - 1]);
      const dispute = await freshDispute({ chained: true, inputRoot: ids[0] });
      for (const { unit, right, wrong, decided } of [
        { unit: 0, right: ids[0], wrong: [ids[1], outputs[0], NOISE], decided: Stage.Refuted },
        { unit: 1, right: outputs[0], wrong: [ids[1], outputs[1], NOISE], decided: Stage.Proved },
      ]) {
        const { table, jobId, challenger } = dispute;
        const id = await table.challenge(jobId, descentTo(CLAIM, unit, 0));
        await dispute.answer(id);
        const inputProof = unit === 0 ? [] : listProof(outputs, unit - 1);
        const descent = placeInTrace(0, 0, unit);
        const pick = (inputId: Hex) =>
          ({ name: "pickInput", descent, inputId, inputProof }) as const;
        const call = { ...table.board(id), job: table.job(jobId).job, sender: challenger };
        for (const inputId of wrong) {
          const move = pick(inputId);
          await dispute.expectRefused({ ...call, move }, "GamesWrongInput", id, inputId);
        }
        await table.move(id, pick(right), challenger);
        expect(table.game(id).game.stage).to.equal(decided);
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
});

/** The way down to a node of the trace from where a game stands in it. */
function placeUnder({ game }: GameCall, index: number): SignableMove["descent"] {
  const { siblings, ...place } = placeInTrace(0, index);
  return { ...place, siblings: siblings.slice(0, Number(game.height)) };
}
