import type { GameMetrics } from "./metrics";
import type { Disputes, LiveGame } from "../chain/disputes";
import { ChainError } from "../chain/errors";
import { gasOf } from "../chain/gas";
import type { Block, Call, ChainNode } from "../chain/node";
import type { TransactionSender } from "../chain/sender";
import { errorCode, errorMessage } from "../errors";
import type { Logger } from "../log";
import {
  Stage,
  answeredAt,
  finalBlock,
  isDecided,
  jobIdOf,
  nextMoves,
  turnOf,
  winnerOf,
} from "../../../sdk/src/index";
import type { Board, Knowledge, Move, Side, Turn } from "../../../sdk/src/index";

/** A game to be played, and what its player holds for true. */
export interface Seat {
  readonly id: bigint;
  readonly knowledge: Knowledge;
}

/** What a player needs. */
export interface PlayerContext {
  readonly disputes: Disputes;
  readonly node: Pick<ChainNode, "estimateGas">;
  readonly sender: Pick<TransactionSender, "submit" | "inFlight">;
  readonly metrics: GameMetrics;
  readonly log: Logger;
}

/** How a player plays. */
export interface PlayerOptions {
  readonly side: Side;
  /** Blocks, its own included, after which a block counts as final. */
  readonly confirmations: number;
  /** Seconds before a deadline from which on blocks count that are not final. */
  readonly urgentSeconds: number;
}

/** A game as of the newest block. */
interface Standing {
  readonly seat: Seat;
  readonly game: LiveGame;
  readonly turn: Turn;
}

/** Moves that are due in a game. */
interface Due {
  readonly game: LiveGame;
  readonly moves: readonly Move[];
  /** Seconds since 1970. */
  readonly until: bigint;
}

/** Prefix of the keys of transactions in games. */
export const GAME_KEYS = "games/";

/** Gas of the moves in one transaction, at most, unless those of a single game take more. */
const MAX_GAS = 8_000_000n;
/** The deadline of a game that waits for nothing but its end. */
const NO_HURRY = 2n ** 40n - 1n;
const RESOLVE: Move = { name: "resolve" };

/**
 * Plays one side of games for one account. It reads boards from the chain and
 * keeps nothing itself: a transaction under way is named after the positions it moves from, so no
 * move is made twice, also after a restart.
 */
export class GamePlayer {
  /** Games not known to be over, and the block in which they were seen first. */
  private readonly live = new Map<bigint, number>();
  /** What was said last of games that are held up. */
  private readonly said = new Map<bigint, string>();

  constructor(
    private readonly context: PlayerContext,
    private readonly options: PlayerOptions,
  ) {}

  /**
   * Makes the moves that are due, the earliest deadline first, many in one transaction; what does not
   * fit goes with a later turn. `now` is in seconds since 1970. What goes wrong in one game holds up
   * no other. Throws retryable `ChainError`s of the node.
   */
  async turn(seats: readonly Seat[], head: Block, now: number): Promise<void> {
    const gone = new Set(this.live.keys());
    const standings = await this.standings(seats, head);
    for (const { seat } of standings) gone.delete(seat.id);
    await this.send(standings, head, BigInt(now));
    for (const id of gone) await this.guarded(id, () => this.end(id, head));
    const own = standings.filter(({ turn }) => turn.side === this.options.side);
    const deadlines = own.map(({ turn }) => turn.until).filter((until) => until < NO_HURRY);
    this.context.metrics.observe(this.live.size, deadlines);
  }

  /** Games that go on, the earliest deadline first. */
  private async standings(seats: readonly Seat[], head: Block): Promise<readonly Standing[]> {
    const standings: Standing[] = [];
    for (const seat of seats) {
      await this.guarded(seat.id, async () => {
        const game = await this.context.disputes.load(seat.id, head.number);
        if (game === undefined) return;
        this.begin(seat.id, head);
        standings.push({ seat, game, turn: await turnIn(game.board) });
      });
    }
    return standings.sort((a, b) => Number(a.turn.until - b.turn.until));
  }

  /** What is due in a game: as of the newest block if time is short, else as of the last final one. */
  private async dueIn(
    { seat: { id, knowledge }, game, turn }: Standing,
    head: Block,
    now: bigint,
  ): Promise<Due | undefined> {
    if (this.isUnderWay(game)) return undefined;
    if (turn.until > now + BigInt(this.options.urgentSeconds)) {
      const final = await this.context.disputes.load(id, this.finalBlock(head));
      if (final?.position !== game.position || final.slashed !== game.slashed) return undefined;
      if ((await turnIn(final.board)).side !== turn.side) return undefined;
    }
    const moves = await this.movesIn(game, knowledge, now);
    return moves.length === 0 ? undefined : { game, moves, until: turn.until };
  }

