import { loadFixture } from "@nomicfoundation/hardhat-network-helpers";
import { expect } from "chai";
import { formatUnits, id as hashOf } from "ethers";
import {
  Outcome,
  Stage,
  TermsClass,
  applyGameEvent,
  asAddress,
  asHex,
  atOutputRoot,
  explainGame,
  getJob,
  headerWord,
  packGame,
  tellGame,
} from "../../../sdk/src/index";
import { challengeClaim, playOut, playing } from "../../shared/arena";
import { deployDisputed } from "./support";
import type { Game, GameChange, GameEvent, GameRecord } from "../../../sdk/src/index";

const ACCOUNT = asAddress(`0x${"11".repeat(20)}`);
const [NODE, OTHER] = ["node", "other"].map((name) => asHex(hashOf(name)));
const HEADER = headerWord({ dtype: "i8", rows: 3, cols: 40 });

/** A challenge of nine units, at the root. */
const BEGUN: Game = {
  id: (7n << 32n) | 1n,
  challenger: ACCOUNT,
  token: ACCOUNT,
  bond: 3_200n,
  units: 9n,
  movedAt: 1_000n,
  workerClock: 43_200n,
  challengerClock: 43_200n,
  answers: 0n,
  stage: Stage.Units,
  termsClass: TermsClass.Standard,
  height: 4n,
  index: 0n,
  unit: 0n,
  node: NODE,
  programNode: NODE,
  header: 0n,
};

/** A game that begins like `game`. */
function recordAfter(game: Game, ...changes: GameChange[]): GameRecord {
  const at = { blockNumber: 1, blockHash: NODE, transactionHash: NODE, logIndex: 0 };
  const all: GameChange[] = [{ name: "Challenged", game }, ...changes];
  const events = all.map((change): GameEvent => ({ ...change, id: game.id, at }));
  return events.reduce<GameRecord | undefined>(applyGameEvent, undefined) as GameRecord;
}

/** The sentences of such a game, but for those of its beginning. */
function sentencesAfter(game: Game, ...changes: GameChange[]): string[] {
  return explainGame({ game: recordAfter(game, ...changes) }).slice(1);
}

/** A move after which the game is `game`. */
function to(game: Game, changes: Partial<Game>): Extract<GameChange, { name: "Moved" }> {
  const { state, node } = packGame({ ...game, ...changes });
  return { name: "Moved", state, node };
}

function end(outcome: Outcome, toChallenger: bigint, toWorker = 0n): GameChange {
  return { name: "GameOver", outcome, toChallenger, toWorker };
}

