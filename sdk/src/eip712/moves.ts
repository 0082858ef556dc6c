import { gameHash } from "../games/pack";
import { digestOf, signStruct, typedStruct } from "./domain";
import type { Signer } from "ethers";
import type { Hex } from "../../../tensor/src/index";
import type { SignableMove } from "../games/moves";
import type { Address } from "../types/address";
import type { Game } from "../types/game";
import type { SigningDomain } from "./domain";

/** What a challenger signs to let anyone make its move. */
export interface SignedMove {
  /** Hash of the game before the move. */
  readonly game: Hex;
  /** Where the pick ends. */
  readonly height: bigint;
  readonly index: bigint;
  readonly node: Hex;
  /** The element of a step, else 0. */
  readonly element: bigint;
}

/** What a worker signs to let anyone commit to the trace of a unit. */
export interface SignedTrace {
  readonly job: bigint;
  readonly unit: bigint;
  readonly root: Hex;
  /** The job's worker at that time. */
  readonly worker: Address;
}

/** What a challenger signs to let anyone concede for it. */
export interface SignedConcession {
  /** Hash of the game as it is. */
  readonly game: Hex;
}

/** The EIP-712 struct of a move. */
export const MOVE_STRUCT = typedStruct(
  "Move",
  "bytes32 game,uint256 height,uint256 index,bytes32 node,uint256 element",
);

/** The EIP-712 struct of a commitment to a trace. */
export const TRACE_STRUCT = typedStruct(
  "TraceCommitment",
  "uint256 job,uint64 unit,bytes32 root,address worker",
);

/** The EIP-712 struct of a concession. */
export const CONCESSION_STRUCT = typedStruct("Concession", "bytes32 game");

/** What stands for a move in a game when it is signed. Throws `InputError` if the game is none. */
export function signedMoveOf(game: Game, move: SignableMove): SignedMove {
  const { height, index, node } = move.descent;
  const element = move.name === "step" ? move.element : 0n;
  return { game: gameHash(game), height, index, node, element };
}

/** The digest that a challenger signs for a move; `domain` is the verifier's. */
export function moveDigest(domain: SigningDomain, move: SignedMove): Hex {
  return digestOf(domain, MOVE_STRUCT, move);
}

/** The digest that a worker signs for a trace; `domain` is the verifier's. */
export function traceDigest(domain: SigningDomain, trace: SignedTrace): Hex {
  return digestOf(domain, TRACE_STRUCT, trace);
}

/** The digest that a challenger signs to concede; `domain` is the verifier's. */
export function concessionDigest(domain: SigningDomain, concession: SignedConcession): Hex {
  return digestOf(domain, CONCESSION_STRUCT, concession);
}

/** Signs a move; `domain` is the verifier's. */
export function signMoveWith(
  signer: Signer,
  domain: SigningDomain,
  move: SignedMove,
): Promise<Hex> {
  return signStruct(signer, domain, MOVE_STRUCT, move);
}

/** Signs a commitment to a trace; `domain` is the verifier's. */
export function signTraceWith(
  signer: Signer,
  domain: SigningDomain,
  trace: SignedTrace,
): Promise<Hex> {
  return signStruct(signer, domain, TRACE_STRUCT, trace);
}

/** Signs a concession; `domain` is the verifier's. */
export function signConcessionWith(
  signer: Signer,
  domain: SigningDomain,
  concession: SignedConcession,
): Promise<Hex> {
  return signStruct(signer, domain, CONCESSION_STRUCT, concession);
}
