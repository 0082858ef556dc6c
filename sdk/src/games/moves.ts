import type { ElementWitness, Hex } from "../../../tensor/src/index";
import type { Descent } from "../types/game";

/** What is below a node. */
export interface ShownChildren {
  /** Header word of the tensor whose root the children are below, or 0. */
  readonly header: bigint;
  /** A power of two of them, up to 64. */
  readonly children: readonly Hex[];
}

/** Shows what is below the current node. Anyone may. */
export interface RevealMove extends ShownChildren {
  readonly name: "reveal";
}

/** What a worker commits to: how it came to the output of a unit. */
export interface TraceClaim {
  readonly unit: bigint;
  readonly outputId: Hex;
  /** Siblings of `outputId` below the job's output root, bottom-up. */
  readonly unitProof: readonly Hex[];
  readonly root: Hex;
  /** Siblings of `outputId` below `root`, bottom-up. */
  readonly outputProof: readonly Hex[];
  readonly programRoot: Hex;
  readonly nodes: bigint;
}

/** Commits to the trace of a unit. The worker's. */
export interface CommitTraceMove extends TraceClaim {
  readonly name: "commitTrace";
}

/** Picks a node in the list of units or in a tensor. The challenger's, as are all below. */
export interface PickMove {
  readonly name: "pick";
  readonly descent: Descent;
}

/** Picks an inner node of the trace. */
export interface PickInTraceMove {
  readonly name: "pickInTrace";
  readonly descent: Descent;
}

/** Picks the result of a node that is not the input. */
export interface PickNodeMove {
  readonly name: "pickNode";
  readonly descent: Descent;
  /** The four words of the program's node. */
  readonly node: readonly Hex[];
  readonly proof: readonly Hex[];
}

/** Picks the result of the input. */
export interface PickInputMove {
  readonly name: "pickInput";
  readonly descent: Descent;
  readonly inputId: Hex;
  readonly inputProof: readonly Hex[];
}

/** Lets the chain compute one element. */
export interface StepMove extends ElementWitness {
  readonly name: "step";
  readonly descent: Descent;
  readonly node: readonly Hex[];
  readonly element: bigint;
  readonly proofA: readonly Hex[];
  readonly proofB: readonly Hex[];
}

/** Gives up the challenge. */
export interface ConcedeMove {
  readonly name: "concede";
}

/** Ends a game that is decided. Anyone may. */
export interface ResolveMove {
  readonly name: "resolve";
}

/** What a side can do in a game. */
export type Move =
  | RevealMove
  | CommitTraceMove
  | PickMove
  | PickInTraceMove
  | PickNodeMove
  | PickInputMove
  | StepMove
  | ConcedeMove
  | ResolveMove;

/** A move that counts as the challenger's if it brings the challenger's signature of it. */
export type SignableMove = PickMove | PickInTraceMove | PickNodeMove | PickInputMove | StepMove;
