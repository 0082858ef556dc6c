import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { AbiCoder, MaxUint256, ZeroHash, keccak256 } from "ethers";
import { ethers } from "hardhat";
import {
  Stage,
  TermsClass,
  asAddress,
  gameHash,
  headerOfWord,
  moveCall,
  signConcession,
  signMove,
} from "../../../sdk/src/index";
import { bytesToHex, climb, hexToBytes, tensorIdOf } from "../../../tensor/src/index";
import type { Descent, Game, Move, SignableMove, TraceCommitment } from "../../../sdk/src/index";
import { descentTo } from "../../shared/games/claims";
import { CLAIM, NOISE, descending, gamesFixture, placeInTrace } from "./fixture";
import type { GameCall, GamesFixture } from "./fixture";

/*
Games, of every move
├── it reverts with GamesStale given a game that is older, of another job, never begun, or changed in a field
├── it reverts with GamesStale given a move that was made, or a game of another verifier
├── it reverts with GamesUnauthorized given no signature of the challenger for this move of this game
├── it reverts with GamesWrongStage in every tree that the move is not for, and once the game is decided
├── it reverts with GamesWrongHeight given a pick that ends too high or too low
├── it reverts with GamesWrongDescent given another node or sibling
├── it reverts with DescentMisplaced given siblings too few or too many, or an index outside the tree
└── it reverts with GamesWrongTrace given no trace, or one that is changed in a field
*/
describe("Games", () => {
  describe("every move", () => {
    let the: GamesFixture;
    /** A legal call of each. */
    let legal: Record<Exclude<Move["name"], "reveal" | "commitTrace">, GameCall>;
    beforeEach(async () => {
      the = await loadFixture(gamesFixture);
      const { games } = the;
      legal = {
        pick: games.root,
        pickInTrace: games.unit,
        pickNode: games.trace,
        pickInput: games.input,
        step: games.inTensor,
        concede: { ...games.tensor, move: { name: "concede" } },
        resolve: { ...games.refuted, move: { name: "resolve" } },
      };
    });

    const descents = () => {
      const { pick, pickInTrace, pickNode, pickInput, step } = legal;
      return [pick, the.games.tensor, pickInTrace, pickNode, pickInput, step];
    };

    it("reverts with GamesStale given a game that is older, of another job, never begun, or changed in a field", async () => {
      for (const call of Object.values(legal)) {
        const { game } = call;
        const changes: Partial<Game>[] = [
          { id: the.games.tensor.game.id + 2n ** 32n },
          {
            id:
              game.id === the.games.unit.game.id ? the.games.root.game.id : the.games.unit.game.id,
          },
          { id: game.id & ~0xffffffffn },
          { challenger: asAddress(the.stranger.address) },
          { token: asAddress(the.stranger.address) },
          { bond: game.bond + 1n },
          { units: game.units + 1n },
          { movedAt: game.movedAt + 1n },
          { workerClock: game.workerClock - 1n },
          { challengerClock: game.challengerClock + 1n },
          { answers: game.answers + 1n },
          { stage: Stage.Proved },
          { termsClass: TermsClass.Fast },
          { height: game.height + 1n },
          { index: game.index + 1n },
          { unit: game.unit + 1n },
          { node: NOISE },
          { programNode: NOISE },
          { header: game.header + 1n },
        ];
        for (const change of changes) {
          const given = { ...game, ...change };
          const stored = await the.optimisticVerifier.gameHash(given.id);
          const args = [given.id, gameHash(given), stored];
          await the.expectRefused({ ...call, game: given }, "GamesStale", ...args);
        }
      }
    });

    it("reverts with GamesStale given a move that was made, or a game of another verifier", async () => {
      const { escrow, modelRegistry, tensorStep, optimisticVerifier: verifier } = the;
      const other = await ethers.deployContract("OptimisticVerifier", [
        escrow,
        modelRegistry,
        tensorStep,
      ]);
      const to = await other.getAddress();
      for (const call of Object.values(legal)) {
        const { game, move, sender } = call;
        const { data } = moveCall(the.addresses, call, move);
        await expect(sender.sendTransaction({ to, data }))
          .to.be.revertedWithCustomError(other, "GamesStale")
          .withArgs(game.id, gameHash(game), ZeroHash);
        await the.send(call);
        const stored = await verifier.gameHash(game.id);
        await the.expectRefused(call, "GamesStale", game.id, gameHash(game), stored);
      }
    });

    it("reverts with GamesUnauthorized given no signature of the challenger for this move of this game", async () => {
      const { stranger, optimisticVerifier: verifier, games, players } = the;
      for (const call of descents()) {
        const move = call.move as SignableMove;
        const { height, index, node } = move.descent;
        const element = move.name === "step" ? move.element : 0n;
        const hash = gameHash(call.game);
        const digest = await verifier.moveDigest(hash, height, index, node, element);
        const changed = (changes: Partial<Descent>): SignableMove => ({
          ...move,
          descent: { ...move.descent, ...changes },
        });
        const [own, { game }] = [players.challenger, call];
        const signatures = [
          "0x" as const,
          await signMove(players.stranger, { game, move }),
          await signMove(own, { game: { ...game, movedAt: game.movedAt - 1n }, move }),
          await signMove(own, { game, move: changed({ height: height + 1n }) }),
          await signMove(own, { game, move: changed({ index: index + 1n }) }),
          await signMove(own, { game, move: changed({ node: NOISE }) }),
        ];
        if (move.name === "step") {
          signatures.push(await signMove(own, { game, move: { ...move, element: element + 1n } }));
        }
        for (const signature of signatures) {
          const by = { ...call, signature, sender: stranger };
          const args = [game.id, game.challenger, digest];
          await the.expectRefused(by, "GamesUnauthorized", ...args);
        }
      }
      const { concede } = legal;
      const digest = await verifier.concessionDigest(gameHash(concede.game));
      const other = await signConcession(players.challenger, { game: games.unit.game });
      for (const signature of ["0x" as const, other]) {
        const by = { ...concede, signature, sender: stranger };
        const args = [concede.game.id, concede.game.challenger, digest];
        await the.expectRefused(by, "GamesUnauthorized", ...args);
      }
    });

    it("reverts with GamesWrongStage in every tree that the move is not for, and once the game is decided", async () => {
      const { root, unit, trace, tensor, inTensor, refuted } = the.games;
      const inTrace = [root, tensor, inTensor, refuted];
      for (const [{ move }, places] of [
        [legal.pick, [unit, trace, refuted]],
        [legal.pickInTrace, inTrace],
        [legal.pickNode, inTrace],
        [legal.pickInput, inTrace],
        [legal.step, [root, unit, trace, refuted]],
      ] as const) {
        for (const place of places) {
          const { id, stage } = place.game;
          await the.expectRefused({ ...place, move }, "GamesWrongStage", id, stage);
        }
      }
    });

    it("reverts with GamesWrongHeight given a pick that ends too high or too low", async () => {
      const { root, unit, trace, tensor, inTensor, input } = the.games;
      for (const [call, heights] of [
        [root, [1n, 2n, 3n, 4n, MaxUint256]],
        [tensor, [0n, 5n, 8n, 9n, MaxUint256]],
        [unit, [4n, 7n, 8n, MaxUint256]],
        [trace, [1n, 3n, MaxUint256]],
        [input, [1n, 3n, MaxUint256]],
        [inTensor, [1n, 4n, MaxUint256]],
      ] as const) {
        for (const height of heights) {
          const { id } = call.game;
          await the.expectRefused(descending(call, { height }), "GamesWrongHeight", id, height);
        }
      }
      for (const [move, height] of [
        [legal.pickNode.move, 3],
        [legal.pickInput.move, 3],
        [legal.pickInTrace.move, 0],
      ] as const) {
        const call = descending({ ...unit, move }, placeInTrace(height, 0));
        await the.expectRefused(call, "GamesWrongHeight", unit.game.id, height);
      }
    });

    it("reverts with GamesWrongDescent given another node or sibling", async () => {
      for (const call of descents()) {
        const { descent } = call.move as SignableMove;
        const others = descent.siblings.map((_, i) => descent.siblings.with(i, NOISE));
        for (const change of [{ node: NOISE }, ...others.map((siblings) => ({ siblings }))]) {
          const { game } = call;
          const computed = startOf(
            { ...descent, ...change },
            call === the.games.tensor ? game : undefined,
          );
          const expected = call === legal.pickInTrace ? call.trace?.root : game.node;
          const args = [game.id, computed, expected];
          await the.expectRefused(descending(call, change), "GamesWrongDescent", ...args);
        }
      }
    });

    it("reverts with DescentMisplaced given siblings too few or too many, or an index outside the tree", async () => {
      for (const call of descents()) {
        const { descent } = call.move as SignableMove;
        const { height, index, siblings } = descent;
        for (const change of [
          { siblings: siblings.slice(1) },
          { siblings: [] },
          { siblings: [...siblings, NOISE] },
          { siblings: Array<typeof NOISE>(300).fill(NOISE) },
          { index: index + 2n ** BigInt(siblings.length) },
          { index: index + 2n ** 64n },
          { index: MaxUint256 },
        ]) {
          const given = { ...descent, ...change };
          const args = [height, given.index, given.siblings.length];
          await the.expectRefused(descending(call, change), "DescentMisplaced", ...args);
        }
      }
    });

    it("reverts with GamesWrongTrace given no trace, or one that is changed in a field", async () => {
      const { unit, trace } = the.games;
      const fields = [{ root: NOISE }, { programRoot: NOISE }, { nodes: 71n }, { committedAt: 1n }];
      const names = ["pickInTrace", "pickNode", "pickInput", "step"] as const;
      const calls = [
        ...names.map((name) => legal[name]),
        { ...unit, move: { name: "concede" } as const },
        { ...unit, move: { name: "resolve" } as const },
      ];
      for (const call of calls) {
        if (call.trace === undefined) throw new Error("there is a trace");
        const stored = traceHash(call.trace);
        const none = { root: ZeroHash, programRoot: ZeroHash, nodes: 0n, committedAt: 0n };
        for (const change of [none, ...fields]) {
          const given = { ...call.trace, ...change } as TraceCommitment;
          const args = [call.game.id, traceHash(given), stored];
          await the.expectRefused({ ...call, trace: given }, "GamesWrongTrace", ...args);
        }
      }
      const id = await the.table.challenge(the.jobId, descentTo(CLAIM, 1, 0));
      const elsewhere = { ...trace, game: the.table.game(id).game };
      const given = traceHash(trace.trace as TraceCommitment);
      await the.expectRefused(elsewhere, "GamesWrongTrace", id, given, ZeroHash);
    });
  });
});

/** Where a way down begins; the tensor's id if it begins at the root of a game's tensor. */
function startOf({ node, index, siblings }: Descent, top?: Game): string {
  const start = bytesToHex(climb(hexToBytes(node), Number(index), siblings.map(hexToBytes)));
  return top === undefined ? start : tensorIdOf(headerOfWord(top.header), start);
}

function traceHash({ root, programRoot, nodes, committedAt }: TraceCommitment): string {
  const types = ["bytes32", "bytes32", "uint256", "uint256"];
  const words = [root, programRoot, nodes, committedAt];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, words));
}
