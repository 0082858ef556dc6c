import type { Call } from "./node";
import type {
  Address,
  Board,
  Descent,
  GameRecord,
  JobRecord,
  JobRef,
  Move,
} from "../../../sdk/src/index";
import type { Hex } from "../../../tensor/src/index";

/** A game that is not over, as of a block. */
export interface LiveGame {
  readonly id: bigint;
  /** The game's hash: it changes with every move of the challenger. */
  readonly position: Hex;
  readonly board: Board;
  /** Whether another game has proved the job's claim false. */
  readonly slashed: boolean;
}

/** Which games about a job. */
export interface GameQuery {
  readonly job: bigint;
  /** Anybody unless given. */
  readonly challenger?: Address;
  /** The blocks in which they began. */
  readonly from: number;
  readonly to: number;
}

/** The verifier, as its players use it. What reads the chain throws `ChainError`. */
export interface Disputes {
  /** The verifier's. */
  readonly address: Address;
  /** Ids of the games about a job, over or not. */
  games(query: GameQuery): Promise<readonly bigint[]>;
  /** Those of `jobs` that were challenged in the blocks `from` to `to`. */
  challenged(jobs: readonly bigint[], from: number, to: number): Promise<readonly bigint[]>;
  /** A game as of a block; undefined if it is over or has not begun. */
  load(id: bigint, block: number): Promise<LiveGame | undefined>;
  /** A game with all that happened in it as of a block. */
  record(id: bigint, block: number): Promise<GameRecord>;
  /** A job as of a block; undefined if there is none. */
  job(id: bigint, block: number): Promise<JobRecord | undefined>;
  /** How many games about a job were not over as of a block. */
  liveGames(job: bigint, block: number): Promise<number>;
  /** The bond of the next challenge of a job, in payment-token units. */
  bond(job: JobRef): Promise<bigint>;
  /** Challenges a job for at most `maxBond`. */
  challenge(job: JobRecord, descent: Descent, maxBond: bigint): Call;
  /** Makes a move; the job is the game's. */
  move(game: LiveGame, job: JobRecord, move: Move): Call;
  /** Unfreezes a job that no game is about any more, after its window. */
  unfreeze(job: JobRecord): Call;
  /** Makes several calls of the verifier; one that fails is skipped. */
  batch(calls: readonly Call[]): Call;
}
