import { takeSnapshot, time } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import {
  Outcome,
  Stage,
  TermsClass,
  clockOf,
  incrementOf,
  isDecided,
  turnOf,
} from "../../../sdk/src/index";
import type { Game, Move } from "../../../sdk/src/index";
import { descentTo } from "../../shared/games/claims";
import { at } from "../../shared/jobs";
import { CLAIM, NODE, freshDispute } from "../Games/fixture";
import type { Dispute, GameCall } from "../Games/fixture";

const CLOCK = clockOf(TermsClass.Standard);
const INCREMENT = incrementOf(TermsClass.Standard);
const RESOLVE: Move = { name: "resolve" };

/** Moves of the challenger before a turn, by where the game stands in it. */
const TURNS = { root: 0, unit: 1, trace: 2, tensor: 3, "inside the tensor": 4 } as const;

/*
OptimisticVerifier, at the end of a turn
├── given the worker's turn, at <each place>
│  ├── an answer in its last second counts, and one second later it comes too late
│  ├── the challenger can concede in its last second, and not later
│  └── nobody can resolve in its last second, and one second later its claim counts as false
├── given the worker's turn at the unit
│  └── commitment and reveal both count from the later of the two, in either order
├── given the challenger's turn, at <each place>
│  ├── a move in its last second counts, and one second later it reverts with GamesTooLate
│  ├── the challenger can concede in its last second, and not later
│  └── nobody can resolve in its last second, and one second later its challenge counts as false
├── given the challenger moves before it is answered
│  └── it is charged from its last move on, to the second
├── given the worker answered too late
│  └── the claim counts as false, unless the challenger plays on
└── given both sides have so little left that it is about an increment, or nothing
   └── each turn lasts an increment, or what is left if that is more, to the second

OptimisticVerifier.longestGame: it is two clocks and 38 increments of the class
*/
describe("OptimisticVerifier, at the end of a turn", () => {
  let the: Dispute;
  beforeEach(async () => {
    the = await freshDispute();
  });

  it("lasts two clocks and 38 increments of its class at the most, by longestGame", async () => {
    for (const [termsClass, seconds] of [
      [TermsClass.Fast, 44_400n],
      [TermsClass.Standard, 223_200n],
      [TermsClass.High, 1_015_200n],
    ] as const) {
      const { optimisticVerifier: verifier } = the.table.arena;
      expect(await verifier.longestGame(termsClass)).to.equal(seconds);
      expect(seconds).to.equal(2n * clockOf(termsClass) + 38n * incrementOf(termsClass));
    }
  });

  const gameOf = (id: bigint): Game => the.table.game(id).game;
  const resolve = async (id: bigint): Promise<GameCall> => ({
    ...(await the.callOf(id)),
    move: RESOLVE,
    sender: the.stranger,
  });
  const expectUndecided = async (id: bigint) =>
    the.expectRefused(await resolve(id), "OptimisticVerifierUndecided", id);
  const expectConcession = async (id: bigint, until: bigint) => {
    for (const late of [1n, 0n]) {
      const before = await takeSnapshot();
      const concession = { ...(await the.callOf(id)), move: { name: "concede" } as const };
      await at(until + late);
      if (late > 0n) await the.expectRefused(concession, "OptimisticVerifierDecided", id);
      else await expect(the.send(concession)).to.emit(the.optimisticVerifier, "GameOver");
      await before.restore();
    }
  };
  const expectEnd = async (id: bigint, outcome: Outcome) => {
    await the.table.move(id, RESOLVE, the.stranger);
    expect(the.table.game(id).end?.outcome).to.equal(outcome);
  };
  /** The last second of the worker's turn, of a game that was not answered. */
  const workerUntil = (id: bigint) => turnOf(gameOf(id), undefined).until;
  /** Answers with the last transaction at a time. */
  const answerAt = async (id: bigint, moment: bigint, reversed = false) => {
    const answers = await the.answersTo(id);
    const moves = reversed ? [...answers].reverse() : answers;
    for (const [i, move] of moves.entries()) {
      if (i === moves.length - 1) await at(moment);
      await the.table.move(id, move, the.worker);
    }
  };
  /** Brings the challenger's move at a time. */
  const moveAt = async (id: bigint, moment: bigint, node?: number) => {
    const { move } = await the.callOf(id, node);
    await at(moment);
    await the.table.move(id, move, the.challenger);
  };

  for (const [place, turns] of Object.entries(TURNS)) {
    context(`given the worker's turn, at ${place}`, () => {
      it("an answer in its last second counts, and one second later it comes too late", async () => {
        for (const late of [-1n, 0n, 1n]) {
          the = await freshDispute();
          const id = await the.begin(turns);
          await answerAt(id, workerUntil(id) + late);
          if (late > 0n) await expectEnd(id, Outcome.Proved);
          else await expectUndecided(id);
        }
      });

      it("the challenger can concede in its last second, and not later", async () => {
        const id = await the.begin(turns);
        await expectConcession(id, workerUntil(id));
      });

      it("nobody can resolve in its last second, and one second later its claim counts as false", async () => {
        const id = await the.begin(turns);
        const until = workerUntil(id);
        for (const early of [1n, 0n]) {
          await at(until - early);
          await expectUndecided(id);
        }
        await at(until + 1n);
        await expectEnd(id, Outcome.Proved);
      });
    });

    context(`given the challenger's turn, at ${place}`, () => {
      it("a move in its last second counts, and one second later it reverts with GamesTooLate", async () => {
        for (const node of turns === TURNS.trace ? [NODE.sum, NODE.input] : [NODE.sum]) {
          for (const late of [-1n, 0n, 1n]) {
            the = await freshDispute();
            const call = await the.bring(turns, node);
            const { id, challengerClock } = call.game;
            const until = BigInt(await time.latest()) + challengerClock;
            if (late <= 0n) {
              await moveAt(id, until + late, node);
              continue;
            }
            await at(until + late);
            await the.expectRefused(call, "GamesTooLate", id, until);
          }
        }
      });

      it("the challenger can concede in its last second, and not later", async () => {
        const { id, challengerClock } = (await the.bring(turns)).game;
        await expectConcession(id, BigInt(await time.latest()) + challengerClock);
      });

      it("nobody can resolve in its last second, and one second later its challenge counts as false", async () => {
        const { id, challengerClock } = (await the.bring(turns)).game;
        const until = BigInt(await time.latest()) + challengerClock;
        for (const early of [1n, 0n]) {
          await at(until - early);
          await expectUndecided(id);
        }
        await at(until + 1n);
        await expectEnd(id, Outcome.Refuted);
      });
    });
  }

  context("given the worker's turn at the unit", () => {
    it("commitment and reveal both count from the later of the two, in either order", async () => {
      for (const reversed of [false, true]) {
        for (const late of [0n, 1n]) {
          the = await freshDispute();
          const id = await the.begin(TURNS.unit);
          await answerAt(id, workerUntil(id) + late, reversed);
          if (late > 0n) await expectEnd(id, Outcome.Proved);
          else await expectUndecided(id);
        }
      }
    });
  });

  context("given the challenger moves before it is answered", () => {
    it("is charged from its last move on, to the second", async () => {
      for (const spent of [CLOCK - 1n, CLOCK, CLOCK + 1n]) {
        the = await freshDispute();
        const id = await the.begin(TURNS.root);
        const { movedAt } = gameOf(id);
        const move: Move = { name: "pick", descent: descentTo(CLAIM, 0, 0) };
        await at(movedAt + spent);
        if (spent > CLOCK) {
          const call = { game: gameOf(id), job: the.table.job(the.jobId).job, move };
          const args = [id, movedAt + CLOCK] as const;
          await the.expectRefused({ ...call, sender: the.challenger }, "GamesTooLate", ...args);
        } else {
          await the.table.move(id, move, the.challenger);
          const clocks = { workerClock: CLOCK, challengerClock: CLOCK - spent };
          expect(gameOf(id)).to.include(clocks);
        }
      }
    });
  });

  context("given the worker answered too late", () => {
    it("the claim counts as false, unless the challenger plays on", async () => {
      const id = await the.begin(TURNS.root);
      await answerAt(id, workerUntil(id) + 1n);
      await the.table.move(id, (await the.callOf(id)).move, the.challenger);
      expect(gameOf(id).workerClock).to.equal(0n);
      await expectUndecided(id);
      while (!isDecided(gameOf(id))) {
        await the.answer(id);
        await the.table.move(id, (await the.callOf(id)).move, the.challenger);
      }
      await expectEnd(id, Outcome.Refuted);
    });
  });

  context("given both sides have so little left that it is about an increment, or nothing", () => {
    for (const left of [0n, 1n, INCREMENT - 1n, INCREMENT, INCREMENT + 1n]) {
      const turn = left > INCREMENT ? left : INCREMENT;
      it(`each turn lasts ${turn} seconds given ${left} on the clocks`, async () => {
        for (const late of ["nobody", "worker", "challenger"]) {
          the = await freshDispute();
          const id = await the.begin(TURNS.root);
          const answeredAt = gameOf(id).movedAt + CLOCK - left;
          await answerAt(id, answeredAt);
          await moveAt(id, answeredAt + CLOCK - left);
          expect(gameOf(id)).to.include({ workerClock: left, challengerClock: left });

          const until = gameOf(id).movedAt + turn;
          await answerAt(id, late === "worker" ? until + 1n : until);
          if (late === "nobody") {
            await moveAt(id, until + turn);
            expect(gameOf(id).stage).to.equal(Stage.Trace);
          } else if (late === "worker") {
            await expectEnd(id, Outcome.Proved);
          } else {
            const call = await the.callOf(id);
            await at(until + turn + 1n);
            await the.expectRefused(call, "GamesTooLate", id, until + turn);
          }
        }
      });
    }
  });
});