describe("explainGame", () => {
  it("tells a proved lie with the model's nodes and who got what", async () => {
    const arena = await loadFixture(deployDisputed);
    const { truth, lie, model, players, challenger } = arena;
    const { id } = await challengeClaim(arena, arena.job, atOutputRoot(arena.job.job));
    const game = await playOut(arena, id, playing(lie, "worker"), playing(truth, "challenger"));
    const job = await getJob(players.stranger, { id: arena.job.id });
    expect(explainGame({ game, job, program: model.program })).to.deep.equal([
      `${challenger.address} challenged job 1 (price 50,000, bond 125,000) with a bond of 875: it says that one of units 0 to 4 has a false output.`,
      "The worker showed the 8 nodes below (1 s).",
      "The challenger picked unit 3 (1 s).",
      "The worker committed to the results of all nodes of unit 3 (2 s).",
      "The challenger picked node 12 (map div i16 [8,2]) of unit 3 (1 s).",
      "The worker showed the 8 nodes below.",
      "The challenger let the chain compute one element.",
      "The chain computed 0 for row 0, column 0, where the worker claimed 1: the claim is false.",
      "The challenger got its bond back and 12,500 of the job's bond.",
      "The client got 50,000 back.",
      "Of the provider's bond 12,500 went to challengers and 112,500 is held.",
    ]);
  });

  it("names nodes as the program does, and writes amounts as it is told", async () => {
    const arena = await loadFixture(deployDisputed);
    const { truth, lie, model, players } = arena;
    const { id } = await challengeClaim(arena, arena.job, atOutputRoot(arena.job.job));
    const game = await playOut(arena, id, playing(lie, "worker"), playing(truth, "challenger"));
    const job = await getJob(players.stranger, { id: arena.job.id });
    const names = model.program.nodes.map((_, index) => `result ${index}`);
    const sentences = explainGame({
      game,
      job,
      program: { ...model.program, names },
      formatAmount: (amount) => `${formatUnits(amount, 6)} TUSD`,
    });
    expect(sentences).to.include(
      'The challenger picked node 12 "result 12" (map div i16 [8,2]) of unit 3 (1 s).',
    );
    expect(sentences).to.include("The client got 0.05 TUSD back.");
  });

  it("tells that what is behind the last unit is no padding", () => {
    const behind = { stage: Stage.Proved, height: 0n, index: 9n };
    expect(sentencesAfter(BEGUN, to(BEGUN, behind))).to.deep.equal([
      "The challenger picked what is behind the last unit.",
      "It is no padding: the claim is false.",
    ]);
    const record = { id: BEGUN.id, game: { ...BEGUN, ...behind }, events: [] };
    const at = { blockNumber: 1, blockHash: NODE, transactionHash: NODE, logIndex: 0 };
    const begun = { name: "Challenged", id: BEGUN.id, game: record.game, at } as const;
    expect(explainGame({ game: { ...record, events: [begun] } })).to.deep.equal([
      `${ACCOUNT} challenged job 7 with a bond of 3,200 and showed what is behind the last unit, which is no padding: the claim is false.`,
    ]);
  });

  it("tells where a pick stands in units, in the trace and in a tensor", () => {
    const unit = { height: 0n, index: 8n, unit: 8n };
    const trace = { ...unit, stage: Stage.Trace, height: 2n, index: 4n };
    const tensor = { ...unit, stage: Stage.Tensor, height: 3n, index: 0n, header: HEADER };
    const sentences = sentencesAfter(
      BEGUN,
      to(BEGUN, { height: 2n, index: 1n }),
      to(BEGUN, { height: 1n, index: 4n }),
      to(BEGUN, trace),
      { name: "NodePicked", index: 17n, programNode: NODE, header: HEADER },
      to(BEGUN, tensor),
      to(BEGUN, { ...tensor, height: 1n, index: 2n }),
    );
    expect(sentences).to.deep.equal([
      "The challenger picked units 4 to 7 (0 s).",
      "The challenger picked unit 8 (0 s).",
      "The challenger picked nodes 16 to 19 of unit 8 (0 s).",
      "The challenger picked node 17 of unit 8 (0 s).",
      "The challenger picked words 4 to 5 of the result, i8 [3,40] (0 s).",
    ]);
  });

  it("tells that the worker showed the only word of a result", () => {
    const word = { ...BEGUN, stage: Stage.Tensor, height: 0n, header: HEADER };
    const decided = to(word, { answers: 1n, stage: Stage.Proved });
    const [shown] = sentencesAfter(word, decided);
    expect(shown).to.equal("The worker showed the node below.");
  });

  it("tells how long each side took, and that a clock ran out", () => {
    const times = { answers: 1n, workerClock: 43_000n, challengerClock: 0n };
    expect(
      sentencesAfter(BEGUN, to(BEGUN, { ...times, height: 0n, index: 3n, unit: 3n })),
    ).to.deep.equal([
      "The worker showed the 16 nodes below (200 s).",
      "The challenger picked unit 3 (its clock ran out).",
    ]);
  });

  describe("given a leaf that was compared", () => {
    const at = { stage: Stage.Proved, height: 0n };
    it("tells an input that is another", () => {
      const compared = { name: "LeafCompared", node: 0n, claimed: NODE, expected: OTHER } as const;
      const [picked, verdict] = sentencesAfter(BEGUN, compared, to(BEGUN, at));
      expect(picked).to.equal("The challenger picked node 0 of unit 0.");
      expect(verdict).to.equal(
        `The worker claimed ${NODE} where the unit's input is ${OTHER}: the claim is false.`,
      );
    });

    it("tells a constant that is the program's", () => {
      const compared = { name: "LeafCompared", node: 5n, claimed: NODE, expected: NODE } as const;
      const moved = to(BEGUN, { ...at, stage: Stage.Refuted });
      const [, verdict] = sentencesAfter(BEGUN, compared, moved);
      expect(verdict).to.equal(`It is the program's constant, ${NODE}: the challenge is false.`);
    });
  });

  describe("given an element that was computed", () => {
    const tensor = { ...BEGUN, stage: Stage.Tensor, header: HEADER };
    const verdictOf = (changes: {
      row: bigint;
      col: bigint;
      claimed: bigint;
      computed: bigint;
    }) => {
      const computed = { name: "ElementComputed", ...changes } as const;
      return sentencesAfter(tensor, computed, to(tensor, { stage: Stage.Refuted }))[1];
    };

    it("tells one that is as claimed", () => {
      expect(verdictOf({ row: 2n, col: 39n, claimed: -5n, computed: -5n })).to.equal(
        "The chain computed -5 for row 2, column 39, as the worker claimed: the challenge is false.",
      );
    });

    it("tells padding that is not zero", () => {
      for (const [row, col] of [
        [3n, 0n],
        [0n, 40n],
      ]) {
        expect(verdictOf({ row, col, claimed: 7n, computed: 0n })).to.equal(
          `The chain computed 0 for row ${row}, column ${col}, which is padding, where the worker claimed 7: the claim is false.`,
        );
      }
    });
  });

  for (const [name, outcome, toChallenger, toWorker, expected] of [
    [
      "a worker that was late",
      Outcome.Proved,
      4_000n,
      0n,
      [
        "The worker did not answer in time: its claim counts as false.",
        "The challenger got its bond back and 800 of the job's bond.",
      ],
    ],
    [
      "a challenger that was late",
      Outcome.Refuted,
      0n,
      200n,
      [
        "The challenger did not move in time: its challenge counts as false.",
        "The challenger lost its bond of 3,200: the worker got 200 for its answers, the treasury 3,000.",
      ],
    ],
    [
      "a challenger that gave up",
      Outcome.Conceded,
      2_400n,
      100n,
      [
        "The challenger gave up and got 2,400 back: the worker got 100 for its answers, the treasury 700.",
      ],
    ],
    [
      "a lie that another game proved",
      Outcome.Superseded,
      3_300n,
      0n,
      [
        "Another game proved the claim false before.",
        "The challenger got its bond back and 100 for the answers that it got.",
      ],
    ],
    [
      "a lie that had been accepted",
      Outcome.Lapsed,
      3_200n,
      0n,
      [
        "The worker did not answer in time: its claim counts as false.",
        "The job had been accepted before: the challenger got its bond back and nothing more.",
      ],
    ],
  ] as const) {
    it(`tells the end given ${name}`, () => {
      expect(sentencesAfter(BEGUN, end(outcome, toChallenger, toWorker))).to.deep.equal(expected);
    });
  }
});

describe("tellGame", () => {
  it("gives the event that a sentence tells of, and none for an answer of the worker", () => {
    const unit = { answers: 1n, height: 0n, index: 3n, unit: 3n };
    const game = recordAfter(
      BEGUN,
      to(BEGUN, unit),
      { name: "NodePicked", index: 2n, programNode: NODE, header: HEADER },
      to(BEGUN, { ...unit, answers: 2n, stage: Stage.Tensor, height: 3n, header: HEADER }),
      end(Outcome.Refuted, 0n),
    );
    const told = tellGame({ game });
    expect(told.map(({ text }) => text)).to.deep.equal(explainGame({ game }));
    const [challenged, picked, , pickedNode, over] = game.events;
    expect(told.map(({ event }) => event)).to.deep.equal([
      challenged,
      undefined,
      picked,
      undefined,
      pickedNode,
      over,
      over,
    ]);
  });
});
