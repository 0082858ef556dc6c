import type { Hex } from "../../../tensor/src/index";
import type { Address } from "./address";
import type { EventPosition } from "./job";
import type { TermsClass } from "./order";

/** Which tree a game is in, or how it was decided. */
export const Stage = { Units: 0n, Trace: 1n, Tensor: 2n, Proved: 3n, Refuted: 4n } as const;
export type Stage = (typeof Stage)[keyof typeof Stage];

/** How a game ended. */
export const Outcome = {
  Proved: 0n,
  Refuted: 1n,
  Conceded: 2n,
  Superseded: 3n,
  Lapsed: 4n,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** A challenge of a delivered job, as the verifier hashes it. */
export interface Game {
  /** The job's id above 32 bits, and the game's number among those of the job, counted from 1. */
  readonly id: bigint;
  readonly challenger: Address;
  /** The job's payment token. */
  readonly token: Address;
  /** The challenger's, in payment-token units. */
  readonly bond: bigint;
  /** Units delivered. */
  readonly units: bigint;
  /** When the challenger moved last, in seconds since 1970. */
  readonly movedAt: bigint;
  /** Seconds left. */
  readonly workerClock: bigint;
  /** Seconds left. */
  readonly challengerClock: bigint;
  /** Turns that the worker took. */
  readonly answers: bigint;
  readonly stage: Stage;
  readonly termsClass: TermsClass;
  /** Levels below the current node. */
  readonly height: bigint;
  /** Position of the current node among those of its level. */
  readonly index: bigint;
  /** The unit that the game is about, once it has come to one. */
  readonly unit: bigint;
  /** The current node: an inner node, a unit's output id, or a tensor id. */
  readonly node: Hex;
  /** Hash of the program's node whose tensor the game is in; zero before. */
  readonly programNode: Hex;
  /** Header word of that tensor; 0 before. */
  readonly header: bigint;
}

/** A worker's commitment to the results of all nodes of one unit. */
export interface TraceCommitment {
  readonly root: Hex;
  readonly programRoot: Hex;
  readonly nodes: bigint;
  /** Seconds since 1970. */
  readonly committedAt: bigint;
}

/** A way down a tree, with the siblings of the node that it leads to. */
export interface Descent {
  readonly height: bigint;
  readonly index: bigint;
  readonly node: Hex;
  readonly siblings: readonly Hex[];
}

/** What happened in a game. Amounts are payment-token units, times are seconds since 1970. */
export type GameChange =
  | { readonly name: "Challenged"; readonly game: Game }
  | {
      readonly name: "Moved";
      /** As `GameState.sol` packs it. */
      readonly state: bigint;
      readonly node: Hex;
    }
  | {
      readonly name: "NodePicked";
      /** The node whose tensor the game goes on in, counted from 0. */
      readonly index: bigint;
      /** Its hash. */
      readonly programNode: Hex;
      /** Header word of its tensor. */
      readonly header: bigint;
    }
  | {
      readonly name: "LeafCompared";
      readonly node: bigint;
      readonly claimed: Hex;
      readonly expected: Hex;
    }
  | {
      readonly name: "ElementComputed";
      readonly row: bigint;
      readonly col: bigint;
      readonly claimed: bigint;
      readonly computed: bigint;
    }
  | {
      readonly name: "GameOver";
      readonly outcome: Outcome;
      /** With its bond. */
      readonly toChallenger: bigint;
      readonly toWorker: bigint;
    };

/** An event of the verifier about one game. */
export type GameEvent = GameChange & { readonly id: bigint; readonly at: EventPosition };

/** What the events about a game add up to. */
export interface GameRecord {
  readonly id: bigint;
  /** Its last state. */
  readonly game: Game;
  /** How it ended, if it did. */
  readonly end?: Extract<GameChange, { name: "GameOver" }>;
  /** Everything that happened, in order. */
  readonly events: readonly GameEvent[];
}
