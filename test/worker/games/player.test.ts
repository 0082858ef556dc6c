import { expect } from "chai";
import { FakeChain } from "../support/fakeChain";
import {
  CLOCK,
  DOUBT,
  FakeDisputes,
  JOB,
  MOVED_AT,
  TRUTH,
  WORKER_UNTIL,
  aGame,
  anAnswer,
  movesIn,
} from "../support/fakeDisputes";
import type { FakeMove } from "../support/fakeDisputes";
import { memoryLog } from "../support/log";
import { ManualClock, MemoryStore } from "../support/memory";
import { ChainError } from "../../../worker/src/chain/errors";
import { TransactionSender } from "../../../worker/src/chain/sender";
import { GameMetrics } from "../../../worker/src/games/metrics";
import { GamePlayer } from "../../../worker/src/games/player";
import { MetricSet } from "../../../worker/src/metrics";
import { Outcome, Stage } from "../../../sdk/src/index";
import type { Knowledge, Side } from "../../../sdk/src/index";

const CONFIRMATIONS = 3;
const URGENT = 200;
/** Long before any deadline. */
const EARLY = Number(MOVED_AT);

function gameId(number: bigint): bigint {
  return (JOB << 32n) | number;
}

describe("GamePlayer", () => {
  let chain: FakeChain;
  let disputes: FakeDisputes;
  let store: MemoryStore;
  let metrics: MetricSet;
  let counted: GameMetrics;
  let sender: TransactionSender;

  beforeEach(async () => {
    [chain, disputes, store] = [new FakeChain(), new FakeDisputes(), new MemoryStore()];
    metrics = new MetricSet("test_");
    counted = new GameMetrics(metrics);
    sender = await openSender();
    mine(CONFIRMATIONS);
  });

  function openSender(): Promise<TransactionSender> {
    return TransactionSender.open(chain, store, new ManualClock(), memoryLog(), {
      confirmations: CONFIRMATIONS,
      fees: { maxFeePerGas: 1_000n, minTip: 1n },
      maxInFlight: 4,
      stuckMs: 60_000,
      rebroadcastMs: 10_000,
    });
  }

  function mine(blocks: number): void {
    for (let i = 0; i < blocks; i++) chain.mine();
  }

  function playerOf(side: Side, log = memoryLog()): GamePlayer {
    const context = { disputes, node: chain, sender, metrics: counted, log };
    const options = { confirmations: CONFIRMATIONS, urgentSeconds: URGENT, side };
    return new GamePlayer(context, options);
  }

  /** One turn with all games that were put, and the transactions that it sent. */
  async function turn(
    player: GamePlayer,
    { now = EARLY, knowledge = TRUTH }: { now?: number; knowledge?: Knowledge } = {},
  ): Promise<(readonly FakeMove[])[]> {
    const head = await chain.head();
    const known = new Set(chain.mempool.keys());
    const ids = await disputes.games({ job: JOB, to: head.number });
    await player.turn(
      ids.map((id) => ({ id, knowledge })),
      head,
      now,
    );
    return [...chain.mempool].filter(([nonce]) => !known.has(nonce)).map(([, tx]) => movesIn(tx));
  }

  async function settle(): Promise<void> {
    mine(CONFIRMATIONS);
    await sender.tick(await chain.head());
  }

  async function figure(name: string): Promise<string | undefined> {
    const { body } = await metrics.render();
    return body.split("\n").find((line) => line.startsWith(`test_${name} `));
  }

  describe("given games in which the player is to move", () => {
    beforeEach(() => {
      disputes.put(gameId(1n), 0, { game: aGame({ workerClock: CLOCK + 50n }) });
      disputes.put(gameId(2n), 0, { game: aGame({ movedAt: MOVED_AT - 50n }) });
      disputes.put(gameId(3n), 0, { game: aGame({ movedAt: MOVED_AT + 10n }) });
    });

    it("moves in all of them in one transaction, the earliest deadline first", async () => {
      expect(await turn(playerOf("worker"))).to.deep.equal([
        [
          { id: gameId(2n), name: "reveal" },
          { id: gameId(3n), name: "reveal" },
          { id: gameId(1n), name: "reveal" },
        ],
      ]);
      expect(chain.mempool.get(0)?.gasLimit).to.equal((3n * 50_000n * 5n) / 4n);
    });

    it("tells how many there are and when the first deadline is", async () => {
      await turn(playerOf("worker"));
      expect(await figure("games_live")).to.equal("test_games_live 3");
      const line = `test_games_deadline_seconds ${WORKER_UNTIL - 50}`;
      expect(await figure("games_deadline_seconds")).to.equal(line);
    });

    it("leaves to a later turn what would take too much gas", async () => {
      chain.estimateGas = async () => 7_000_000n;
      const player = playerOf("worker");
      const first = await turn(player);
      expect(first.map((moves) => moves.map(({ id }) => id))).to.deep.equal([
        [gameId(2n), gameId(3n)],
      ]);
      mine(1);
      expect(await turn(player)).to.deep.equal([[{ id: gameId(1n), name: "reveal" }]]);
    });

    it("says once why a game is held up", async () => {
      disputes.broken.add(gameId(1n));
      const log = memoryLog();
      const player = playerOf("worker", log);
      await turn(player);
      await turn(player);
      const held = log.lines.filter((line) => line.startsWith("game held up"));
      expect(held).to.have.length(1);
      expect(await figure("game_failures_total")).to.equal("test_game_failures_total 2");
    });

    it("leaves out a move that would fail, and what cannot be read", async () => {
      disputes.broken.add(gameId(1n));
      chain.estimateGas = async (call) => {
        if (movesIn(call)[0].id === gameId(2n)) throw new ChainError("REVERT", "GamesStale");
        return 50_000n;
      };
      expect(await turn(playerOf("worker"))).to.deep.equal([[{ id: gameId(3n), name: "reveal" }]]);
      expect(await figure("game_failures_total")).to.equal("test_game_failures_total 2");
    });
  });

  describe("given a move that was sent", () => {
    beforeEach(async () => {
      disputes.put(gameId(1n), 0, { game: aGame() });
      expect(await turn(playerOf("worker"))).to.have.length(1);
    });

    it("does not send it again, nor after a restart", async () => {
      mine(1);
      expect(await turn(playerOf("worker"))).to.deep.equal([]);
      sender = await openSender();
      expect(await turn(playerOf("worker"), { now: WORKER_UNTIL })).to.deep.equal([]);
    });

    it("sends it again if the transaction ended without it", async () => {
      await settle();
      expect(await turn(playerOf("worker"))).to.have.length(1);
    });

    it("moves on from the next position while the last transaction is not final", async () => {
      mine(1);
      const { number } = await chain.head();
      const later = MOVED_AT + 1n;
      disputes.put(gameId(1n), number, { game: aGame({ movedAt: later }) });
      expect(await turn(playerOf("worker"), { now: WORKER_UNTIL })).to.have.length(1);
    });
  });

  describe("given a position that is not final", () => {
    const deadline = WORKER_UNTIL;

    beforeEach(async () => {
      const { number } = await chain.head();
      disputes.put(gameId(1n), number, { game: aGame() });
    });

    it("waits until it is", async () => {
      const player = playerOf("worker");
      const now = deadline - URGENT - 1;
      expect(await turn(player, { now })).to.deep.equal([]);
      mine(CONFIRMATIONS - 2);
      expect(await turn(player, { now })).to.deep.equal([]);
      mine(1);
      expect(await turn(player, { now })).to.have.length(1);
    });

    it("moves at once if the deadline is near", async () => {
      expect(await turn(playerOf("worker"), { now: deadline - URGENT })).to.have.length(1);
    });
  });

  describe("given an answer that is not final", () => {
    it("waits with its pick until it is", async () => {
      const player = playerOf("challenger");
      const { number } = await chain.head();
      const game = aGame();
      disputes.put(gameId(1n), 0, { game });
      disputes.put(gameId(1n), number, { game, reveal: anAnswer(MOVED_AT + 5n) });
      expect(await turn(player, { knowledge: DOUBT })).to.deep.equal([]);
      mine(CONFIRMATIONS - 1);
      expect(await turn(player, { knowledge: DOUBT })).to.deep.equal([
        [{ id: gameId(1n), name: "pick" }],
      ]);
    });
  });

  describe("given a game that is decided", () => {
    const decided = [
      [Stage.Proved, "challenger", "worker"],
      [Stage.Refuted, "worker", "challenger"],
    ] as const;
    for (const [stage, winner, loser] of decided) {
      it(`lets the winner end it, and not the loser, at stage ${stage}`, async () => {
        disputes.put(gameId(1n), 0, { game: aGame({ stage }) });
        expect(await turn(playerOf(loser))).to.deep.equal([]);
        expect(await turn(playerOf(winner))).to.deep.equal([[{ id: gameId(1n), name: "resolve" }]]);
      });
    }
  });

  describe("given a worker that does not answer", () => {
    beforeEach(() => disputes.put(gameId(1n), 0, { game: aGame() }));

    it("ends the game after the last second, not in it", async () => {
      const player = playerOf("challenger");
      const silent = { knowledge: DOUBT, now: WORKER_UNTIL };
      expect(await turn(player, silent)).to.deep.equal([]);
      expect(await turn(player, { ...silent, now: WORKER_UNTIL + 1 })).to.deep.equal([
        [{ id: gameId(1n), name: "resolve" }],
      ]);
    });

    it("leaves it to the challenger", async () => {
      expect(await turn(playerOf("worker"), { now: WORKER_UNTIL + 1 })).to.deep.equal([]);
    });
  });

  describe("given a job that another game slashed", () => {
    beforeEach(() => disputes.put(gameId(1n), 0, { game: aGame(), slashed: true }));

    it("lets the challenger take its bond back", async () => {
      expect(await turn(playerOf("challenger"))).to.deep.equal([
        [{ id: gameId(1n), name: "resolve" }],
      ]);
    });

    it("lets the worker rest", async () => {
      expect(await turn(playerOf("worker"))).to.deep.equal([]);
    });
  });

  describe("given a game that ended", () => {
    const endings = [
      [Outcome.Proved, "lost"],
      [Outcome.Superseded, "lost"],
      [Outcome.Lapsed, "lost"],
      [Outcome.Refuted, "won"],
      [Outcome.Conceded, "won"],
    ] as const;
    for (const [outcome, result] of endings) {
      it(`counts outcome ${outcome} as ${result} by the worker, once the end is final`, async () => {
        const player = playerOf("worker");
        disputes.put(gameId(1n), 0, { game: aGame() });
        await turn(player);
        mine(1);
        disputes.put(gameId(1n), (await chain.head()).number, { outcome });
        await turn(player);
        const name = `games_total{result="${result}"}`;
        expect(await figure(name)).to.equal(`test_${name} 0`);
        mine(CONFIRMATIONS - 1);
        await turn(player);
        await turn(player);
        expect(await figure(name)).to.equal(`test_${name} 1`);
        expect(await figure("games_live")).to.equal("test_games_live 0");
      });
    }
  });
});