  /** A game that is lost is left to the winner, who is paid for ending it. */
  private async movesIn(game: LiveGame, knowledge: Knowledge, now: bigint): Promise<Move[]> {
    const { side } = this.options;
    const challenges = side === "challenger";
    if (game.slashed) return challenges ? [RESOLVE] : [];
    const moves = await nextMoves(game.board, knowledge, side, now);
    if (!moves.some(({ name }) => name === RESOLVE.name)) return moves;
    return (await isClaimLost(game.board)) === challenges ? moves : [];
  }

  /** Looks at one game after the other until a transaction is full. */
  private async send(standings: readonly Standing[], head: Block, now: bigint): Promise<void> {
    const { disputes, sender } = this.context;
    const sent: Due[] = [];
    const calls: Call[] = [];
    let gas = 0n;
    for (const standing of standings) {
      if (gas > MAX_GAS) break;
      await this.guarded(standing.seat.id, async () => {
        const due = await this.dueIn(standing, head, now);
        if (due === undefined) return;
        const { calls: more, gas: taken } = await this.prepare(due, head);
        sent.push(due);
        calls.push(...more);
        gas += taken;
      });
    }
    if (calls.length === 0) return;
    const call = calls.length === 1 ? calls[0] : disputes.batch(calls);
    // a batch succeeds whatever becomes of its parts, so each part was simulated by itself
    await sender.submit(keyOf(head, sent), call, gas);
    for (const { game, moves, until } of sent) {
      const names = moves.map(({ name }) => name);
      this.context.metrics.moved(names);
      this.context.log.info({ ...namesOf(game.id), moves: names, until: Number(until) }, "moved");
    }
  }

  /** The calls of the moves and the gas they take. Throws `ChainError` REVERT if one would fail. */
  private async prepare(
    { game, moves }: Due,
    head: Block,
  ): Promise<{ readonly calls: readonly Call[]; readonly gas: bigint }> {
    const { disputes, node } = this.context;
    const job = await disputes.job(jobIdOf(game.id), head.number);
    if (job === undefined) throw new ChainError("RPC", `game ${game.id} is about no job`);
    const calls = moves.map((move) => disputes.move(game, job, move));
    let gas = 0n;
    for (const call of calls) gas += await gasOf(node, call);
    return { calls, gas };
  }

  private isUnderWay(game: LiveGame): boolean {
    const keys = this.context.sender.inFlight(GAME_KEYS);
    return keys.some((key) => key.includes(positionOf(game)));
  }

  private finalBlock({ number }: Block): number {
    return finalBlock(number, this.options.confirmations);
  }

  private begin(id: bigint, { number }: Block): void {
    if (this.live.has(id)) return;
    this.live.set(id, number);
    this.context.log.info(namesOf(id), "game begins");
  }

  /** Tells how a game ended, once its end is final. */
  private async end(id: bigint, head: Block): Promise<void> {
    const { disputes, metrics, log } = this.context;
    const block = this.finalBlock(head);
    if (block < (this.live.get(id) ?? 0)) return;
    if ((await disputes.load(id, block)) !== undefined) return;
    const { end } = await disputes.record(id, block);
    this.live.delete(id);
    this.said.delete(id);
    if (end === undefined) return;
    const { outcome, toChallenger, toWorker } = end;
    const result = winnerOf(outcome) === this.options.side ? "won" : "lost";
    metrics.ended(result);
    const paid = { toChallenger: toChallenger.toString(), toWorker: toWorker.toString() };
    log.info({ ...namesOf(id), outcome: Number(outcome), result, ...paid }, "game is over");
  }

  private async guarded(id: bigint, act: () => Promise<void>): Promise<void> {
    const { metrics, log } = this.context;
    try {
      await act();
    } catch (error) {
      metrics.failed();
      const [code, reason] = [errorCode(error), errorMessage(error)];
      if (this.said.get(id) === reason) return;
      this.said.set(id, reason);
      log.warn({ ...namesOf(id), code, reason }, "game held up");
    }
  }
}

/** Whose turn it is, and until when. */
async function turnIn(board: Board): Promise<Turn> {
  if (isDecided(board.game)) return { side: "challenger", until: NO_HURRY };
  return turnOf(board.game, await answeredAt(board));
}

/** Whether a game that waits for its end shows that the worker's claim is false. */
async function isClaimLost(board: Board): Promise<boolean> {
  if (isDecided(board.game)) return board.game.stage === Stage.Proved;
  return (await turnIn(board)).side === "worker";
}

function keyOf({ number }: Block, due: readonly Due[]): string {
  return `${GAME_KEYS}${number}/${due.map(({ game }) => positionOf(game)).join("/")}`;
}

function positionOf({ id, position }: LiveGame): string {
  return `${id}:${position.slice(0, 18)}`;
}

function namesOf(id: bigint): { readonly job: string; readonly game: string } {
  return { job: jobIdOf(id).toString(), game: id.toString() };
}
